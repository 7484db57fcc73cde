from curation.case import Case, Dropped
from curation.draws import boxes, choice, integers, log_uniform, uniform
from curation.families import randn
from curation.mistakes import (
    against,
    attribute,
    border,
    copy_input,
    ignored,
    reverse,
    roll_input,
    shift,
    transpose_hw,
    zero_input,
    zero_tail,
)
from curation.modules import Module
from curation.regimes import FLOATS, regimes

_STATE = uniform(-1, 1)

CASES = (
    Case(
        "RoiAlign",
        "avg7x7_64x56_32boxes",
        "Average RoiAlign of 32 boxes to 7x7 on two 64x56x56 maps at scale 1/4, packed NC4HW4 layout",
        "average of 2x2 samples, half-pixel coordinates",
        Module(
            text='''
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
                '''
        ),
        sequence=("Raster", "ROIAlign", "Raster"),
        rewire=("x", "boxes", "batch_indices"),
        regimes=regimes(
            x={
                "typical": uniform(-1, 1),
                "large": uniform(-1e6, 1e6),
                "small": log_uniform(-30, -20),
                "wide": log_uniform(-10, 10),
                "negative": uniform(-9, -7),
                "ties": choice(-1, 0, 1),
            },
            boxes={"typical": boxes(height=224, width=224), "small_boxes": boxes(height=6, width=6)},
            batch_indices={"typical": integers(0, 1), "first_image": choice(0)},
        ),
        controls=against(
            zero_input(1),
            zero_input(2),
            shift(3),
            shift(1),
            transpose_hw(),
            attribute("spatial_scale", 0.5),
            attribute("sampling_ratio", 1),
            attribute("coordinate_transformation_mode", "output_half_pixel"),
        ),
        operations=8 * 4 * 32 * 64 * 7 * 7,  # four samples of four corners
    ),
    Case(
        "RNN",
        "bidirectional_48x4x64_hidden96",
        "48 steps of an RNN in both directions, batch 4, 64 features to a state of 96; the last states are asked",
        "tanh, both directions, batch 4, initial state given",
        Module(
            text='''
                import torch
                from torch import nn


                class Model(nn.Module):
                    """One layer, both directions, batch 4: each direction's hidden state after its last step."""

                    def __init__(self):
                        super().__init__()
                        torch.manual_seed(0)
                        self.rnn = nn.RNN(input_size=64, hidden_size=96, bidirectional=True)
                        for parameter in self.rnn.parameters():
                            nn.init.uniform_(parameter, -0.2, 0.2)

                    def forward(self, x: torch.Tensor, h0: torch.Tensor) -> torch.Tensor:
                        return self.rnn(x, h0)[1]


                def get_inputs():
                    return [torch.randn(48, 4, 64), torch.randn(2, 4, 96)]


                def get_init_inputs():
                    return []
                '''
        ),
        outputs=("h",),
        sequence=("Raster", *["While"] * 3, "Raster", *["While"] * 3, "Raster"),
        parameters={"w": uniform(-0.2, 0.2), "r": uniform(-0.2, 0.2), "b": uniform(-0.2, 0.2)},
        regimes=regimes(
            x={
                "typical": uniform(-1, 1),
                "large": uniform(-100, 100),
                "wide": log_uniform(-10, 5),
                "negative": uniform(-2, -1),
                "ties": choice(-1, 0, 1),
            },
            h0={"typical": _STATE, "ties": choice(-1, 0, 1)},
        ),
        controls=against(
            copy_input(1),
            zero_input(0),
            zero_input(1),
            zero_tail(0, 2, 3),
            roll_input(0, 0),
            shift(0),  # the directions
            shift(1),
            shift(2),
            ignored("b", 0),
            ignored("r", 0),
        ),
        operations=2 * 48 * 4 * (2 * 96 * (64 + 96) + 10 * 96),
    ),
    Case(
        "LSTM",
        "forward_64x64_hidden96",
        "64 steps of an LSTM, 64 features to a state of 96, forward, initial state given; the last state is asked",
        "forward, batch 1, initial state given",
        Module(
            text='''
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
                '''
        ),
        outputs=("h", "c"),
        sequence=("Raster", "While", "While", "While", "Raster", "Raster"),
        parameters={"w": uniform(-0.3, 0.3), "r": uniform(-0.3, 0.3), "b": uniform(-0.3, 0.3)},
        regimes=regimes(
            x={
                "typical": uniform(-1, 1),
                "large": uniform(-100, 100),
                "wide": log_uniform(-10, 5),
                "negative": uniform(-2, -1),
                "ties": choice(-1, 0, 1),
            },
            h0={"typical": _STATE, "ties": choice(-1, 0, 1)},
            c0={"typical": _STATE, "ties": choice(-1, 0, 1), "large_cell": uniform(-100, 100)},
        ),
        controls=against(
            copy_input(1),
            copy_input(2),
            zero_input(0),
            zero_input(1),
            zero_input(2),
            shift(2),
            ignored("b", 0),
            ignored("r", 0),
            without=(copy_input(0),),
        ),
        operations=64 * (2 * 384 * (64 + 96) + 10 * 96),
    ),
    Case(
        "STFT",
        "frame512_hop160_2x16000",
        "Spectra of 2 signals of 16000 samples: frames of 512 every 160, windowed (speech recognition)",
        "real signals, one-sided spectrum, frames of a power of two, overlapping",
        Module(
            "y[b, t, k] = sum of x[b, 160 t + n] * window[n] * exp(-2 pi i k n / 512), as real and imaginary part.",
            """
            spectrum = torch.stft(x, 512, 160, window=self.window, center=False, return_complex=True)
            torch.view_as_real(spectrum.transpose(1, 2))
            """,
            {"x": randn(2, 16000)},
            weights={"window": ("length", uniform(0.1, 1))},
            init="length: int",
            init_inputs="512",
        ),
        sequence=("Stft",),
        regimes=regimes(x=FLOATS),
        controls=against(
            zero_tail(0, 1, 512),
            roll_input(0, 1),
            border(1),
            shift(1),
            shift(2),
            reverse(3),
            ignored("window", 1),
        ),
        operations=2 * 97 * 2.5 * 512 * 9,  # 97 frames, a fast transform of a real one: 2.5 n log2 n
    ),
)

DROPPED = (
    Dropped("LSTM", "the exporter that is not the legacy one", "the converter crashes on its model"),
    Dropped("RNN", "the exporter that is not the legacy one", "unrolls the steps"),
    Dropped("RoiAlign", "mode max", "native is wrong"),
)
