import torch
from torch import nn


class Model(nn.Module):
    """2x2 max pooling, stride 2."""

    def __init__(self):
        super().__init__()
        self.pool = nn.MaxPool2d(kernel_size=2, stride=2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.pool(x)


def get_inputs():
    return [torch.randn(1, 64, 112, 112)]


def get_init_inputs():
    return []
