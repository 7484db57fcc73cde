import pytest
import torch

from curation import export
from curation.draws import choice, uniform
from curation.errors import CurationError
from curation.modules import Module
from curation.regimes import FLOATS, regimes, without


def loaded(module, tmp_path):
    (tmp_path / "model.py").write_text(module.source)
    return export.load_module(tmp_path / "model.py")


def test_an_expression_becomes_a_module(tmp_path):
    module = Module("A difference.", "a - b", {"a": "torch.ones(2)", "b": "torch.ones(2)"})
    file = loaded(module, tmp_path)
    assert export.make_eager(file)(*file.get_inputs()).tolist() == [0, 0]
    assert export.input_names(export.make_eager(file)) == ["a", "b"]
    assert file.Model.__doc__ == "A difference."


def test_weights_are_drawn_between_their_bounds_and_always_the_same(tmp_path):
    module = Module(
        "A scale.",
        "y = x * self.scale\nF.relu(y)",
        {"x": "torch.ones(1, 50)"},
        weights={"scale": ("width", uniform(2, 3))},
        init="width: int",
        init_inputs="50",
    )
    file = loaded(module, tmp_path)
    first, second = (export.make_eager(file)(*file.get_inputs()) for _ in range(2))
    assert torch.equal(first, second) and first.min() >= 2 and first.max() <= 3 and first.std() > 0.1


def test_a_draw_of_its_own_and_a_table_make_regimes():
    made = regimes(x={"typical": uniform(0, 1), "ties": choice(1)}, index=choice(3))
    assert made == {
        "typical": {"x": uniform(0, 1), "index": choice(3)},
        "ties": {"x": choice(1), "index": choice(3)},
    }


def test_what_a_table_lacks_is_its_typical_draw():
    made = regimes(a={"typical": choice(1)}, b={"typical": choice(2), "far": choice(9)})
    assert made["far"] == {"a": choice(1), "b": choice(9)}


def test_regimes_without_a_typical_one_are_refused():
    with pytest.raises(CurationError, match="no regime 'typical'"):
        regimes(x={"far": choice(1)})
    with pytest.raises(CurationError, match="no input has a table"):
        regimes(x=choice(1))


def test_a_regime_that_is_not_there_cannot_be_left_out():
    assert "ties" not in without(FLOATS, "ties")
    with pytest.raises(CurationError, match="no .'tie'. to leave out"):
        without(FLOATS, "tie")
