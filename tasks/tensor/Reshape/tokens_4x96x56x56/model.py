import torch
from torch import nn


class Model(nn.Module):
    """Each map becomes one row; the order of the elements stays."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.reshape(4, 96, 3136)


def get_inputs():
    return [torch.randn(4, 96, 56, 56)]


def get_init_inputs():
    return []
