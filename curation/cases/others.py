from curation.case import Case
from curation.draws import boxes, choice, integers, log_uniform, uniform

_BOXES = {"boxes": boxes(height=224, width=224), "batch_indices": integers(0, 1)}
_STATE = {"h0": uniform(-1, 1), "c0": uniform(-1, 1)}

CASES = (
    Case(
        category="others",
        operator="RoiAlign",
        name="avg7x7_64x56_32boxes",
        summary="Average RoiAlign of 32 boxes to 7x7 on two 64x56x56 maps at scale 1/4, packed NC4HW4 layout",
        model='''
            import torch
            from torch import nn
            from torchvision.ops import roi_align


            class Model(nn.Module):
                """Each box of its image, resampled to 7x7: the mean of 2x2 bilinear samples per place."""

                def forward(self, x: torch.Tensor, boxes: torch.Tensor, batch_indices: torch.Tensor) -> torch.Tensor:
                    rois = torch.cat([batch_indices[:, None].to(boxes.dtype), boxes], dim=1)
                    return roi_align(x, rois, (7, 7), spatial_scale=0.25, sampling_ratio=2, aligned=True)


            def get_inputs():
                first = torch.rand(32, 2) * 100
                size = torch.rand(32, 2) * 100 + 1
                return [torch.randn(2, 64, 56, 56), torch.cat([first, first + size], dim=1), torch.arange(32) % 2]


            def get_init_inputs():
                return []
            ''',
        target=("ROIAlign", ""),
        native_file="CPUROIAlign.cpp",
        native_entries=("MNNRoiAlignAvg", "MNNRoiAlignMax"),
        sequence=("Raster", "ROIAlign", "Raster"),
        rewire=("x", "boxes", "batch_indices"),
        regimes={
            "typical": {"x": uniform(-1, 1)} | _BOXES,
            "large": {"x": uniform(-1e6, 1e6)} | _BOXES,
            "small": {"x": log_uniform(-30, -20)} | _BOXES,
            "wide": {"x": log_uniform(-10, 10)} | _BOXES,
            "negative": {"x": uniform(-9, -7)} | _BOXES,
            "ties": {"x": choice(-1, 0, 1)} | _BOXES,
            "small_boxes": {"x": uniform(-1, 1)} | _BOXES | {"boxes": boxes(height=6, width=6)},
            "first_image": {"x": uniform(-1, 1)} | _BOXES | {"batch_indices": choice(0)},
        },
        controls=(
            {"kind": "zeros"},
            {"kind": "ones"},
            {"kind": "nan"},
            {"kind": "copy_input", "input": 0},
            {"kind": "zero_input", "input": 1},
            {"kind": "zero_input", "input": 2},
            {"kind": "scale", "factor": -1},
            {"kind": "last_off_by_one"},
            {"kind": "shift", "axis": 3, "by": 1},
            {"kind": "shift", "axis": 1, "by": 1},
            {"kind": "transpose_hw"},
            {"kind": "replay"},
            {"kind": "half_precision"},
            {"kind": "round_output_half"},
            {"kind": "attribute", "name": "spatial_scale", "value": 0.5},
            {"kind": "attribute", "name": "sampling_ratio", "value": 1},
            {"kind": "attribute", "name": "coordinate_transformation_mode", "value": "output_half_pixel"},
        ),
        operations=8 * 4 * 32 * 64 * 7 * 7,  # four samples of four corners
    ),
    Case(
        category="others",
        operator="LSTM",
        name="forward_64x64_hidden96",
        summary="64 steps of an LSTM, 64 features to a state of 96, forward, initial state given; the last state is asked",
        model='''
            import torch
            from torch import nn


            class Model(nn.Module):
                """One layer, one direction, batch 1: the hidden state and the cell after the last step."""

                def __init__(self):
                    super().__init__()
                    torch.manual_seed(0)
                    self.lstm = nn.LSTM(input_size=64, hidden_size=96)
                    for parameter in self.lstm.parameters():
                        nn.init.uniform_(parameter, -0.3, 0.3)

                def forward(
                    self, x: torch.Tensor, h0: torch.Tensor, c0: torch.Tensor
                ) -> tuple[torch.Tensor, torch.Tensor]:
                    return self.lstm(x, (h0, c0))[1]


            def get_inputs():
                return [torch.randn(64, 1, 64), torch.randn(1, 1, 96), torch.randn(1, 1, 96)]


            def get_init_inputs():
                return []
            ''',
        form="geometric",
        target=("LSTM", ""),
        native_file="GeometryLSTM.cpp",
        may_emit=("Raster", "While", "MatMul", "BinaryOp", "UnaryOp"),
        converter_flags=("--useOriginRNNImpl",),
        exporter="legacy",
        outputs=("h", "c"),
        sequence=("Raster", "While", "While", "While", "Raster", "Raster"),
        parameters={"w": uniform(-0.3, 0.3), "r": uniform(-0.3, 0.3), "b": uniform(-0.3, 0.3)},
        regimes={
            "typical": {"x": uniform(-1, 1)} | _STATE,
            "large": {"x": uniform(-100, 100)} | _STATE,
            "small": {"x": log_uniform(-20, -10)} | _STATE,
            "wide": {"x": log_uniform(-10, 5)} | _STATE,
            "negative": {"x": uniform(-2, -1)} | _STATE,
            "ties": {"x": choice(-1, 0, 1), "h0": choice(-1, 0, 1), "c0": choice(-1, 0, 1)},
            "large_cell": {"x": uniform(-1, 1), "h0": uniform(-1, 1), "c0": uniform(-100, 100)},
        },
        controls=(
            {"kind": "zeros"},
            {"kind": "ones"},
            {"kind": "nan"},
            {"kind": "copy_input", "input": 1},
            {"kind": "copy_input", "input": 2},
            {"kind": "zero_input", "input": 0},
            {"kind": "zero_input", "input": 1},
            {"kind": "zero_input", "input": 2},
            {"kind": "scale", "factor": -1},
            {"kind": "last_off_by_one"},
            {"kind": "shift", "axis": 2, "by": 1},
            {"kind": "replay"},
            {"kind": "half_precision"},
            {"kind": "round_output_half"},
            {"kind": "parameter_trivial", "parameter": "b", "value": 0},
            {"kind": "parameter_trivial", "parameter": "r", "value": 0},
        ),
        operations=64 * (2 * 384 * (64 + 96) + 10 * 96),
    ),
)
