from curation.case import Case
from curation.draws import choice, log_uniform, uniform

CASES = (
    Case(
        category="convolution",
        operator="Conv",
        name="depthwise3x3_96x56",
        summary="3x3 depthwise convolution with bias, padding 1, on 96 maps of 56x56 (MobileNet), packed NC4HW4 layout",
        model='''
            import torch
            from torch import nn
            from torch.nn import functional as F


            class Model(nn.Module):
                """3x3 depthwise convolution (one filter per channel) with bias, stride 1, padding 1."""

                def __init__(self, channels: int):
                    super().__init__()
                    generator = torch.Generator().manual_seed(2603)
                    self.weight = nn.Parameter(torch.empty(channels, 1, 3, 3).uniform_(-1, 1, generator=generator))
                    self.bias = nn.Parameter(torch.empty(channels).uniform_(-2, 2, generator=generator))

                def forward(self, x: torch.Tensor) -> torch.Tensor:
                    return F.conv2d(x, self.weight, self.bias, padding=1, groups=self.weight.shape[0])


            def get_inputs():
                return [torch.randn(1, 96, 56, 56)]


            def get_init_inputs():
                return [96]
            ''',
        target=("ConvolutionDepthwise", ""),
        native_file="CPUConvolutionDepthwise.cpp",
        native_entries=("MNNConvRunForLineDepthwise", "MNNDepthwiseConvFastKernel"),
        sequence=("Raster", "ConvolutionDepthwise", "Raster"),
        regimes={
            "typical": {"x": uniform(-1, 1)},
            "large": {"x": uniform(-1e6, 1e6)},
            "small": {"x": log_uniform(-20, -10)},
            "wide": {"x": log_uniform(-10, 10)},
            "negative": {"x": uniform(-9, -7)},
            "ties": {"x": choice(-1, 1)},
            "zeros_and_denormals": {"x": choice(0, 1e-40, -1e-40)},  # the bias alone
        },
        parameters={"weight": uniform(-1, 1), "bias": uniform(-2, 2)},
        controls=(
            {"kind": "zeros"},
            {"kind": "ones"},
            {"kind": "nan"},
            {"kind": "copy_input", "input": 0},
            {"kind": "scale", "factor": -1},
            {"kind": "last_off_by_one"},
            {"kind": "shift", "axis": 3, "by": 1},
            {"kind": "shift", "axis": 1, "by": 1},
            {"kind": "transpose_hw"},
            {"kind": "replay"},
            {"kind": "half_precision"},
            {"kind": "round_output_half"},
            {"kind": "parameter_trivial", "parameter": "weight", "value": 1},
            {"kind": "parameter_trivial", "parameter": "bias", "value": 0},
            {"kind": "attribute", "name": "pads", "value": [0, 0, 0, 0]},
            {"kind": "attribute", "name": "strides", "value": [2, 2]},
            {"kind": "attribute", "name": "dilations", "value": [2, 2]},
        ),
        operations=2 * 9 * 96 * 56 * 56,
    ),
    Case(
        category="convolution",
        operator="ConvTranspose",
        name="k3s2_64to40x56",
        summary="3x3 transposed convolution, stride 2, bias: 64 maps of 28x28 to 40 of 56x56 (a decoder), NC4HW4",
        model='''
            import torch
            from torch import nn
            from torch.nn import functional as F


            class Model(nn.Module):
                """3x3 transposed convolution with bias, stride 2, padding 1, output padding 1.

                y[o, Y, X] = bias[o] + sum of x[c, i, j] * weight[c, o, m, n] over all c, i, j, m, n
                with Y = 2i - 1 + m and X = 2j - 1 + n.
                """

                def __init__(self, inputs: int, outputs: int):
                    super().__init__()
                    generator = torch.Generator().manual_seed(2603)
                    self.weight = nn.Parameter(torch.empty(inputs, outputs, 3, 3).uniform_(-1, 1, generator=generator))
                    self.bias = nn.Parameter(torch.empty(outputs).uniform_(-4, 4, generator=generator))

                def forward(self, x: torch.Tensor) -> torch.Tensor:
                    return F.conv_transpose2d(x, self.weight, self.bias, stride=2, padding=1, output_padding=1)


            def get_inputs():
                return [torch.randn(1, 64, 28, 28)]


            def get_init_inputs():
                return [64, 40]
            ''',
        target=("Deconvolution", ""),
        native_file="CPUDeconvolution.cpp",
        # Native is a matrix product and a scatter: the product's entries are building blocks, and open.
        sequence=("Raster", "Deconvolution", "Raster"),
        regimes={
            "typical": {"x": uniform(-1, 1)},
            "large": {"x": uniform(-1e6, 1e6)},
            "small": {"x": log_uniform(-10, -5)},
            "wide": {"x": log_uniform(-10, 10)},
            "negative": {"x": uniform(-9, -7)},
            "ties": {"x": choice(-1, 1)},
            "sparse": {"x": choice(0, 0, 0, 0, 0, 0, 0, 1)},
            "zeros_and_denormals": {"x": choice(0, 1e-40, -1e-40)},  # the bias alone
        },
        parameters={"weight": uniform(-1, 1), "bias": uniform(-4, 4)},
        controls=(
            {"kind": "zeros"},
            {"kind": "ones"},
            {"kind": "nan"},
            {"kind": "copy_input", "input": 0},
            {"kind": "zero_input", "input": 0},
            {"kind": "scale", "factor": -1},
            {"kind": "last_off_by_one"},
            {"kind": "shift", "axis": 3, "by": 1},
            {"kind": "shift", "axis": 2, "by": 1},
            {"kind": "shift", "axis": 1, "by": 1},
            {"kind": "transpose_hw"},
            {"kind": "replay"},
            {"kind": "half_precision"},
            {"kind": "round_output_half"},
            {"kind": "parameter_trivial", "parameter": "weight", "value": 1},
            {"kind": "parameter_trivial", "parameter": "bias", "value": 0},
            {"kind": "attribute", "name": "strides", "value": [3, 3]},
            {"kind": "attribute", "name": "pads", "value": [0, 0, 0, 0]},
            {"kind": "attribute", "name": "output_padding", "value": [0, 0]},
        ),
        operations=2 * 9 * 64 * 40 * 28 * 28,
    ),
)
