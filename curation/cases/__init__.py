"""The case table: one module per category of the benchmark."""

from curation.case import Case
from curation.cases import (
    activation,
    binary,
    convolution,
    logic,
    matrix,
    normalization,
    others,
    pooling,
    reduction,
    tensor,
    trigonometry,
    unary,
)

_CATEGORIES = (
    unary,
    binary,
    trigonometry,
    activation,
    normalization,
    pooling,
    convolution,
    matrix,
    reduction,
    tensor,
    logic,
    others,
)

ALL: tuple[Case, ...] = tuple(case for category in _CATEGORIES for case in category.CASES)
