import torch
from torch import nn


class Model(nn.Module):
    """Bit by bit: 1 where one of the two is 1, for every pair of a row and a column."""

    def forward(self, a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        return torch.bitwise_or(a, b)


def get_inputs():
    return [torch.randint(0, 2**31 - 1, (4, 128, 1), dtype=torch.int32), torch.randint(0, 2**31 - 1, (4, 1, 1024), dtype=torch.int32)]


def get_init_inputs():
    return []
