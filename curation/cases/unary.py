from curation.case import Deviation
from curation.draws import choice, distinct, integers, log_uniform, uniform
from curation.families import unary
from curation.mistakes import (
    absolute,
    border,
    operator,
    reverse,
    round_output_half,
    scale,
    shift,
    transpose_hw,
    zero_input,
    zero_tail,
)
from curation.regimes import FLOATS

# For what rounds to a whole number, up or down.
_STEPS = {
    "typical": uniform(-9, 9),
    "fractions": uniform(-1, 1),
    "negative": uniform(-9, -7),
    "whole_numbers": integers(-100, 100),
    "next_to_whole": choice(
        -1.0000001192092896, -0.9999999403953552, 0.9999999403953552, 1.0000001192092896, 2.000000238418579
    ),
    "large": uniform(-1e6, 1e6),
    "beyond_int32": log_uniform(31, 60),
    "beyond_int64": log_uniform(63, 120),
    "small": log_uniform(-30, -20),
}
_NEXT_TO_HALF = (
    0.4999999701976776,
    0.5000000596046448,
    1.4999998807907104,
    1.5000001192092896,
    2.499999761581421,
    2.500000238418579,
)

CASES = (
    unary(
        "Abs",
        "map_64x112",
        "Absolute value of a 64x112x112 feature map, float32, plain NCHW layout",
        "rank 4, a function of the framework's table over flat memory",
        "y = |x|, element by element.",
        "torch.abs(x)",
        (1, 64, 112, 112),
        FLOATS | {"positive": uniform(7, 9)},
        border(3),
        transpose_hw(),
        zero_tail(0, 1, 3),
        operator("Relu"),  # what is negative cut instead of turned
        operator("Neg"),
        cost=1,
    ),
    unary(
        "Ceil",
        "scores_8x256x256",
        "Next whole number above each of 8x256x256 values, float32, plain NCHW layout",
        "rank 3, a function of the framework's table over flat memory",
        "The smallest whole number that is not below x, element by element.",
        "torch.ceil(x)",
        (8, 256, 256),
        _STEPS,
        reverse(0),
        transpose_hw(),
        operator("Floor"),
        operator("Round"),
        cost=1,
        example="4 * torch.randn(8, 256, 256)",
    ),
    unary(
        "Erf",
        "tokens_128x768",
        "Error function of 128x768 activations (the core of an exact GELU), float32, plain NCHW layout",
        "rank 3, a function of the framework's table over flat memory",
        "The error function, element by element.",
        "torch.erf(x)",
        (1, 128, 768),
        {
            "typical": uniform(-3, 3),
            "saturated": uniform(-1000, 1000),
            "knee": uniform(0.8, 1.2),  # where approximations change their branch
            "negative": uniform(-2, -0.5),
            "small": log_uniform(-10, -5),
            "tiny": log_uniform(-30, -25),
            "wide": log_uniform(-20, 20),
            "zeros_and_denormals": choice(0, 1e-40, -1e-40),
        },
        reverse(1),
        border(2),
        zero_tail(0, 2, 3),
        operator("Tanh"),  # of the same form, up to 0.09 off
        cost=20,  # a rational approximation of that size
    ),
    unary(
        "Exp",
        "scores_8x256x256",
        "Exponential of 8x256x256 attention scores, float32, plain NCHW layout; every element right for itself",
        "rank 3, the free function MNNExp over flat memory",
        "y = e^x, element by element, for |x| <= 86: the results span 74 decades.",
        "torch.exp(x)",
        (8, 256, 256),
        {
            "typical": uniform(-10, 4),
            "wide": uniform(-86, 86),
            "large": uniform(80, 86),
            "far_below_zero": uniform(-86, -80),
            "negative": uniform(-2, -1),
            "knee": uniform(0.3, 0.4),  # ln(2)/2, where a range reduction rounds the other way
            "whole_numbers": integers(-86, 86),
            "small": log_uniform(-20, -5),
            "zeros_and_denormals": choice(0, 1e-40, -1e-40),
        },
        zero_input(0),
        scale(1.001),
        reverse(0),
        transpose_hw(),
        cost=15,  # range reduction, a polynomial of degree 6, scaling
        example="4 * torch.randn(8, 256, 256)",
        tolerance={
            "floor": 1e-38,
            "elementwise": 1e-4,
            "why": "the results span 74 decades: judged by the largest alone, all but a few could be anything",
        },
        deviations=(
            Deviation(
                "x above 87",
                "answers e^87 = 6.076e37: at 88 that is 63 % too little, above 88.72 ONNX is infinite",
                0.63,
                {"x": uniform(87.5, 88)},
            ),
            Deviation(
                "x below -87",
                "answers e^-87 = 1.646e-38: at -88 2.7 times what is right, at -104 ONNX is 0",
                1.3,
                {"x": uniform(-88.5, -88)},
            ),
        ),
    ),
    unary(
        "Floor",
        "frames_257x1001",
        "Next whole number below each of 257x1001 values (a spectrogram), float32; one element after whole vectors",
        "rank 3, an odd number of elements: one is left after whole vectors",
        "The largest whole number that is not above x, element by element.",
        "torch.floor(x)",
        (1, 257, 1001),
        _STEPS,
        reverse(1),
        border(2),
        zero_tail(0, 2, 1),
        operator("Ceil"),
        operator("Round"),
        cost=1,
        example="4 * torch.randn(1, 257, 1001)",
    ),
    unary(
        "Log",
        "mel_80x3000",
        "Natural logarithm of an 80x3000 mel spectrogram (speech recognition), float32, plain NCHW layout",
        "rank 3, a function of the framework's table over flat memory",
        "y = ln(x), element by element, for normal x > 0.",
        "torch.log(x)",
        (1, 80, 3000),
        {
            "typical": uniform(0.01, 20),
            "near_one": uniform(0.9, 1.1),  # the result passes through 0
            "below_one": uniform(0.1, 0.9),
            "large": uniform(1e3, 1e6),
            "small": log_uniform(-30, -20, "positive"),
            "ends": choice(1.1754943508222875e-38, 3.4028234663852886e38),  # smallest normal, largest
            "wide": log_uniform(-126, 127, "positive"),
            "powers_of_two": choice(0.125, 0.25, 0.5, 1, 2, 4, 1024),
        },
        scale(0.4342944819),  # to the base 10
        scale(1.442695041),  # to the base 2
        absolute(),
        reverse(1),
        border(2),
        cost=15,  # exponent and mantissa apart, a polynomial
        example="0.01 + 20 * torch.rand(1, 80, 3000)",
    ),
    unary(
        "Neg",
        "tokens_4x512x768",
        "4x512x768 activations with the other sign, float32, plain NCHW layout",
        "rank 3, a function of the framework's table over flat memory",
        "y = -x, element by element.",
        "torch.neg(x)",
        (4, 512, 768),
        FLOATS | {"positive": uniform(7, 9)},
        absolute(),
        zero_tail(0, 1, 3),
        reverse(1),
        border(2),
        operator("Reciprocal"),
        cost=1,
    ),
    unary(
        "Reciprocal",
        "norms_2048x256",
        "1/x of 2048x256 values (the step after a norm), float32; every element right for itself",
        "rank 2, a function of the framework's table over flat memory",
        "y = 1 / x, element by element, for 2^-101 <= |x| < 2^101.",
        "torch.reciprocal(x)",
        (2048, 256),
        {
            "typical": log_uniform(-3, 3),
            "positive": uniform(0.5, 2),
            "negative": uniform(-9, -7),
            "large": log_uniform(10, 20),
            "small": log_uniform(-100, -90),
            "wide": log_uniform(-100, 100),
            "powers_of_two": choice(-8, -1, -0.25, 0.125, 1, 2),
        },
        scale(1.0003),  # a hardware estimate without a Newton step
        absolute(),
        reverse(0),
        border(1),
        operator("Sqrt"),
        cost=1,
        example="torch.randn(2048, 256).exp()",
        tolerance={
            "elementwise": 1e-4,
            "why": "the reciprocal of what is nearest to 0 is the largest result: judged by that, all others could be "
            "anything",
        },
    ),
    unary(
        "Round",
        "codes_512x1024",
        "Nearest whole number of 512x1024 values (quantisation), float32; no value is half way between two",
        "rank 2, a function of the framework's table over flat memory",
        """
        The nearest whole number, element by element.

        ONNX rounds what is half way between two to the even one; no x is.
        """,
        "torch.round(x)",
        (512, 1024),
        {
            # Grids of 524288 values, none nearer than 1.5e-5 and 2e-6 to a half.
            "typical": distinct(-8.75, 8.99),
            "fractions": distinct(-0.97, 1.45),
            "next_to_half": choice(*_NEXT_TO_HALF, *(-value for value in _NEXT_TO_HALF)),  # x + 0.5 rounds up
            "whole_numbers": integers(-100, 100),
            "quarters": choice(-1000.75, -1000.25, -3.75, -3.25, 0.25, 0.75, 7.25, 7.75, 4095.25, 4095.75),
            "large": integers(-1000000, 1000000),
            "beyond_int32": log_uniform(31, 60),
            "beyond_int64": log_uniform(63, 120),
            "small": log_uniform(-30, -20),
        },
        reverse(0),
        border(1),
        operator("Floor"),
        operator("Ceil"),
        cost=1,
        example="9 * torch.rand(512, 1024) - 4.25",
        deviations=(
            Deviation(
                "x half way between two whole numbers",
                "rounds away from zero (0.5 to 1, 2.5 to 3), ONNX to the even one (0.5 to 0, 2.5 to 2)",
                0.5,
                {"x": choice(-2.5, -0.5, 0.5, 2.5)},
            ),
        ),
    ),
    unary(
        "Sign",
        "map_64x112x112",
        "Sign of a 64x112x112 feature map (binarised networks), float32, plain NCHW layout",
        "rank 4, a function of the framework's table over flat memory",
        "y = -1 for x < 0, 0 for x = 0, 1 for x > 0, element by element.",
        "torch.sign(x)",
        (1, 64, 112, 112),
        FLOATS | {"positive": uniform(7, 9), "negative_or_zero": choice(-3, 0), "tiny": log_uniform(-120, -100)},
        absolute(),
        shift(3),
        transpose_hw(),
        zero_tail(0, 1, 3),
        operator("Ceil"),
        operator("Erf"),
        cost=2,
        without=(round_output_half(),),  # -1, 0 and 1 are exact
    ),
    unary(
        "Sqrt",
        "variances_8x256x256",
        "Square root of 8x256x256 values (variances), float32; every element right for itself",
        "rank 3, a function of the framework's table over flat memory",
        "The square root, element by element, for x = 0 and normal x > 0.",
        "torch.sqrt(x)",
        (8, 256, 256),
        {
            "typical": uniform(0, 100),
            "with_zeros": choice(0, 0.25, 1, 2, 4),  # x * (1 / sqrt(x)) is NaN at 0
            "near_one": uniform(0.9, 1.1),
            "large": uniform(1e3, 1e6),
            "small": log_uniform(-100, -90, "positive"),
            "odd_exponents": choice(2.0, 8.0, 0.5, 0.125, 3.0, 0.1),
            "wide": log_uniform(-126, 126, "positive"),
        },
        scale(1.0003),  # a hardware estimate without a Newton step
        reverse(0),
        transpose_hw(),
        operator("Reciprocal"),
        operator("Log"),
        cost=1,
        example="100 * torch.rand(8, 256, 256)",
        tolerance={
            "elementwise": 1e-4,
            "why": "the results span 38 decades: judged by the largest alone, all but a few could be anything",
        },
    ),
)
