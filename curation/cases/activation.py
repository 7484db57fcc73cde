from curation.case import Case, Deviation
from curation.draws import choice, log_uniform, uniform
from curation.families import randn, unary
from curation.mistakes import (
    absolute,
    against,
    attribute,
    border,
    operator,
    reverse,
    roll_input,
    shift,
    transpose_hw,
    zero_tail,
)
from curation.modules import Module
from curation.regimes import FLOATS, regimes

_SCORES = {
    "typical": uniform(-5, 5),
    "large": uniform(-80, 80),
    "far_above_zero": uniform(95, 105),  # exp overflows unless the row's maximum is subtracted
    "far_below_zero": uniform(-1000, -990),  # all exp underflow likewise
    "small": log_uniform(-20, -3),
    "wide": log_uniform(-10, 10),
    "ties": choice(-1, 0, 2),
    "zeros_and_denormals": choice(0, 1e-40, -1e-40),
}
_GATES = {
    "typical": uniform(-5, 5),
    "inside": uniform(-2.9, 2.9),  # no element is cut
    "lower_edge": uniform(-3.5, -2.5),
    "upper_edge": uniform(2.5, 3.5),
    "large": uniform(-1e6, 1e6),
    "all_cut": uniform(-100, -3.5),  # exactly zero
    "wide": log_uniform(-10, 10),
    "small": log_uniform(-20, -3),
    "special": choice(-3, 3, 0, 1e-40, -1e-40, -6, 6),
}
# Of what is x above zero and an exponential less one below; native's cancels where all elements are near zero.
_BENT = {
    "typical": uniform(-3, 3),
    "large": uniform(-1e6, 1e6),
    "saturated": uniform(-1000, -20),
    "positive": uniform(1, 100),  # the exponential overflows where it is not wanted
    "negative": uniform(-2, -0.5),
    "near_zero": uniform(-0.05, 0.05),
    "wide": log_uniform(-20, 10),
    "ties": choice(-1, 0, 1),
    "denormals_and_ones": choice(0, 1e-40, -1e-40, 1),
}
_RECTIFIED = FLOATS | {"positive": uniform(7, 9)}


def _leaky(name: str, what: str, path: str, slope: float, shape: tuple[int, ...], other: float, *mistakes) -> Case:
    return unary(
        "LeakyRelu",
        name,
        f"Leaky ReLU with slope {slope} of {what}, float32",
        path,
        f"x where it is positive, {slope} * x where it is not.",
        f"F.leaky_relu(x, {slope})",
        shape,
        _RECTIFIED,
        absolute(),
        attribute("alpha", other),
        attribute("alpha", -slope),
        operator("Relu"),
        *mistakes,
        cost=2,
        sequence=("ReLU",),
    )


def _bent(
    kind: str,
    name: str,
    what: str,
    path: str,
    alpha: float,
    shape: tuple[int, ...],
    sequence: tuple[str, ...],
    error: float,
    *mistakes,
) -> Case:
    formula = f"{alpha:g} * (e^x - 1)" if kind == "Elu" else f"{alpha:g} * (e^(x / {alpha:g}) - 1)"
    return unary(
        kind,
        name,
        f"{kind.upper()} with alpha {alpha:g} of {what}, float32, a few elementwise operators",
        path,
        f"""
        x where it is positive, {formula} where it is not.

        No input consists of elements near 0 alone.
        """,
        f"F.{kind.lower()}(x, alpha={alpha})",
        shape,
        _BENT,
        absolute(),
        attribute("alpha", 3.0),
        operator("Relu"),
        operator("Softplus"),
        *mistakes,
        cost=20,  # an exponential and a choice
        sequence=sequence,
        deviations=(
            Deviation(
                "all x in -0.001 .. 0",
                "takes e^x - 1, which cancels",
                error,
                {"x": uniform(-0.001, 0)},
            ),
        ),
    )


