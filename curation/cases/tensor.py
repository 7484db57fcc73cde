from curation.case import Case, Deviation
from curation.draws import choice, distinct
from curation.families import moves
from curation.mistakes import against, attribute, border, layout, reverse, shift, shuffle, transpose_hw
from curation.modules import Module
from curation.regimes import regimes

CASES = (
    Case(
        "TopK",
        "largest8_of_32000x4",
        "The 8 largest of 32000 in each of 4 rows, sorted, with their indices (a beam search's step)",
        "the largest along the last axis",
        Module(
            "The 8 largest values of each row in falling order, and where they stand.",
            "torch.topk(x, k=8, dim=-1, largest=True, sorted=True)",
            {"x": "torch.randperm(4 * 32000).reshape(4, 32000) / 1000 - 64"},
            returns="tuple[torch.Tensor, torch.Tensor]",
        ),
        sequence=("TopKV2",),
        outputs=("values", "indices"),
        regimes=regimes(
            x={
                "typical": distinct(-16, 16),
                "large": distinct(-1e6, 1e6),
                "negative": distinct(-9, -7),
                "positive": distinct(1, 2),
                "small": distinct(-1e-20, 1e-20),
                "denormals": distinct(0, 1e-38),
            }
        ),
        controls=against(shift(1), shift(0), reverse(1), attribute("largest", 0)),
        deviations=(
            Deviation(
                "ties",
                "gives other indices than ONNX, which takes the lowest; every regime is distinct",
                1,
                {"x": choice(-1, 0, 1)},
            ),
        ),
        operations=4 * 32000,  # one comparison an element
    ),
    moves(
        "Transpose",
        "windows_112x112x64",
        "A 112x112x64 map cut into 16x16 windows of 7x7: two axes of 1x16x7x16x7x64 exchanged, moves only",
        "rank 6, two inner axes exchanged, the last one in place",
        "Window partition: rows of windows, rows in them, columns of windows, columns in them, channels.",
        "x.permute(0, 1, 3, 2, 4, 5)",
        {"x": (1, 16, 7, 16, 7, 64)},
        shift(1),
        shift(4),
        reverse(5),
        attribute("perm", [0, 1, 3, 4, 2, 5]),
        attribute("perm", [0, 3, 1, 2, 4, 5]),
        attribute("perm", [0, 1, 2, 3, 5, 4]),
        operations=112 * 112 * 64,
    ),
    moves(
        "DepthToSpace",
        "crd2_64to16x112",
        "Pixel shuffle by 2: 64 maps of 56x56 to 16 of 112x112 (super-resolution), moves only",
        "mode CRD: the channel's parts are its inner axis",
        "y[c, 2 i + m, 2 j + n] = x[4 c + 2 m + n, i, j].",
        "F.pixel_shuffle(x, 2)",
        {"x": (1, 64, 56, 56)},
        shift(1),
        shift(3),
        border(2),
        transpose_hw(),
        layout(0, 2, 3, 1),
        shuffle(1, 4),
        attribute("mode", "DCR"),
        operations=16 * 112 * 112,
    ),
)
