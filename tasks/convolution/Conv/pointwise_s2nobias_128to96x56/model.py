import torch
from torch import nn
from torch.nn import functional as F


class Model(nn.Module):
    """1x1 convolution of every second place of every second row, without bias."""

    def __init__(self):
        super().__init__()
        generator = torch.Generator().manual_seed(2603)
        self.weight = nn.Parameter(torch.empty(96, 128, 1, 1).uniform_(-1, 1, generator=generator))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.conv2d(x, self.weight, stride=2)


def get_inputs():
    return [torch.randn(1, 128, 56, 56)]


def get_init_inputs():
    return []
