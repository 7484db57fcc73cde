from curation.case import Case
from curation.draws import choice, integers

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
    Case(
        category="logic",
        operator="Less",
        name="causal_8x512x512",
        summary="Which of 512 keys each of 512 queries may see, 8 times: int32, with a broadcast on both sides",
        model='''
            import torch
            from torch import nn


            class Model(nn.Module):
                """y[b, i, j] = key[b, 0, j] < limit[b, i, 0]: each operand is broadcast along the other's axis."""

                def forward(self, key: torch.Tensor, limit: torch.Tensor) -> torch.Tensor:
                    return torch.lt(key, limit)


            def get_inputs():
                key = torch.randint(0, 512, (8, 1, 512), dtype=torch.int32)
                return [key, torch.randint(0, 512, (8, 512, 1), dtype=torch.int32)]


            def get_init_inputs():
                return []
            ''',
        target=("BinaryOp", "LESS"),
        geometry="bypass",
        native_file="CPUBinary.cpp",
        sequence=("Raster", "Raster", "BinaryOp"),
        regimes={
            "typical": {"key": integers(0, 511), "limit": integers(0, 511)},
            "ties": {"key": integers(-1, 1), "limit": integers(-1, 1)},
            "equal": {"key": choice(7), "limit": choice(7)},
            "negative": {"key": integers(-1000, -1), "limit": integers(-1000, -1)},
            "signs": {"key": integers(-1000, 1000), "limit": integers(-1000, 1000)},
            "full_range": {"key": integers(-(2**31), 2**31 - 1), "limit": integers(-(2**31), 2**31 - 1)},
            "ends": {  # the difference of two does not fit into 32 bits
                "key": choice(-(2**31), -(2**31) + 1, -1, 0, 1, 2**31 - 2, 2**31 - 1),
                "limit": choice(-(2**31), -(2**31) + 1, -1, 0, 1, 2**31 - 2, 2**31 - 1),
            },
            "neighbours": {  # the same number as float32
                "key": choice(2**30 - 1, 2**30, 2**30 + 1, -(2**30) - 1, -(2**30)),
                "limit": choice(2**30 - 1, 2**30, 2**30 + 1, -(2**30) - 1, -(2**30)),
            },
        },
        controls=(
            {"kind": "zeros"},
            {"kind": "ones"},
            {"kind": "copy_input", "input": 0},
            {"kind": "copy_input", "input": 1},
            {"kind": "zero_input", "input": 0},
            {"kind": "zero_input", "input": 1},
            {"kind": "last_off_by_one"},
            {"kind": "shift", "axis": 2, "by": 1},
            {"kind": "shift", "axis": 1, "by": 1},
            {"kind": "shift", "axis": 0, "by": 1},
            {"kind": "transpose_hw"},  # broadcast along the wrong axes
            {"kind": "replay"},
        ),
        operations=8 * 512 * 512,
        deviations=(
            "float32 operands: native compares bit patterns: wrong in 26 % of all elements for both in -1 .. 1, in all "
            "of them for both negative, right for both positive; that is why the operands are int32",
        ),
    ),
)
