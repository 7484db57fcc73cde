import torch
from torch import nn


class Model(nn.Module):
    """y[i, j] = a[i, j] >= b[i, 0]."""

    def forward(self, a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        return torch.ge(a, b)


def get_inputs():
    return [torch.randn(2048, 256), torch.randn(2048, 1)]


def get_init_inputs():
    return []
