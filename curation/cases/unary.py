from curation.case import Case
from curation.draws import choice, log_uniform, uniform

CASES = (
    Case(
        category="unary",
        operator="Erf",
        name="tokens_128x768",
        summary="Error function of 128x768 activations (the core of an exact GELU), float32, plain NCHW layout",
        model='''
            import torch
            from torch import nn


            class Model(nn.Module):
                """The error function, element by element."""

                def forward(self, x: torch.Tensor) -> torch.Tensor:
                    return torch.erf(x)


            def get_inputs():
                return [torch.randn(1, 128, 768)]


            def get_init_inputs():
                return []
            ''',
        target=("UnaryOp", "ERF"),
        native_file="CPUUnary.cpp",
        native_entries=("MNNSelectUnaryFunctionForFloat",),
        sequence=("UnaryOp",),
        regimes={
            "typical": {"x": uniform(-3, 3)},
            "saturated": {"x": uniform(-1000, 1000)},
            "knee": {"x": uniform(0.8, 1.2)},  # where approximations change their branch
            "negative": {"x": uniform(-2, -0.5)},
            "small": {"x": log_uniform(-10, -5)},
            "tiny": {"x": log_uniform(-30, -25)},
            "wide": {"x": log_uniform(-20, 20)},
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
            {"kind": "reverse", "axis": 1},
            {"kind": "replay"},
            {"kind": "half_precision"},
            {"kind": "round_output_half"},
        ),
        operations=20 * 128 * 768,  # a rational approximation of that size
    ),
)
