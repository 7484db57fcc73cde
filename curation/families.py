"""Cases of one kind: what they share is said here once, a row says what sets it apart."""

import math

import numpy as np

from curation.case import Case
from curation.mistakes import FLOAT, against, attribute, copy_input, cyclic_input, ignored, shift, zero_input
from curation.modules import Module
from curation.regimes import MOVED, regimes


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
    sequence: tuple[str, ...] = ("UnaryOp",),
    without: tuple[dict, ...] = (),
    **others,
) -> Case:
    """One input, element by element."""
    return Case(
        operator,
        name,
        summary,
        path,
        Module(doc, expression, {"x": example or randn(*shape)}),
        sequence=sequence,
        regimes=regimes(x=table),
        controls=against(shift(len(shape) - 1 if len(shape) < 4 else 1), *mistakes, without=without),
        operations=cost * math.prod(shape),
        **others,
    )


def binary(
    operator: str,
    name: str,
    summary: str,
    path: str,
    doc: str,
    expression: str,  # of a and b
    shapes: tuple[tuple[int, ...], tuple[int, ...]],
    tables: tuple[dict[str, dict], dict[str, dict]],
    *mistakes: dict,
    cost: float = 1,  # operations an element of the result
    sequence: tuple[str, ...] = ("BinaryOp",),
    standard: tuple[dict, ...] = FLOAT,
    examples: tuple[str, str] = ("", ""),
    **others,
) -> Case:
    """Two inputs, element by element. Operands ignored, exchanged or, of smaller shape, repeated in flat order are
    controls; exchanged ones only of an operator for which that matters (say so with swap_inputs)."""
    result = math.prod(np.broadcast_shapes(*shapes))
    repeated = [cyclic_input(index) for index in (0, 1) if math.prod(shapes[index]) < result]
    return Case(
        operator,
        name,
        summary,
        path,
        Module(doc, expression, {n: example or randn(*s) for n, example, s in zip("ab", examples, shapes)}),
        sequence=sequence,
        regimes=regimes(a=tables[0], b=tables[1]),
        controls=against(copy_input(1), zero_input(0), zero_input(1), *repeated, *mistakes, standard=standard),
        operations=cost * result,
        **others,
    )


def moves(
    operator: str,
    name: str,
    summary: str,
    path: str,
    doc: str,
    expression: str,
    inputs: dict[str, tuple[int, ...]],
    *mistakes: dict,
    operations: float,  # elements of the result: one move each
    sequence: tuple[str, ...] = ("Raster",),
    without: tuple[dict, ...] = (),
    returns: str = "torch.Tensor",
    weights: dict[str, tuple[str, dict]] | None = None,
    **others,
) -> Case:
    """Nothing is computed: float32 elements are moved, which one Raster a result does. Distinct contents show a wrong
    place."""
    return Case(
        operator,
        name,
        summary,
        path,
        Module(
            doc,
            expression,
            {name: randn(*shape) for name, shape in inputs.items()},
            weights=weights or {},
            returns=returns,
        ),
        sequence=sequence,
        regimes=regimes(**{name: MOVED for name in inputs}),
        controls=against(*mistakes, without=without),
        operations=operations,
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
    standard: tuple[dict, ...] = FLOAT,
    without: tuple[dict, ...] = (),
    example: str = "",
    **others,
) -> Case:
    """One input, some of its axes gone or of size 1. Each of `wrong_axes` is a control: reduced over those instead."""
    wrong = (attribute("axes", axes) for axes in wrong_axes)
    return Case(
        operator,
        name,
        summary,
        path,
        Module(doc, expression, {"x": example or randn(*shape)}),
        sequence=sequence,
        regimes=regimes(x=table),
        controls=against(*wrong, *mistakes, standard=standard, without=without),
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
    sequence: tuple[str, ...] = (),
    **others,
) -> Case:
    """A picture x in the framework's packed layout: converted, computed, converted back. Its weights are drawn anew,
    and ignoring one of them is a control."""
    drawn = [name for name in module.weights if name not in others.get("fixed", ())]
    trivial = {name: 0 if "bias" in name or "beta" in name else 1 for name in drawn}
    kernel = Case(operator, name, summary, path, module, (), {}, (), 0, **others).kernel
    return Case(
        operator,
        name,
        summary,
        path,
        module,
        sequence=sequence or ("Raster", kernel.target[0], "Raster"),
        regimes=regimes(x=table),
        controls=against(*mistakes, shift(1), *(ignored(*each) for each in trivial.items()), without=without),
        operations=operations,
        **others,
    )
