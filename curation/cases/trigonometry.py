from curation.draws import choice, log_uniform, uniform
from curation.families import unary
from curation.mistakes import border, operator, reverse, scale, transpose_hw, zero_tail

CASES = (
    unary(
        "Atan",
        "map_64x56x56",
        "Arc tangent of a 64x56x56 feature map, float32, plain NCHW layout",
        "rank 4, a function of the framework's table over flat memory",
        "The arc tangent, element by element.",
        "torch.atan(x)",
        (1, 64, 56, 56),
        {
            "typical": uniform(-4, 4),
            "large": uniform(-1e6, 1e6),
            "knee": uniform(0.9, 1.1),  # where approximations change their branch
            "negative": uniform(-3, -1),
            "small": log_uniform(-10, -5),
            "tiny": log_uniform(-30, -25),
            "wide": log_uniform(-30, 30),
            "zeros_and_denormals": choice(0, 1e-40, -1e-40),
        },
        border(3),
        transpose_hw(),
        zero_tail(0, 1, 3),
        operator("Tanh"),
        cost=20,  # a polynomial with range reduction of that size
    ),
    unary(
        "Acosh",
        "distances_256x1024",
        "Inverse hyperbolic cosine of 256x1024 values from 1 on (hyperbolic distances), plain NCHW layout",
        "rank 2, a function of the framework's table over flat memory",
        "y = ln(x + sqrt(x^2 - 1)), element by element, for 1 <= x < 2^127.",
        "torch.acosh(x)",
        (256, 1024),
        {
            "typical": uniform(1, 20),
            "above_one": uniform(1, 1.01),  # x * x - 1 cancels
            "at_one": uniform(1, 1.0001),
            "steps_above_one": choice(1, 1.0000001192092896, 1.0000002384185791),
            "large": uniform(1e3, 1e6),
            "huge": log_uniform(64, 126, "positive"),  # x * x is infinite
            "wide": log_uniform(0, 126, "positive"),
            "ties": choice(1, 1.5, 2, 3),
        },
        scale(1.001),
        reverse(0),
        border(1),
        operator("Asinh"),  # the other sign below the root
        cost=25,  # two roots and a logarithm
        example="1 + 4 * torch.rand(256, 1024)",
        tolerance={
            "elementwise": 1e-4,
            "why": "near 1 the result is near 0: judged by the largest alone, a cancelled difference would pass",
        },
    ),
)
