import torch
from torch import nn


class Model(nn.Module):
    """y = x - divisor * floor(x / divisor), in whole numbers: a remainder has the sign of its divisor.

    A divisor is never 0, and never -1 where x may be the lowest int32 number.
    """

    def forward(self, x: torch.Tensor, divisor: torch.Tensor) -> torch.Tensor:
        return torch.remainder(x, divisor)


def get_inputs():
    x = torch.randint(-(2**31), 2**31 - 1, (2048, 128), dtype=torch.int32)
    return [x, torch.randint(1000, 100000, (128,), dtype=torch.int32)]


def get_init_inputs():
    return []
