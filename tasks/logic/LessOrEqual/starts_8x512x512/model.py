import torch
from torch import nn


class Model(nn.Module):
    """y[n, i, j] = a[i, 0] <= b[n, i, j]."""

    def forward(self, a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        return torch.le(a, b)


def get_inputs():
    return [torch.randint(0, 512, (512, 1), dtype=torch.int32), torch.randint(0, 512, (8, 512, 512), dtype=torch.int32)]


def get_init_inputs():
    return []
