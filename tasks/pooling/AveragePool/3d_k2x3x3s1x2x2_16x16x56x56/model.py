import torch
from torch import nn


class Model(nn.Module):
    """2x3x3 average pooling, stride 1 along the frames and 2 in each of them."""

    def __init__(self):
        super().__init__()
        self.pool = nn.AvgPool3d(kernel_size=(2, 3, 3), stride=(1, 2, 2))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.pool(x)


def get_inputs():
    return [torch.randn(1, 16, 16, 56, 56)]


def get_init_inputs():
    return []
