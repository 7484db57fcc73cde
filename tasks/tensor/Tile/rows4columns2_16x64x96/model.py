import torch
from torch import nn


class Model(nn.Module):
    """Each table four times below and twice beside itself."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.tile(x, (1, 4, 2))


def get_inputs():
    return [torch.randn(16, 64, 96)]


def get_init_inputs():
    return []
