import torch
from torch import nn


class Model(nn.Module):
    """2x2 max pooling, stride 2 down and 1 across, padding at the left and at the right only."""

    def __init__(self):
        super().__init__()
        self.pool = nn.MaxPool2d(kernel_size=2, stride=(2, 1), padding=(0, 1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.pool(x)


def get_inputs():
    return [torch.randn(2, 128, 16, 100)]


def get_init_inputs():
    return []
