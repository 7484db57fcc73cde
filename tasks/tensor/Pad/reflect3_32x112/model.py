import torch
from torch import nn
from torch.nn import functional as F


class Model(nn.Module):
    """Three rows and columns around each map, mirrored at its edge, which is not repeated."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.pad(x, (3, 3, 3, 3), mode="reflect")


def get_inputs():
    return [torch.randn(1, 32, 112, 112)]


def get_init_inputs():
    return []
