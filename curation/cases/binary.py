from curation.case import Case, Deviation
from curation.draws import choice, integers, log_uniform, uniform
from curation.families import binary, randn
from curation.mistakes import (
    INTEGER,
    absolute,
    against,
    attribute,
    border,
    copy_input,
    cyclic_input,
    operator,
    reverse,
    roll_input,
    scale,
    shift,
    swap_inputs,
    transpose_hw,
    zero_input,
    zero_tail,
)
from curation.modules import Module
from curation.regimes import FACTORS, FLOATS, regimes

_OWN_SIZE = {
    "elementwise": 1e-4,
    "why": "the results span many decades: judged by the largest alone, all but a few could be anything",
}
_DENOMINATORS = {
    "typical": log_uniform(-3, 3),
    "large": uniform(1e3, 1e6),
    "small": log_uniform(-30, -20),
    "wide": log_uniform(-30, 30),
    "negative": uniform(-9, -7),
    "whole": choice(-12, -6, 3, 12),
    "zeros_above": uniform(1, 2),
}
_NUMERATORS = _DENOMINATORS | {
    "typical": uniform(-1, 1),
    "large": uniform(-1e6, 1e6),
    "zeros_above": choice(-1, 0, 1),
}
# Dividend and divisor of which native finds the whole number of times: whole numbers below 2^24, powers of two, or a
# quotient that is far from the next whole number.
_DIVIDENDS = {
    "typical": integers(0, 100000),
    "multiples": choice(0, 12, 24, 36, 48, 60),
    "around_multiples": choice(359, 360, 361, 719, 720, 721),
    "angles": uniform(0, 1000),
    "fractions": uniform(0, 10),
    "smaller_than_divisor": uniform(0, 5),
    "once": uniform(6, 9),
    "large": integers(0, 2**24 - 1),
    "wide": log_uniform(-10, 10, "positive"),
}
_DIVISORS = {
    "typical": integers(1, 1000),
    "multiples": choice(1, 2, 3, 4, 6, 12),
    "around_multiples": choice(90, 180, 360),
    "angles": choice(8, 64, 256, 512),
    "fractions": choice(0.125, 0.25, 0.5, 1, 2),
    "smaller_than_divisor": uniform(6, 10),
    "once": uniform(4.6, 5.9),
    "large": integers(1, 4096),
    "wide": choice(0.0078125, 0.03125, 0.5, 4, 32),
}

