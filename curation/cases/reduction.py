from curation.case import Case
from curation.draws import choice, uniform
from curation.families import reduction
from curation.mistakes import half_precision, operator, scale, shift, zero_tail
from curation.regimes import FLOATS, without

_SUMS = without(FLOATS, "ties", "zeros_and_denormals")

# Name, what is reduced, code path, expression, shape, the wrong axes, sequence.
_MAXIMA = (
    (
        "axis1_8x128x512",
        "over the middle axis of 8x128x512 (pooling of tokens), dimension dropped",
        "the middle axis, dropped: steps between its elements",
        "torch.amax(x, dim=1)",
        (8, 128, 512),
        ([2], [0]),
        ("Reduction",),
    ),
    (
        "lastkept_8x256x256",
        "over the last axis of 8x256x256 (attention rows), dimension kept",
        "the last axis, kept: rows lie in one piece",
        "torch.amax(x, dim=-1, keepdim=True)",
        (8, 256, 256),
        ([1], [0]),
        ("Reduction",),
    ),
    (
        "axes12_64x64x96",
        "over the two inner axes of 64x64x96, dimensions dropped",
        "two neighbouring axes with the last one, dropped: read as one",
        "torch.amax(x, dim=(1, 2))",
        (64, 64, 96),
        ([0, 2], [0, 1]),
        ("Raster", "Reduction", "Raster"),
    ),
    (
        "hwkept_2x64x56x56",
        "over the places of two 64x56x56 maps (global pooling), dimensions kept",
        "rank 4, both places of a map, kept",
        "torch.amax(x, dim=(2, 3), keepdim=True)",
        (2, 64, 56, 56),
        ([1, 2], [1, 3]),
        ("Raster", "Reduction", "Raster"),
    ),
)


def _maximum(name, what, path, expression, shape, wrong_axes, sequence) -> Case:
    return reduction(
        "ReduceMax",
        name,
        f"Maximum {what}, float32, plain NCHW layout",
        path,
        f"The maximum {what}.",
        expression,
        shape,
        wrong_axes,
        FLOATS | {"far_negative": uniform(-1e38, -1e37)},  # below a careless lowest start value
        zero_tail(0, len(shape) - 1, 3),
        shift(0),
        operator("ReduceMin"),
        operator("ReduceMean"),
        sequence=sequence,
        without=(half_precision(),),
    )


CASES = (
    *(_maximum(*row) for row in _MAXIMA),
    reduction(
        "ReduceSum",
        "axis1_8x128x512",
        "Sum over the middle axis of 8x128x512 (pooling of tokens), dimension dropped, plain NCHW layout",
        "the middle axis, dropped: steps between its elements",
        "Sum over the tokens of 8 sequences; the reduced dimension disappears.",
        "torch.sum(x, dim=1)",
        (8, 128, 512),
        ([2], [0]),
        _SUMS | {"cancelling": choice(-1, 1), "zeros_and_denormals": FLOATS["zeros_and_denormals"]},
        scale(1 / 128),  # the mean
        shift(1),
        shift(0),
    ),
    reduction(
        "ReduceL2",
        "axis2_8x256x512",
        "Length of each of 8x256 token vectors of width 512, dimension dropped, expanded into operators",
        "the last axis, dropped",
        "Euclidean norm of every token's vector; the reduced dimension disappears.",
        "torch.linalg.vector_norm(x, ord=2, dim=2)",
        (8, 256, 512),
        ([1], [0]),
        _SUMS | {"ones": choice(-1, 1), "zeros": choice(0)},  # ones: every length is the square root of 512
        scale(512**-0.5),  # the root of the mean
        shift(1),
        shift(0),
        cost=2,
        sequence=("UnaryOp", "Reduction", "UnaryOp"),
        without=(half_precision(),),
    ),
)
