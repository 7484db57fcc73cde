"""What a user brings, a model.py or an ONNX file, as a one-node model with its PyTorch side.

Every finding is a CurationError that begins with the gate's name.
"""

import contextlib
import os
import sys
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import numpy as np
import onnx
import torch
from onnx import ModelProto, TensorProto, numpy_helper

from curation import export
from curation.errors import CurationError, first_line

_TYPES = {
    torch.float32: TensorProto.FLOAT,
    torch.int32: TensorProto.INT32,
    torch.int64: TensorProto.INT64,
    torch.bool: TensorProto.BOOL,
}
_NAMES = "float32, int32, int64 and bool"
_SEED = 2603  # a module that draws its weights without a seed of its own gets the same ones at every build
_GPU_WORDS = ("cuda", "nvidia", "rocm", "hip ", "mps", "xpu")
_SHOWN = 60


@dataclass(frozen=True)
class Source:
    module_text: str  # becomes model.py
    eager: torch.nn.Module
    typical: list[torch.Tensor]  # one run's inputs
    model: ModelProto
    exporter: str  # a way of export.WAYS, or "" for an ONNX file
    observed: bool  # `typical` are contents that the user chose


def read_source(path: Path, folder: Path) -> Source:
    """`folder` gets model.py and model.onnx."""
    if path.suffix == ".onnx":
        return _read_onnx(path, folder)
    if path.suffix == ".py":
        return _read_module(path, folder)
    raise CurationError(f"file: {path.name} is neither a .py nor an .onnx file")


class _Quiet:
    """Nothing reaches standard output and error meanwhile, whoever writes it; `printed` is what the first would have
    got, at most as much as a pipe holds."""

    def __enter__(self) -> "_Quiet":
        self.printed = ""
        sys.stdout.flush()
        self._stdout, sys.stdout = sys.stdout, open(1, "w", closefd=False, errors="replace")  # noqa: SIM115
        self._kept = {number: os.dup(number) for number in (1, 2)}
        self._read, write = os.pipe()
        for end in (self._read, write):
            os.set_blocking(end, False)
        os.dup2(write, 1)
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 2)
        os.close(write)
        os.close(nowhere)
        return self

    def __exit__(self, *_exception) -> None:
        with contextlib.suppress(BlockingIOError):
            sys.stdout.flush()
        sys.stdout = self._stdout
        sys.stderr.flush()
        for number, kept in self._kept.items():
            os.dup2(kept, number)
            os.close(kept)
        with contextlib.suppress(BlockingIOError):
            self.printed = os.read(self._read, 1 << 16).decode(errors="replace")
        os.close(self._read)


def _call(what: str, function: Callable):
    """The user's code: silent, on the CPU, and nobody's exception."""
    quiet, failure, made = _Quiet(), None, None
    with quiet, torch.no_grad():
        try:
            made = function()
        except (Exception, SystemExit) as error:
            failure = error
    if quiet.printed.strip():
        shown = " ".join(quiet.printed[: 2 * _SHOWN].split())[:_SHOWN]
        raise CurationError(f"eager: {what} prints '{shown}'; a task's file is silent")
    if failure is not None:
        reason = f"{type(failure).__name__}: {first_line(failure)}"
        if any(word in reason.lower() for word in _GPU_WORDS):
            raise CurationError(f"eager: {what} needs a GPU ({reason}); tasks are made and judged on the CPU")
        raise CurationError(f"eager: {what} fails: {reason}")
    return made


def _same(first, second) -> bool:
    pairs = list(zip(_as_list(first), _as_list(second)))
    return all(a.shape == b.shape and torch.equal(torch.nan_to_num(a), torch.nan_to_num(b)) for a, b in pairs)


def _as_list(answer) -> list[torch.Tensor]:
    answers = list(answer) if isinstance(answer, tuple | list) else [answer]
    if not answers or not all(isinstance(each, torch.Tensor) for each in answers):
        raise CurationError("eager: Model.forward returns no tensor, nor a tuple of tensors")
    return answers


