from curation.case import Case, Dropped
from curation.draws import choice, uniform
from curation.families import randn
from curation.mistakes import against, copy_input, shift, transpose_hw, zero_input
from curation.modules import Module
from curation.regimes import FACTORS, regimes, without

# Operands of very different size, then those of every product; a zero in one of the operands only.
_LEFT = {"typical": FACTORS["typical"], "large": FACTORS["large"], "unequal": uniform(-1000, 1000)} | without(
    FACTORS, "typical", "large"
)
_RIGHT = _LEFT | {"unequal": uniform(-0.001, 0.001)}
_OPERANDS = (copy_input(1), zero_input(0), zero_input(1))

CASES = (
    Case(
        "MatMul",
        "2d_192x256x320",
        "Product of a 192x256 and a 256x320 matrix, both of them inputs, float32, plain NCHW layout",
        "2-D by 2-D",
        Module(
            "The product of two matrices, neither of them constant.",
            "torch.matmul(a, b)",
            {"a": randn(192, 256), "b": randn(256, 320)},
        ),
        sequence=("MatMul",),
        regimes=regimes(a=_LEFT | {"signs": choice(-1, 1)}, b=_RIGHT),
        controls=against(*_OPERANDS, shift(0), shift(1)),
        operations=2 * 192 * 256 * 320,
    ),
    Case(
        "MatMul",
        "heads12_128x64x128",
        "Products of 12 pairs of a 128x64 and a 64x128 matrix (attention scores of 12 heads), all of them inputs",
        "3-D by 3-D, one batch axis",
        Module(
            "One product per head, no operand constant.",
            "torch.matmul(a, b)",
            {"a": randn(12, 128, 64), "b": randn(12, 64, 128)},
        ),
        kernel_name="batched",
        sequence=("While",),
        regimes=regimes(a=_LEFT | {"signs": choice(-1, 1)}, b=_RIGHT),
        controls=against(*_OPERANDS, shift(0), shift(1), shift(2), transpose_hw()),
        operations=2 * 12 * 128 * 64 * 128,
    ),
)

DROPPED = (
    Dropped("MatMul", "a vector by a vector", "native aborts when it ends"),
    Dropped("MatMul", "constant operand without --convertMatmulToConv=0", "converted to a 1x1 convolution"),
    Dropped("Einsum", "ii->i, ii->", "native is wrong"),
    Dropped("Einsum", "three operands", "no converter"),
)
