import torch
from torch import nn


class Model(nn.Module):
    """Three tensors of 64 maps each."""

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        return torch.split(x, 64, dim=1)


def get_inputs():
    return [torch.randn(2, 192, 48, 48)]


def get_init_inputs():
    return []
