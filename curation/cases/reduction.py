from dataclasses import dataclass
from math import log, prod

from curation.case import Case, Deviation, Dropped
from curation.draws import choice, distinct, integers, log_uniform, uniform
from curation.families import randn, reduction
from curation.mistakes import (
    INTEGER,
    against,
    attribute,
    copy_input,
    half_precision,
    layout,
    operator,
    scale,
    shift,
    zero_tail,
)
from curation.modules import Module
from curation.regimes import FLOATS, INTEGERS, regimes, without


@dataclass(frozen=True)
class _Way:
    """What is reduced and how, by the name of the case: the same for every operator that has such a case."""

    what: str
    path: str
    shape: tuple[int, ...]
    axes: tuple[int, ...]
    kept: bool
    wrong_axes: tuple[list[int], ...]

    @property
    def count(self) -> int:
        return prod(self.shape[axis] for axis in self.axes)

    @property
    def arguments(self) -> str:
        """Of PyTorch's functions."""
        dim = self.axes if len(self.axes) > 1 else -1 if self.axes[0] == len(self.shape) - 1 else self.axes[0]
        return f"dim={dim}" + (", keepdim=True" if self.kept else "")

    @property
    def sequence(self) -> tuple[str, ...]:
        """One axis is reduced as it is, of several each group of neighbours after the other."""
        if len(self.axes) == 1:
            return ("Reduction",)
        groups = sum(axis - 1 not in self.axes for axis in self.axes)
        return ("Raster", *("Reduction", "Raster") * groups)

    @property
    def long_axis(self) -> int:
        """The first one of the result that is longer than one."""
        return next(axis for axis in range(len(self.shape)) if axis not in self.axes) if self.kept else 0


_WAYS = {
    "axis1_8x128x512": _Way(
        "over the middle axis of 8x128x512 (pooling of tokens), dimension dropped",
        "the middle axis, dropped: steps between its elements",
        (8, 128, 512),
        (1,),
        False,
        ([2], [0]),
    ),
    "lastkept_8x256x256": _Way(
        "over the last axis of 8x256x256 (attention rows), dimension kept",
        "the last axis, kept: rows lie in one piece",
        (8, 256, 256),
        (2,),
        True,
        ([1], [0]),
    ),
    "axis2_8x256x512": _Way(
        "over the last axis of 8x256x512 (token vectors), dimension dropped",
        "the last axis, dropped",
        (8, 256, 512),
        (2,),
        False,
        ([1], [0]),
    ),
    "axes12_64x64x96": _Way(
        "over the two inner axes of 64x64x96, dimensions dropped",
        "two neighbouring axes with the last one, dropped: read as one",
        (64, 64, 96),
        (1, 2),
        False,
        ([0, 2], [0, 1]),
    ),
    "hwkept_2x64x56x56": _Way(
        "over the places of two 64x56x56 maps (global pooling), dimensions kept",
        "rank 4, both places of a map, kept",
        (2, 64, 56, 56),
        (2, 3),
        True,
        ([1, 2], [1, 3]),
    ),
    "axis0_48x90x127": _Way(
        "over 48 frames of 90x127 (a spectrogram's history), dimension dropped",
        "the first axis, dropped: 11430 results side by side, which leave a rest after whole vectors",
        (48, 90, 127),
        (0,),
        False,
        ([1], [2]),
    ),
    "rest_512x1003": _Way(
        "over the last axis of 512x1003 (class scores), dimension dropped",
        "rank 2, the last axis, dropped: rows of 1003, which leave a rest after whole vectors",
        (512, 1003),
        (1,),
        False,
        ([0],),
    ),
    "axes02kept_8x96x784": _Way(
        "over the first and the last axis of 8x96x784 (one figure a channel), dimensions kept",
        "two axes with one between them, kept: reduced one after the other",
        (8, 96, 784),
        (0, 2),
        True,
        ([0, 1], [1, 2]),
    ),
    "axes023kept_8x64x28x28": _Way(
        "over eight 64x28x28 maps and their places (batch statistics), dimensions kept",
        "rank 4, three axes around the channels, kept: reduced in two groups",
        (8, 64, 28, 28),
        (0, 2, 3),
        True,
        ([0, 1, 2], [1, 2, 3]),
    ),
    "axes13_4x32x45x90": _Way(
        "over the second and the last axis of 4x32x45x90, dimensions dropped",
        "rank 4, two axes with one between them, dropped: in steps first, then rows in one piece",
        (4, 32, 45, 90),
        (1, 3),
        False,
        ([1, 2], [2, 3]),
    ),
    "channelskept_2x64x56x56": _Way(
        "over the channels of two 64x56x56 maps (one figure a place), dimension kept",
        "rank 4, the channels, kept: steps between their elements",
        (2, 64, 56, 56),
        (1,),
        True,
        ([2], [3]),
    ),
    "axis1_64x16x600": _Way(
        "over the middle axis of 64x16x600, dimension dropped",
        "the middle axis, dropped: 16 factors, steps between them",
        (64, 16, 600),
        (1,),
        False,
        ([0],),
    ),
    "lastkept_8x512x100": _Way(
        "over the last axis of 8x512x100 (probabilities of a sequence), dimension kept",
        "the last axis, kept: rows of 100 factors in one piece",
        (8, 512, 100),
        (2,),
        True,
        ([1],),
    ),
    "int32hw_2x64x56x56": _Way(
        "over the places of two 64x56x56 maps of whole numbers, dimensions dropped",
        "int32, rank 4, both places of a map, dropped",
        (2, 64, 56, 56),
        (2, 3),
        False,
        ([1, 2], [1, 3]),
    ),
    "int32axis0_18x40x500": _Way(
        "over the first axis of 18x40x500 whole numbers, dimension dropped",
        "int32, the first axis, dropped",
        (18, 40, 500),
        (0,),
        False,
        ([1],),
    ),
}


