import torch
from torch import nn
from torch.nn import functional as F


class Model(nn.Module):
    """1x7 convolution with bias; three places of padding at the left and the right side."""

    def __init__(self):
        super().__init__()
        generator = torch.Generator().manual_seed(2603)
        self.weight = nn.Parameter(torch.empty(64, 64, 1, 7).uniform_(-1, 1, generator=generator))
        self.bias = nn.Parameter(torch.empty(64).uniform_(-3, 3, generator=generator))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.conv2d(x, self.weight, self.bias, padding=(0, 3))


def get_inputs():
    return [torch.randn(1, 64, 28, 28)]


def get_init_inputs():
    return []
