from curation.case import Case
from curation.draws import choice, integers, log_uniform, uniform

CASES = (
    Case(
        category="binary",
        operator="Add",
        name="channelbias_64x112",
        summary="One value per channel added to a 64x112x112 map (one-sided broadcast, which native runs as a loop)",
        model='''
            import torch
            from torch import nn


            class Model(nn.Module):
                """Adds one value per channel to a feature map; both operands are inputs."""

                def forward(self, x: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
                    return x + bias


            def get_inputs():
                return [torch.randn(1, 64, 112, 112), torch.randn(1, 64, 1, 1)]


            def get_init_inputs():
                return []
            ''',
        target=("BinaryOp", "ADD"),
        geometry="bypass",
        native_file="CPUBinary.cpp",
        native_entries=("MNNSelectBinaryFunctionForFloat",),
        sequence=("While",),
        regimes={
            "typical": {"x": uniform(-1, 1), "bias": uniform(-1, 1)},
            "large": {"x": uniform(-1e6, 1e6), "bias": uniform(-1e6, 1e6)},
            "large_bias": {"x": uniform(-1, 1), "bias": uniform(100, 1000)},
            "small": {"x": log_uniform(-30, -20), "bias": log_uniform(-30, -20)},
            "wide": {"x": log_uniform(-10, 10), "bias": log_uniform(-10, 10)},
            "negative": {"x": uniform(-9, -7), "bias": uniform(-9, -7)},
            "cancelling": {"x": choice(-2, -1, 1, 2), "bias": choice(-2, -1, 1, 2)},
            "zeros_and_denormals": {"x": choice(0, 1e-40, -1e-40), "bias": choice(0, 1e-40)},
        },
        controls=(
            {"kind": "zeros"},
            {"kind": "ones"},
            {"kind": "nan"},
            {"kind": "copy_input", "input": 0},
            {"kind": "copy_input", "input": 1},
            {"kind": "zero_input", "input": 0},
            {"kind": "zero_input", "input": 1},
            {"kind": "scale", "factor": -1},
            {"kind": "last_off_by_one"},
            {"kind": "shift", "axis": 1, "by": 1},
            {"kind": "transpose_hw"},
            {"kind": "replay"},
            {"kind": "half_precision"},
            {"kind": "round_output_half"},
        ),
        operations=64 * 112 * 112,
    ),
    Case(
        category="binary",
        operator="Mod",
        name="hashes_2048x128",
        summary="Hashes of 128 features in 2048 rows modulo a table size per feature: int32, broadcast over the rows",
        model='''
            import torch
            from torch import nn


            class Model(nn.Module):
                """y = x - divisor * floor(x / divisor), in whole numbers: a remainder has the sign of its divisor.

                A divisor is never 0, and never -1 where x may be the lowest int32 number.
                """

                def forward(self, x: torch.Tensor, divisor: torch.Tensor) -> torch.Tensor:
                    return torch.remainder(x, divisor)


            def get_inputs():
                x = torch.randint(-(2**31), 2**31 - 1, (2048, 128), dtype=torch.int32)
                return [x, torch.randint(1000, 100000, (128,), dtype=torch.int32)]


            def get_init_inputs():
                return []
            ''',
        target=("BinaryOp", "MOD"),
        geometry="bypass",
        native_file="CPUBinary.cpp",
        sequence=("Raster", "BinaryOp"),
        regimes={
            "typical": {"x": integers(-(2**31), 2**31 - 1), "divisor": integers(1000, 100000)},
            "positive": {"x": integers(0, 2**31 - 1), "divisor": integers(1, 97)},
            "negative_x": {"x": integers(-1000, -1), "divisor": integers(2, 37)},
            "negative_divisor": {"x": integers(-1000, 1000), "divisor": integers(-37, -1)},
            "multiples": {"x": choice(-36, -24, -12, 0, 12, 24, 36), "divisor": choice(-6, -4, -3, -1, 1, 2, 4, 6)},
            "around_multiples": {
                "x": choice(-(2**30) - 1, -(2**30), -(2**30) + 1, 2**30 - 1, 2**30, 2**30 + 1),
                "divisor": choice(-(2**20), -1024, -8, -2, 2, 8, 1024, 2**20),
            },
            "smaller_than_divisor": {"x": integers(-1000, 1000), "divisor": choice(-(2**31), -2000, 2000, 2**31 - 1)},
            "large_divisor": {"x": integers(-(2**31), 2**31 - 1), "divisor": integers(2**29, 2**31 - 1)},
            "ends": {
                "x": choice(-(2**31), -(2**31) + 1, 2**31 - 2, 2**31 - 1),
                "divisor": choice(-(2**31), -(2**31) + 1, -3, 1, 3, 2**31 - 2, 2**31 - 1),
            },
        },
        controls=(
            {"kind": "zeros"},
            {"kind": "ones"},
            {"kind": "copy_input", "input": 0},
            {"kind": "copy_input", "input": 1},
            {"kind": "zero_input", "input": 0},
            {"kind": "scale", "factor": -1},
            {"kind": "last_off_by_one"},
            {"kind": "shift", "axis": 1, "by": 1},
            {"kind": "shift", "axis": 0, "by": 1},
            {"kind": "reverse", "axis": 1},
            {"kind": "replay"},
            {"kind": "attribute", "name": "fmod", "value": 1},  # the remainder of C, which has the sign of x
        ),
        deviations=(
            "divisor 0, and the lowest int32 number modulo -1: native ends with SIGFPE; ONNX leaves both undefined",
        ),
        operations=3 * 2048 * 128,  # divide, multiply, subtract
    ),
)