def _reduces(
    operator_name: str, noun: str, expression: str, name: str, table: dict[str, dict], *mistakes: dict, **others
) -> Case:
    """`expression` has {} where the axes are named."""
    way = _WAYS[name]
    whole = way.path.startswith("int32")
    example = f"torch.randint(-9, 10, {way.shape}, dtype=torch.int32)"
    integer = {"standard": INTEGER, "example": example} if whole else {}
    return reduction(
        operator_name,
        name,
        f"{noun} {way.what}, {'int32' if whole else 'float32'}, plain NCHW layout",
        way.path,
        f"{noun} {way.what}.",
        expression.format(way.arguments),
        way.shape,
        way.wrong_axes,
        table,
        zero_tail(0, len(way.shape) - 1, 3),
        shift(way.long_axis),
        *mistakes,
        **{"sequence": way.sequence, "calls_per_run": way.sequence.count("Reduction")} | integer | others,
    )


def _extremum(operator_name: str, name: str, far: dict[str, dict]) -> Case:
    noun, function, other = {
        "ReduceMax": ("Maximum", "amax", "ReduceMin"),
        "ReduceMin": ("Minimum", "amin", "ReduceMax"),
    }[operator_name]
    whole = _WAYS[name].path.startswith("int32")
    return _reduces(
        operator_name,
        noun,
        f"torch.{function}(x, {{}})",
        name,
        INTEGERS if whole else FLOATS | far,
        operator(other),
        operator("ReduceMean"),
        without=() if whole else (half_precision(),),  # the same as the result through half precision
    )


_SUMS = without(FLOATS, "ties") | {"cancelling": choice(-1, 1)}
_EXACT_SUMS = {
    "typical": integers(-1000, 1000),
    "large": integers(-600_000, 600_000),  # sums beyond 2^24, which float32 has not
    "positive": integers(500_000, 600_000),
    "negative": integers(-600_000, -500_000),
    "cancelling": choice(-1, 1),
    "sparse": choice(0, 0, 0, 0, 0, 0, 0, 1),
}


def _sum(name: str) -> Case:
    way = _WAYS[name]
    whole = way.path.startswith("int32")
    return _reduces(
        "ReduceSum",
        "Sum",
        "torch.sum(x, {}, dtype=torch.int32)" if whole else "torch.sum(x, {})",
        name,
        _EXACT_SUMS if whole else _SUMS,
        operator("ReduceMax"),
        operator("ReduceMean") if whole else scale(1 / way.count),
    )


def _mean(name: str) -> Case:
    return _reduces(
        "ReduceMean",
        "Mean",
        "torch.mean(x, {})",
        name,
        _SUMS | {"constant": choice(3)},
        scale(_WAYS[name].count),  # the sum
        scale(1.001),
        operator("ReduceMax"),
        operator("ReduceL1"),
    )


def _product(name: str, most: float) -> Case:
    """Factors below `most` have products around the largest finite number."""
    return _reduces(
        "ReduceProd",
        "Product",
        "torch.prod(x, {})",
        name,
        {
            "typical": uniform(0.5, 1.5),
            "signs": choice(-1, 1),
            "negative": uniform(-1.25, -0.75),
            "powers": choice(-2, -1, 0.5, 1, 2),
            "wide": log_uniform(-3, 3),
            "zeros": choice(0, *[-1, 0.5, 2] * 5),
            "some_infinite": uniform(1, most),  # every partial product is below the whole one
        },
        scale(1.001),
        operator("ReduceSum"),
        operator("ReduceMax"),
        tolerance={
            "elementwise": 1e-4,
            "why": "products span many decades: judged by the largest alone, all but a few could be anything",
        },
    )


