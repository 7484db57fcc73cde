import torch
from torch import nn


class Model(nn.Module):
    """Where the smallest value stands, of the distances to 64 code words in 4096 rows, dimension dropped; of equal ones the first."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.argmin(x, dim=1)


def get_inputs():
    return [torch.randn(4096, 64)]


def get_init_inputs():
    return []
