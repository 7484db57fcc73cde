import torch
from torch import nn


class Model(nn.Module):
    """The intersection of an attention mask and a mask of the keys."""

    def forward(self, a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        return torch.logical_and(a, b)


def get_inputs():
    return [torch.rand(8, 256, 256) < 0.5, torch.rand(8, 1, 256) < 0.9]


def get_init_inputs():
    return []
