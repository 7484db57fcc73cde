"""The 95 operators: category, native kernels and how many cases run each of them, way of export and of conversion.

The counts are the benchmark's (paper, section 1); which kernel runs natively was found by converting and running every
operator (docs/task-format.md, sequence). A case names its operator, and a kernel where the operator has several.
"""

from dataclasses import dataclass

# Category -> operators, tasks, as specified.
SPECIFIED = {
    "unary": (11, 11),
    "binary": (7, 8),
    "trigonometry": (12, 12),
    "activation": (6, 12),
    "normalization": (3, 12),
    "pooling": (4, 15),
    "convolution": (2, 21),
    "matrix": (4, 19),
    "reduction": (10, 35),
    "tensor": (19, 28),
    "logic": (13, 13),
    "others": (4, 4),
}

_FOLDERS = {
    "atomic": "source/backend/cpu",
    "geometric": "source/geometry",
    "composite": "tools/converter/source/optimizer/onnxextra",
}


@dataclass(frozen=True)
class Kernel:
    """What a candidate replaces. The fields go to task.json as they are (docs/task-format.md)."""

    form: str
    cases: int  # how many of the operator's cases run it
    target: tuple[str, str]  # framework operator: type, operation
    file: str  # the native one, below the form's folder of the framework's sources
    native_entries: tuple[str, ...] = ()
    may_emit: tuple[str, ...] = ()
    files: tuple[str, ...] = ()  # a candidate's; default: named as `file`, with a header in the atomic form

    @property
    def native_file(self) -> str:
        return f"{_FOLDERS[self.form]}/{self.file}"

    @property
    def candidate_files(self) -> list[str]:
        stem = self.file.removesuffix(".cpp")
        return list(self.files) or ([f"{stem}.hpp"] if self.form == "atomic" else []) + [f"{stem}.cpp"]


@dataclass(frozen=True)
class Operator:
    name: str  # of ONNX
    category: str
    kernels: dict[str, Kernel]  # by name; the first one is a case's default
    exporter: str = "dynamo"  # a way of curation/export.py
    converter: str = "onnx"  # a way of curation/convert.py

    @property
    def cases(self) -> int:
        return sum(kernel.cases for kernel in self.kernels.values())


def _only(kernel: Kernel) -> dict[str, Kernel]:
    return {kernel.form: kernel}


def _atomic(cases: int, target: str, file: str, operation: str = "", entries: tuple[str, ...] = ()) -> Kernel:
    return Kernel("atomic", cases, (target, operation), file, entries)


def _geometric(cases: int, target: str, file: str, *may_emit: str) -> Kernel:
    return Kernel("geometric", cases, (target, ""), file, may_emit=may_emit)


def _composite(cases: int, target: str, operator: str, file: str, *may_emit: str) -> Kernel:
    files = () if file == f"Onnx{operator}.cpp" else (f"Onnx{operator}.cpp",)
    operation = operator if target == "Extra" else ""
    return Kernel("composite", cases, (target, operation), file, may_emit=may_emit, files=files)


_UNARY_TABLE = ("MNNSelectUnaryFunctionForFloat",)
_BINARY_TABLE = ("MNNSelectBinaryFunctionForFloat",)
_ELEMENTWISE = ("BinaryOp", "UnaryOp", "ReLU", "ReLU6", "PReLU", "Select", "Cast", "Scale", "ConvertTensor", "Reshape")
_REDUCING = (
    "UnaryOp",
    "BinaryOp",
    "Reduction",
    "MatMul",
    "BatchMatMul",
    "Reshape",
    "Squeeze",
    "Unsqueeze",
    "Permute",
    "ConvertTensor",
)
_NORMALIZING = (
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
)
_PRODUCT = ("MatMul", "BatchMatMul", "BinaryOp", "UnaryOp", "Convolution", "Reduction", "Permute", "Reshape", "Squeeze")
_PRODUCT += ("Unsqueeze", "Concat", "Slice", "BroadcastTo", "Tile", "ConvertTensor", "Shape")
# What a transform of any operator may be built of, if nothing more is known of it.
BUILDING = tuple(sorted({*_ELEMENTWISE, *_REDUCING, *_NORMALIZING, *_PRODUCT} - {"Convolution", "LayerNorm"}))
_LOOP = ("Raster", "While", "MatMul", "BinaryOp", "UnaryOp")
_INDEXED = ("Raster", "While", "BinaryOp", "UnaryOp", "Reduction")
_MATMUL_TABLE = ("MNNPackedMatMul", "MNNPackedMatMulRemain", "MNNComputeMatMulForE_1", "MNNComputeMatMulForH_1")


