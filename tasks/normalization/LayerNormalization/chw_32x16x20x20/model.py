import torch
from torch import nn
from torch.nn import functional as F


class Model(nn.Module):
    """Every picture is normalized as a whole; gamma and beta differ by element."""

    def __init__(self, channels: int, side: int):
        super().__init__()
        generator = torch.Generator().manual_seed(2603)
        self.gamma = nn.Parameter(torch.empty(channels, side, side).uniform_(-2, 2, generator=generator))
        self.beta = nn.Parameter(torch.empty(channels, side, side).uniform_(-1, 1, generator=generator))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.layer_norm(x, self.gamma.shape, self.gamma, self.beta, eps=1e-3)


def get_inputs():
    return [torch.randn(32, 16, 20, 20)]


def get_init_inputs():
    return [16, 20]
