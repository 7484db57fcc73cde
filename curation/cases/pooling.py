from curation.case import Case
from curation.draws import choice, log_uniform, uniform

CASES = (
    Case(
        category="pooling",
        operator="MaxPool",
        name="k3s2p1_64x112",
        summary="3x3 max pooling, stride 2, padding 1, on 64 maps of 112x112 (a ResNet stem), packed NC4HW4 layout",
        model='''
            import torch
            from torch import nn


            class Model(nn.Module):
                """3x3 max pooling, stride 2, padding 1: padded places never win."""

                def __init__(self):
                    super().__init__()
                    self.pool = nn.MaxPool2d(kernel_size=3, stride=2, padding=1)

                def forward(self, x: torch.Tensor) -> torch.Tensor:
                    return self.pool(x)


            def get_inputs():
                return [torch.randn(1, 64, 112, 112)]


            def get_init_inputs():
                return []
            ''',
        target=("Pooling", ""),
        native_file="CPUPool.cpp",
        native_entries=("MNNPoolingMax", "MNNPoolingMaxWithRedice"),
        sequence=("Raster", "Pooling", "Raster"),
        regimes={
            "typical": {"x": uniform(-1, 1)},
            "large": {"x": uniform(-1000, 1000)},
            "wide": {"x": log_uniform(-20, 20)},
            "negative": {"x": uniform(-9, -7)},  # a zero from the padding would win
            "small_negative": {"x": log_uniform(-30, -20, "negative")},
            "far_negative": {"x": uniform(-1.6e7, -1e7)},  # below a careless lowest start value
            "ties": {"x": choice(-2, -1, 1)},
            "zeros_and_denormals": {"x": choice(0, 1e-40, -1e-40)},
        },
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
            {"kind": "round_output_half"},
            {"kind": "attribute", "name": "strides", "value": [1, 1]},
            {"kind": "attribute", "name": "pads", "value": [0, 0, 0, 0]},
            {"kind": "attribute", "name": "kernel_shape", "value": [2, 2]},
        ),
        deviations=("x below -16777216 (-2^24): native answers -16777216, its start value; no regime goes there",),
        operations=8 * 64 * 56 * 56,  # comparisons
    ),
    Case(
        category="pooling",
        operator="AveragePool",
        name="k3s1p1exclusive_88x56",
        summary="3x3 average pooling, padding not counted, on 88 maps of 56x56 (a NASNet cell), packed NC4HW4 layout",
        model='''
            import torch
            from torch import nn


            class Model(nn.Module):
                """3x3 average pooling, stride 1, padding 1, which is not counted.

                The mean of those places of a window that lie inside the map: nine, six at an edge, four in a corner.
                """

                def __init__(self):
                    super().__init__()
                    self.pool = nn.AvgPool2d(kernel_size=3, stride=1, padding=1, count_include_pad=False)

                def forward(self, x: torch.Tensor) -> torch.Tensor:
                    return self.pool(x)


            def get_inputs():
                return [torch.randn(1, 88, 56, 56)]


            def get_init_inputs():
                return []
            ''',
        target=("Pooling", ""),
        native_file="CPUPool.cpp",
        native_entries=("MNNPoolingAvg",),
        sequence=("Raster", "Pooling", "Raster"),
        regimes={
            "typical": {"x": uniform(-1, 1)},
            "large": {"x": uniform(-1e6, 1e6)},
            "huge": {"x": uniform(-1e37, 1e37)},  # the sum of nine is still finite
            "small": {"x": log_uniform(-30, -20)},
            "wide": {"x": log_uniform(-20, 20)},
            "negative": {"x": uniform(-9, -7)},
            "constant": {"x": choice(1)},  # any other count than that of the places shows
            "many_zeros": {"x": choice(-1, 0, 0, 0, 1)},  # a zero inside the map counts
            "zeros_and_denormals": {"x": choice(0, 1e-40, -1e-40)},
        },
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
            {"kind": "attribute", "name": "count_include_pad", "value": 1},
            {"kind": "attribute", "name": "pads", "value": [0, 0, 0, 0]},
            {"kind": "attribute", "name": "strides", "value": [2, 2]},
            {"kind": "attribute", "name": "kernel_shape", "value": [2, 2]},
        ),
        deviations=(
            "sums beyond float32 (1e38 <= x < 2e38): native divides first and stays finite where ONNX Runtime is "
            "infinite, 77 % of all elements",
        ),
        operations=9 * 88 * 56 * 56,
    ),
)
