import torch
from torch import nn
from torch.nn import functional as F


class Model(nn.Module):
    """A constant around each map: 1 column at the left, 2 at the right, 3 rows above, 4 below."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.pad(x, (1, 2, 3, 4), value=-0.7182818)


def get_inputs():
    return [torch.randn(1, 64, 56, 56)]


def get_init_inputs():
    return []
