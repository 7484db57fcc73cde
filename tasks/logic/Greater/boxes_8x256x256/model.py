import torch
from torch import nn


class Model(nn.Module):
    """y = a > b, element by element."""

    def forward(self, a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        return torch.gt(a, b)


def get_inputs():
    return [torch.randn(8, 256, 256), torch.randn(8, 256, 256)]


def get_init_inputs():
    return []
