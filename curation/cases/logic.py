from curation.case import Case
from curation.draws import choice

CASES = (
    Case(
        category="logic",
        operator="Or",
        name="masks_8x256x256",
        summary="Union of two boolean masks of 8x256x256 (attention), which the framework holds as int32",
        model='''
            import torch
            from torch import nn


            class Model(nn.Module):
                """The union of two boolean masks."""

                def forward(self, a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
                    return torch.logical_or(a, b)


            def get_inputs():
                return [torch.rand(8, 256, 256) < 0.5, torch.rand(8, 256, 256) < 0.5]


            def get_init_inputs():
                return []
            ''',
        target=("BinaryOp", "LOGICALOR"),
        native_file="CPUBinary.cpp",
        sequence=("BinaryOp",),
        regimes={
            "typical": {"a": choice(0, 1), "b": choice(0, 1)},
            "sparse": {"a": choice(0, 0, 0, 0, 0, 0, 0, 1), "b": choice(0, 0, 0, 0, 0, 0, 0, 1)},
            "dense": {"a": choice(0, 1, 1, 1, 1, 1, 1, 1), "b": choice(0, 1, 1, 1, 1, 1, 1, 1)},
            "only_first": {"a": choice(0, 1), "b": choice(0)},
            "only_second": {"a": choice(0), "b": choice(0, 1)},
            "all_true": {"a": choice(1), "b": choice(1)},
            "all_false": {"a": choice(0), "b": choice(0)},
        },
        controls=(
            {"kind": "zeros"},
            {"kind": "ones"},
            {"kind": "copy_input", "input": 0},
            {"kind": "copy_input", "input": 1},
            {"kind": "zero_input", "input": 0},
            {"kind": "zero_input", "input": 1},
            {"kind": "shift", "axis": 2, "by": 1},
            {"kind": "reverse", "axis": 0},
            {"kind": "transpose_hw"},
            {"kind": "replay"},
        ),
        operations=8 * 256 * 256,
    ),
)
