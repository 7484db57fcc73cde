import torch
from torch import nn


class Model(nn.Module):
    """Where the largest value stands, of 21 class scores at each place of a 160x160 map, dimension dropped; of equal ones the first."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.argmax(x, dim=1)


def get_inputs():
    return [torch.randn(1, 21, 160, 160)]


def get_init_inputs():
    return []