def _norm(operator_name: str, name: str, **others) -> Case:
    way = _WAYS[name]
    first = operator_name == "ReduceL1"
    noun, mistakes = (
        ("Sum of magnitudes", (scale(1 / way.count), operator("ReduceSum"), operator("ReduceL2")))
        if first
        else ("Euclidean norm", (scale(way.count**-0.5), operator("ReduceL1"), operator("ReduceSumSquare")))
    )
    return _reduces(
        operator_name,
        noun,
        f"torch.linalg.vector_norm(x, ord={1 if first else 2}, {{}})",
        name,
        without(_SUMS, "cancelling") | {"ones": choice(-1, 1), "zeros": choice(0)},
        *mistakes,
        cost=2,
        sequence=("UnaryOp", *way.sequence) if first else ("UnaryOp", *way.sequence, "UnaryOp"),
        calls_per_run=1,
        **others,
    )


def _log_sum_exp(name: str) -> Case:
    way = _WAYS[name]
    root = -log(way.count)
    return _reduces(
        "ReduceLogSumExp",
        "Log-sum-exp",
        "torch.logsumexp(x, {})",
        name,
        {
            "typical": uniform(-5, 5),
            "large": uniform(-80, 80),
            "high": uniform(70, 80),
            "low": uniform(-80, -70),
            "around_zero": uniform(root - 1, root + 0.5),  # the result is
            "one_of_many": choice(*[-40] * 31, 0, 40),
            "small": log_uniform(-20, -3),
            "wide": log_uniform(-10, 5),
            "ties": choice(-1, 0, 2),
            "zeros_and_denormals": choice(0, 1e-40, -1e-40),
        },
        scale(1.001),
        operator("ReduceMax"),
        operator("ReduceMean"),
        operator("ReduceLogSum"),
        cost=16,  # the exponential, the sum
        sequence=("UnaryOp", *way.sequence, "UnaryOp"),
        calls_per_run=1,
        deviations=(
            Deviation(
                "x above 87",
                "takes e^87 instead and sums without the maximum subtracted: infinite",
                1,
                {"x": uniform(95, 105)},
            ),
            Deviation("x below -87", "takes e^-87 instead", 0.07, {"x": uniform(-100, -90)}),
        ),
    )


_PLACES = {
    "typical": uniform(-1, 1),
    "distinct": distinct(-16, 16),
    "large": uniform(-1e6, 1e6),
    "far_negative": uniform(-1e38, -1e37),  # beyond a careless start value
    "far_positive": uniform(1e37, 1e38),
    "negative": uniform(-9, -7),
    "small": log_uniform(-30, -20),
    "wide": log_uniform(-10, 10),
    "ties": choice(-1, 0, 1),  # the first of the equal ones
    "rare": choice(*[0] * 62, -1, 1),
    "equal": choice(7),
    "neighbours": choice(1 - 2**-24, 1, 1 + 2**-23),  # the same number in half precision
    "signed_zeros": choice(0.0, -0.0),  # equal
}


def _place(
    operator_name: str,
    name: str,
    what: str,
    path: str,
    arguments: str,
    shape: tuple[int, ...],
    wrong_axis: int,
    *mistakes: dict,
) -> Case:
    greatest = operator_name == "ArgMax"
    axis = int(arguments.split(",")[0].removeprefix("dim=")) % len(shape)
    kept = "keepdim" in arguments
    result = [size for place, size in enumerate(shape) if kept or place != axis]
    long_axis = next(place for place, size in enumerate(result) if size > 1)
    doc = f"Where the {'largest' if greatest else 'smallest'} value stands, {what}; of equal ones the first."
    return Case(
        operator_name,
        name,
        f"Place of the {'largest' if greatest else 'smallest'} value {what}, int64, NCHW",
        path,
        Module(doc, f"torch.{operator_name.lower()}(x, {arguments})", {"x": randn(*shape)}),
        sequence=(operator_name, "Raster") if kept else (operator_name,),
        regimes=regimes(x=_PLACES),
        controls=against(
            zero_tail(0, axis, 3),
            shift(long_axis),
            half_precision(),
            attribute("axis", wrong_axis),
            attribute("select_last_index", 1),
            operator("ArgMin" if greatest else "ArgMax"),
            *mistakes,
            standard=INTEGER,
            without=(copy_input(0),),  # values far beyond whole numbers
        ),
        operations=prod(shape),  # one comparison an element
    )


