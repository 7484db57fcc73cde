from curation.case import Case
from curation.draws import choice, log_uniform, uniform

CASES = (
    Case(
        category="matrix",
        operator="MatMul",
        name="2d_192x256x320",
        summary="Product of a 192x256 and a 256x320 matrix, both of them inputs, float32, plain NCHW layout",
        model='''
            import torch
            from torch import nn


            class Model(nn.Module):
                """The product of two matrices, neither of them constant."""

                def forward(self, a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
                    return torch.matmul(a, b)


            def get_inputs():
                return [torch.randn(192, 256), torch.randn(256, 320)]


            def get_init_inputs():
                return []
            ''',
        target=("MatMul", ""),
        native_file="CPUMatMul.cpp",
        native_entries=(
            "MNNPackedMatMul",
            "MNNPackedMatMulRemain",
            "MNNComputeMatMulForE_1",
            "MNNComputeMatMulForH_1",
        ),
        sequence=("MatMul",),
        regimes={
            "typical": {"a": uniform(-1, 1), "b": uniform(-1, 1)},
            "large": {"a": uniform(-1e6, 1e6), "b": uniform(-1e6, 1e6)},
            "unequal": {"a": uniform(-1000, 1000), "b": uniform(-0.001, 0.001)},
            "small": {"a": log_uniform(-30, -20), "b": log_uniform(-30, -20)},
            "wide": {"a": log_uniform(-10, 10), "b": log_uniform(-10, 10)},
            "negative": {"a": uniform(-2, -1), "b": uniform(-2, -1)},
            "signs": {"a": choice(-1, 1), "b": choice(-1, 0, 1)},
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
            {"kind": "shift", "axis": 0, "by": 1},
            {"kind": "shift", "axis": 1, "by": 1},
            {"kind": "replay"},
            {"kind": "half_precision"},
            {"kind": "round_output_half"},
        ),
        operations=2 * 192 * 256 * 320,
    ),
    Case(
        category="matrix",
        operator="MatMul",
        name="heads12_128x64x128",
        summary="Products of 12 pairs of a 128x64 and a 64x128 matrix (attention scores of 12 heads), all of them inputs",
        model='''
            import torch
            from torch import nn


            class Model(nn.Module):
                """One product per head, no operand constant."""

                def forward(self, a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
                    return torch.matmul(a, b)


            def get_inputs():
                return [torch.randn(12, 128, 64), torch.randn(12, 64, 128)]


            def get_init_inputs():
                return []
            ''',
        form="geometric",
        target=("MatMul", ""),
        native_file="GeometryBatchMatMul.cpp",
        may_emit=("Raster", "While", "MatMul", "BinaryOp", "UnaryOp", "Reduction"),
        sequence=("While",),
        regimes={
            "typical": {"a": uniform(-1, 1), "b": uniform(-1, 1)},
            "large": {"a": uniform(-1e6, 1e6), "b": uniform(-1e6, 1e6)},
            "unequal": {"a": uniform(-1000, 1000), "b": uniform(-0.001, 0.001)},
            "small": {"a": log_uniform(-30, -20), "b": log_uniform(-30, -20)},
            "wide": {"a": log_uniform(-10, 10), "b": log_uniform(-10, 10)},
            "negative": {"a": uniform(-2, -1), "b": uniform(-2, -1)},
            "signs": {"a": choice(-1, 1), "b": choice(-1, 0, 1)},
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
            {"kind": "shift", "axis": 0, "by": 1},
            {"kind": "shift", "axis": 1, "by": 1},
            {"kind": "shift", "axis": 2, "by": 1},
            {"kind": "transpose_hw"},
            {"kind": "replay"},
            {"kind": "half_precision"},
            {"kind": "round_output_half"},
        ),
        operations=2 * 12 * 128 * 64 * 128,
    ),
)
