import torch
from torch import nn
from torch.nn import functional as F


class Model(nn.Module):
    """3x3 transposed convolution with bias, stride 2, padding 1, output padding 1.

    y[o, Y, X] = bias[o] + sum of x[c, i, j] * weight[c, o, m, n] over all c, i, j, m, n
    with Y = 2i - 1 + m and X = 2j - 1 + n.
    """

    def __init__(self, inputs: int, outputs: int):
        super().__init__()
        generator = torch.Generator().manual_seed(2603)
        self.weight = nn.Parameter(torch.empty(inputs, outputs, 3, 3).uniform_(-1, 1, generator=generator))
        self.bias = nn.Parameter(torch.empty(outputs).uniform_(-4, 4, generator=generator))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.conv_transpose2d(x, self.weight, self.bias, stride=2, padding=1, output_padding=1)


def get_inputs():
    return [torch.randn(1, 64, 28, 28)]


def get_init_inputs():
    return [64, 40]
