import torch
from torch import nn


class Model(nn.Module):
    """5x5 max pooling, stride 1, padding 2: padded places never win."""

    def __init__(self):
        super().__init__()
        self.pool = nn.MaxPool2d(kernel_size=5, stride=1, padding=2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.pool(x)


def get_inputs():
    return [torch.randn(1, 128, 28, 28)]


def get_init_inputs():
    return []
