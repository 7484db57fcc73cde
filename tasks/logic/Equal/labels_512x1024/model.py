import torch
from torch import nn


class Model(nn.Module):
    """y[i, j] = a[i, j] == b[i, 0]."""

    def forward(self, a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        return torch.eq(a, b)


def get_inputs():
    return [torch.randint(0, 16, (512, 1024), dtype=torch.int32), torch.randint(0, 16, (512, 1), dtype=torch.int32)]


def get_init_inputs():
    return []
