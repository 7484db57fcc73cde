from curation.draws import choice
from curation.families import reduction
from curation.mistakes import half_precision, scale, shift
from curation.regimes import FLOATS, without

_SUMS = without(FLOATS, "ties", "zeros_and_denormals")

CASES = (
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
