"""What each operator computes, as a formula, for those who write a kernel of it: tasks/semantics.json, which `mkb show`
prints. The wording is ours; the source that is named beside it decides."""

import json

import onnx

from curation.export import OPSET
from curation.operators import OPERATORS

_EACH = "element by element"
_BROADCAST = "operands are broadcast: shapes aligned at the last axis, 1 repeated"
_REDUCED = "over the axes; keepdims leaves them with size 1, no axes means all"
_WINDOW = "o = floor((in + pads - d (k - 1) - 1) / stride) + 1 places along each spatial axis"

FORMULAS = {
    "Abs": f"y = |x|, {_EACH}",
    "Ceil": f"y = the smallest whole number >= x, {_EACH}",
    "Erf": f"y = 2/sqrt(pi) * integral from 0 to x of exp(-t^2) dt, {_EACH}",
    "Exp": f"y = e^x, {_EACH}",
    "Floor": f"y = the largest whole number <= x, {_EACH}",
    "Log": f"y = ln x, {_EACH}",
    "Neg": f"y = -x, {_EACH}",
    "Reciprocal": f"y = 1 / x, {_EACH}",
    "Round": f"y = the nearest whole number, halves to the even one, {_EACH}",
    "Sign": f"y = -1, 0 or 1 as x < 0, x = 0 or x > 0, {_EACH}",
    "Sqrt": f"y = sqrt(x), {_EACH}",
    "Add": f"y = a + b; {_BROADCAST}",
    "Sub": f"y = a - b; {_BROADCAST}",
    "Mul": f"y = a * b; {_BROADCAST}",
    "Div": f"y = a / b, whole numbers cut towards zero; {_BROADCAST}",
    "Mod": f"fmod=0: y = a - b * floor(a / b), the sign of b; fmod=1: y = a - b * trunc(a / b), the sign of a; {_BROADCAST}",
    "Pow": f"y = x ^ exponent; {_BROADCAST}",
    "Max": f"y = the largest of the operands; {_BROADCAST}",
    **{name: f"y = {function} x in radians, {_EACH}" for name, function in {"Sin": "sin", "Cos": "cos", "Tan": "tan"}.items()},
    **{name: f"y = {name.lower()} x, the angle in radians, {_EACH}" for name in ("Asin", "Acos", "Atan")},
    "Sinh": f"y = (e^x - e^-x) / 2, {_EACH}",
    "Cosh": f"y = (e^x + e^-x) / 2, {_EACH}",
    "Tanh": f"y = (e^x - e^-x) / (e^x + e^-x), {_EACH}",
    "Asinh": f"y = ln(x + sqrt(x^2 + 1)), {_EACH}",
    "Acosh": f"y = ln(x + sqrt(x^2 - 1)) for x >= 1, {_EACH}",
    "Atanh": f"y = ln((1 + x) / (1 - x)) / 2 for |x| < 1, {_EACH}",
    "Relu": f"y = max(x, 0), {_EACH}",
    "LeakyRelu": f"y = x for x >= 0, alpha * x below, {_EACH}",
    "Softmax": "y = e^x / (sum of e^x along axis); the largest x of the axis may be subtracted first, and should be",
    "HardSigmoid": f"y = max(0, min(1, alpha * x + beta)), {_EACH}",
    "Celu": f"y = max(0, x) + min(0, alpha * (e^(x / alpha) - 1)), {_EACH}",
    "Elu": f"y = x for x > 0, alpha * (e^x - 1) below, {_EACH}",
    "BatchNormalization": "y = (x - mean[c]) / sqrt(var[c] + epsilon) * scale[c] + B[c], for channel c (axis 1); mean and var are operands",
    "LayerNormalization": "y = (x - m) / sqrt(v + epsilon) * Scale + B, m and v the mean and the variance over the axes from axis on",
    "InstanceNormalization": "y = (x - m) / sqrt(v + epsilon) * scale[c] + B[c], m and v over the spatial axes, per picture and channel",
    "MaxPool": f"y = the largest x of each window, padding left out; {_WINDOW}",
    "AveragePool": f"y = the mean of each window, padding counted (as zeros) only with count_include_pad; {_WINDOW}",
    "GlobalMaxPool": "y = the largest x over all spatial axes, which stay with size 1",
    "GlobalAveragePool": "y = the mean of x over all spatial axes, which stay with size 1",
    "Conv": f"y[n,m,o] = B[m] + sum over c, k of x[n,c,o * stride - pad + k * dilation] * W[m,c,k], c within m's group; {_WINDOW}",
    "ConvTranspose": "y[n,m,i * stride - pad + k * dilation] += x[n,c,i] * W[c,m,k] for all c of m's group, then + B[m]; size (i - 1) * stride + d (k - 1) + 1 + output_padding - pads",
    "MatMul": "y[...,i,j] = sum over k of a[...,i,k] * b[...,k,j]; leading axes are broadcast, a vector is a row on the left and a column on the right and its axis goes",
    "Gemm": "y = alpha * A' B' + beta * C; A' = A^T with transA, B' = B^T with transB, C broadcast to y",
    "Einsum": "y = sum over the letters that the equation's right side lacks of the operands' product, each indexed by its letters",
    "Det": "y = the determinant of the matrix in the last two axes",
    "ReduceL1": f"y = sum of |x| {_REDUCED}",
    "ReduceL2": f"y = sqrt(sum of x^2) {_REDUCED}",
    "ReduceLogSumExp": f"y = ln(sum of e^x) {_REDUCED}",
    "ReduceMax": f"y = the largest x {_REDUCED}",
    "ReduceMean": f"y = the mean of x {_REDUCED}",
    "ReduceMin": f"y = the smallest x {_REDUCED}",
    "ReduceProd": f"y = the product of x {_REDUCED}",
    "ReduceSum": f"y = the sum of x {_REDUCED}",
    "ArgMax": "y = the place of the largest x along axis, the first of equal ones; keepdims leaves the axis with size 1",
    "ArgMin": "y = the place of the smallest x along axis, the first of equal ones; keepdims leaves the axis with size 1",
    "Reshape": "the same elements in the same order under another shape; -1 is what is left, 0 the input's size there",
    "Transpose": "y[i_perm[0], i_perm[1], ...] = x[i_0, i_1, ...]: axis n of y is axis perm[n] of x",
    "Concat": "the operands one behind the other along axis",
    "Split": "x cut along axis into pieces of the sizes in split, or of equal size",
    "Slice": "y = x[start : end : step] along each of axes; negative places count from the end, both are cut to the axis",
    "Tile": "x repeated repeats[n] times along axis n",
    "Expand": "x broadcast to the shape: aligned at the last axis, 1 repeated",
    "Pad": "x with pads[n] places before and pads[n + rank] behind axis n: constant_value, mirrored without the border (reflect) or the border repeated (edge)",
    "Squeeze": "x without the axes of size 1 that are named",
    "Unsqueeze": "x with axes of size 1 put in where the result has them",
    "Flatten": "x as a matrix: the axes before axis are the rows, those from it on the columns",
    "Gather": "y[..., i..., ...] = x[..., index[i...], ...]: the index's axes stand in the place of axis",
    "GatherElements": "y[i,j,k] = x[i,index[i,j,k],k] for axis 1, likewise for others; y has the index's shape",
    "ScatterElements": "y = x, then y[i,index[i,j,k],k] = updates[i,j,k] for axis 1, likewise for others",
    "TopK": "the k largest (largest=1) or smallest x along axis, in order, and their places; of equal ones the first",
    "DepthToSpace": "blocks of channels become squares of b x b places: mode DCR takes channel (bi * b + bj) * C + c, CRD c * b^2 + bi * b + bj, to place (h * b + bi, w * b + bj) of channel c",
    "CumSum": "y[i] = x[0] + ... + x[i] along axis; exclusive leaves x[i] out, reverse sums from the end",
    "Where": f"y = a where the condition is true, b elsewhere; {_BROADCAST}",
    "Resize": "y at place o is x at (o + 0.5) / scale - 0.5 (half_pixel) or o / scale (asymmetric): the mode's nearest place, or between neighbours (linear)",
    **{name: f"y = a {word} b of booleans; {_BROADCAST}" for name, word in {"And": "and", "Or": "or", "Xor": "xor"}.items()},
    "Not": f"y = not x, {_EACH}",
    **{f"Bitwise{name}": f"y = a {word} b, bit by bit; {_BROADCAST}" for name, word in {"And": "and", "Or": "or", "Xor": "xor"}.items()},
    "BitwiseNot": "y = x with every bit turned: -1 - x in two's complement",
    **{
        name: f"y = (a {sign} b); {_BROADCAST}"
        for name, sign in {"Equal": "==", "Greater": ">", "Less": "<", "GreaterOrEqual": ">=", "LessOrEqual": "<="}.items()
    },
    "RNN": "h_t = f(W x_t + R h_(t-1) + Wb + Rb) for each step, f the activation (tanh); y_h is the last h, per direction",
    "LSTM": "i, o, f, c~ = the four gates of W x_t + R h_(t-1) + Wb + Rb, in this order of rows; c_t = s(f) c_(t-1) + s(i) tanh(c~); h_t = s(o) tanh(c_t), s the logistic function",
    "STFT": "y[b,f,k] = sum over n of x[b, f * frame_step + n] * window[n] * e^(-2 pi i k n / frame_length), as real and imaginary part; onesided: k up to frame_length / 2",
    "RoiAlign": "each box times spatial_scale (minus 0.5 with half_pixel) is cut into output_height x output_width bins; each is the mean (avg) of sampling_ratio^2 bilinear samples, all of them inside with ratio 0: ceil of the bin's size",
}  # fmt: skip


def _source(operator: str) -> str:
    version = onnx.defs.get_schema(operator, OPSET).since_version
    return f"ONNX operator specification, {operator}, version {version} (of opset {OPSET})"


def text() -> str:
    """The whole of tasks/semantics.json."""
    made = {name: {"formula": FORMULAS[name], "source": _source(name)} for name in OPERATORS}
    return json.dumps({"operators": made}, indent=1, ensure_ascii=False) + "\n"
