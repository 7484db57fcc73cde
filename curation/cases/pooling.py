from math import prod

from curation.case import Case, Deviation, Dropped
from curation.draws import choice, distinct, log_uniform, uniform
from curation.families import packed, randn
from curation.mistakes import (
    attribute,
    border,
    half_precision,
    operator,
    scale,
    shift,
    shuffle,
    transpose_hw,
    zero_tail,
)
from curation.modules import Module

_MAXIMA = {
    "typical": uniform(-1, 1),
    "large": uniform(-1000, 1000),
    "wide": log_uniform(-20, 20),
    "negative": uniform(-9, -7),  # a zero from the padding would win
    "small_negative": log_uniform(-30, -20, "negative"),
    "far_negative": uniform(-1.6e7, -1e7),  # below a careless lowest start value
    "ties": choice(-2, -1, 1),
    "zeros_and_denormals": choice(0, 1e-40, -1e-40),
}
_LOWEST = Deviation(
    "x below -16777216 (-2^24)", "answers -16777216, its start value", 0.98, {"x": uniform(-1e9, -9e8)}
)
_MEANS = {
    "typical": uniform(-1, 1),
    "large": uniform(-1e6, 1e6),
    "huge": uniform(-1e37, 1e37),  # a window's sum is still finite
    "small": log_uniform(-30, -20),
    "wide": log_uniform(-20, 20),
    "negative": uniform(-9, -7),
    "constant": choice(1),  # any other count than that of the places shows
    "many_zeros": choice(-1, 0, 0, 0, 1),  # a zero inside the map counts
    "zeros_and_denormals": choice(0, 1e-40, -1e-40),
}


def _sums_beyond_float(share: float) -> Deviation:
    return Deviation(
        "sums beyond float32 (1e38 <= x < 2e38)",
        "divides first and stays finite where ONNX Runtime is infinite",
        share,
        {"x": uniform(1e38, 2e38)},
    )


# The framework pools within the frames first, then along time.
_IN_SPACE = {"kernel_name": "3d", "sequence": ("Raster", "Pooling", "Raster", "Pooling", "Raster")}


def _pool(
    operator_name: str,
    name: str,
    summary: str,
    path: str,
    doc: str,
    layer: str,
    shape: tuple[int, ...],
    window: int,  # its places
    results: int,
    deviation: Deviation,
    *mistakes: dict,
) -> Case:
    greatest = operator_name == "MaxPool"
    return packed(
        operator_name,
        name,
        f"{summary}, packed NC4HW4 layout",
        path,
        Module(doc, "self.pool(x)", {"x": randn(*shape)}, layer=f"self.pool = nn.{layer}"),
        _MAXIMA if greatest else _MEANS,
        shift(len(shape) - 1),
        *mistakes,
        without=(half_precision(),) if greatest else (),  # the same as the result through half precision
        operations=(window - greatest) * results,  # comparisons: one less than there are places
        deviations=(deviation,),
        **(_IN_SPACE if len(shape) == 5 else {}),
    )


def _global(
    operator_name: str,
    name: str,
    summary: str,
    path: str,
    doc: str,
    function: str,
    shape: tuple[int, ...],
    table: dict[str, dict],
    *mistakes: dict,
    **others,
) -> Case:
    return packed(
        operator_name,
        name,
        f"{summary}, packed NC4HW4 layout",
        path,
        Module(doc, f"F.{function}(x, 1)", {"x": randn(*shape)}),
        table,
        zero_tail(0, len(shape) - 1, 3),
        border(1),
        shuffle(1, 4),
        *mistakes,
        operations=prod(shape),
        **others,
    )


_LARGEST = {name: draw for name, draw in _MAXIMA.items() if name not in ("ties", "zeros_and_denormals")}
_LARGEST |= {"distinct": distinct(-2, -1)}
_WHOLE_MEANS = {name: draw for name, draw in _MEANS.items() if name != "huge"}

