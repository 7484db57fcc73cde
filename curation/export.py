"""model.py -> the one-node ONNX model: export, rewire, lift constants, strip everything that is not the operator."""

import importlib.util
import io
import warnings
from pathlib import Path
from types import ModuleType

import numpy as np
import onnx
import onnx_ir
import torch
from onnx import ModelProto, NodeProto, helper, numpy_helper
from onnx_ir.passes.common import LiftConstantsToInitializersPass

from curation.case import Case
from curation.errors import CurationError

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


def _export(case: Case, model: torch.nn.Module, inputs: list[torch.Tensor]) -> ModelProto:
    names = {"input_names": input_names(model), "output_names": list(case.outputs), "opset_version": OPSET}
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        if case.exporter == "legacy":
            buffer = io.BytesIO()
            torch.onnx.export(model, tuple(inputs), buffer, dynamo=False, **names)
            exported = onnx_ir.from_proto(onnx.load_model_from_string(buffer.getvalue()))
        else:
            exported = torch.onnx.export(model, tuple(inputs), dynamo=True, verbose=False, **names).model
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
    """Those that the node reads, as raw little-endian bytes. Unnamed constants get the operand's name in ONNX."""
    schema = onnx.defs.get_schema(node.op_type, OPSET)
    by_name = {tensor.name: tensor for tensor in model.graph.initializer}
    kept = []
    for index, name in enumerate(node.input):
        if name in by_name:
            new_name = schema.inputs[index].name.lower() if name.startswith(("val_", "/", "onnx::")) else name
            node.input[index] = new_name
            array = np.ascontiguousarray(numpy_helper.to_array(by_name[name]))
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
    """One node, opset 20, no metadata, no doc strings, constants as initializers. Raises CurationError."""
    exported = _export(case, make_eager(module), module.get_inputs())
    node = _target_node(case, exported)
    initializers = _initializers(node, exported)
    outputs = [value for value in exported.graph.output if value.name in node.output]
    clean = helper.make_node(node.op_type, node.input, node.output, name=node.op_type)
    for attribute in sorted(node.attribute, key=lambda each: each.name):
        attribute.doc_string = ""
        clean.attribute.append(attribute)
    graph = helper.make_graph(
        [clean], case.operator, _value_infos(exported.graph.input), _value_infos(outputs), initializers
    )
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION, producer_name="mkb-curation"
    )
    onnx.checker.check_model(model, full_check=True)
    return model


def with_attribute(model: ModelProto, name: str, value) -> ModelProto:
    """The same operator with another attribute, or another constant operand (axes, k): for negative controls."""
    changed = ModelProto()
    changed.CopyFrom(model)
    node = changed.graph.node[0]
    for index, attribute in enumerate(node.attribute):
        if attribute.name == name:
            node.attribute[index].CopyFrom(helper.make_attribute(name, value))
            break
    else:
        for tensor in changed.graph.initializer:
            if tensor.name == name:
                dtype = numpy_helper.to_array(tensor).dtype
                tensor.CopyFrom(numpy_helper.from_array(np.array(value, dtype=dtype), name))
                break
        else:
            raise CurationError(f"control: {node.op_type} has neither attribute nor constant operand '{name}'")
    for output in changed.graph.output:
        output.type.tensor_type.ClearField("shape")
    inferred = onnx.shape_inference.infer_shapes(changed, check_type=True, strict_mode=True, data_prop=True)
    onnx.checker.check_model(inferred, full_check=True)
    return inferred
