import numpy as np
import pytest

from curation.compare import DEFAULT_TOLERANCE, fault, relative_error

RIGHT = np.array([[1.0, -2.0], [0.001, 0.0]], np.float32)


def test_the_same_values_are_right():
    assert fault(RIGHT, RIGHT, DEFAULT_TOLERANCE) is None


def test_the_error_is_judged_against_the_largest_reference():
    assert fault(RIGHT + np.float32(1.9e-4), RIGHT, DEFAULT_TOLERANCE) is None
    assert "of the maximum" in fault(RIGHT + np.float32(2.1e-4), RIGHT, DEFAULT_TOLERANCE)


def test_an_elementwise_rule_is_required_too():
    assert "elementwise" in fault(RIGHT + np.float32(1e-4), RIGHT, DEFAULT_TOLERANCE | {"elementwise": 1e-3})


def test_another_shape_is_wrong():
    assert "shape" in fault(RIGHT.reshape(4), RIGHT, DEFAULT_TOLERANCE)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_value_that_is_not_finite_is_wrong(bad):
    got = RIGHT.copy()
    got[1, 1] = bad
    assert "NaN or infinity" in fault(got, RIGHT, DEFAULT_TOLERANCE)
    assert "NaN or infinity" in fault(RIGHT, got, DEFAULT_TOLERANCE)
    assert fault(got, got, DEFAULT_TOLERANCE) is None


def test_integers_are_exact_across_their_widths():
    right = np.array([1, 2, 3], np.int64)
    assert fault(right.astype(np.int32), right, DEFAULT_TOLERANCE) is None
    assert fault(np.array([1, 2, 4], np.int32), right, DEFAULT_TOLERANCE) == "1 of 3 elements differ"


def test_a_reference_of_zeros_has_a_floor():
    zeros = np.zeros(3, np.float32)
    assert fault(np.full(3, 1e-36, np.float32), zeros, DEFAULT_TOLERANCE) is None
    assert fault(np.full(3, 1e-30, np.float32), zeros, DEFAULT_TOLERANCE) is not None


def test_the_reported_error_leaves_infinities_to_the_criterion():
    got, reference = np.array([1.5, np.inf], np.float32), np.array([1, np.inf], np.float32)
    assert relative_error(got, reference, 1e-30) == 0.5
