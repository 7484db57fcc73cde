import numpy as np
import pytest

from curation.controls import wrong_outputs
from curation.errors import CurationError

RIGHT = [np.arange(9, dtype=np.float32).reshape(3, 3)]
INPUTS = {"a": np.full((3, 3), 5, np.float32), "b": np.full((3, 3), 7, np.float32)}


def difference(_model, inputs):
    return [inputs["a"] - inputs["b"]]


def answer(**control):
    return wrong_outputs(control, None, INPUTS, RIGHT, [RIGHT[0] + 1], difference, None)[0]


def test_controls_made_from_the_right_output():
    assert not answer(kind="zeros").any()
    assert np.isnan(answer(kind="nan")).all()
    assert answer(kind="last_off_by_one")[2].tolist() == [6, 7, 7]
    assert answer(kind="shift", axis=1, by=1)[0].tolist() == [2, 0, 1]
    assert answer(kind="reverse", axis=0)[0].tolist() == [6, 7, 8]
    assert answer(kind="transpose_hw")[0].tolist() == [0, 3, 6]
    assert answer(kind="scale", factor=-1)[0].tolist() == [0, -1, -2]


def test_controls_made_from_inputs_and_other_runs():
    assert (answer(kind="copy_input", input=1) == 7).all()
    assert (answer(kind="swap_inputs") == 2).all()
    assert (answer(kind="zero_input", input=0) == -7).all()
    assert (answer(kind="replay") == RIGHT[0] + 1).all()


def test_an_unknown_control_is_refused():
    with pytest.raises(CurationError, match="unknown kind 'magic'"):
        answer(kind="magic")
