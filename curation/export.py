"""model.py -> the one-node ONNX model: export, rewire, lift constants, strip everything that is not the operator."""

import functools
import importlib.util
import io
import warnings
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import onnx
import onnx_ir
import torch
import torchvision  # noqa: F401  # its operators must be known when the registry below is made
from onnx import ModelProto, NodeProto, helper, numpy_helper
from onnx_ir.passes.common import LiftConstantsToInitializersPass
from onnxscript import opset20 as op
from torch.onnx._internal.exporter._registration import ONNXRegistry

from curation.case import Case
from curation.errors import CurationError, first_line

OPSET = 20
IR_VERSION = 10


def load_module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("model", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def make_eager(module: ModuleType) -> torch.nn.Module:
    return module.Model(*module.get_init_inputs()).eval()


def input_names(model: torch.nn.Module) -> list[str]:
    code = type(model).forward.__code__
    return list(code.co_varnames[1 : code.co_argcount])


def _global_max_pool(x, output_size):
    """The exporter's own translation is a MaxPool of the map's size. The second result, the places, is not used."""
    largest = op.GlobalMaxPool(x)
    return largest, op.Identity(largest)


def _stft(x, n_fft, hop_length, win_length, window, normalized=False, onesided=None, return_complex=None, *_):
    """[B, frames, bins, 2], turned into PyTorch's [B, bins, frames, 2]; a module that turns it back has one node."""
    step = op.Constant(value_int=hop_length)
    frames = op.STFT(x, step, window, op.Constant(value_int=n_fft), onesided=0 if onesided is False else 1)
    return op.Transpose(frames, perm=[0, 2, 1, 3])


def _index_select(x, dim, index):
    return op.Gather(x, index, axis=dim)


_TABLE: dict[Callable, Callable] = {
    torch.ops.aten.adaptive_max_pool1d.default: _global_max_pool,
    torch.ops.aten.adaptive_max_pool2d.default: _global_max_pool,
    torch.ops.aten.stft.default: _stft,
    torch.ops.aten.index_select.default: _index_select,
}


@functools.cache
def _registry(opset_version: int) -> ONNXRegistry:
    return _from_torchlib(opset_version=opset_version)


def _fresh_registry(opset_version: int) -> ONNXRegistry:
    """A copy of the exporter's registry, which it would otherwise build anew in every export (1 to 5 s)."""
    known = _registry(opset_version)
    fresh = ONNXRegistry()
    fresh._opset_version = known._opset_version
    fresh.functions = {target: list(translations) for target, translations in known.functions.items()}
    return fresh


_from_torchlib = ONNXRegistry.from_torchlib
ONNXRegistry.from_torchlib = staticmethod(_fresh_registry)


def _dynamo(model: torch.nn.Module, inputs: list[torch.Tensor], options: dict, table: dict | None) -> onnx_ir.Model:
    exported = torch.onnx.export(
        model, tuple(inputs), dynamo=True, verbose=False, custom_translation_table=table, **options
    )
    return exported.model


def _legacy(model: torch.nn.Module, inputs: list[torch.Tensor], options: dict) -> onnx_ir.Model:
    buffer = io.BytesIO()
    torch.onnx.export(model, tuple(inputs), buffer, dynamo=False, **options)
    return onnx_ir.from_proto(onnx.load_model_from_string(buffer.getvalue()))


# How a module becomes a graph that holds the operator, by the word that curation/operators.py or a case uses.
WAYS: dict[str, Callable[[torch.nn.Module, list[torch.Tensor], dict], onnx_ir.Model]] = {
    "dynamo": lambda model, inputs, options: _dynamo(model, inputs, options, None),
    "table": lambda model, inputs, options: _dynamo(model, inputs, options, _TABLE),
    "legacy": _legacy,
}


def export_graph(
    name: str, way: str, model: torch.nn.Module, inputs: list[torch.Tensor], outputs: tuple[str, ...]
) -> ModelProto:
    """The module's graph as a way of `WAYS` gives it, whatever is in it. `name` is for messages."""
    options = {"input_names": input_names(model), "output_names": list(outputs), "opset_version": OPSET}
    if way not in WAYS:
        raise CurationError(f"{name}: way of export '{way}' is none of {list(WAYS)}")
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        try:
            exported = WAYS[way](model, inputs, options)
        except Exception as error:  # of any type: the exporter's inside
            raise CurationError(f"{name}: export: {first_line(error)}") from error
    LiftConstantsToInitializersPass(lift_all_constants=True, size_limit=0)(exported)
    return onnx_ir.to_proto(exported)


def _target_node(case: Case, model: ModelProto) -> NodeProto:
    """The topology gate. With `rewire` the operands' adapters (casts, slices) are cut off; fidelity then proves that
    the node computes the same without them."""
    nodes = list(model.graph.node)
    targets = [node for node in nodes if node.op_type == case.operator]
    if len(targets) != 1 or (len(nodes) != 1 and not case.rewire):
        raise CurationError(f"{case.id}: exported {[node.op_type for node in nodes]}, wanted one {case.operator}")
    node = targets[0]
    if case.rewire:
        node.input[:] = case.rewire
    return node


def _initializers(node: NodeProto, model: ModelProto) -> list[onnx.TensorProto]:
    """Those that the node reads, as raw little-endian bytes. Unnamed constants, and those that the exporter found to be
    equal to an earlier one (zeros for a mean and a bias), get the operand's name in ONNX."""
    schema = onnx.defs.get_schema(node.op_type, OPSET)
    by_name = {tensor.name: tensor for tensor in model.graph.initializer}
    kept = []
    for index, name in enumerate(node.input):
        if name in by_name:
            unnamed = name.startswith(("val_", "/", "onnx::")) or name in node.input[:index]
            new_name = schema.inputs[index].name.lower() if unnamed else name
            node.input[index] = new_name
            array = np.array(numpy_helper.to_array(by_name[name]), order="C")
            kept.append(numpy_helper.from_array(array, new_name))
    return kept


def _value_infos(values) -> list[onnx.ValueInfoProto]:
    infos = []
    for value in values:
        tensor = value.type.tensor_type
        infos.append(
            helper.make_tensor_value_info(value.name, tensor.elem_type, [dim.dim_value for dim in tensor.shape.dim])
        )
    return infos


def export_model(case: Case, module: ModuleType) -> ModelProto:
    """The case's operator alone, as `only_node` leaves it. Raises CurationError."""
    exported = export_graph(case.id, case.way_of_export, make_eager(module), module.get_inputs(), case.outputs)
    return only_node(case.id, _target_node(case, exported), exported)


def only_node(name: str, node: NodeProto, exported: ModelProto) -> ModelProto:
    """One node, opset 20, no metadata, no doc strings, constants as initializers. Raises CurationError."""
    initializers = _initializers(node, exported)
    outputs = [value for value in exported.graph.output if value.name in node.output]
    clean = helper.make_node(node.op_type, node.input, node.output, name=node.op_type)
    for attribute in sorted(node.attribute, key=lambda each: each.name):
        attribute.doc_string = ""
        clean.attribute.append(attribute)
    graph = helper.make_graph(
        [clean], node.op_type, _value_infos(exported.graph.input), _value_infos(outputs), initializers
    )
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION, producer_name="mkb-curation"
    )
    try:
        onnx.checker.check_model(model, full_check=True)
    except (onnx.checker.ValidationError, onnx.shape_inference.InferenceError) as error:
        raise CurationError(f"{name}: full check of the exported model: {first_line(error)}") from error
    return model