CASES = (
    _pool(
        "MaxPool",
        "k3s2p1_64x112",
        "3x3 max pooling, stride 2, padding 1, on 64 maps of 112x112 (a ResNet stem)",
        "3x3, stride 2, padding 1",
        "3x3 max pooling, stride 2, padding 1: padded places never win.",
        "MaxPool2d(kernel_size=3, stride=2, padding=1)",
        (1, 64, 112, 112),
        9,
        64 * 56 * 56,
        _LOWEST,
        transpose_hw(),
        attribute("strides", [1, 1]),
        attribute("pads", [0, 0, 0, 0]),
        attribute("kernel_shape", [2, 2]),
    ),
    _pool(
        "MaxPool",
        "k2s2_64x112",
        "2x2 max pooling, stride 2, on 64 maps of 112x112 (VGG)",
        "2x2, stride 2, no padding: windows side by side",
        "2x2 max pooling, stride 2.",
        "MaxPool2d(kernel_size=2, stride=2)",
        (1, 64, 112, 112),
        4,
        64 * 56 * 56,
        _LOWEST,
        transpose_hw(),
        border(3),
        attribute("strides", [1, 1]),
        attribute("kernel_shape", [1, 2]),
        attribute("kernel_shape", [3, 3]),
        operator("AveragePool"),
    ),
    _pool(
        "MaxPool",
        "k5s1p2_128x28",
        "5x5 max pooling, stride 1, padding 2, on 128 maps of 28x28 (a YOLO neck)",
        "5x5, stride 1, padding 2: windows overlap, results as many as places",
        "5x5 max pooling, stride 1, padding 2: padded places never win.",
        "MaxPool2d(kernel_size=5, stride=1, padding=2)",
        (1, 128, 28, 28),
        25,
        128 * 28 * 28,
        _LOWEST,
        transpose_hw(),
        shift(2),
        attribute("pads", [1, 1, 1, 1]),
        attribute("kernel_shape", [3, 3]),
        operator("AveragePool"),
    ),
    _pool(
        "MaxPool",
        "k3s2ceil_96x55x54",
        "3x3 max pooling, stride 2, ceil mode, on 96 maps of 55x54 (SqueezeNet)",
        "ceil mode, no padding: the last column's windows reach beyond the map",
        "3x3 max pooling, stride 2, without padding; the last column of windows is cut off by the map's edge.",
        "MaxPool2d(kernel_size=3, stride=2, ceil_mode=True)",
        (1, 96, 55, 54),
        9,
        96 * 27 * 27,
        _LOWEST,
        transpose_hw(),
        border(3),
        attribute("ceil_mode", 0),
        attribute("strides", [1, 1]),
        attribute("kernel_shape", [2, 2]),
    ),
    _pool(
        "MaxPool",
        "k2s2x1p0x1_2x128x16x100",
        "2x2 max pooling, stride 2 down and 1 across, padding 1 across, on twice 128 maps of 16x100 (CRNN)",
        "two inputs; stride and padding differ by direction",
        "2x2 max pooling, stride 2 down and 1 across, padding at the left and at the right only.",
        "MaxPool2d(kernel_size=2, stride=(2, 1), padding=(0, 1))",
        (2, 128, 16, 100),
        4,
        2 * 128 * 8 * 101,
        _LOWEST,
        shift(0),
        border(3),
        attribute("strides", [1, 2]),
        attribute("strides", [2, 2]),
        attribute("pads", [1, 0, 1, 0]),
        attribute("pads", [0, 0, 0, 0]),
    ),
    _pool(
        "MaxPool",
        "3d_k3s2p1_16x16x56x56",
        "3x3x3 max pooling, stride 2, padding 1, on 16 maps of 16 frames of 56x56 (video)",
        "3-D, 3x3x3, stride 2, padding 1",
        "3x3x3 max pooling, stride 2, padding 1: padded places never win.",
        "MaxPool3d(kernel_size=3, stride=2, padding=1)",
        (1, 16, 16, 56, 56),
        27,
        16 * 8 * 28 * 28,
        _LOWEST,
        transpose_hw(),
        shift(2),
        attribute("strides", [1, 2, 2]),
        attribute("strides", [1, 1, 1]),
        attribute("pads", [0, 1, 1, 0, 1, 1]),
        attribute("pads", [0] * 6),
        attribute("kernel_shape", [2, 3, 3]),
        operator("AveragePool"),
    ),
    _pool(
        "AveragePool",
        "k3s1p1exclusive_88x56",
        "3x3 average pooling, padding not counted, on 88 maps of 56x56 (a NASNet cell)",
        "3x3, stride 1, padding 1 that is not counted",
        """
        3x3 average pooling, stride 1, padding 1, which is not counted.

        The mean of those places of a window that lie inside the map: nine, six at an edge, four in a corner.
        """,
        "AvgPool2d(kernel_size=3, stride=1, padding=1, count_include_pad=False)",
        (1, 88, 56, 56),
        9,
        88 * 56 * 56,
        _sums_beyond_float(0.93),
        transpose_hw(),
        attribute("count_include_pad", 1),
        attribute("pads", [0, 0, 0, 0]),
        attribute("strides", [2, 2]),
        attribute("kernel_shape", [2, 2]),
    ),
    _pool(
        "AveragePool",
        "k2s2_64x112",
        "2x2 average pooling, stride 2, on 64 maps of 112x112 (a DenseNet transition)",
        "2x2, stride 2, no padding: windows side by side",
        "2x2 average pooling, stride 2.",
        "AvgPool2d(kernel_size=2, stride=2)",
        (1, 64, 112, 112),
        4,
        64 * 56 * 56,
        _sums_beyond_float(1),
        transpose_hw(),
        border(3),
        scale(4),
        attribute("strides", [1, 1]),
        attribute("kernel_shape", [1, 2]),
        operator("MaxPool"),
    ),
    _pool(
        "AveragePool",
        "k3s2p1counted_64x112",
        "3x3 average pooling, stride 2, padding 1 that counts, on 64 maps of 112x112",
        "3x3, stride 2, padding 1 that is counted",
        "3x3 average pooling, stride 2, padding 1: the sum of a window's places inside the map, by nine everywhere.",
        "AvgPool2d(kernel_size=3, stride=2, padding=1, count_include_pad=True)",
        (1, 64, 112, 112),
        9,
        64 * 56 * 56,
        _sums_beyond_float(0.97),
        transpose_hw(),
        attribute("count_include_pad", 0),
        attribute("pads", [0, 0, 0, 0]),
        attribute("strides", [1, 1]),
        attribute("kernel_shape", [2, 2]),
    ),
    _pool(
        "AveragePool",
        "k3s2ceil_96x55x54",
        "3x3 average pooling, stride 2, ceil mode, on 96 maps of 55x54",
        "ceil mode, no padding: the last column's windows reach beyond the map",
        """
        3x3 average pooling, stride 2, without padding; the last column of windows is cut off by the map's edge.

        The mean of those places of a window that lie inside the map.
        """,
        "AvgPool2d(kernel_size=3, stride=2, ceil_mode=True, count_include_pad=False)",
        (1, 96, 55, 54),
        9,
        96 * 27 * 27,
        _sums_beyond_float(0.96),
        transpose_hw(),
        border(3),
        scale(9),
        attribute("ceil_mode", 0),
        attribute("strides", [1, 1]),
        attribute("kernel_shape", [2, 2]),
    ),
    _pool(
        "AveragePool",
        "3d_k2x3x3s1x2x2_16x16x56x56",
        "2x3x3 average pooling, stride 1 in time and 2 in space, on 16 maps of 16 frames of 56x56 (video)",
        "3-D, no padding; window and stride differ by direction",
        "2x3x3 average pooling, stride 1 along the frames and 2 in each of them.",
        "AvgPool3d(kernel_size=(2, 3, 3), stride=(1, 2, 2))",
        (1, 16, 16, 56, 56),
        18,
        16 * 15 * 27 * 27,
        _sums_beyond_float(1),
        transpose_hw(),
        shift(2),
        attribute("strides", [2, 2, 2]),
        attribute("strides", [1, 1, 1]),
        attribute("kernel_shape", [1, 3, 3]),
        attribute("kernel_shape", [2, 2, 2]),
        operator("MaxPool"),
    ),
    _global(
        "GlobalMaxPool",
        "2d_512x28",
        "The largest of each of 512 maps of 28x28",
        "2-D, one window as large as the map",
        "The largest value of each map.",
        "adaptive_max_pool2d",
        (1, 512, 28, 28),
        _LARGEST,
        operator("GlobalAveragePool"),
        without=(half_precision(),),
        deviations=(_LOWEST,),
    ),
    _global(
        "GlobalMaxPool",
        "1d_2x256x1024",
        "The largest of each of twice 256 rows of 1024 (pooling of a sequence)",
        "1-D, two inputs",
        "The largest value of each row.",
        "adaptive_max_pool1d",
        (2, 256, 1024),
        _LARGEST,
        shift(0),
        operator("GlobalAveragePool"),
        without=(half_precision(),),
        deviations=(_LOWEST,),
    ),
    _global(
        "GlobalAveragePool",
        "2d_512x28",
        "The mean of each of 512 maps of 28x28",
        "2-D, one window as large as the map",
        "The mean of each map.",
        "adaptive_avg_pool2d",
        (1, 512, 28, 28),
        _WHOLE_MEANS,
        scale(28 * 28),
        operator("GlobalMaxPool"),
        deviations=(_sums_beyond_float(1),),
    ),
    _global(
        "GlobalAveragePool",
        "1d_2x256x1024",
        "The mean of each of twice 256 rows of 1024 (pooling of a sequence)",
        "1-D, two inputs",
        "The mean of each row.",
        "adaptive_avg_pool1d",
        (2, 256, 1024),
        _WHOLE_MEANS,
        shift(0),
        scale(1024),
        operator("GlobalMaxPool"),
        deviations=(_sums_beyond_float(1),),
    ),
)

DROPPED = (
    Dropped("AveragePool", "2-D, ceil_mode, padding counted", "PyTorch and ONNX Runtime differ by 59 % of the maximum"),
    Dropped("AveragePool", "3-D with padding", "native is wrong, whether it is counted or not"),
    Dropped("GlobalMaxPool", "3-D", "exported as a ReduceMax"),
    Dropped("MaxPool", "dilations", "native ignores them"),
    Dropped("MaxPool", "3-D, two inputs", "native is wrong, as in every 3-D pooling"),
    Dropped("MaxPool", "3-D, ceil mode", "native ignores it"),
)
