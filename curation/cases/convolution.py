from curation.case import Baseline, Dropped
from curation.draws import choice, log_uniform, uniform
from curation.families import packed, randn
from curation.mistakes import attribute, border, roll_input, shift, shuffle, transpose_hw, zero_input, zero_tail
from curation.modules import Module

_PICTURE = {
    "typical": uniform(-1, 1),
    "large": uniform(-1e6, 1e6),
    "small": log_uniform(-20, -10),
    "wide": log_uniform(-10, 10),
    "negative": uniform(-9, -7),
    "ties": choice(-1, 1),
    "zeros_and_denormals": choice(0, 1e-40, -1e-40),  # the bias alone
}

CASES = (
    packed(
        "Conv",
        "depthwise3x3_96x56",
        "3x3 depthwise convolution with bias, padding 1, on 96 maps of 56x56 (MobileNet), packed NC4HW4 layout",
        "depthwise 3x3, stride 1, padding 1",
        Module(
            "3x3 depthwise convolution (one filter per channel) with bias, stride 1, padding 1.",
            "F.conv2d(x, self.weight, self.bias, padding=1, groups=self.weight.shape[0])",
            {"x": randn(1, 96, 56, 56)},
            weights={"weight": ("channels, 1, 3, 3", uniform(-1, 1)), "bias": ("channels", uniform(-2, 2))},
            init="channels: int",
            init_inputs="96",
        ),
        _PICTURE,
        shift(3),
        transpose_hw(),
        attribute("pads", [0, 0, 0, 0]),
        attribute("strides", [2, 2]),
        attribute("dilations", [2, 2]),
        kernel_name="depthwise",
        operations=2 * 9 * 96 * 56 * 56,
    ),
    packed(
        "Conv",
        "groups4_64to128x28",
        "3x3 convolution in 4 groups with bias, padding 1: 64 maps of 28x28 to 128, packed NC4HW4 layout",
        "dense 3x3 in 4 groups: one kernel run a group",
        Module(
            "3x3 convolution with bias, padding 1: each quarter of the channels makes a quarter of the results.",
            "F.conv2d(x, self.weight, self.bias, padding=1, groups=4)",
            {"x": randn(1, 64, 28, 28)},
            weights={"weight": ("outputs, inputs // 4, 3, 3", uniform(-1, 1)), "bias": ("outputs", uniform(-2, 2))},
            init="inputs: int, outputs: int",
            init_inputs="64, 128",
        ),
        _PICTURE,
        shift(3),
        transpose_hw(),
        border(1),
        shuffle(1, 4),
        roll_input(0, 1, 16),
        zero_tail(0, 1, 3),
        attribute("pads", [0, 0, 0, 0]),
        attribute("strides", [2, 2]),
        kernel_name="dense",
        calls_per_run=4,
        sequence=("Raster", *["Convolution", "Raster"] * 4),
        operations=2 * 9 * 64 * 128 * 28 * 28 / 4,
    ),
    packed(
        "Conv",
        "k3s1p1_64x56",
        "3x3 convolution with bias, stride 1, padding 1, on 64 maps of 56x56 (ResNet), packed NC4HW4 layout",
        "dense 3x3, stride 1: native takes Winograd's way",
        Module(
            "3x3 convolution with bias, stride 1, padding 1.",
            "F.conv2d(x, self.weight, self.bias, padding=1)",
            {"x": randn(1, 64, 56, 56)},
            weights={"weight": ("channels, channels, 3, 3", uniform(-1, 1)), "bias": ("channels", uniform(-2, 2))},
            init="channels: int",
            init_inputs="64",
        ),
        _PICTURE,
        shift(3),
        transpose_hw(),
        border(3),
        zero_tail(0, 1, 3),
        attribute("pads", [0, 0, 0, 0]),
        attribute("strides", [2, 2]),
        attribute("dilations", [2, 2]),
        kernel_name="dense",
        operations=2 * 9 * 64 * 64 * 56 * 56,
        baseline=Baseline(
            why="Winograd's transforms cancel",
            error=1e-3,
            default_us=1090,
            setting="Winograd off",
            hints={"WINOGRAD_MEMORY_LEVEL": 0},
            setting_error=2e-6,
            setting_us=3270,
        ),
    ),
    packed(
        "ConvTranspose",
        "k3s2_64to40x56",
        "3x3 transposed convolution, stride 2, bias: 64 maps of 28x28 to 40 of 56x56 (a decoder), NC4HW4",
        "dense 3x3, stride 2, padding 1, output padding 1",
        Module(
            """
            3x3 transposed convolution with bias, stride 2, padding 1, output padding 1.

            y[o, Y, X] = bias[o] + sum of x[c, i, j] * weight[c, o, m, n] over all c, i, j, m, n
            with Y = 2i - 1 + m and X = 2j - 1 + n.
            """,
            "F.conv_transpose2d(x, self.weight, self.bias, stride=2, padding=1, output_padding=1)",
            {"x": randn(1, 64, 28, 28)},
            weights={"weight": ("inputs, outputs, 3, 3", uniform(-1, 1)), "bias": ("outputs", uniform(-4, 4))},
            init="inputs: int, outputs: int",
            init_inputs="64, 40",
        ),
        {
            "typical": uniform(-1, 1),
            "large": uniform(-1e6, 1e6),
            "small": log_uniform(-10, -5),
            "wide": log_uniform(-10, 10),
            "negative": uniform(-9, -7),
            "ties": choice(-1, 1),
            "sparse": choice(0, 0, 0, 0, 0, 0, 0, 1),
            "zeros_and_denormals": choice(0, 1e-40, -1e-40),  # the bias alone
        },
        zero_input(0),
        shift(3),
        shift(2),
        transpose_hw(),
        attribute("strides", [3, 3]),
        attribute("pads", [0, 0, 0, 0]),
        attribute("output_padding", [0, 0]),
        operations=2 * 9 * 64 * 40 * 28 * 28,
    ),
)

DROPPED = (
    Dropped(
        "Conv",
        "depthwise with two outputs a channel",
        "converted to a dozen operators around two depthwise convolutions",
    ),
    Dropped("Conv", "1-D", "native has an extra trailing dimension"),
    Dropped(
        "Conv", "3-D", "converted to Im2Col, a 2-D convolution and a dozen operators around them; no 3-D kernel runs"
    ),
)
