import torch
from torch import nn


class Model(nn.Module):
    """y = |x|, element by element."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.abs(x)


def get_inputs():
    return [torch.randn(1, 64, 112, 112)]


def get_init_inputs():
    return []
