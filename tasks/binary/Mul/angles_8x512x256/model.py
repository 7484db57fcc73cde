import torch
from torch import nn


class Model(nn.Module):
    """y[b, i, j] = a[b, i, 0] * b[b, 0, j]: each operand is broadcast along the other's axis."""

    def forward(self, a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        return a * b


def get_inputs():
    return [torch.randn(8, 512, 1), torch.randn(8, 1, 256)]


def get_init_inputs():
    return []
