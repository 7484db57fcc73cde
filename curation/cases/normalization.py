from curation.case import Case
from curation.draws import choice, log_uniform, uniform

CASES = (
    Case(
        category="normalization",
        operator="LayerNormalization",
        name="lastaxis_256x768",
        summary="Layer normalization of 256 tokens of width 768 with gamma and beta, float32, plain NCHW layout",
        model='''
            import torch
            from torch import nn
            from torch.nn import functional as F


            class Model(nn.Module):
                """Layer normalization over the last axis, then gamma and beta."""

                def __init__(self, width: int):
                    super().__init__()
                    generator = torch.Generator().manual_seed(2603)
                    self.gamma = nn.Parameter(torch.empty(width).uniform_(-2, 2, generator=generator))
                    self.beta = nn.Parameter(torch.empty(width).uniform_(-1, 1, generator=generator))

                def forward(self, x: torch.Tensor) -> torch.Tensor:
                    return F.layer_norm(x, self.gamma.shape, self.gamma, self.beta, eps=1e-5)


            def get_inputs():
                return [torch.randn(1, 256, 768)]


            def get_init_inputs():
                return [768]
            ''',
        target=("LayerNorm", ""),
        native_file="CPULayerNorm.cpp",
        native_entries=("MNNNormPacked", "MNNNorm"),
        sequence=("LayerNorm",),
        regimes={
            "typical": {"x": uniform(-2, 2)},
            "large": {"x": uniform(-1e6, 1e6)},
            "offset": {"x": uniform(14, 18)},  # E[x^2] - E[x]^2 cancels
            "negative": {"x": uniform(-9, -7)},
            "near_epsilon": {"x": uniform(-0.01, 0.01)},  # the variance is about epsilon
            "small": {"x": log_uniform(-20, -12)},
            "wide": {"x": log_uniform(-10, 10)},
            "zeros": {"x": choice(0)},
        },
        parameters={"gamma": uniform(-2, 2), "beta": uniform(-1, 1)},
        controls=(
            {"kind": "zeros"},
            {"kind": "ones"},
            {"kind": "nan"},
            {"kind": "copy_input", "input": 0},
            {"kind": "scale", "factor": -1},
            {"kind": "last_off_by_one"},
            {"kind": "shift", "axis": 2, "by": 1},
            {"kind": "shift", "axis": 1, "by": 1},
            {"kind": "replay"},
            {"kind": "half_precision"},
            {"kind": "round_output_half"},
            {"kind": "parameter_trivial", "parameter": "gamma", "value": 1},
            {"kind": "parameter_trivial", "parameter": "beta", "value": 0},
            {"kind": "attribute", "name": "epsilon", "value": 1e-12},
        ),
        fidelity=2e-5,  # ONNX Runtime's, against float64: 1.1e-5 in regime offset, 2e-5 at 60 … 64
        operations=7 * 256 * 768,  # mean, centre, square, sum, scale, gamma, beta
    ),
    Case(
        category="normalization",
        operator="InstanceNormalization",
        name="affine_64x112",
        summary="Instance normalization of a 64x112x112 feature map with gamma and beta, float32, expanded into operators",
        model='''
            import torch
            from torch import nn
            from torch.nn import functional as F


            class Model(nn.Module):
                """Every channel is normalized over its pixels, then scaled and shifted."""

                def __init__(self, channels: int):
                    super().__init__()
                    generator = torch.Generator().manual_seed(2604)
                    self.gamma = nn.Parameter(torch.empty(channels).uniform_(-2, 2, generator=generator))
                    self.beta = nn.Parameter(torch.empty(channels).uniform_(-1, 1, generator=generator))

                def forward(self, x: torch.Tensor) -> torch.Tensor:
                    return F.instance_norm(x, weight=self.gamma, bias=self.beta, eps=1e-5)


            def get_inputs():
                return [torch.randn(1, 64, 112, 112)]


            def get_init_inputs():
                return [64]
            ''',
        form="composite",
        target=("InstanceNorm", ""),
        native_file="OnnxBatchNormMerge.cpp",
        files=("OnnxInstanceNormalization.cpp",),
        sequence=("Raster", "LayerNorm", "Raster", "Scale", "Raster"),
        may_emit=(
            "BinaryOp",
            "UnaryOp",
            "Reduction",
            "LayerNorm",
            "Scale",
            "ConvertTensor",
            "Reshape",
            "Squeeze",
            "Unsqueeze",
            "Shape",
            "MatMul",
        ),
        regimes={
            "typical": {"x": uniform(-2, 2)},
            "large": {"x": uniform(-1e6, 1e6)},
            "offset": {"x": uniform(14, 18)},  # E[x^2] - E[x]^2 cancels
            "negative": {"x": uniform(-9, -7)},
            "near_epsilon": {"x": uniform(-0.01, 0.01)},  # the variance is about epsilon
            "small": {"x": log_uniform(-20, -12)},
            "wide": {"x": log_uniform(-10, 10)},
            "zeros": {"x": choice(0)},
        },
        parameters={"gamma": uniform(-2, 2), "beta": uniform(-1, 1)},
        controls=(
            {"kind": "zeros"},
            {"kind": "ones"},
            {"kind": "nan"},
            {"kind": "copy_input", "input": 0},
            {"kind": "scale", "factor": -1},
            {"kind": "last_off_by_one"},
            {"kind": "shift", "axis": 1, "by": 1},
            {"kind": "shift", "axis": 3, "by": 1},
            {"kind": "transpose_hw"},
            {"kind": "replay"},
            {"kind": "half_precision"},
            {"kind": "round_output_half"},
            {"kind": "parameter_trivial", "parameter": "gamma", "value": 1},
            {"kind": "parameter_trivial", "parameter": "beta", "value": 0},
            {"kind": "attribute", "name": "epsilon", "value": 1e-12},
        ),
        fidelity=2e-5,
        operations=7 * 64 * 112 * 112,  # mean, centre, square, sum, scale, gamma, beta
    ),
)
