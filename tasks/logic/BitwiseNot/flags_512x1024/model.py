import torch
from torch import nn


class Model(nn.Module):
    """Bit by bit: 1 where x is 0."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.bitwise_not(x)


def get_inputs():
    return [torch.randint(-(2**31), 2**31 - 1, (512, 1024), dtype=torch.int32)]


def get_init_inputs():
    return []
