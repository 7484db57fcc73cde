from curation.case import Case, Deviation, Dropped
from curation.draws import choice, integers
from curation.families import binary
from curation.mistakes import (
    BOOLEAN,
    INTEGER,
    against,
    border,
    copy_input,
    last_off_by_one,
    operator,
    reverse,
    shift,
    transpose_hw,
    zero_input,
)
from curation.modules import Module
from curation.regimes import INTEGERS, regimes

_OPERANDS = (copy_input(1), zero_input(0), zero_input(1))
_INT32 = "torch.randint(-(2**31), 2**31 - 1, (512, 1024), dtype=torch.int32)"
_MASK = "torch.rand(8, 256, 256) < 0.5"

_KEYS = {
    "typical": integers(0, 511),
    "ties": integers(-1, 1),
    "equal": choice(7),
    "negative": integers(-1000, -1),
    "signs": integers(-1000, 1000),
    "full_range": integers(-(2**31), 2**31 - 1),
    # The difference of two does not fit into 32 bits.
    "ends": choice(-(2**31), -(2**31) + 1, -1, 0, 1, 2**31 - 2, 2**31 - 1),
    "neighbours": choice(2**30 - 1, 2**30, 2**30 + 1, -(2**30) - 1, -(2**30)),  # the same number as float32
}

CASES = (
    Case(
        "Or",
        "masks_8x256x256",
        "Union of two boolean masks of 8x256x256 (attention), which the framework holds as int32",
        "equal shapes",
        Module("The union of two boolean masks.", "torch.logical_or(a, b)", {"a": _MASK, "b": _MASK}),
        sequence=("BinaryOp",),
        regimes=regimes(
            a={
                "typical": choice(0, 1),
                "sparse": choice(0, 0, 0, 0, 0, 0, 0, 1),
                "dense": choice(0, 1, 1, 1, 1, 1, 1, 1),
                "only_first": choice(0, 1),
                "only_second": choice(0),
                "all_true": choice(1),
                "all_false": choice(0),
            },
            b={
                "typical": choice(0, 1),
                "sparse": choice(0, 0, 0, 0, 0, 0, 0, 1),
                "dense": choice(0, 1, 1, 1, 1, 1, 1, 1),
                "only_first": choice(0),
                "only_second": choice(0, 1),
                "all_true": choice(1),
                "all_false": choice(0),
            },
        ),
        controls=against(
            *_OPERANDS,
            border(2),
            shift(2),
            reverse(0),
            transpose_hw(),
            operator("Xor"),
            operator("And"),
            standard=BOOLEAN,
        ),
        operations=8 * 256 * 256,
    ),
    binary(
        "BitwiseXor",
        "keys_512x1024",
        "Exclusive or of two 512x1024 arrays of int32 (hashes against keys)",
        "int32, equal shapes",
        "Bit by bit: 1 where the two differ.",
        "torch.bitwise_xor(a, b)",
        ((512, 1024), (512, 1024)),
        (INTEGERS, INTEGERS | {"ties": choice(-1, 0, 1)}),
        border(1),
        shift(1),
        reverse(0),
        operator("BitwiseOr"),
        operator("BitwiseAnd"),
        standard=INTEGER,
        examples=(_INT32, _INT32),
    ),
    Case(
        "Less",
        "causal_8x512x512",
        "Which of 512 keys each of 512 queries may see, 8 times: int32, with a broadcast on both sides",
        "int32, each operand broadcast along the other's axis",
        Module(
            "y[b, i, j] = key[b, 0, j] < limit[b, i, 0]: each operand is broadcast along the other's axis.",
            "torch.lt(key, limit)",
            {"key": "key", "limit": "torch.randint(0, 512, (8, 512, 1), dtype=torch.int32)"},
            before="key = torch.randint(0, 512, (8, 1, 512), dtype=torch.int32)",
        ),
        geometry="bypass",
        sequence=("Raster", "Raster", "BinaryOp"),
        regimes=regimes(key=_KEYS, limit=_KEYS),
        controls=against(
            *_OPERANDS,
            last_off_by_one(),
            shift(2),
            shift(1),
            shift(0),
            transpose_hw(),  # broadcast along the wrong axes
            operator("LessOrEqual"),
            operator("Greater"),
            standard=BOOLEAN,
        ),
        operations=8 * 512 * 512,
        deviations=(
            Deviation(
                "float32 operands in -1 .. 1",
                "compares bit patterns: all elements are wrong for both negative, none for both positive; that is why "
                "the operands are int32",
                0.26,
            ),
        ),
    ),
)

DROPPED = (
    Dropped("Equal", "float32 operands", "native compares bit patterns: -0 differs from 0"),
    Dropped("Greater", "float32 operands, broadcast on both sides", "native compares bit patterns"),
)
