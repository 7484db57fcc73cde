"""task.json: everything that a run must know of a task (docs/task-format.md)."""

import json
from pathlib import Path

import jsonschema
import numpy as np
from onnx import ModelProto, TensorProto, helper, numpy_helper

from curation import compare, convert
from curation.case import Baseline, Case, Deviation
from curation.controls import SIBLING_KINDS
from curation.errors import CurationError

_TYPES = {
    TensorProto.FLOAT: "float32",
    TensorProto.INT32: "int32",
    TensorProto.INT64: "int64",
    TensorProto.BOOL: "bool",
}
_WIDTH = 120


def _plain(value):
    """An ONNX attribute as JSON; floats in the shortest form that float32 tells apart."""
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, float):
        return float(str(np.float32(value)))
    if isinstance(value, int | str):
        return value
    return [_plain(each) for each in value]


def _tensor(value) -> dict:
    tensor = value.type.tensor_type
    shape = [dim.dim_value for dim in tensor.shape.dim]
    return {"name": value.name, "type": _TYPES[tensor.elem_type], "shape": shape}


def _attributes(case: Case, model: ModelProto) -> dict:
    """Attributes of the node, and its constant operands that are no parameters (axes, k)."""
    attributes = {each.name: _plain(helper.get_attribute_value(each)) for each in model.graph.node[0].attribute}
    for tensor in model.graph.initializer:
        if tensor.name not in (*case.drawn_parameters, *case.fixed):
            attributes[tensor.name] = numpy_helper.to_array(tensor).tolist()
    return attributes


def _offsets(case: Case, name: str, pieces: list[bytes], file: str, content: bytes) -> list[int]:
    for piece in pieces:
        if content.count(piece) != 1:
            found = f"{content.count(piece)} times in {file}"
            raise CurationError(f"{case.id}: parameter {name}, cut into {len(pieces)}: stands {found}, wanted once")
    return [content.find(piece) for piece in pieces]


def _pieces(raw: bytes, model: ModelProto, mnn_bytes: bytes) -> list[bytes]:
    """As the parameter stands in the framework's model: whole, or one piece a group."""
    groups = [attribute.i for attribute in model.graph.node[0].attribute if attribute.name == "group"]
    count = 1 if raw in mnn_bytes or not groups else groups[0]
    size = len(raw) // count
    return [raw[start : start + size] for start in range(0, len(raw), size)]


def is_verbatim(tensor: TensorProto, model: ModelProto, onnx_bytes: bytes, mnn_bytes: bytes) -> bool:
    """Its bytes stand in both files, each piece once, so that they can be drawn anew there."""
    raw = numpy_helper.to_array(tensor).astype("<f4").tobytes()
    pieces = _pieces(raw, model, mnn_bytes)
    return onnx_bytes.count(raw) == 1 and all(mnn_bytes.count(piece) == 1 for piece in pieces)


def _parameters(case: Case, model: ModelProto, onnx_bytes: bytes, mnn_bytes: bytes) -> list[dict]:
    by_name = {tensor.name: tensor for tensor in model.graph.initializer}
    floats = {name for name, tensor in by_name.items() if tensor.data_type == TensorProto.FLOAT}
    if floats != {*case.drawn_parameters, *case.fixed}:
        wanted = sorted([*case.drawn_parameters, *case.fixed])
        raise CurationError(f"{case.id}: the model has parameters {sorted(floats)}, the table {wanted}")
    parameters = []
    for name, draw in case.drawn_parameters.items():
        raw = numpy_helper.to_array(by_name[name]).astype("<f4").tobytes()
        parameters.append(
            {
                "name": name,
                "shape": list(by_name[name].dims),
                "draw": draw,
                "onnx_offset": _offsets(case, name, [raw], "model.onnx", onnx_bytes)[0],
                "mnn_offsets": _offsets(case, name, _pieces(raw, model, mnn_bytes), "model.mnn", mnn_bytes),
            }
        )
    return parameters


