from curation.case import Case
from curation.draws import choice, log_uniform, uniform

CASES = (
    Case(
        category="reduction",
        operator="ReduceSum",
        name="axis1_8x128x512",
        summary="Sum over the middle axis of 8x128x512 (pooling of tokens), dimension dropped, plain NCHW layout",
        model='''
            import torch
            from torch import nn


            class Model(nn.Module):
                """Sum over the tokens of 8 sequences; the reduced dimension disappears."""

                def forward(self, x: torch.Tensor) -> torch.Tensor:
                    return torch.sum(x, dim=1)


            def get_inputs():
                return [torch.randn(8, 128, 512)]


            def get_init_inputs():
                return []
            ''',
        target=("Reduction", "SUM"),
        native_file="CPUReduction.cpp",
        sequence=("Reduction",),
        regimes={
            "typical": {"x": uniform(-1, 1)},
            "large": {"x": uniform(-1e6, 1e6)},
            "small": {"x": log_uniform(-30, -20)},
            "wide": {"x": log_uniform(-10, 10)},
            "negative": {"x": uniform(-9, -7)},
            "cancelling": {"x": choice(-1, 1)},
            "zeros_and_denormals": {"x": choice(0, 1e-40, -1e-40)},
        },
        controls=(
            {"kind": "zeros"},
            {"kind": "ones"},
            {"kind": "nan"},
            {"kind": "copy_input", "input": 0},
            {"kind": "scale", "factor": -1},
            {"kind": "scale", "factor": 0.0078125},  # the mean
            {"kind": "last_off_by_one"},
            {"kind": "shift", "axis": 1, "by": 1},
            {"kind": "shift", "axis": 0, "by": 1},
            {"kind": "replay"},
            {"kind": "half_precision"},
            {"kind": "round_output_half"},
            {"kind": "attribute", "name": "axes", "value": [2]},
            {"kind": "attribute", "name": "axes", "value": [0]},
        ),
        operations=8 * 128 * 512,
    ),
    Case(
        category="reduction",
        operator="ReduceL2",
        name="axis2_8x256x512",
        summary="Length of each of 8x256 token vectors of width 512, dimension dropped, expanded into operators",
        model='''
            import torch
            from torch import nn


            class Model(nn.Module):
                """Euclidean norm of every token's vector; the reduced dimension disappears."""

                def forward(self, x: torch.Tensor) -> torch.Tensor:
                    return torch.linalg.vector_norm(x, ord=2, dim=2)


            def get_inputs():
                return [torch.randn(8, 256, 512)]


            def get_init_inputs():
                return []
            ''',
        form="composite",
        target=("Extra", "ReduceL2"),
        native_file="OnnxReduceL2.cpp",
        sequence=("UnaryOp", "Reduction", "UnaryOp"),
        may_emit=(
            "UnaryOp",
            "BinaryOp",
            "Reduction",
            "MatMul",
            "BatchMatMul",
            "Reshape",
            "Squeeze",
            "Unsqueeze",
            "Permute",
            "ConvertTensor",
        ),
        regimes={
            "typical": {"x": uniform(-1, 1)},
            "large": {"x": uniform(-1e6, 1e6)},
            "small": {"x": log_uniform(-30, -20)},
            "wide": {"x": log_uniform(-10, 10)},
            "negative": {"x": uniform(-9, -7)},
            "ones": {"x": choice(-1, 1)},  # every length is the square root of 512
            "zeros": {"x": choice(0)},
        },
        controls=(
            {"kind": "zeros"},
            {"kind": "ones"},
            {"kind": "nan"},
            {"kind": "copy_input", "input": 0},
            {"kind": "scale", "factor": -1},
            {"kind": "scale", "factor": 0.04419417382415922},  # the root of the mean: divided by the root of 512
            {"kind": "last_off_by_one"},
            {"kind": "shift", "axis": 1, "by": 1},
            {"kind": "shift", "axis": 0, "by": 1},
            {"kind": "replay"},
            {"kind": "round_output_half"},
            {"kind": "attribute", "name": "axes", "value": [1]},
            {"kind": "attribute", "name": "axes", "value": [0]},
        ),
        operations=2 * 8 * 256 * 512,
    ),
)
