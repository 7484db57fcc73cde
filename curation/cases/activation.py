from curation.case import Case
from curation.draws import choice, log_uniform, uniform
from curation.families import randn
from curation.mistakes import against, attribute, shift, transpose_hw, zero_tail
from curation.modules import Module
from curation.regimes import regimes

CASES = (
    Case(
        "Softmax",
        "lastaxis_8x256x256",
        "Softmax over the last axis of 8 attention maps of 256x256, float32, plain NCHW layout",
        "the last axis: rows lie in one piece",
        Module(
            "Softmax over the last axis: attention weights of 8 heads.",
            "torch.softmax(x, dim=-1)",
            {"x": randn(8, 256, 256)},
        ),
        sequence=("Softmax",),
        regimes=regimes(
            x={
                "typical": uniform(-5, 5),
                "large": uniform(-80, 80),
                "far_above_zero": uniform(95, 105),  # exp overflows unless the row's maximum is subtracted
                "far_below_zero": uniform(-1000, -990),  # all exp underflow likewise
                "small": log_uniform(-20, -3),
                "wide": log_uniform(-10, 10),
                "ties": choice(-1, 0, 2),
                "zeros_and_denormals": choice(0, 1e-40, -1e-40),
            }
        ),
        controls=against(zero_tail(0, 2, 3), shift(2), transpose_hw(), attribute("axis", 1)),
        operations=5 * 8 * 256 * 256,  # maximum, subtract, exp, sum, scale
    ),
    Case(
        "HardSigmoid",
        "map_64x112",
        "Hard sigmoid of a 64x112x112 feature map, float32, plain NCHW layout, expanded into elementwise operators",
        "alpha = 1/6, as PyTorch has it, on a feature map",
        Module(
            text='''
                import torch
                from torch.nn import functional as F


                class Model(torch.nn.Module):
                    """max(0, min(1, x / 6 + 1 / 2)), as in the gates of mobile networks."""

                    def forward(self, x: torch.Tensor) -> torch.Tensor:
                        return F.hardsigmoid(x)


                def get_inputs():
                    return [torch.randn(1, 64, 112, 112)]


                def get_init_inputs():
                    return []
                '''
        ),
        sequence=("BinaryOp", "BinaryOp", "ReLU6"),
        regimes=regimes(
            x={
                "typical": uniform(-5, 5),
                "inside": uniform(-2.9, 2.9),  # no element is cut
                "lower_edge": uniform(-3.5, -2.5),
                "upper_edge": uniform(2.5, 3.5),
                "large": uniform(-1e6, 1e6),
                "all_cut": uniform(-100, -3.5),  # exactly zero
                "wide": log_uniform(-10, 10),
                "small": log_uniform(-20, -3),
                "special": choice(-3, 3, 0, 1e-40, -1e-40, -6, 6),
            }
        ),
        controls=against(
            shift(1),
            transpose_hw(),
            attribute("alpha", 0.2),  # the operator's default
            attribute("beta", 0.0),
        ),
        operations=4 * 64 * 112 * 112,  # multiply, add, two comparisons
    ),
)
