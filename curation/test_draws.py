import numpy as np
import pytest

from curation import draws


def fill(draw, shape=(64, 64), dtype=np.float32, seed=1):
    return draws.fill(draw, np.dtype(dtype), shape, np.random.default_rng(seed))


def test_uniform_stays_between_its_bounds_and_uses_them():
    values = fill(draws.uniform(-3, 5))
    assert values.dtype == np.float32
    assert -3 <= values.min() < -2.9 and 4.9 < values.max() <= 5


@pytest.mark.parametrize(("sign", "signs"), [("both", {-1, 1}), ("positive", {1}), ("negative", {-1})])
def test_log_uniform_covers_every_exponent_with_the_wanted_signs(sign, signs):
    values = fill(draws.log_uniform(-4, 3, sign))
    assert set(np.sign(values).reshape(-1)) == signs
    assert set(np.floor(np.log2(np.abs(values))).reshape(-1)) == set(range(-4, 4))


def test_integers_include_both_ends_in_the_tensors_own_type():
    values = fill(draws.integers(-1, 2), dtype=np.int64)
    assert values.dtype == np.int64
    assert set(values.reshape(-1)) == {-1, 0, 1, 2}


def test_choice_fills_booleans():
    values = fill(draws.choice(0, 1), dtype=np.bool_)
    assert values.dtype == np.bool_
    assert 0.4 < values.mean() < 0.6


def test_distinct_values_are_all_different_in_float32():
    values = fill(draws.distinct(-9, -7), shape=(4, 32000))
    assert np.unique(values).size == values.size
    assert values.min() >= -9 and values.max() < -7


def test_dominant_matrices_have_a_diagonal_larger_than_their_rows():
    matrix = fill(draws.dominant(-1, 2), shape=(5, 8, 8))
    diagonal = np.diagonal(matrix, axis1=-2, axis2=-1)
    others = np.abs(matrix).sum(-1) - np.abs(diagonal)
    assert (diagonal > others).all()


def test_boxes_lie_in_their_image_and_are_at_least_one_wide():
    x1, y1, x2, y2 = fill(draws.boxes(height=20, width=50), shape=(500, 4)).T
    assert (x1 >= 0).all() and (y1 >= 0).all() and (x2 <= 50).all() and (y2 <= 20).all()
    assert (x2 - x1 >= 1 - 1e-5).all() and (y2 - y1 >= 1 - 1e-5).all()
    assert x2.max() > 40 and y2.max() > 15


def test_an_unknown_kind_is_refused():
    with pytest.raises(ValueError, match="unknown kind 'normal'"):
        fill({"kind": "normal"})
