import torch
from torch import nn


class Model(nn.Module):
    """y = -x, element by element."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.neg(x)


def get_inputs():
    return [torch.randn(4, 512, 768)]


def get_init_inputs():
    return []
