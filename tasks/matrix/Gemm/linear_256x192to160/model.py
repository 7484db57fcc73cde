import torch
from torch import nn
from torch.nn import functional as F


class Model(nn.Module):
    """A linear layer: x by the transposed weight, plus a bias per column."""

    def __init__(self):
        super().__init__()
        generator = torch.Generator().manual_seed(2603)
        self.weight = nn.Parameter(torch.empty(160, 192).uniform_(-1, 1, generator=generator))
        self.bias = nn.Parameter(torch.empty(160).uniform_(-10, 10, generator=generator))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.linear(x, self.weight, self.bias)


def get_inputs():
    return [torch.randn(256, 192)]


def get_init_inputs():
    return []
