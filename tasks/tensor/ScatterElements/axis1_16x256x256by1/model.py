import torch
from torch import nn


class Model(nn.Module):
    """y is x but for y[i, index[i, 0, k], k] = update[i, 0, k]."""

    def forward(self, x: torch.Tensor, index: torch.Tensor, update: torch.Tensor) -> torch.Tensor:
        return torch.scatter(x, 1, index, update)


def get_inputs():
    return [torch.randn(16, 256, 256), torch.randint(0, 256, (16, 1, 256)), torch.randn(16, 1, 256)]


def get_init_inputs():
    return []
