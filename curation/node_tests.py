"""script/curate --node-tests: ONNX's own node tests for the benchmark's operators, through curation's own pipeline.

Every test with one node of an operator of ours is run: ONNX Runtime against the expected outputs, then native against
ONNX Runtime, where the framework has the types. Every mismatch must be in the tables of curation/known.py, and every
row of theirs must still be one; else it is a bug of ours, or of a new version.
"""

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
from onnx import ModelProto, TensorProto, helper, numpy_helper

from curation import compare, convert, export, known
from curation.batch import run_batch
from curation.errors import CurationError
from curation.gates import oracle
from curation.operators import OPERATORS

# Operands that a task holds as constants: what says how, and weights.
_HOW = {"axes", "axis", "shape", "repeats", "starts", "ends", "steps", "split", "pads", "K", "k", "scales", "sizes",
        "roi", "constant_value", "frame_step", "frame_length", "window"}  # fmt: skip
_WEIGHTS = {
    "Conv": ("W", "B"),
    "ConvTranspose": ("W", "B"),
    "BatchNormalization": ("scale", "B", "input_mean", "input_var"),
    "InstanceNormalization": ("scale", "B"),
    "LayerNormalization": ("Scale", "B"),
    "RNN": ("W", "R", "B"),
    "LSTM": ("W", "R", "B", "P"),
}
# ONNX's shape inference takes another default than its text says.
_WRITTEN_OUT = {"STFT": {"onesided": 1}}
_IN_FRAMEWORK = {TensorProto.FLOAT, TensorProto.INT32, TensorProto.INT64, TensorProto.BOOL}

MATCH = "match"
OTHER_TYPE = "ONNX Runtime matches; a type that the framework has not"
NOT_OPSET_20 = "not of opset 20"
REFUSED = "ONNX Runtime refuses it"
ORACLE_DIFFERS = "ONNX Runtime differs"
NO_MODEL, CRASH, UNREADABLE = "native: no model", "native: crash", "native: no such result"
SHAPE, VALUES = "native: wrong shape", "native: wrong values"
UNSTEADY = "native: aborts, not always"
_DEVIATE = (NO_MODEL, CRASH, UNREADABLE, SHAPE, VALUES)
_UNSTEADY = {name for names in known.UNSTEADY.values() for name in names}


@dataclass
class Vector:
    """One test whose types the framework has, on its way."""

    name: str
    model: ModelProto
    feed: dict[str, np.ndarray]
    right: list[np.ndarray]
    folder: Path

    @property
    def outputs(self) -> list[str]:
        return [value.name for value in self.model.graph.output]


def _tests() -> list:
    from onnx.backend.test.case.node import collect_testcases

    tests = [each for each in collect_testcases(None) if len(each.model.graph.node) == 1]
    return [each for each in tests if each.model.graph.node[0].op_type in OPERATORS]


def _at_our_opset(given: ModelProto) -> ModelProto | None:
    model = ModelProto()
    model.CopyFrom(given)
    del model.opset_import[:]
    model.opset_import.append(helper.make_opsetid("", export.OPSET))
    model.ir_version = export.IR_VERSION
    try:
        onnx.checker.check_model(model, full_check=True)
    except (onnx.checker.ValidationError, onnx.shape_inference.InferenceError):
        return None
    return model


def _as_a_task(name: str, given: ModelProto, feed: dict[str, np.ndarray]) -> tuple[ModelProto, dict[str, np.ndarray]]:
    """With the operands that a task holds as constants inside, and the rest to be fed."""
    model = ModelProto()
    model.CopyFrom(given)
    node = model.graph.node[0]
    schema = onnx.defs.get_schema(node.op_type, export.OPSET)
    inside = {*_HOW, *_WEIGHTS.get(node.op_type, ())}
    fed = dict(feed)
    for index, operand in enumerate(node.input):
        if operand in fed and schema.inputs[min(index, len(schema.inputs) - 1)].name in inside:
            model.graph.initializer.append(numpy_helper.from_array(fed.pop(operand), operand))
    node.output[:] = [output or f"unused_{index}" for index, output in enumerate(node.output)]  # as exporters do
    there = {attribute.name for attribute in node.attribute}
    for attribute, value in _WRITTEN_OUT.get(node.op_type, {}).items():
        if attribute not in there:
            node.attribute.append(helper.make_attribute(attribute, value))
    kept = [value for value in model.graph.input if value.name in fed]
    del model.graph.input[:]
    model.graph.input.extend(kept)
    return export.only_node(name, node, model), fed


def _oracle_side(test, folder: Path) -> str | Vector:
    """What is found before native has its turn."""
    model = _at_our_opset(test.model)
    if model is None:
        return NOT_OPSET_20
    inputs, wanted = test.data_sets[0]
    feed = dict(zip((value.name for value in model.graph.input), map(np.asarray, inputs)))
    try:
        right = oracle(model, feed)
    except Exception:  # of any type: ONNX Runtime's
        return REFUSED
    tolerance = compare.DEFAULT_TOLERANCE
    for got, reference in zip(right, map(np.asarray, wanted), strict=True):
        if got.dtype != reference.dtype or compare.fault(got, reference, tolerance):
            return ORACLE_DIFFERS
    values = [*model.graph.input, *model.graph.output]
    if not {value.type.tensor_type.elem_type for value in values} <= _IN_FRAMEWORK:
        return OTHER_TYPE
    if test.name in _UNSTEADY:
        return UNSTEADY
    bare, fed = _as_a_task(test.name, model, feed)
    return Vector(test.name, bare, fed, right, folder)


