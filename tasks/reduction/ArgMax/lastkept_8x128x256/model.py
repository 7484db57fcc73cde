import torch
from torch import nn


class Model(nn.Module):
    """Where the largest value stands, of the last axis of 8x128x256 (attention rows), dimension kept; of equal ones the first."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.argmax(x, dim=-1, keepdim=True)


def get_inputs():
    return [torch.randn(8, 128, 256)]


def get_init_inputs():
    return []
