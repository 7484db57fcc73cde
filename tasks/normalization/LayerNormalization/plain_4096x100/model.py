import torch
from torch import nn
from torch.nn import functional as F


class Model(nn.Module):
    """Layer normalization over the last axis: mean 0 and variance 1 in every row."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.layer_norm(x, (100,), eps=1e-6)


def get_inputs():
    return [torch.randn(4096, 100)]


def get_init_inputs():
    return []
