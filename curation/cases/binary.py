from curation.case import Case, Deviation
from curation.draws import choice, integers, log_uniform, uniform
from curation.families import binary, randn
from curation.mistakes import (
    INTEGER,
    against,
    attribute,
    copy_input,
    cyclic_input,
    reverse,
    roll_input,
    scale,
    shift,
    transpose_hw,
    zero_input,
)
from curation.modules import Module
from curation.regimes import FLOATS, regimes

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
)
