from math import prod

from curation.case import Case
from curation.draws import choice, log_uniform, uniform
from curation.families import packed, randn
from curation.mistakes import against, attribute, border, ignored, scale, shift, shuffle, transpose_hw, zero_tail
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
# What an exporter writes for a module that has no gamma and beta.
_FIXED = {"LayerNormalization": ("scale",), "InstanceNormalization": ("scale", "b")}


def _normalized(
    operator: str,
    name: str,
    summary: str,
    path: str,
    doc: str,
    expression: str,
    shape: tuple[int, ...],
    parameters: tuple[str, str, str],  # size of gamma and beta, arguments of __init__, their values; empty without them
    *mistakes: dict,
    seed: int = 2603,
) -> Case:
    """By the input's own mean and variance."""
    layers = operator == "LayerNormalization"
    size, init, values = parameters
    weights = {"gamma": (size, uniform(-2, 2)), "beta": (size, uniform(-1, 1))} if size else {}
    ignores = (ignored("gamma", 1), ignored("beta", 0)) if size else ()
    return Case(
        operator,
        name,
        f"{summary}, float32",
        path,
        Module(doc, expression, {"x": randn(*shape)}, weights=weights, init=init, init_inputs=values, seed=seed),
        sequence=("LayerNorm",) if layers else ("Raster", "LayerNorm", "Raster", *(("Scale", "Raster") * bool(size))),
        fixed=() if size else _FIXED[operator],
        regimes=regimes(x=_NORMALIZED),
        controls=against(*mistakes, *ignores, attribute("epsilon", 1e-12)),
        # ONNX Runtime's, against float64: 1.1e-5 in regime offset, 2e-5 at 60 … 64; more where it sums thousands.
        fidelity=5e-5 if layers and len(shape) == 4 else 2e-5,
        operations=(7 if size else 5) * prod(shape),  # mean, centre, square, sum, scale, gamma, beta
    )


# Name, summary, code path, docstring, expression, shape, parameters, mistakes.
_LAYERS = (
    (
        "lastaxis_256x768",
        "Layer normalization of 256 tokens of width 768 with gamma and beta, plain NCHW layout",
        "the last axis, gamma and beta",
        "Layer normalization over the last axis, then gamma and beta.",
        "F.layer_norm(x, self.gamma.shape, self.gamma, self.beta, eps=1e-5)",
        (1, 256, 768),
        ("width", "width: int", "768"),
        (shift(2), shift(1)),
    ),
    (
        "plain_4096x100",
        "Layer normalization of 4096 rows of 100 without gamma and beta, plain NCHW layout",
        "rank 2, no gamma and beta, epsilon 1e-6, rows that leave a rest after whole vectors",
        "Layer normalization over the last axis: mean 0 and variance 1 in every row.",
        "F.layer_norm(x, (100,), eps=1e-6)",
        (4096, 100),
        ("", "", ""),
        (shift(1), shift(0), zero_tail(0, 1, 4), scale((99 / 100) ** 0.5)),  # the variance by n - 1
    ),
    (
        "hw_192x28x30",
        "Layer normalization of each of 192 maps of 28x30 with gamma and beta by place, plain NCHW layout",
        "rank 4, the last two axes",
        "Every map is normalized over its places; gamma and beta differ by place.",
        "F.layer_norm(x, self.gamma.shape, self.gamma, self.beta, eps=1e-5)",
        (1, 192, 28, 30),
        ("height, width", "height: int, width: int", "28, 30"),
        (shift(3), shift(1), attribute("axis", -1)),
    ),
    (
        "chw_32x16x20x20",
        "Layer normalization of 32 pictures of 16x20x20 with gamma and beta by element, plain NCHW layout",
        "rank 4, the last three axes, epsilon 1e-3",
        "Every picture is normalized as a whole; gamma and beta differ by element.",
        "F.layer_norm(x, self.gamma.shape, self.gamma, self.beta, eps=1e-3)",
        (32, 16, 20, 20),
        ("channels, side, side", "channels: int, side: int", "16, 20"),
        (shift(0), shift(3), transpose_hw(), attribute("epsilon", 1e-5)),
    ),
)
_INSTANCES = (
    (
        "affine_64x112",
        "Instance normalization of a 64x112x112 feature map with gamma and beta, expanded into operators",
        "2-D, gamma and beta",
        "Every channel is normalized over its pixels, then scaled and shifted.",
        "F.instance_norm(x, weight=self.gamma, bias=self.beta, eps=1e-5)",
        (1, 64, 112, 112),
        ("channels", "channels: int", "64"),
        (shift(1), shift(3), transpose_hw()),
    ),
    (
        "plain_2x48x56",
        "Instance normalization of two 48x56x56 feature maps without gamma and beta, expanded into operators",
        "2-D, two inputs, no gamma and beta, epsilon 1e-3",
        "Every channel of either input is normalized over its pixels.",
        "F.instance_norm(x, eps=1e-3)",
        (2, 48, 56, 56),
        ("", "", ""),
        (shift(0), shift(1), shift(3), transpose_hw(), attribute("epsilon", 1e-5)),
    ),
    (
        "1d_4x96x1001",
        "Instance normalization of four 96-channel signals of 1001 steps with gamma and beta, expanded into operators",
        "1-D, four inputs, gamma and beta, an odd number of steps",
        "Every channel of each signal is normalized over its steps, then scaled and shifted.",
        "F.instance_norm(x, weight=self.gamma, bias=self.beta, eps=1e-5)",
        (4, 96, 1001),
        ("channels", "channels: int", "96"),
        (shift(0), shift(1), shift(2), zero_tail(0, 2, 1), shuffle(1, 4)),
    ),
    (
        "3d_16x8x56x56",
        "Instance normalization of a 16-channel volume of 8x56x56 with gamma and beta, expanded into operators",
        "3-D, gamma and beta",
        "Every channel is normalized over its volume, then scaled and shifted.",
        "F.instance_norm(x, weight=self.gamma, bias=self.beta, eps=1e-5)",
        (1, 16, 8, 56, 56),
        ("channels", "channels: int", "16"),
        (shift(1), shift(2), shift(4), transpose_hw()),
    ),
)


