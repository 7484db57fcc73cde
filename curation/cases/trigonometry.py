from curation.case import Case
from curation.draws import choice, log_uniform, uniform

CASES = (
    Case(
        category="trigonometry",
        operator="Atan",
        name="map_64x56x56",
        summary="Arc tangent of a 64x56x56 feature map, float32, plain NCHW layout",
        model='''
            import torch
            from torch import nn


            class Model(nn.Module):
                """The arc tangent, element by element."""

                def forward(self, x: torch.Tensor) -> torch.Tensor:
                    return torch.atan(x)


            def get_inputs():
                return [torch.randn(1, 64, 56, 56)]


            def get_init_inputs():
                return []
            ''',
        target=("UnaryOp", "ATAN"),
        native_file="CPUUnary.cpp",
        native_entries=("MNNSelectUnaryFunctionForFloat",),
        sequence=("UnaryOp",),
        regimes={
            "typical": {"x": uniform(-4, 4)},
            "large": {"x": uniform(-1e6, 1e6)},
            "knee": {"x": uniform(0.9, 1.1)},  # where approximations change their branch
            "negative": {"x": uniform(-3, -1)},
            "small": {"x": log_uniform(-10, -5)},
            "tiny": {"x": log_uniform(-30, -25)},
            "wide": {"x": log_uniform(-30, 30)},
            "zeros_and_denormals": {"x": choice(0, 1e-40, -1e-40)},
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
        ),
        operations=20 * 64 * 56 * 56,  # a polynomial with range reduction of that size
    ),
)