CASES = (
    Case(
        "Add",
        "channelbias_64x112",
        "One value per channel added to a 64x112x112 map (one-sided broadcast, which native runs as a loop)",
        "float32, second operand broadcast along the inner axes",
        Module(
            "Adds one value per channel to a feature map; both operands are inputs.",
            "x + bias",
            {"x": randn(1, 64, 112, 112), "bias": randn(1, 64, 1, 1)},
        ),
        geometry="bypass",
        sequence=("While",),
        regimes=regimes(
            x={
                "typical": uniform(-1, 1),
                "large": uniform(-1e6, 1e6),
                "large_bias": uniform(-1, 1),
                "small": log_uniform(-30, -20),
                "wide": log_uniform(-10, 10),
                "negative": uniform(-9, -7),
                "cancelling": choice(-2, -1, 1, 2),
                "zeros_and_denormals": choice(0, 1e-40, -1e-40),
            },
            bias={
                "typical": uniform(-1, 1),
                "large": uniform(-1e6, 1e6),
                "large_bias": uniform(100, 1000),
                "small": log_uniform(-30, -20),
                "wide": log_uniform(-10, 10),
                "negative": uniform(-9, -7),
                "cancelling": choice(-2, -1, 1, 2),
                "zeros_and_denormals": choice(0, 1e-40),
            },
        ),
        controls=against(
            copy_input(1),
            zero_input(0),
            zero_input(1),
            roll_input(1, 1),
            cyclic_input(1),  # broadcast along the rows instead of the channels
            shift(1),
            transpose_hw(),
        ),
        operations=64 * 112 * 112,
    ),
    binary(
        "Sub",
        "rowmaximum_2048x256",
        "Each row of 2048x256 less a value of its own (the step before a softmax), float32, one-sided broadcast",
        "float32, second operand broadcast along the last axis",
        "The rows' values less one value per row; both operands are inputs.",
        "a - b",
        ((2048, 256), (2048, 1)),
        (FLOATS, FLOATS | {"ties": choice(-1, 1)}),
        roll_input(1, 0),
        shift(0),
        scale(1.001),
        geometry="bypass",
        sequence=("While",),
    ),
    binary(
        "Mul",
        "angles_8x512x256",
        "512 positions by 256 frequencies, 8 times (rotary embeddings): float32, broadcast on both sides",
        "float32, each operand broadcast along the other's axis",
        "y[b, i, j] = a[b, i, 0] * b[b, 0, j]: each operand is broadcast along the other's axis.",
        "a * b",
        ((8, 512, 1), (8, 1, 256)),
        (FACTORS, FACTORS | {"negative": uniform(1, 2)}),
        roll_input(0, 1),
        roll_input(1, 2),
        absolute(),
        shift(0),
        operator("Add"),
        operator("Div"),
        geometry="bypass",
        sequence=("Raster", "Raster", "BinaryOp"),
    ),
    binary(
        "Div",
        "weights_8x256x256",
        "8x256x256 numerators by as many denominators, float32; every element right for itself",
        "float32, equal shapes",
        "a / b, element by element; no b is 0.",
        "a / b",
        ((8, 256, 256), (8, 256, 256)),
        (_NUMERATORS, _DENOMINATORS),
        swap_inputs(),
        absolute(),
        scale(1.0003),  # a hardware estimate of 1 / b without a Newton step
        shift(2),
        transpose_hw(),
        operator("Mul"),
        tolerance=_OWN_SIZE,
        examples=("", "torch.randn(8, 256, 256).exp()"),
    ),
    Case(
        "Mod",
        "hashes_2048x128",
        "Hashes of 128 features in 2048 rows modulo a table size per feature: int32, broadcast over the rows",
        "int32, fmod=0: the sign of the divisor, which is broadcast along the outer axis",
        Module(
            """
            y = x - divisor * floor(x / divisor), in whole numbers: a remainder has the sign of its divisor.

            A divisor is never 0, and never -1 where x may be the lowest int32 number.
            """,
            "torch.remainder(x, divisor)",
            {"x": "x", "divisor": "torch.randint(1000, 100000, (128,), dtype=torch.int32)"},
            before="x = torch.randint(-(2**31), 2**31 - 1, (2048, 128), dtype=torch.int32)",
        ),
        kernel_name="floor",
        geometry="bypass",
        sequence=("Raster", "BinaryOp"),
        regimes=regimes(
            x={
                "typical": integers(-(2**31), 2**31 - 1),
                "positive": integers(0, 2**31 - 1),
                "negative_x": integers(-1000, -1),
                "negative_divisor": integers(-1000, 1000),
                "multiples": choice(-36, -24, -12, 0, 12, 24, 36),
                "around_multiples": choice(
                    -(2**30) - 1, -(2**30), -(2**30) + 1, 2**30 - 1, 2**30, 2**30 + 1
                ),
                "smaller_than_divisor": integers(-1000, 1000),
                "large_divisor": integers(-(2**31), 2**31 - 1),
                "ends": choice(-(2**31), -(2**31) + 1, 2**31 - 2, 2**31 - 1),
            },
            divisor={
                "typical": integers(1000, 100000),
                "positive": integers(1, 97),
                "negative_x": integers(2, 37),
                "negative_divisor": integers(-37, -1),
                "multiples": choice(-6, -4, -3, -1, 1, 2, 4, 6),
                "around_multiples": choice(-(2**20), -1024, -8, -2, 2, 8, 1024, 2**20),
                "smaller_than_divisor": choice(-(2**31), -2000, 2000, 2**31 - 1),
                "large_divisor": integers(2**29, 2**31 - 1),
                "ends": choice(-(2**31), -(2**31) + 1, -3, 1, 3, 2**31 - 2, 2**31 - 1),
            },
        ),
        controls=against(
            copy_input(1),
            zero_input(0),
            roll_input(1, 0),
            shift(1),
            shift(0),
            reverse(1),
            attribute("fmod", 1),  # the remainder of C, which has the sign of x
            standard=INTEGER,
        ),
        deviations=(
            Deviation(
                "divisor 0, and the lowest int32 number modulo -1",
                "ends with SIGFPE; ONNX leaves both undefined",
            ),
        ),
        operations=3 * 2048 * 128,  # divide, multiply, subtract
    ),
    binary(
        "Mod",
        "phases_256x1024",
        "Remainders of 256x1024 values by as many periods: float32, fmod=1, nothing negative",
        "float32, fmod=1: the remainder of C, equal shapes",
        """
        y = a - b * n with the whole number n of times that b > 0 goes into a >= 0.

        a and b are whole numbers below 2^24, or b is a power of two, or a / b is far from the next whole number.
        """,
        "torch.fmod(a, b)",
        ((256, 1024), (256, 1024)),
        (_DIVIDENDS, _DIVISORS),
        swap_inputs(),
        shift(1),
        reverse(0),
        border(1),
        zero_tail(0, 1, 3),
        operator("Div"),
        operator("Sub"),
        kernel_name="truncate",
        cost=3,  # divide, multiply, subtract
        examples=(
            "torch.randint(0, 100000, (256, 1024)).float()",
            "torch.randint(1, 1000, (256, 1024)).float()",
        ),
        deviations=(
            Deviation(
                "a below 0",
                "the remainder has the sign of b, as with fmod=0; ONNX gives it that of a",
                1.8,
                {"a": uniform(-9, -7), "b": choice(16)},
            ),
            Deviation(
                "a / b so near to a whole number that float32 rounds it up (0.3 by 0.1)",
                "one time too many: a remainder next to 0 instead of next to b",
                1.0,
                {"a": choice(0.30000001192092896), "b": choice(0.10000000149011612)},
            ),
        ),
    ),
    Case(
        "Pow",
        "pooling_64x56x56",
        "A 64x56x56 map to the power of one exponent (generalised mean pooling), float32; each right for itself",
        "float32, one exponent for all: no broadcast loop runs",
        Module(
            """
            y = x^exponent with one exponent for all elements, an input.

            x >= 0, or the exponent is a whole number; never 0 to a negative power.
            """,
            "torch.pow(x, exponent)",
            {"x": "4 * torch.rand(1, 64, 56, 56)", "exponent": "torch.tensor([2.6])"},
        ),
        sequence=("BinaryOp",),
        regimes=regimes(
            x={
                "typical": uniform(0.1, 4),
                "squares": uniform(-9, 9),
                "cubes": uniform(-9, 9),
                "roots": uniform(0, 100),
                "reciprocals": log_uniform(-10, 10),
                "reciprocal_roots": log_uniform(-20, 20, "positive"),
                "exponent_zero": choice(-2, 0, 3),
                "exponent_one": uniform(-9, 9),
                "zeros_and_ones": choice(0, 1, 2),
                "wide": log_uniform(-30, 30, "positive"),
                "large_exponent": uniform(0.9, 1.1),
            },
            exponent={
                "typical": uniform(-3, 3),
                "squares": choice(2),
                "cubes": choice(3),
                "roots": choice(0.5),
                "reciprocals": choice(-1),
                "reciprocal_roots": choice(-0.5),
                "exponent_zero": choice(0),
                "exponent_one": choice(1),
                "zeros_and_ones": uniform(0.1, 3),
                "wide": uniform(-2.5, 2.5),
                "large_exponent": uniform(50, 200),
            },
        ),
        controls=against(
            copy_input(1),
            zero_input(0),
            zero_input(1),
            absolute(),  # the sign of a cube
            scale(1.001),
            shift(1),
            transpose_hw(),
            border(3),
            operator("Mul"),
            operator("Div"),
        ),
        operations=30 * 64 * 56 * 56,  # a logarithm, a product, an exponential
        tolerance=_OWN_SIZE,
    ),
    binary(
        "Max",
        "thresholds_2x64x112x112",
        "The larger of a channel's threshold and a value, on two 64x112x112 maps: float32, first operand broadcast",
        "float32, first operand of lower rank, broadcast along outer and inner axes",
        "The larger of a[c] and b[n, c, h, w]; both are inputs.",
        "torch.maximum(a, b)",
        ((64, 1, 1), (2, 64, 112, 112)),
        (FLOATS, FLOATS | {"ties": choice(-1, 0, 1, 2)}),
        roll_input(0, 0),
        absolute(),
        shift(1),
        shift(0),
        transpose_hw(),
        operator("Min"),
        operator("Sum"),
        geometry="bypass",
        sequence=("While",),
    ),
)
