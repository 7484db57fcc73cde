import torch
from torch import nn


class Model(nn.Module):
    """The 5 smallest values of each column in rising order, and where they stand."""

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return torch.topk(x, k=5, dim=1, largest=False, sorted=True)


def get_inputs():
    return [torch.randperm(16 * 512 * 32).reshape(16, 512, 32) / 8192 - 16]


def get_init_inputs():
    return []
