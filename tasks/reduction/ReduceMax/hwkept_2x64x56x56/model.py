import torch
from torch import nn


class Model(nn.Module):
    """Maximum over the places of two 64x56x56 maps (global pooling), dimensions kept."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.amax(x, dim=(2, 3), keepdim=True)


def get_inputs():
    return [torch.randn(2, 64, 56, 56)]


def get_init_inputs():
    return []
