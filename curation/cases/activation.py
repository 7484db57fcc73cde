from curation.case import Case
from curation.draws import choice, log_uniform, uniform

CASES = (
    Case(
        category="activation",
        operator="Softmax",
        name="lastaxis_8x256x256",
        summary="Softmax over the last axis of 8 attention maps of 256x256, float32, plain NCHW layout",
        model='''
            import torch
            from torch import nn


            class Model(nn.Module):
                """Softmax over the last axis: attention weights of 8 heads."""

                def forward(self, x: torch.Tensor) -> torch.Tensor:
                    return torch.softmax(x, dim=-1)


            def get_inputs():
                return [torch.randn(8, 256, 256)]


            def get_init_inputs():
                return []
            ''',
        target=("Softmax", ""),
        native_file="CPUSoftmax.cpp",
        native_entries=("MNNSoftmax",),
        sequence=("Softmax",),
        regimes={
            "typical": {"x": uniform(-5, 5)},
            "large": {"x": uniform(-80, 80)},
            "far_above_zero": {"x": uniform(95, 105)},  # exp overflows unless the row's maximum is subtracted
            "far_below_zero": {"x": uniform(-1000, -990)},  # all exp underflow likewise
            "small": {"x": log_uniform(-20, -3)},
            "wide": {"x": log_uniform(-10, 10)},
            "ties": {"x": choice(-1, 0, 2)},
            "zeros_and_denormals": {"x": choice(0, 1e-40, -1e-40)},
        },
        controls=(
            {"kind": "zeros"},
            {"kind": "ones"},
            {"kind": "nan"},
            {"kind": "copy_input", "input": 0},
            {"kind": "scale", "factor": -1},
            {"kind": "last_off_by_one"},
            {"kind": "shift", "axis": 2, "by": 1},
            {"kind": "transpose_hw"},
            {"kind": "replay"},
            {"kind": "half_precision"},
            {"kind": "round_output_half"},
            {"kind": "attribute", "name": "axis", "value": 1},
        ),
        operations=5 * 8 * 256 * 256,  # maximum, subtract, exp, sum, scale
    ),
    Case(
        category="activation",
        operator="HardSigmoid",
        name="map_64x112",
        summary="Hard sigmoid of a 64x112x112 feature map, float32, plain NCHW layout, expanded into elementwise operators",
        model='''
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
            ''',
        form="composite",
        target=("Extra", "HardSigmoid"),
        native_file="OnnxHardSigmoid.cpp",
        sequence=("BinaryOp", "BinaryOp", "ReLU6"),
        may_emit=("BinaryOp", "UnaryOp", "ReLU", "ReLU6", "PReLU", "Select", "Cast", "Scale", "ConvertTensor", "Reshape"),
        regimes={
            "typical": {"x": uniform(-5, 5)},
            "inside": {"x": uniform(-2.9, 2.9)},  # no element is cut
            "lower_edge": {"x": uniform(-3.5, -2.5)},
            "upper_edge": {"x": uniform(2.5, 3.5)},
            "large": {"x": uniform(-1e6, 1e6)},
            "all_cut": {"x": uniform(-100, -3.5)},  # exactly zero
            "wide": {"x": log_uniform(-10, 10)},
            "small": {"x": log_uniform(-20, -3)},
            "special": {"x": choice(-3, 3, 0, 1e-40, -1e-40, -6, 6)},
        },
        controls=(
            {"kind": "zeros"},
            {"kind": "ones"},
            {"kind": "nan"},
            {"kind": "copy_input", "input": 0},
            {"kind": "scale", "factor": -1},
            {"kind": "last_off_by_one"},
            {"kind": "shift", "axis": 1, "by": 1},
            {"kind": "transpose_hw"},
            {"kind": "replay"},
            {"kind": "half_precision"},
            {"kind": "round_output_half"},
            {"kind": "attribute", "name": "alpha", "value": 0.2},  # the operator's default
            {"kind": "attribute", "name": "beta", "value": 0.0},
        ),
        operations=4 * 64 * 112 * 112,  # multiply, add, two comparisons
    ),
)