def _fixed(case: Case, model: ModelProto) -> list[dict]:
    by_name = {tensor.name: tensor for tensor in model.graph.initializer}
    return [{"name": name, "shape": list(by_name[name].dims)} for name in case.fixed]


def _elements(tensors: list[dict]) -> int:
    return sum(int(np.prod(tensor["shape"])) for tensor in tensors)


def control_model_name(index: int) -> str:
    return f"control_{index}.onnx"


def make_task(case: Case, model: ModelProto, onnx_bytes: bytes, mnn_bytes: bytes) -> dict:
    inputs = [_tensor(value) for value in model.graph.input]
    outputs = [_tensor(value) for value in model.graph.output]
    parameters = _parameters(case, model, onnx_bytes, mnn_bytes)
    fixed = _fixed(case, model)
    kernel = case.kernel
    return {
        "version": 1,
        "id": case.id,
        "category": case.category,
        "operator": case.operator,
        "case": case.name,
        "summary": case.summary,
        "path": case.path,
        "form": kernel.form,
        "files": kernel.candidate_files,
        "native_file": kernel.native_file,
        "target": {"type": kernel.target[0], "operation": kernel.target[1]},
        "geometry": case.geometry,
        "calls_per_run": case.calls_per_run,
        "sequence": list(case.sequence),
        "native_entries": list(kernel.native_entries),
        "may_emit": list(kernel.may_emit),
        "converter_flags": [*convert.FLAGS.get(case.about.converter, ()), *case.converter_flags],
        "attributes": _attributes(case, model),
        "inputs": inputs,
        "outputs": outputs,
        "regimes": [
            {"name": name, "inputs": {each["name"]: by_input[each["name"]] for each in inputs}}
            for name, by_input in case.regimes.items()
        ],
        "parameters": parameters,
        "fixed": fixed,
        "tolerance": compare.DEFAULT_TOLERANCE | case.tolerance,
        "negative_controls": [
            control | ({"model": control_model_name(index)} if control["kind"] in SIBLING_KINDS else {})
            for index, control in enumerate(case.controls)
        ],
        "roofline_bytes": 4 * _elements([*inputs, *outputs, *parameters, *fixed]),
        "roofline_operations": case.operations,
        "threads": case.threads,
        "deviations": [_deviation(each) for each in case.deviations],
        "baseline": None if case.baseline is None else _baseline(case.baseline),
    }


def _deviation(deviation: Deviation) -> dict:
    inputs = {"inputs": deviation.inputs} if deviation.inputs else {}
    return {"when": deviation.when, "native": deviation.native, "error": deviation.error} | inputs


def _baseline(baseline: Baseline) -> dict:
    return {
        "why": baseline.why,
        "error": baseline.error,
        "time_us": baseline.default_us,
        "passing": {
            "setting": baseline.setting,
            "hints": baseline.hints,
            "error": baseline.setting_error,
            "time_us": baseline.setting_us,
        },
    }


def to_text(value, indent: int = 0) -> str:
    """JSON with whatever fits on one line on one line."""
    flat = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, dict | list) or not value or (indent > 0 and indent + len(flat) + 24 <= _WIDTH):
        return flat
    pad, inner = " " * indent, indent + 2
    if isinstance(value, dict):
        rows = [f"{' ' * inner}{json.dumps(key)}: {to_text(each, inner)}" for key, each in value.items()]
        return "{\n" + ",\n".join(rows) + f"\n{pad}}}"
    return "[\n" + ",\n".join(" " * inner + to_text(each, inner) for each in value) + f"\n{pad}]"


def check_schema(task: dict, schema_path: Path) -> None:
    schema = json.loads(schema_path.read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    problems = sorted(jsonschema.Draft202012Validator(schema).iter_errors(task), key=lambda each: each.json_path)
    if problems:
        raise CurationError(f"{task['id']}: task.json {problems[0].json_path}: {problems[0].message}")
