import torch
from torch import nn
from torch.nn import functional as F


class Model(nn.Module):
    """5x3 transposed convolution without bias, strides 2 and 1, paddings 2 and 1, output padding 1 and 0."""

    def __init__(self):
        super().__init__()
        generator = torch.Generator().manual_seed(2603)
        self.weight = nn.Parameter(torch.empty(32, 16, 5, 3).uniform_(-1, 1, generator=generator))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.conv_transpose2d(x, self.weight, stride=(2, 1), padding=(2, 1), output_padding=(1, 0))


def get_inputs():
    return [torch.randn(2, 32, 28, 28)]


def get_init_inputs():
    return []
