import torch
from torch import nn
from torch.nn import functional as F


class Model(nn.Module):
    """Every channel of either input is normalized over its pixels."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.instance_norm(x, eps=1e-3)


def get_inputs():
    return [torch.randn(2, 48, 56, 56)]


def get_init_inputs():
    return []
