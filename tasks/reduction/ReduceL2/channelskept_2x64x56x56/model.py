import torch
from torch import nn


class Model(nn.Module):
    """Euclidean norm over the channels of two 64x56x56 maps (one figure a place), dimension kept."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.linalg.vector_norm(x, ord=2, dim=1, keepdim=True)


def get_inputs():
    return [torch.randn(2, 64, 56, 56)]


def get_init_inputs():
    return []
