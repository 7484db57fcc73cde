import torch
from torch import nn


class Model(nn.Module):
    """y = ln((1 + x) / (1 - x)) / 2, element by element, for -1 < x < 1."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.atanh(x)


def get_inputs():
    return [2 * torch.rand(2, 256, 256) - 1]


def get_init_inputs():
    return []
