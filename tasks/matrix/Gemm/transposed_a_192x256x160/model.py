import torch
from torch import nn


class Model(nn.Module):
    """The transposed first matrix by the second, plus a third one."""

    def forward(self, a: torch.Tensor, b: torch.Tensor, c: torch.Tensor) -> torch.Tensor:
        return torch.addmm(c, a.t(), b)


def get_inputs():
    return [torch.randn(256, 192), torch.randn(256, 160), torch.randn(192, 160)]


def get_init_inputs():
    return []
