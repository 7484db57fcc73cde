from curation.case import Deviation, Dropped
from curation.draws import choice, distinct, log_uniform, uniform
from curation.families import packed, randn
from curation.mistakes import (
    attribute,
    border,
    half_precision,
    operator,
    shift,
    shuffle,
    transpose_hw,
    zero_tail,
)
from curation.modules import Module

CASES = (
    packed(
        "MaxPool",
        "k3s2p1_64x112",
        "3x3 max pooling, stride 2, padding 1, on 64 maps of 112x112 (a ResNet stem), packed NC4HW4 layout",
        "3x3, stride 2, padding 1",
        Module(
            "3x3 max pooling, stride 2, padding 1: padded places never win.",
            "self.pool(x)",
            {"x": randn(1, 64, 112, 112)},
            layer="self.pool = nn.MaxPool2d(kernel_size=3, stride=2, padding=1)",
        ),
        {
            "typical": uniform(-1, 1),
            "large": uniform(-1000, 1000),
            "wide": log_uniform(-20, 20),
            "negative": uniform(-9, -7),  # a zero from the padding would win
            "small_negative": log_uniform(-30, -20, "negative"),
            "far_negative": uniform(-1.6e7, -1e7),  # below a careless lowest start value
            "ties": choice(-2, -1, 1),
            "zeros_and_denormals": choice(0, 1e-40, -1e-40),
        },
        shift(3),
        transpose_hw(),
        attribute("strides", [1, 1]),
        attribute("pads", [0, 0, 0, 0]),
        attribute("kernel_shape", [2, 2]),
        without=(half_precision(),),
        operations=8 * 64 * 56 * 56,  # comparisons
        deviations=(
            Deviation(
                "x below -16777216 (-2^24)",
                "answers -16777216, its start value",
                0.98,
                {"x": uniform(-1e9, -9e8)},
            ),
        ),
    ),
    packed(
        "AveragePool",
        "k3s1p1exclusive_88x56",
        "3x3 average pooling, padding not counted, on 88 maps of 56x56 (a NASNet cell), packed NC4HW4 layout",
        "3x3, stride 1, padding 1 that is not counted",
        Module(
            """
            3x3 average pooling, stride 1, padding 1, which is not counted.

            The mean of those places of a window that lie inside the map: nine, six at an edge, four in a corner.
            """,
            "self.pool(x)",
            {"x": randn(1, 88, 56, 56)},
            layer="self.pool = nn.AvgPool2d(kernel_size=3, stride=1, padding=1, count_include_pad=False)",
        ),
        {
            "typical": uniform(-1, 1),
            "large": uniform(-1e6, 1e6),
            "huge": uniform(-1e37, 1e37),  # the sum of nine is still finite
            "small": log_uniform(-30, -20),
            "wide": log_uniform(-20, 20),
            "negative": uniform(-9, -7),
            "constant": choice(1),  # any other count than that of the places shows
            "many_zeros": choice(-1, 0, 0, 0, 1),  # a zero inside the map counts
            "zeros_and_denormals": choice(0, 1e-40, -1e-40),
        },
        shift(3),
        transpose_hw(),
        attribute("count_include_pad", 1),
        attribute("pads", [0, 0, 0, 0]),
        attribute("strides", [2, 2]),
        attribute("kernel_shape", [2, 2]),
        operations=9 * 88 * 56 * 56,
        deviations=(
            Deviation(
                "sums beyond float32 (1e38 <= x < 2e38)",
                "divides first and stays finite where ONNX Runtime is infinite",
                0.77,
                {"x": uniform(1e38, 2e38)},
            ),
        ),
    ),
    packed(
        "GlobalMaxPool",
        "2d_512x28",
        "The largest of each of 512 maps of 28x28, packed NC4HW4 layout",
        "2-D, one window as large as the map",
        Module("The largest value of each map.", "F.adaptive_max_pool2d(x, 1)", {"x": randn(1, 512, 28, 28)}),
        {
            "typical": uniform(-1, 1),
            "large": uniform(-1000, 1000),
            "wide": log_uniform(-20, 20),
            "negative": uniform(-9, -7),
            "small_negative": log_uniform(-30, -20, "negative"),
            "far_negative": uniform(-1.6e7, -1e7),
            "distinct": distinct(-2, -1),
        },
        zero_tail(0, 3, 3),
        border(1),
        shuffle(1, 4),
        operator("GlobalAveragePool"),
        without=(half_precision(),),
        operations=512 * 28 * 28,
    ),
)

DROPPED = (
    Dropped("AveragePool", "2-D, ceil_mode, padding counted", "PyTorch and ONNX Runtime differ by 59 % of the maximum"),
    Dropped("GlobalMaxPool", "3-D", "exported as a ReduceMax"),
    Dropped("MaxPool", "dilations", "native ignores them"),
)
