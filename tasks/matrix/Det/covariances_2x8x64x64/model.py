import torch
from torch import nn


class Model(nn.Module):
    """The determinant of each matrix. Every matrix is diagonally dominant."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.linalg.det(x)


def get_inputs():
    return [torch.rand(2, 8, 64, 64) * 0.03 + 2 * torch.eye(64)]


def get_init_inputs():
    return []
