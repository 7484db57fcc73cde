"""Cases of one kind: what they share is said here once, a row says what sets it apart."""

import math

from curation.case import Case
from curation.mistakes import against, attribute, ignored, shift
from curation.modules import Module
from curation.regimes import regimes


def randn(*shape: int) -> str:
    """The usual example contents of model.py."""
    return f"torch.randn({', '.join(map(str, shape))})"


def unary(
    operator: str,
    name: str,
    summary: str,
    path: str,
    doc: str,
    expression: str,  # of x
    shape: tuple[int, ...],
    table: dict[str, dict],  # the regimes of x
    *mistakes: dict,
    cost: float,  # operations an element
    example: str = "",
    **others,
) -> Case:
    """One input, element by element, one UnaryOp."""
    return Case(
        operator,
        name,
        summary,
        path,
        Module(doc, expression, {"x": example or randn(*shape)}),
        sequence=("UnaryOp",),
        regimes=regimes(x=table),
        controls=against(shift(len(shape) - 1 if len(shape) < 4 else 1), *mistakes),
        operations=cost * math.prod(shape),
        **others,
    )


def reduction(
    operator: str,
    name: str,
    summary: str,
    path: str,
    doc: str,
    expression: str,  # of x
    shape: tuple[int, ...],
    wrong_axes: tuple[list[int], ...],
    table: dict[str, dict],
    *mistakes: dict,
    cost: float = 1,
    sequence: tuple[str, ...] = ("Reduction",),
    without: tuple[dict, ...] = (),
    **others,
) -> Case:
    """One input, some of its axes gone or of size 1. Each of `wrong_axes` is a control: reduced over those instead."""
    return Case(
        operator,
        name,
        summary,
        path,
        Module(doc, expression, {"x": randn(*shape)}),
        sequence=sequence,
        regimes=regimes(x=table),
        controls=against(*(attribute("axes", axes) for axes in wrong_axes), *mistakes, without=without),
        operations=cost * math.prod(shape),
        **others,
    )


def packed(
    operator: str,
    name: str,
    summary: str,
    path: str,
    module: Module,
    table: dict[str, dict],
    *mistakes: dict,
    operations: float,
    without: tuple[dict, ...] = (),
    **others,
) -> Case:
    """A picture x in the framework's packed layout: converted, computed, converted back. Its weights are drawn anew,
    and ignoring one of them is a control."""
    trivial = {name: 0 if "bias" in name or "beta" in name else 1 for name in module.weights}
    kernel = Case(operator, name, summary, path, module, (), {}, (), 0, **others).kernel
    return Case(
        operator,
        name,
        summary,
        path,
        module,
        sequence=("Raster", kernel.target[0], "Raster"),
        regimes=regimes(x=table),
        controls=against(*mistakes, shift(1), *(ignored(*each) for each in trivial.items()), without=without),
        operations=operations,
        **others,
    )