CASES = (
    unary(
        "Relu",
        "map_64x112",
        "ReLU of a 64x112x112 feature map, float32, plain NCHW layout",
        "rank 4, slope 0",
        "x where it is positive, 0 where it is not.",
        "F.relu(x)",
        (1, 64, 112, 112),
        _RECTIFIED,
        operator("Abs"),
        operator("LeakyRelu"),
        operator("Softplus"),
        border(3),
        transpose_hw(),
        zero_tail(0, 1, 3),
        cost=1,
        sequence=("ReLU",),
    ),
    _leaky(
        "map_64x112x112",
        "a 64x112x112 feature map",
        "slope 0.01, rank 4, whole vectors",
        0.01,
        (1, 64, 112, 112),
        0.1,
        border(3),
        transpose_hw(),
    ),
    _leaky(
        "map_33x129x129",
        "a 33x129x129 feature map (one element is left after whole vectors)",
        "slope 0.2, an odd number of elements: one is left after whole vectors",
        0.2,
        (1, 33, 129, 129),
        0.01,
        zero_tail(0, 3, 1),
        transpose_hw(),
    ),
    Case(
        "Softmax",
        "lastaxis_8x256x256",
        "Softmax over the last axis of 8 attention maps of 256x256, float32, plain NCHW layout",
        "the last axis: rows lie in one piece",
        Module(
            "Softmax over the last axis: attention weights of 8 heads.",
            "torch.softmax(x, dim=-1)",
            {"x": randn(8, 256, 256)},
        ),
        sequence=("Softmax",),
        regimes=regimes(x=_SCORES),
        controls=against(zero_tail(0, 2, 3), shift(2), transpose_hw(), attribute("axis", 1)),
        operations=5 * 8 * 256 * 256,  # maximum, subtract, exp, sum, scale
    ),
    unary(
        "Softmax",
        "axis1_21x128x128",
        "Softmax over 21 classes at each of 128x128 places (segmentation), float32, plain NCHW layout",
        "axis 1 of rank 4, more classes than a vector holds: native transposes, works along rows, transposes back",
        "Softmax over the classes, at every place of a map.",
        "torch.softmax(x, dim=1)",
        (1, 21, 128, 128),
        _SCORES,
        reverse(1),
        transpose_hw(),
        roll_input(0, 1),
        zero_tail(0, 1, 3),
        attribute("axis", 3),
        attribute("axis", 2),
        operator("LogSoftmax"),
        cost=5,  # maximum, subtract, exp, sum, scale
        sequence=("Softmax",),
    ),
    unary(
        "Softmax",
        "axis0_3x512x512",
        "Softmax over 3 values at each of 512x512 places (mixing weights), float32, plain NCHW layout",
        "axis 0 with fewer values than a vector holds: native works on many places at once",
        """
        Softmax over the first axis: the weights by which three maps are mixed, at every place.

        No |x| is above 80.
        """,
        "torch.softmax(x, dim=0)",
        (3, 512, 512),
        {
            "typical": uniform(-5, 5),
            "large": uniform(-80, 80),
            "far_above_zero": uniform(70, 80),
            "far_below_zero": uniform(-80, -70),
            "small": log_uniform(-20, -3),
            "wide": log_uniform(-10, 5),
            "ties": choice(-1, 0, 2),
            "zeros_and_denormals": choice(0, 1e-40, -1e-40),
        },
        shift(0),
        reverse(0),
        transpose_hw(),
        zero_tail(0, 0, 1),
        attribute("axis", 1),
        attribute("axis", 2),
        operator("LogSoftmax"),
        cost=5,
        sequence=("Softmax",),
        deviations=(
            Deviation(
                "values above 87, or all of a place below -87",
                "takes exponentials without subtracting the maximum, and cuts them at e^87: all weights come out alike",
                0.66,
                {"x": uniform(95, 105)},
            ),
        ),
    ),
    Case(
        "HardSigmoid",
        "map_64x112",
        "Hard sigmoid of a 64x112x112 feature map, float32, plain NCHW layout, expanded into elementwise operators",
        "alpha = 1/6, as PyTorch has it, on a feature map",
        Module(
            text='''
                import torch
                from torch.nn import functional as F


                class Model(torch.nn.Module):
                    """max(0, min(1, x / 6 + 1 / 2)), as in the gates of mobile networks."""

                    def forward(self, x: torch.Tensor) -> torch.Tensor:
                        return F.hardsigmoid(x)


                def get_inputs():
                    return [torch.randn(1, 64, 112, 112)]


                def get_init_inputs():
                    return []
                '''
        ),
        sequence=("BinaryOp", "BinaryOp", "ReLU6"),
        regimes=regimes(x=_GATES),
        controls=against(
            shift(1),
            transpose_hw(),
            attribute("alpha", 0.2),  # the operator's default
            attribute("beta", 0.0),
        ),
        operations=4 * 64 * 112 * 112,  # multiply, add, two comparisons
    ),
    unary(
        "HardSigmoid",
        "frames_257x1001",
        "Hard sigmoid of 257x1001 values (a mask on a spectrogram), float32; one element after whole vectors",
        "rank 3, an odd number of elements: one is left after whole vectors",
        "max(0, min(1, x / 6 + 1 / 2)), element by element.",
        "F.hardsigmoid(x)",
        (1, 257, 1001),
        _GATES,
        border(2),
        zero_tail(0, 2, 1),
        attribute("alpha", 0.2),  # the operator's default
        attribute("beta", 0.0),
        operator("Sigmoid"),
        operator("HardSwish"),
        cost=4,  # multiply, add, two comparisons
        sequence=("BinaryOp", "BinaryOp", "ReLU6"),
    ),
    _bent(
        "Celu",
        "map_64x56x56",
        "a 64x56x56 feature map",
        "alpha 1: neither a division of x nor a product",
        1.0,
        (1, 64, 56, 56),
        ("BinaryOp", "UnaryOp", "BinaryOp", "Select"),
        1.2e-4,
        border(3),
        transpose_hw(),
        operator("Selu"),
    ),
    _bent(
        "Celu",
        "tokens_128x1024",
        "128x1024 activations",
        "alpha 1.5: x divided by it, the result multiplied",
        1.5,
        (1, 128, 1024),
        ("BinaryOp", "BinaryOp", "UnaryOp", "BinaryOp", "BinaryOp", "Select"),
        2e-4,
        border(2),
        zero_tail(0, 2, 3),
        operator("Elu"),  # x not divided
    ),
    _bent(
        "Elu",
        "map_64x56x56",
        "a 64x56x56 feature map",
        "alpha 1, rank 4",
        1.0,
        (1, 64, 56, 56),
        ("UnaryOp", "BinaryOp", "BinaryOp", "Select"),
        1.2e-4,
        border(3),
        transpose_hw(),
        operator("Selu"),
    ),
    _bent(
        "Elu",
        "tokens_128x1024",
        "128x1024 activations",
        "alpha 0.5, rank 3",
        0.5,
        (1, 128, 1024),
        ("UnaryOp", "BinaryOp", "BinaryOp", "Select"),
        1.2e-4,
        border(2),
        zero_tail(0, 2, 3),
        operator("Celu"),  # x divided by alpha
    ),
)
