import torch
from torch import nn
from torch.nn import functional as F


class Model(nn.Module):
    """x where it is positive, 1.5 * (e^(x / 1.5) - 1) where it is not.

    No input consists of elements near 0 alone.
    """

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.celu(x, alpha=1.5)


def get_inputs():
    return [torch.randn(1, 128, 1024)]


def get_init_inputs():
    return []
