import torch
from torch import nn


class Model(nn.Module):
    """y = e^x, element by element, for |x| <= 86: the results span 74 decades."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.exp(x)


def get_inputs():
    return [4 * torch.randn(8, 256, 256)]


def get_init_inputs():
    return []
