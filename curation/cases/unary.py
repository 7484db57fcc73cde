from curation.case import Deviation
from curation.draws import choice, integers, log_uniform, uniform
from curation.families import unary
from curation.mistakes import border, operator, reverse, scale, transpose_hw, zero_input, zero_tail

CASES = (
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
)
