import torch
from torch import nn


class Model(nn.Module):
    """The square root, element by element, for x = 0 and normal x > 0."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.sqrt(x)


def get_inputs():
    return [100 * torch.rand(8, 256, 256)]


def get_init_inputs():
    return []