def _unary(name: str, operation: str, category: str = "unary", entries: tuple[str, ...] = _UNARY_TABLE) -> Operator:
    return Operator(name, category, _only(_atomic(1, "UnaryOp", "CPUUnary.cpp", operation, entries)))


def _binary(
    name: str, operation: str, category: str = "binary", cases: int = 1, entries: tuple[str, ...] = (), **ways
) -> Operator:
    return Operator(name, category, _only(_atomic(cases, "BinaryOp", "CPUBinary.cpp", operation, entries)), **ways)


def _reduction(name: str, operation: str, cases: int) -> Operator:
    return Operator(name, "reduction", _only(_atomic(cases, "Reduction", "CPUReduction.cpp", operation)))


def _expanded_reduction(name: str, cases: int) -> Operator:
    kernel = _composite(cases, "Extra", name, "OnnxReduceL2.cpp", *_REDUCING)
    return Operator(name, "reduction", _only(kernel), converter="axes_as_attribute")


def _moves(name: str, cases: int, target: str, file: str, exporter: str = "dynamo") -> Operator:
    return Operator(name, "tensor", _only(_geometric(cases, target, file, "Raster")), exporter=exporter)


_TABLE = (
    _unary("Abs", "ABS"),
    _unary("Ceil", "CEIL"),
    _unary("Erf", "ERF"),
    # The unary function for EXP is nothing but a call of the free function MNNExp.
    _unary("Exp", "EXP", entries=(*_UNARY_TABLE, "MNNExp")),
    _unary("Floor", "FLOOR"),
    _unary("Log", "LOG"),
    _unary("Neg", "NEG"),
    _unary("Reciprocal", "RECIPROCAL"),
    _unary("Round", "ROUND"),
    _unary("Sign", "SIGN"),
    _unary("Sqrt", "SQRT"),
    _binary("Add", "ADD", entries=_BINARY_TABLE),
    _binary("Sub", "SUB", entries=_BINARY_TABLE),
    _binary("Mul", "MUL", entries=_BINARY_TABLE),
    _binary("Div", "REALDIV", entries=_BINARY_TABLE),
    Operator(
        "Mod",
        "binary",
        {
            "floor": _atomic(1, "BinaryOp", "CPUBinary.cpp", "MOD"),  # fmod=0, whole numbers
            "truncate": _atomic(1, "BinaryOp", "CPUBinary.cpp", "FLOORMOD", _BINARY_TABLE),  # fmod=1, nothing negative
        },
    ),
    _binary("Pow", "POW", entries=_BINARY_TABLE),
    _binary("Max", "MAXIMUM", entries=_BINARY_TABLE),
    _unary("Sin", "SIN", "trigonometry"),
    _unary("Cos", "COS", "trigonometry"),
    _unary("Tan", "TAN", "trigonometry"),
    _unary("Asin", "ASIN", "trigonometry"),
    _unary("Acos", "ACOS", "trigonometry"),
    _unary("Atan", "ATAN", "trigonometry"),
    _unary("Sinh", "SINH", "trigonometry"),
    _unary("Cosh", "COSH", "trigonometry"),
    _unary("Tanh", "TANH", "trigonometry"),
    _unary("Asinh", "ASINH", "trigonometry"),
    _unary("Acosh", "ACOSH", "trigonometry"),
    _unary("Atanh", "ATANH", "trigonometry"),
    Operator("Relu", "activation", _only(_atomic(1, "ReLU", "CPURelu.cpp", entries=("MNNReluWithSlopeChannel",)))),
    Operator(
        "LeakyRelu", "activation", _only(_atomic(2, "ReLU", "CPURelu.cpp", entries=("MNNReluWithSlopeChannel",)))
    ),
    Operator("Softmax", "activation", _only(_atomic(3, "Softmax", "CPUSoftmax.cpp", entries=("MNNSoftmax",)))),
    Operator(
        "HardSigmoid", "activation", _only(_composite(2, "Extra", "HardSigmoid", "OnnxHardSigmoid.cpp", *_ELEMENTWISE))
    ),
    Operator("Celu", "activation", _only(_composite(2, "Extra", "Celu", "OnnxPrelu.cpp", *_ELEMENTWISE))),
    Operator(
        "Elu",
        "activation",
        _only(_geometric(2, "ELU", "GeometryELU.cpp", "Raster", "UnaryOp", "BinaryOp", "Select", "ReLU")),
    ),
    Operator(
        "BatchNormalization",
        "normalization",
        _only(_atomic(4, "Scale", "CPUScale.cpp", entries=("MNNScaleAndAddBias",))),
    ),
    Operator(
        "LayerNormalization",
        "normalization",
        _only(_atomic(4, "LayerNorm", "CPULayerNorm.cpp", entries=("MNNNormPacked", "MNNNorm"))),
    ),
    Operator(
        "InstanceNormalization",
        "normalization",
        _only(_composite(4, "InstanceNorm", "InstanceNormalization", "OnnxBatchNormMerge.cpp", *_NORMALIZING)),
    ),
    Operator(
        "MaxPool",
        "pooling",
        {
            "2d": _atomic(5, "Pooling", "CPUPool.cpp", entries=("MNNPoolingMax", "MNNPoolingMaxWithRedice")),
            "3d": _geometric(1, "Pooling3D", "GeometryPooling3D.cpp", "Raster", "Pooling"),
        },
    ),
    Operator(
        "AveragePool",
        "pooling",
        {
            "2d": _atomic(4, "Pooling", "CPUPool.cpp", entries=("MNNPoolingAvg",)),
            "3d": _geometric(1, "Pooling3D", "GeometryPooling3D.cpp", "Raster", "Pooling"),
        },
    ),
    Operator(
        "GlobalMaxPool",
        "pooling",
        _only(_atomic(2, "Pooling", "CPUPool.cpp", entries=("MNNPoolingMax", "MNNPoolingMaxWithRedice"))),
        exporter="table",
    ),
    Operator(
        "GlobalAveragePool",
        "pooling",
        _only(_atomic(2, "Pooling", "CPUPool.cpp", entries=("MNNPoolingAvg",))),
        exporter="legacy",
    ),
    Operator(
        "Conv",
        "convolution",
        {
            "depthwise": _atomic(
                2,
                "ConvolutionDepthwise",
                "CPUConvolutionDepthwise.cpp",
                entries=("MNNConvRunForLineDepthwise", "MNNDepthwiseConvFastKernel"),
            ),
            # A matrix product after a rearrangement: the product's entries are building blocks, and open.
            "dense": _atomic(10, "Convolution", "CPUConvolution.cpp"),
        },
    ),
    Operator(
        "ConvTranspose",
        "convolution",
        {
            # Native is a matrix product and a scatter: the product's entries are building blocks, and open.
            "dense": _atomic(8, "Deconvolution", "CPUDeconvolution.cpp"),
            "depthwise": _atomic(
                1,
                "DeconvolutionDepthwise",
                "CPUDeconvolutionDepthwise.cpp",
                entries=("MNNDeconvRunForLineDepthwise", "MNNDeconvRunForUnitDepthWise"),
            ),
        },
    ),
    Operator(
        "MatMul",
        "matrix",
        {
            "2d": _atomic(3, "MatMul", "CPUMatMul.cpp", entries=_MATMUL_TABLE),
            "batched": _geometric(
                4, "MatMul", "GeometryBatchMatMul.cpp", "Raster", "While", "MatMul", "BinaryOp", "UnaryOp", "Reduction"
            ),
        },
    ),
    Operator("Gemm", "matrix", _only(_composite(5, "Extra", "Gemm", "OnnxGemm.cpp", *_PRODUCT))),
    Operator("Einsum", "matrix", _only(_composite(5, "Extra", "Einsum", "OnnxEinsum.cpp", *_PRODUCT))),
    Operator("Det", "matrix", _only(_atomic(2, "Det", "CPUDet.cpp"))),
    _expanded_reduction("ReduceL1", 3),
    _expanded_reduction("ReduceL2", 3),
    _expanded_reduction("ReduceLogSumExp", 2),
    _reduction("ReduceMax", "MAXIMUM", 4),
    _reduction("ReduceMean", "MEAN", 4),
    _reduction("ReduceMin", "MINIMUM", 4),
    _reduction("ReduceProd", "PROD", 3),
    _reduction("ReduceSum", "SUM", 4),
    Operator("ArgMax", "reduction", _only(_atomic(4, "ArgMax", "CPUArgMax.cpp"))),
    Operator("ArgMin", "reduction", _only(_atomic(4, "ArgMin", "CPUArgMax.cpp"))),
    _moves("Reshape", 1, "Reshape", "GeometryReshape.cpp"),
    _moves("Transpose", 2, "Permute", "GeometryPermute.cpp"),
    _moves("Concat", 2, "Concat", "GeometryConcat.cpp"),
    _moves("Split", 2, "Slice", "GeometrySlice.cpp"),
    _moves("Slice", 2, "StridedSlice", "GeometryStridedSlice.cpp"),
    _moves("Tile", 1, "Tile", "GeometryTile.cpp"),
    _moves("Expand", 1, "BroadcastTo", "GeometryBroadcastTo.cpp"),
    _moves("Pad", 3, "Padding", "GeometryCrop.cpp"),
    _moves("Squeeze", 1, "Squeeze", "GeometryReshape.cpp"),
    _moves("Unsqueeze", 1, "Unsqueeze", "GeometryReshape.cpp"),
    _moves("Flatten", 1, "Flatten", "GeometryReshape.cpp", exporter="legacy"),
    Operator("Gather", "tensor", _only(_geometric(2, "GatherV2", "GeometryGather.cpp", *_INDEXED))),
    Operator("GatherElements", "tensor", _only(_geometric(1, "GatherElements", "GeometryGather.cpp", *_INDEXED))),
    Operator(
        "ScatterElements",
        "tensor",
        _only(_geometric(1, "ScatterElements", "GeometryScatter.cpp", *_INDEXED)),
        exporter="legacy",
    ),
    Operator("TopK", "tensor", _only(_atomic(2, "TopKV2", "CPUTopKV2.cpp"))),
    _moves("DepthToSpace", 1, "DepthToSpace", "GeometryDepthToSpace.cpp"),
    Operator("CumSum", "tensor", _only(_geometric(1, "CumSum", "GeometryCumSum.cpp", *_LOOP))),
    Operator("Where", "tensor", _only(_atomic(1, "Select", "CPUSelect.cpp"))),
    Operator("Resize", "tensor", _only(_atomic(2, "Interp", "CPUInterp.cpp"))),
    _binary("And", "MUL", "logic"),  # the converter makes a product of it
    _binary("Or", "LOGICALOR", "logic"),
    _binary("Xor", "LOGICALXOR", "logic"),
    Operator("Not", "logic", _only(_composite(1, "Extra", "Not", "OnnxNot.cpp", *_ELEMENTWISE))),
    _binary("BitwiseAnd", "BITWISE_AND", "logic", converter="bitwise"),
    _binary("BitwiseOr", "BITWISE_OR", "logic", converter="bitwise"),
    _binary("BitwiseXor", "BITWISE_XOR", "logic", converter="bitwise"),
    Operator(
        "BitwiseNot",
        "logic",
        _only(_composite(1, "Extra", "BitwiseNot", "OnnxBitwiseNot.cpp", *_ELEMENTWISE)),
        converter="bitwise",
    ),
    _binary("Equal", "EQUAL", "logic"),
    _binary("Greater", "GREATER", "logic", entries=_BINARY_TABLE),
    _binary("Less", "LESS", "logic"),
    _binary("GreaterOrEqual", "GREATER_EQUAL", "logic", entries=_BINARY_TABLE),
    _binary("LessOrEqual", "LESS_EQUAL", "logic"),
    Operator("RNN", "others", _only(_geometric(1, "RNN", "GeometryLSTM.cpp", *_LOOP)), exporter="legacy"),
    Operator(
        "LSTM",
        "others",
        _only(_geometric(1, "LSTM", "GeometryLSTM.cpp", *_LOOP)),
        exporter="legacy",
        converter="recurrent",
    ),
    Operator("STFT", "others", _only(_atomic(1, "Stft", "CPUStft.cpp")), exporter="table"),
    Operator(
        "RoiAlign",
        "others",
        _only(_atomic(1, "ROIAlign", "CPUROIAlign.cpp", entries=("MNNRoiAlignAvg", "MNNRoiAlignMax"))),
    ),
)

OPERATORS = {operator.name: operator for operator in _TABLE}
