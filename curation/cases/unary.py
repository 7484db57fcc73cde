from curation.case import Case
from curation.draws import choice, integers, log_uniform, uniform

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
    Case(
        category="unary",
        operator="Exp",
        name="scores_8x256x256",
        summary="Exponential of 8x256x256 attention scores, float32, plain NCHW layout; every element right for itself",
        model='''
            import torch
            from torch import nn


            class Model(nn.Module):
                """y = e^x, element by element, for |x| <= 86: the results span 74 decades."""

                def forward(self, x: torch.Tensor) -> torch.Tensor:
                    return torch.exp(x)


            def get_inputs():
                return [4 * torch.randn(8, 256, 256)]


            def get_init_inputs():
                return []
            ''',
        target=("UnaryOp", "EXP"),
        native_file="CPUUnary.cpp",
        # The unary function for EXP is nothing but a call of the free function MNNExp.
        native_entries=("MNNSelectUnaryFunctionForFloat", "MNNExp"),
        sequence=("UnaryOp",),
        regimes={
            "typical": {"x": uniform(-10, 4)},
            "wide": {"x": uniform(-86, 86)},
            "large": {"x": uniform(80, 86)},
            "far_below_zero": {"x": uniform(-86, -80)},
            "negative": {"x": uniform(-2, -1)},
            "knee": {"x": uniform(0.3, 0.4)},  # ln(2)/2, where a range reduction rounds the other way
            "whole_numbers": {"x": integers(-86, 86)},
            "small": {"x": log_uniform(-20, -5)},
            "zeros_and_denormals": {"x": choice(0, 1e-40, -1e-40)},
        },
        tolerance={
            "floor": 1e-38,
            "elementwise": 1e-4,
            "why": "the results span 74 decades: judged by the largest alone, all but a few could be anything",
        },
        controls=(
            {"kind": "zeros"},
            {"kind": "ones"},
            {"kind": "nan"},
            {"kind": "copy_input", "input": 0},
            {"kind": "zero_input", "input": 0},
            {"kind": "scale", "factor": -1},
            {"kind": "scale", "factor": 1.001},
            {"kind": "last_off_by_one"},
            {"kind": "shift", "axis": 2, "by": 1},
            {"kind": "reverse", "axis": 0},
            {"kind": "transpose_hw"},
            {"kind": "replay"},
            {"kind": "half_precision"},
            {"kind": "round_output_half"},
        ),
        deviations=(
            "x above 87: native answers e^87 = 6.076e37 (at 88 that is 63 % too little, above 88.72 ONNX is infinite)",
            "x below -87: native answers e^-87 = 1.646e-38 (at -88 2.7 times too much, at -104 ONNX is 0)",
        ),
        operations=15 * 8 * 256 * 256,  # range reduction, a polynomial of degree 6, scaling
    ),
)