# Name, what, code path, arguments, shape, wrong axis, mistakes of its own.
_GREATEST = (
    (
        "classes_512x1003",
        "of 1003 class scores in 512 rows, dimension dropped",
        "rank 2, the last axis, dropped: rows lie in one piece",
        "dim=-1",
        (512, 1003),
        0,
    ),
    (
        "segmentation_21x160x160",
        "of 21 class scores at each place of a 160x160 map, dimension dropped",
        "rank 4, the channels, dropped: steps between their elements",
        "dim=1",
        (1, 21, 160, 160),
        2,
    ),
    (
        "lastkept_8x128x256",
        "of the last axis of 8x128x256 (attention rows), dimension kept",
        "the last axis, kept",
        "dim=-1, keepdim=True",
        (8, 128, 256),
        1,
        layout(1, 0, 2),
    ),
    (
        "axis0_32x100x127",
        "of 32 frames at each place of 100x127, dimension dropped",
        "the first axis, dropped: an odd number of results side by side",
        "dim=0",
        (32, 100, 127),
        1,
        shift(1),
    ),
)
_SMALLEST = (
    (
        "codebook_4096x64",
        "of the distances to 64 code words in 4096 rows, dimension dropped",
        "rank 2, the last axis, dropped: short rows in one piece",
        "dim=1",
        (4096, 64),
        0,
    ),
    (
        "axis1kept_16x50x333",
        "of the middle axis of 16x50x333, dimension kept",
        "the middle axis, kept: steps between its elements, an odd number of results side by side",
        "dim=1, keepdim=True",
        (16, 50, 333),
        2,
        shift(2),
    ),
    (
        "axis0_256x1500",
        "of 256 rows in each of 1500 columns, dimension dropped",
        "rank 2, the first axis, dropped",
        "dim=0",
        (256, 1500),
        1,
    ),
    (
        "axis2_4x16x40x90",
        "of the third axis of 4x16x40x90, dimension dropped",
        "rank 4, an inner axis, dropped",
        "dim=2",
        (4, 16, 40, 90),
        3,
        shift(2),
    ),
)

CASES = (
    *(
        _extremum("ReduceMax", name, {"far_negative": uniform(-1e38, -1e37)})  # below a careless lowest start value
        for name in ("axis1_8x128x512", "lastkept_8x256x256", "axes12_64x64x96", "hwkept_2x64x56x56")
    ),
    *(
        _extremum("ReduceMin", name, {"far_positive": uniform(1e37, 1e38)})  # above a careless highest start value
        for name in ("axis0_48x90x127", "rest_512x1003", "axes02kept_8x96x784", "int32hw_2x64x56x56")
    ),
    *(_sum(name) for name in ("axis1_8x128x512", "rest_512x1003", "axes13_4x32x45x90", "int32hw_2x64x56x56")),
    *(_mean(name) for name in ("axis1_8x128x512", "lastkept_8x256x256", "axis0_48x90x127", "axes023kept_8x64x28x28")),
    _product("axis1_64x16x600", 700),
    _product("lastkept_8x512x100", 4.2),
    _reduces(
        "ReduceProd",
        "Product",
        "torch.prod(x, {}, dtype=torch.int32)",
        "int32axis0_18x40x500",
        {
            "typical": integers(1, 3),
            "beyond_float": choice(-3, 3, 3, 3, 3),  # odd numbers up to 3^18, above 2^24
            "signs": choice(-1, 1),
            "powers": choice(-2, -1, 1, 2),
            "zeros": choice(0, *[-1, 1, 2] * 10),
        },
        operator("ReduceSum"),
        operator("ReduceMax"),
        example="torch.randint(-3, 4, (18, 40, 500), dtype=torch.int32)",
    ),
    *(_norm("ReduceL1", name) for name in ("axis0_48x90x127", "lastkept_8x256x256", "hwkept_2x64x56x56")),
    *(_norm("ReduceL2", name) for name in ("axis2_8x256x512", "channelskept_2x64x56x56", "axes13_4x32x45x90")),
    *(_log_sum_exp(name) for name in ("axis1_8x128x512", "lastkept_8x256x256")),
    *(_place("ArgMax", *row) for row in _GREATEST),
    *(_place("ArgMin", *row) for row in _SMALLEST),
)

DROPPED = (
    Dropped("ArgMax", "select_last_index", "native ignores it"),
    Dropped("ArgMax", "int32 operand", "native compares bit patterns as floats"),
)
