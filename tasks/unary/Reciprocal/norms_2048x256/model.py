import torch
from torch import nn


class Model(nn.Module):
    """y = 1 / x, element by element, for 2^-101 <= |x| < 2^101."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.reciprocal(x)


def get_inputs():
    return [torch.randn(2048, 256).exp()]


def get_init_inputs():
    return []
