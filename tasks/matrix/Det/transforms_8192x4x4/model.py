import torch
from torch import nn


class Model(nn.Module):
    """The determinant of each matrix. Every matrix is diagonally dominant."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.linalg.det(x)


def get_inputs():
    return [torch.rand(8192, 4, 4) * 0.6 + 2 * torch.eye(4)]


def get_init_inputs():
    return []
