import torch
from torch import nn


class Model(nn.Module):
    """y = (e^x + e^-x) / 2, element by element, for |x| <= 86."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.cosh(x)


def get_inputs():
    return [2 * torch.randn(1, 128, 768)]


def get_init_inputs():
    return []
