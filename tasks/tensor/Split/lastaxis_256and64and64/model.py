import torch
from torch import nn


class Model(nn.Module):
    """Queries, keys and values of grouped-query attention from one row."""

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        return torch.split(x, [256, 64, 64], dim=-1)


def get_inputs():
    return [torch.randn(8, 256, 384)]


def get_init_inputs():
    return []
