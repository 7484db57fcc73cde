from curation.case import Case
from curation.draws import choice, log_uniform, uniform

CASES = (
    Case(
        category="binary",
        operator="Add",
        name="channelbias_64x112",
        summary="One value per channel added to a 64x112x112 map (one-sided broadcast, which native runs as a loop)",
        model='''
            import torch
            from torch import nn


            class Model(nn.Module):
                """Adds one value per channel to a feature map; both operands are inputs."""

                def forward(self, x: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
                    return x + bias


            def get_inputs():
                return [torch.randn(1, 64, 112, 112), torch.randn(1, 64, 1, 1)]


            def get_init_inputs():
                return []
            ''',
        target=("BinaryOp", "ADD"),
        geometry="bypass",
        native_file="CPUBinary.cpp",
        native_entries=("MNNSelectBinaryFunctionForFloat",),
        sequence=("While",),
        regimes={
            "typical": {"x": uniform(-1, 1), "bias": uniform(-1, 1)},
            "large": {"x": uniform(-1e6, 1e6), "bias": uniform(-1e6, 1e6)},
            "large_bias": {"x": uniform(-1, 1), "bias": uniform(100, 1000)},
            "small": {"x": log_uniform(-30, -20), "bias": log_uniform(-30, -20)},
            "wide": {"x": log_uniform(-10, 10), "bias": log_uniform(-10, 10)},
            "negative": {"x": uniform(-9, -7), "bias": uniform(-9, -7)},
            "cancelling": {"x": choice(-2, -1, 1, 2), "bias": choice(-2, -1, 1, 2)},
            "zeros_and_denormals": {"x": choice(0, 1e-40, -1e-40), "bias": choice(0, 1e-40)},
        },
        controls=(
            {"kind": "zeros"},
            {"kind": "ones"},
            {"kind": "nan"},
            {"kind": "copy_input", "input": 0},
            {"kind": "copy_input", "input": 1},
            {"kind": "zero_input", "input": 0},
            {"kind": "zero_input", "input": 1},
            {"kind": "scale", "factor": -1},
            {"kind": "last_off_by_one"},
            {"kind": "shift", "axis": 1, "by": 1},
            {"kind": "transpose_hw"},
            {"kind": "replay"},
            {"kind": "half_precision"},
            {"kind": "round_output_half"},
        ),
        operations=64 * 112 * 112,
    ),
)
