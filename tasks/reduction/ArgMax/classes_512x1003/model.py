import torch
from torch import nn


class Model(nn.Module):
    """Where the largest value stands, of 1003 class scores in 512 rows, dimension dropped; of equal ones the first."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.argmax(x, dim=-1)


def get_inputs():
    return [torch.randn(512, 1003)]


def get_init_inputs():
    return []