def _inputs(module: ModuleType) -> list[torch.Tensor]:
    inputs = _call("get_inputs()", module.get_inputs)
    if not isinstance(inputs, list | tuple) or not inputs or not all(isinstance(x, torch.Tensor) for x in inputs):
        raise CurationError("eager: get_inputs() returns no list of tensors")
    for number, each in enumerate(inputs):
        if each.dtype not in _TYPES:
            raise CurationError(f"eager: input {number} is {each.dtype}; a task has {_NAMES}")
        if each.device.type != "cpu":
            raise CurationError(f"eager: input {number} is on {each.device}, it needs a GPU; tasks are judged on the CPU")
        if 0 in each.shape or each.dim() == 0:
            raise CurationError(f"eager: input {number} has the shape {list(each.shape)}; it must hold something")
    return [each.contiguous() for each in inputs]


def _make(module: ModuleType) -> torch.nn.Module:
    torch.manual_seed(_SEED)
    return export.make_eager(module)


def _read_module(path: Path, folder: Path) -> Source:
    text = path.read_text(encoding="utf-8", errors="replace")
    (folder / "model.py").write_text(text)
    module = _call(path.name, lambda: export.load_module(folder / "model.py"))
    for name in ("Model", "get_inputs", "get_init_inputs"):
        if not hasattr(module, name):
            raise CurationError(f"file: {path.name} has no {name}; docs/task-format.md says what a model.py holds")
    inputs = _inputs(module)
    eager = _call("Model", lambda: _make(module))
    if any(each.device.type != "cpu" for each in [*eager.parameters(), *eager.buffers()]):
        raise CurationError("eager: Model needs a GPU; tasks are made and judged on the CPU")
    first = _call("Model.forward", lambda: eager(*(each.clone() for each in inputs)))
    second = _call("Model.forward", lambda: eager(*(each.clone() for each in inputs)))
    if not _same(first, second):
        raise CurationError("eager: Model.forward answers the same inputs differently: it is random or keeps a state")
    count = len(_as_list(first))
    outputs = ("y",) if count == 1 else tuple(f"y{number}" for number in range(count))
    way, node, exported = _export(module, inputs, outputs)
    model = export.only_node("export", node, exported)
    return Source(text, eager, inputs, model, way, True)


def _export(module: ModuleType, inputs: list[torch.Tensor], outputs: tuple[str, ...]):
    """The first way of export that makes one node of the module."""
    found = {}
    for way in export.WAYS:
        try:
            with _Quiet():
                exported = export.export_graph("export", way, _make(module), inputs, outputs)
        except CurationError as error:
            found[way] = str(error).removeprefix("export: export: ")
            continue
        nodes = list(exported.graph.node)
        if len(nodes) == 1 and not nodes[0].domain:
            return way, nodes[0], exported
        found[way] = " ".join(node.op_type for node in nodes) or "no node at all"
    made = "; ".join(f"{way}: {textwrap.shorten(what, 2 * _SHOWN, placeholder='...')}" for way, what in found.items())
    raise CurationError(f"topology: a task is one ONNX node, the module is exported as {made}")


def _read_onnx(path: Path, folder: Path) -> Source:
    try:
        given = onnx.load(path, load_external_data=False)
    except Exception as error:  # of any type: protobuf's
        raise CurationError(f"file: {path.name} is no ONNX model: {first_line(error)}") from error
    _check_onnx(given)
    model = export.only_node("onnx file", given.graph.node[0], given)
    onnx.save(model, folder / "model.onnx")
    text = _module_of(model)
    (folder / "model.py").write_text(text)
    module = _call("model.py", lambda: export.load_module(folder / "model.py"))
    return Source(text, _make(module), _call("model.py", module.get_inputs), model, "", False)


