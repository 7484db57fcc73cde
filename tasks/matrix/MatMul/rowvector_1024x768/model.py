import torch
from torch import nn


class Model(nn.Module):
    """A row vector by a matrix: every column of the matrix, weighted by the vector."""

    def forward(self, a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        return torch.matmul(a, b)


def get_inputs():
    return [torch.randn(1024), torch.randn(1024, 768)]


def get_init_inputs():
    return []
