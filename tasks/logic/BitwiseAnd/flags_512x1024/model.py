import torch
from torch import nn


class Model(nn.Module):
    """Bit by bit: 1 where both are 1."""

    def forward(self, a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        return torch.bitwise_and(a, b)


def get_inputs():
    return [torch.randint(-(2**31), 2**31 - 1, (512, 1024), dtype=torch.int32), torch.randint(0, 2**31 - 1, (512, 1), dtype=torch.int32)]


def get_init_inputs():
    return []