def _check_onnx(given: ModelProto) -> None:
    """A task's model: one node of opset 20, everything inside the file, every size a number."""
    nodes = [node.op_type for node in given.graph.node]
    if len(nodes) != 1:
        raise CurationError(f"topology: a task is one ONNX node, the file has {len(nodes)}: {' '.join(nodes[:9])}")
    opsets = {each.domain: each.version for each in given.opset_import}
    if given.graph.node[0].domain not in ("", "ai.onnx"):
        raise CurationError(f"opset: {nodes[0]} is of the domain '{given.graph.node[0].domain}', not one of ONNX's own")
    if opsets.get("", opsets.get("ai.onnx")) != export.OPSET:
        raise CurationError(
            f"opset: the file has opset {opsets.get('', opsets.get('ai.onnx'))}, a task has {export.OPSET}; "
            "export it again, or have onnx.version_converter change it"
        )
    if not onnx.defs.has(nodes[0]):
        raise CurationError(f"onnx file: ONNX has no operator '{nodes[0]}'")
    for tensor in given.graph.initializer:
        if tensor.data_location == TensorProto.EXTERNAL:
            raise CurationError(f"onnx file: '{tensor.name}' is external data; save it inside the file")
    constants = {tensor.name for tensor in given.graph.initializer}
    for value in [*given.graph.input, *given.graph.output]:
        if value.name in constants:
            raise CurationError(f"onnx file: '{value.name}' is an input and a constant; keep one of the two")
        tensor = value.type.tensor_type
        if tensor.elem_type not in _TYPES.values():
            raise CurationError(f"onnx file: '{value.name}' is {_type_name(tensor.elem_type)}; a task has {_NAMES}")
        sizes = [dim.dim_value for dim in tensor.shape.dim]
        if not tensor.HasField("shape") or not all(size > 0 for size in sizes):
            shown = [dim.dim_param or dim.dim_value or "?" for dim in tensor.shape.dim]
            raise CurationError(f"onnx file: '{value.name}' has a dynamic shape {shown}; write the sizes into the file")


def _type_name(number: int) -> str:
    return TensorProto.DataType.Name(number).lower() if number else "of no type"


_MODULE = '''\
from pathlib import Path

import torch
from onnx.reference import ReferenceEvaluator
from torch import nn


class Model(nn.Module):
    """The operator {operator}, given as an ONNX file; computed by ONNX's own reference implementation.

{text}
    """

    def __init__(self):
        super().__init__()
        self.node = ReferenceEvaluator(str(Path(__file__).with_name("model.onnx")))

    def forward(self, {arguments}):
        answers = self.node.run(None, {{{feeds}}})
        answers = tuple(torch.from_numpy(answer) for answer in answers)
        return answers if len(answers) > 1 else answers[0]


def get_inputs():
    return [{examples}]


def get_init_inputs():
    return []
'''


def _example(value: onnx.ValueInfoProto) -> str:
    tensor = value.type.tensor_type
    shape = ", ".join(str(dim.dim_value) for dim in tensor.shape.dim)
    if tensor.elem_type == TensorProto.FLOAT:
        return f"torch.randn({shape})"
    dtype = next(name for name, number in _TYPES.items() if number == tensor.elem_type)
    return f"torch.ones({shape}, dtype={dtype})"


def _module_of(model: ModelProto) -> str:
    """A model.py for an operator that has no PyTorch source."""
    names = [value.name for value in model.graph.input]
    if not all(name.isidentifier() for name in names):
        raise CurationError(f"onnx file: the inputs are called {names}; call them as Python could")
    bare = ModelProto()
    bare.CopyFrom(model)
    for tensor in bare.graph.initializer:
        if np.prod(tensor.dims) > 16:
            tensor.CopyFrom(numpy_helper.from_array(np.zeros(0, numpy_helper.to_array(tensor).dtype), tensor.name))
    return _MODULE.format(
        operator=model.graph.node[0].op_type,
        text=textwrap.indent(onnx.printer.to_text(bare.graph.node[0]).strip(), "    "),
        arguments=", ".join(names),
        feeds=", ".join(f'"{name}": {name}.numpy()' for name in names),
        examples=", ".join(_example(value) for value in model.graph.input),
    )
