from curation.case import Dropped
from curation.draws import choice, log_uniform, uniform
from curation.families import packed, randn
from curation.mistakes import attribute, shift, transpose_hw, zero_input
from curation.modules import Module

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
        {
            "typical": uniform(-1, 1),
            "large": uniform(-1e6, 1e6),
            "small": log_uniform(-20, -10),
            "wide": log_uniform(-10, 10),
            "negative": uniform(-9, -7),
            "ties": choice(-1, 1),
            "zeros_and_denormals": choice(0, 1e-40, -1e-40),  # the bias alone
        },
        shift(3),
        transpose_hw(),
        attribute("pads", [0, 0, 0, 0]),
        attribute("strides", [2, 2]),
        attribute("dilations", [2, 2]),
        kernel_name="depthwise",
        operations=2 * 9 * 96 * 56 * 56,
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
    Dropped("Conv", "depthwise with two outputs a channel", "converted to a dozen operators around two depthwise convolutions"),
    Dropped("Conv", "1-D", "native has an extra trailing dimension"),
    Dropped("Conv", "3-D", "converted to Im2Col, a 2-D convolution and a dozen operators around them; no 3-D kernel runs"),
)
