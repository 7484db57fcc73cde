import torch
from torch import nn
from torch.nn import functional as F


class Model(nn.Module):
    """7x7 convolution of a picture with bias, stride 2, padding 3."""

    def __init__(self):
        super().__init__()
        generator = torch.Generator().manual_seed(2603)
        self.weight = nn.Parameter(torch.empty(32, 3, 7, 7).uniform_(-1, 1, generator=generator))
        self.bias = nn.Parameter(torch.empty(32).uniform_(-3, 3, generator=generator))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.conv2d(x, self.weight, self.bias, stride=2, padding=3)


def get_inputs():
    return [torch.randn(1, 3, 160, 160)]


def get_init_inputs():
    return []
