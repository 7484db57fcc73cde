import torch
from torch import nn


class Model(nn.Module):
    """The axis of the single channel disappears."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.squeeze(1)


def get_inputs():
    return [torch.randn(16, 1, 224, 224)]


def get_init_inputs():
    return []
