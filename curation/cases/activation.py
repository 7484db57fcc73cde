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
)
