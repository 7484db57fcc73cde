import torch
from torch import nn


class Model(nn.Module):
    """The 8 largest values of each row in falling order, and where they stand."""

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return torch.topk(x, k=8, dim=-1, largest=True, sorted=True)


def get_inputs():
    return [torch.randperm(4 * 32000).reshape(4, 32000) / 1000 - 64]


def get_init_inputs():
    return []
