import torch
from torch import nn


class Model(nn.Module):
    """The elements 1, 3, 5, ... of each row."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x[:, :, 1::2]


def get_inputs():
    return [torch.randn(8, 256, 512)]


def get_init_inputs():
    return []
