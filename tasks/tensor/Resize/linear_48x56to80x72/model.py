import torch
from torch import nn
from torch.nn import functional as F


class Model(nn.Module):
    """Bilinear interpolation, with the centres of the pixels half a pixel from the edge."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.interpolate(x, size=(80, 72), mode="bilinear", align_corners=False)


def get_inputs():
    return [torch.randn(1, 48, 56, 56)]


def get_init_inputs():
    return []