def _batch(
    name: str, what: str, path: str, shape: tuple[int, ...], epsilon: str, *mistakes: dict, seed: int = 2603
) -> Case:
    channels = shape[1]
    given = "" if epsilon == "1e-5" else f", eps={epsilon}"
    return packed(
        "BatchNormalization",
        name,
        f"Batch normalization of {what} by stored mean and variance, packed NC4HW4 layout",
        path,
        Module(
            f"y = (x - mean) / sqrt(variance + {epsilon}) * gamma + beta, by channel.",
            f"F.batch_norm(x, self.mean, self.variance, self.gamma, self.beta{given})",
            {"x": randn(*shape)},
            weights={
                "gamma": ("channels", uniform(-2, 2)),
                "beta": ("channels", uniform(-1, 1)),
                "mean": ("channels", uniform(-3, 3)),
                "variance": ("channels", uniform(0.1, 4)),
            },
            init="channels: int",
            init_inputs=str(channels),
            seed=seed,
        ),
        without(FLOATS, "zeros_and_denormals") | {"zeros": choice(0)},
        *mistakes,
        attribute("gamma", [1.0] * channels),
        attribute("beta", [0.0] * channels),
        attribute("mean", [0.0] * channels),
        attribute("variance", [1.0] * channels),
        fixed=("gamma", "beta", "mean", "variance"),  # folded into a factor and an addend per channel
        operations=2 * prod(shape),
    )


CASES = (
    *(_normalized("LayerNormalization", *row[:-1], *row[-1]) for row in _LAYERS),
    *(_normalized("InstanceNormalization", *row[:-1], *row[-1], seed=2604) for row in _INSTANCES),
    _batch(
        "2d_64x112",
        "a 64x112x112 feature map",
        "rank 4",
        (1, 64, 112, 112),
        "1e-5",
        shift(3),
        transpose_hw(),
        border(3),
    ),
    _batch(
        "rows_2048x200",
        "2048 rows of 200 features",
        "rank 2: one place a channel",
        (2048, 200),
        "1e-5",
        shift(0),
        border(1),
        shuffle(1, 4),
        seed=2605,
    ),
    _batch(
        "1d_4x102x1000",
        "four 102-channel signals of 1000 steps",
        "rank 3, four inputs, a part of a channel pack is empty, epsilon 1e-3",
        (4, 102, 1000),
        "1e-3",
        shift(0),
        shift(2),
        border(1),
        attribute("epsilon", 1e-5),
        seed=2606,
    ),
    _batch(
        "3d_2x24x8x56x56",
        "two 24-channel volumes of 8x56x56",
        "rank 5, two inputs",
        (2, 24, 8, 56, 56),
        "1e-5",
        shift(0),
        shift(2),
        shift(4),
        transpose_hw(),
        seed=2607,
    ),
)
