import torch
from torch import nn
from torch.nn import functional as F


class Model(nn.Module):
    """The first sample 15 times before each signal, the last one 16 times behind it."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.pad(x, (15, 16), mode="replicate")


def get_inputs():
    return [torch.randn(8, 64, 1000)]


def get_init_inputs():
    return []
