import torch
from torch import nn


class Model(nn.Module):
    """Mean over eight 64x28x28 maps and their places (batch statistics), dimensions kept."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.mean(x, dim=(0, 2, 3), keepdim=True)


def get_inputs():
    return [torch.randn(8, 64, 28, 28)]


def get_init_inputs():
    return []
