import torch
from torch import nn


class Model(nn.Module):
    """y = (e^x - e^-x) / 2, element by element, for |x| <= 86."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.sinh(x)


def get_inputs():
    return [2 * torch.randn(1, 96, 56, 56)]


def get_init_inputs():
    return []
