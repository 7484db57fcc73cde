import torch
from torch import nn


class Model(nn.Module):
    """y[b, i, j] = key[b, 0, j] < limit[b, i, 0]: each operand is broadcast along the other's axis."""

    def forward(self, key: torch.Tensor, limit: torch.Tensor) -> torch.Tensor:
        return torch.lt(key, limit)


def get_inputs():
    key = torch.randint(0, 512, (8, 1, 512), dtype=torch.int32)
    return [key, torch.randint(0, 512, (8, 512, 1), dtype=torch.int32)]


def get_init_inputs():
    return []
