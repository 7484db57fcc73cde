import torch
from torch import nn


class Model(nn.Module):
    """Where the smallest value stands, of 256 rows in each of 1500 columns, dimension dropped; of equal ones the first."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.argmin(x, dim=0)


def get_inputs():
    return [torch.randn(256, 1500)]


def get_init_inputs():
    return []
