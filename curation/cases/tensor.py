from curation.case import Case
from curation.draws import choice, distinct, log_uniform, uniform

CASES = (
    Case(
        category="tensor",
        operator="TopK",
        name="largest8_of_32000x4",
        summary="The 8 largest of 32000 in each of 4 rows, sorted, with their indices (a beam search's step)",
        model='''
            import torch
            from torch import nn


            class Model(nn.Module):
                """The 8 largest values of each row in falling order, and where they stand."""

                def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
                    return torch.topk(x, k=8, dim=-1, largest=True, sorted=True)


            def get_inputs():
                return [torch.randperm(4 * 32000).reshape(4, 32000) / 1000 - 64]


            def get_init_inputs():
                return []
            ''',
        target=("TopKV2", ""),
        native_file="CPUTopKV2.cpp",
        sequence=("TopKV2",),
        outputs=("values", "indices"),
        regimes={
            "typical": {"x": distinct(-16, 16)},
            "large": {"x": distinct(-1e6, 1e6)},
            "negative": {"x": distinct(-9, -7)},
            "positive": {"x": distinct(1, 2)},
            "small": {"x": distinct(-1e-20, 1e-20)},
            "denormals": {"x": distinct(0, 1e-38)},
        },
        deviations=("on ties native gives other indices than ONNX, which takes the lowest; every regime is distinct",),
        controls=(
            {"kind": "zeros"},
            {"kind": "ones"},
            {"kind": "nan"},
            {"kind": "copy_input", "input": 0},
            {"kind": "scale", "factor": -1},
            {"kind": "last_off_by_one"},
            {"kind": "shift", "axis": 1, "by": 1},
            {"kind": "shift", "axis": 0, "by": 1},
            {"kind": "reverse", "axis": 1},
            {"kind": "replay"},
            {"kind": "half_precision"},
            {"kind": "round_output_half"},
            {"kind": "attribute", "name": "largest", "value": 0},
        ),
        operations=4 * 32000,  # one comparison an element
    ),
    Case(
        category="tensor",
        operator="Transpose",
        name="windows_112x112x64",
        summary="A 112x112x64 map cut into 16x16 windows of 7x7: two axes of 1x16x7x16x7x64 exchanged, moves only",
        model='''
            import torch
            from torch import nn


            class Model(nn.Module):
                """Window partition: rows of windows, rows in them, columns of windows, columns in them, channels."""

                def forward(self, x: torch.Tensor) -> torch.Tensor:
                    return x.permute(0, 1, 3, 2, 4, 5)


            def get_inputs():
                return [torch.randn(1, 16, 7, 16, 7, 64)]


            def get_init_inputs():
                return []
            ''',
        form="geometric",
        target=("Permute", ""),
        native_file="GeometryPermute.cpp",
        may_emit=("Raster",),
        sequence=("Raster",),
        regimes={
            "typical": {"x": uniform(-1, 1)},
            "large": {"x": uniform(-1e6, 1e6)},
            "small": {"x": log_uniform(-30, -20)},
            "wide": {"x": log_uniform(-10, 10)},
            "negative": {"x": uniform(-9, -7)},
            "ties": {"x": choice(-1, 0, 1)},
            "distinct": {"x": distinct(-1, 1)},
        },
        controls=(
            {"kind": "zeros"},
            {"kind": "ones"},
            {"kind": "nan"},
            {"kind": "copy_input", "input": 0},
            {"kind": "scale", "factor": -1},
            {"kind": "last_off_by_one"},
            {"kind": "shift", "axis": 1, "by": 1},
            {"kind": "shift", "axis": 4, "by": 1},
            {"kind": "reverse", "axis": 5},
            {"kind": "replay"},
            {"kind": "half_precision"},
            {"kind": "round_output_half"},
            {"kind": "attribute", "name": "perm", "value": [0, 1, 3, 4, 2, 5]},
            {"kind": "attribute", "name": "perm", "value": [0, 3, 1, 2, 4, 5]},
            {"kind": "attribute", "name": "perm", "value": [0, 1, 2, 3, 5, 4]},
        ),
        operations=112 * 112 * 64,  # one move an element
    ),
)