def _convert(vectors: list[Vector]) -> None:
    """model.mnn into each folder, where the converter makes one."""
    jobs = []
    for each in vectors:
        each.folder.mkdir()
        way = OPERATORS[each.model.graph.node[0].op_type].converter
        if way == "bitwise":  # several steps
            convert.convert_model(each.model, each.folder / "model.mnn", way)
            continue
        (each.folder / "model.onnx").write_bytes(convert.WAYS[way](each.model).SerializeToString())
        paths = {"onnx": str(each.folder / "model.onnx"), "mnn": str(each.folder / "model.mnn")}
        jobs.append(paths | {"flags": list(convert.FLAGS.get(way, ()))})
    run_batch("curation.node_jobs", jobs)


def _run(vectors: list[Vector]) -> list[str]:
    jobs = []
    for each in vectors:
        np.savez(each.folder / "in.npz", **{f"0:{name}": array for name, array in each.feed.items()})
        paths = {"mnn": "model.mnn", "inputs": "in.npz", "results": "out.npz"}
        jobs.append({key: str(each.folder / name) for key, name in paths.items()} | {"outputs": each.outputs})
    answers = run_batch("curation.node_jobs", jobs)
    return [_verdict(each, answer) for each, answer in zip(vectors, answers, strict=True)]


def _verdict(vector: Vector, answer: dict) -> str:
    if "error" in answer:
        return CRASH if answer["error"].startswith("the process ended") else UNREADABLE
    with np.load(vector.folder / "out.npz") as loaded:
        got = [loaded[f"0:{name}"] for name in vector.outputs]
    if any(a.shape != b.shape for a, b in zip(got, vector.right)):
        return SHAPE
    faults = [compare.fault(a, b, compare.DEFAULT_TOLERANCE) for a, b in zip(got, vector.right)]
    return VALUES if any(faults) else MATCH


def run_all() -> dict[str, dict[str, str]]:
    """Operator -> test -> one of the words above. About 15 s of one core."""
    tests = _tests()
    found: dict[str, str] = {}
    vectors = []
    with tempfile.TemporaryDirectory() as scratch:
        for test in tests:
            side = _oracle_side(test, Path(scratch) / test.name)
            if isinstance(side, Vector):
                vectors.append(side)
            else:
                found[test.name] = side
        _convert(vectors)
        there = [each for each in vectors if (each.folder / "model.mnn").is_file()]
        found |= {each.name: NO_MODEL for each in vectors}
        found |= {each.name: verdict for each, verdict in zip(there, _run(there), strict=True)}
    by_operator: dict[str, dict[str, str]] = {name: {} for name in OPERATORS}
    for test in sorted(tests, key=lambda each: each.name):
        by_operator[test.model.graph.node[0].op_type][test.name] = found[test.name]
    return by_operator


def unexplained(found: dict[str, dict[str, str]]) -> list[str]:
    """Mismatches that no table lists, and rows of the tables that are none (any more)."""
    verdicts = {name: verdict for tests in found.values() for name, verdict in tests.items()}
    problems = []
    tables = ((known.NATIVE, _DEVIATE), (known.ORACLE, (REFUSED, ORACLE_DIFFERS)), (known.UNSTEADY, (UNSTEADY,)))
    for table, words in tables:
        listed = {name for names in table.values() for name in names}
        there = {name for name, verdict in verdicts.items() if verdict in words}
        problems += [f"{name}: {verdicts[name]}, which curation/known.py does not list" for name in sorted(there - listed)]
        problems += [f"{name}: {verdicts.get(name, 'no such test')}, listed in curation/known.py" for name in sorted(listed - there)]
    problems += [f"{operator}: no node test at all" for operator, tests in found.items() if not tests]
    return problems


def text(found: dict[str, dict[str, str]]) -> str:
    """The whole of tasks/node-tests.json."""
    return json.dumps({"onnx": onnx.__version__, "tests": found}, indent=0) + "\n"


def summary(found: dict[str, dict[str, str]]) -> str:
    verdicts = [verdict for tests in found.values() for verdict in tests.values()]
    words = (MATCH, OTHER_TYPE, NOT_OPSET_20, REFUSED, ORACLE_DIFFERS, *_DEVIATE, UNSTEADY)
    counts = "; ".join(f"{verdicts.count(word)} {word}" for word in words if word in verdicts)
    return f"{len(verdicts)} node tests of {len(found)} operators: {counts}"


def main(path: Path, check: bool) -> int:
    found = run_all()
    print(summary(found))
    problems = unexplained(found)
    if not check and not problems:
        path.write_text(text(found))
    elif check and (not path.is_file() or path.read_text() != text(found)):
        problems.append(f"{path.name} differs from what was found; run script/curate --node-tests")
    for problem in problems:
        print(f"error: {problem}")
    return 1 if problems else 0


def read(path: Path) -> dict[str, dict[str, str]]:
    if not path.is_file():
        raise CurationError(f"{path} is not there; run script/curate --node-tests")
    return json.loads(path.read_text())["tests"]
