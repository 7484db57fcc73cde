import torch
from torch import nn
from torch.nn import functional as F


class Model(nn.Module):
    """y[c, i, j] = x[c, i / 2, j / 2], rounded down."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.interpolate(x, size=(112, 112), mode="nearest")


def get_inputs():
    return [torch.randn(1, 64, 56, 56)]


def get_init_inputs():
    return []
