import torch
from torch import nn
from torch.nn import functional as F


class Model(nn.Module):
    """y[c, 2 i + m, 2 j + n] = x[4 c + 2 m + n, i, j]."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.pixel_shuffle(x, 2)


def get_inputs():
    return [torch.randn(1, 64, 56, 56)]


def get_init_inputs():
    return []
