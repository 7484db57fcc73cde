import torch
from torch import nn
from torch.nn import functional as F


class Model(nn.Module):
    """3x3 transposed convolution with bias whose places lie two apart."""

    def __init__(self):
        super().__init__()
        generator = torch.Generator().manual_seed(2603)
        self.weight = nn.Parameter(torch.empty(32, 32, 3, 3).uniform_(-1, 1, generator=generator))
        self.bias = nn.Parameter(torch.empty(32).uniform_(-3, 3, generator=generator))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.conv_transpose2d(x, self.weight, self.bias, dilation=2)


def get_inputs():
    return [torch.randn(1, 32, 28, 28)]


def get_init_inputs():
    return []
