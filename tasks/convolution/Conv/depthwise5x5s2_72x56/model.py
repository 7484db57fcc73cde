import torch
from torch import nn
from torch.nn import functional as F


class Model(nn.Module):
    """5x5 depthwise convolution (one filter per channel) with bias, stride 2, padding 2."""

    def __init__(self):
        super().__init__()
        generator = torch.Generator().manual_seed(2603)
        self.weight = nn.Parameter(torch.empty(72, 1, 5, 5).uniform_(-1, 1, generator=generator))
        self.bias = nn.Parameter(torch.empty(72).uniform_(-3, 3, generator=generator))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.conv2d(x, self.weight, self.bias, stride=2, padding=2, groups=72)


def get_inputs():
    return [torch.randn(1, 72, 56, 56)]


def get_init_inputs():
    return []
