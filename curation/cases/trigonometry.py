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
    Case(
        category="trigonometry",
        operator="Acosh",
        name="distances_256x1024",
        summary="Inverse hyperbolic cosine of 256x1024 values from 1 on (hyperbolic distances), plain NCHW layout",
        model='''
            import torch
            from torch import nn


            class Model(nn.Module):
                """y = ln(x + sqrt(x^2 - 1)), element by element, for 1 <= x < 2^127."""

                def forward(self, x: torch.Tensor) -> torch.Tensor:
                    return torch.acosh(x)


            def get_inputs():
                return [1 + 4 * torch.rand(256, 1024)]


            def get_init_inputs():
                return []
            ''',
        target=("UnaryOp", "ACOSH"),
        native_file="CPUUnary.cpp",
        native_entries=("MNNSelectUnaryFunctionForFloat",),
        sequence=("UnaryOp",),
        regimes={
            "typical": {"x": uniform(1, 20)},
            "above_one": {"x": uniform(1, 1.01)},  # x * x - 1 cancels
            "at_one": {"x": uniform(1, 1.0001)},
            "steps_above_one": {"x": choice(1, 1.0000001192092896, 1.0000002384185791)},
            "large": {"x": uniform(1e3, 1e6)},
            "huge": {"x": log_uniform(64, 126, "positive")},  # x * x is infinite
            "wide": {"x": log_uniform(0, 126, "positive")},
            "ties": {"x": choice(1, 1.5, 2, 3)},
        },
        tolerance={
            "elementwise": 1e-4,
            "why": "near 1 the result is near 0: judged by the largest alone, a cancelled difference would pass",
        },
        controls=(
            {"kind": "zeros"},
            {"kind": "ones"},
            {"kind": "nan"},
            {"kind": "copy_input", "input": 0},
            {"kind": "scale", "factor": -1},
            {"kind": "scale", "factor": 1.001},
            {"kind": "last_off_by_one"},
            {"kind": "shift", "axis": 1, "by": 1},
            {"kind": "reverse", "axis": 0},
            {"kind": "replay"},
            {"kind": "half_precision"},
            {"kind": "round_output_half"},
        ),
        operations=25 * 256 * 1024,  # two roots and a logarithm
    ),
)
