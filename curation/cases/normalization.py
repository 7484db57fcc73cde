from curation.case import Case
from curation.draws import choice, log_uniform, uniform
from curation.families import packed, randn
from curation.mistakes import against, attribute, border, ignored, shift, transpose_hw
from curation.modules import Module
from curation.regimes import FLOATS, regimes, without

_NORMALIZED = {
    "typical": uniform(-2, 2),
    "large": uniform(-1e6, 1e6),
    "offset": uniform(14, 18),  # E[x^2] - E[x]^2 cancels
    "negative": uniform(-9, -7),
    "near_epsilon": uniform(-0.01, 0.01),  # the variance is about epsilon
    "small": log_uniform(-20, -12),
    "wide": log_uniform(-10, 10),
    "zeros": choice(0),
}
_PARAMETERS_AND_EPSILON = (ignored("gamma", 1), ignored("beta", 0), attribute("epsilon", 1e-12))

CASES = (
    Case(
        "LayerNormalization",
        "lastaxis_256x768",
        "Layer normalization of 256 tokens of width 768 with gamma and beta, float32, plain NCHW layout",
        "the last axis, gamma and beta",
        Module(
            "Layer normalization over the last axis, then gamma and beta.",
            "F.layer_norm(x, self.gamma.shape, self.gamma, self.beta, eps=1e-5)",
            {"x": randn(1, 256, 768)},
            weights={"gamma": ("width", uniform(-2, 2)), "beta": ("width", uniform(-1, 1))},
            init="width: int",
            init_inputs="768",
        ),
        sequence=("LayerNorm",),
        regimes=regimes(x=_NORMALIZED),
        controls=against(shift(2), shift(1), *_PARAMETERS_AND_EPSILON),
        fidelity=2e-5,  # ONNX Runtime's, against float64: 1.1e-5 in regime offset, 2e-5 at 60 … 64
        operations=7 * 256 * 768,  # mean, centre, square, sum, scale, gamma, beta
    ),
    Case(
        "InstanceNormalization",
        "affine_64x112",
        "Instance normalization of a 64x112x112 feature map with gamma and beta, float32, expanded into operators",
        "2-D, gamma and beta",
        Module(
            "Every channel is normalized over its pixels, then scaled and shifted.",
            "F.instance_norm(x, weight=self.gamma, bias=self.beta, eps=1e-5)",
            {"x": randn(1, 64, 112, 112)},
            weights={"gamma": ("channels", uniform(-2, 2)), "beta": ("channels", uniform(-1, 1))},
            init="channels: int",
            init_inputs="64",
            seed=2604,
        ),
        sequence=("Raster", "LayerNorm", "Raster", "Scale", "Raster"),
        regimes=regimes(x=_NORMALIZED),
        controls=against(shift(1), shift(3), transpose_hw(), *_PARAMETERS_AND_EPSILON),
        fidelity=2e-5,
        operations=7 * 64 * 112 * 112,  # mean, centre, square, sum, scale, gamma, beta
    ),
    packed(
        "BatchNormalization",
        "2d_64x112",
        "Batch normalization of a 64x112x112 feature map by stored mean and variance, packed NC4HW4 layout",
        "rank 4",
        Module(
            "y = (x - mean) / sqrt(variance + 1e-5) * gamma + beta, by channel.",
            "F.batch_norm(x, self.mean, self.variance, self.gamma, self.beta)",
            {"x": randn(1, 64, 112, 112)},
            weights={
                "gamma": ("channels", uniform(-2, 2)),
                "beta": ("channels", uniform(-1, 1)),
                "mean": ("channels", uniform(-3, 3)),
                "variance": ("channels", uniform(0.1, 4)),
            },
            init="channels: int",
            init_inputs="64",
        ),
        without(FLOATS, "zeros_and_denormals") | {"zeros": choice(0)},
        shift(3),
        transpose_hw(),
        border(3),
        attribute("gamma", [1.0] * 64),
        attribute("beta", [0.0] * 64),
        attribute("mean", [0.0] * 64),
        attribute("variance", [1.0] * 64),
        fixed=("gamma", "beta", "mean", "variance"),  # folded into a factor and an addend per channel
        operations=2 * 64 * 112 * 112,
    ),
)
