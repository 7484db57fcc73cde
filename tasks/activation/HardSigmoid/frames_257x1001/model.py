import torch
from torch import nn
from torch.nn import functional as F


class Model(nn.Module):
    """max(0, min(1, x / 6 + 1 / 2)), element by element."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.hardsigmoid(x)


def get_inputs():
    return [torch.randn(1, 257, 1001)]


def get_init_inputs():
    return []
