"""A user's own operator, good and bad: the gate that stops it is named, and nothing stays behind."""

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from curation.build import SCHEMA
from curation.errors import CurationError
from curation.own import contract, kernel
from curation.own.assemble import make_task
from curation.own.source import read_source
from curation.taskfile import check_schema

MODULE = '''
import torch
from torch import nn


class Model(nn.Module):
    """{doc}"""

    def __init__(self):
        super().__init__()
{init}

    def forward(self, {arguments}):
        return {expression}


def get_inputs():
    return [{inputs}]


def get_init_inputs():
    return []
'''


def module(expression, inputs="torch.randn(2, 8, 16)", arguments="x", init="pass", doc="An operator of mine."):
    init = textwrap.indent(init, "        ")
    return MODULE.format(doc=doc, init=init, arguments=arguments, expression=expression, inputs=inputs)


def node_model(*nodes, shapes=None, opset=20, constants=(), kind=TensorProto.FLOAT):
    shapes = shapes or {"x": [2, 3], "y": [2, 3]}
    values = [helper.make_tensor_value_info(name, kind, shape) for name, shape in shapes.items()]
    graph = helper.make_graph(list(nodes), "graph", values[:-1], values[-1:], list(constants))
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=10)


def sources():
    """The framework's, as script/build leaves them in the cache."""
    cache = Path(os.environ.get("MKB_CACHE") or Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser() / "mkb")
    return next(cache.glob("mnn-source/*/tree"), None) or pytest.fail("no framework sources; run script/build first")


def made(tmp_path, source, name="mine", said=None):
    """The finished folder's task.json, and the report."""
    path = tmp_path / ("op.onnx" if isinstance(source, onnx.ModelProto) else "op.py")
    if isinstance(source, onnx.ModelProto):
        onnx.save(source, path)
    else:
        path.write_text(source)
    folder = tmp_path / "task"
    folder.mkdir()
    if said is not None:
        (tmp_path / "contract.json").write_text(json.dumps(said))
    report = make_task(path, name, tmp_path / "contract.json" if said is not None else None, sources(), folder, print)
    return json.loads((folder / "task.json").read_text()), report


def test_an_operator_beyond_the_benchmark_becomes_a_whole_task(tmp_path):
    task, report = made(tmp_path, module("nn.functional.hardswish(x)"))
    check_schema(task, SCHEMA)
    assert task["id"] == report.id == "others/HardSwish/mine" and task["summary"] == "An operator of mine."
    assert (task["form"], task["files"]) == ("atomic", ["CPUUnary.hpp", "CPUUnary.cpp"])
    assert task["target"] == {"type": "UnaryOp", "operation": "HARDSWISH"} and task["sequence"] == ["UnaryOp"]
    assert task["native_file"] == "source/backend/cpu/CPUUnary.cpp"
    assert {each["name"] for each in task["regimes"]} >= {"typical", "large", "wide"}
    assert len(task["negative_controls"]) >= 4 and report.native_us > 0
    names = {path.name for path in (tmp_path / "task").iterdir()} - {"__pycache__"}
    assert names >= {"model.py", "model.onnx", "model.mnn", "task.json"}


def test_a_geometric_operator_is_found_by_its_computer(tmp_path):
    task, _ = made(tmp_path, module("nn.functional.selu(x)"))
    assert (task["form"], task["files"], task["target"]["type"]) == ("geometric", ["GeometryELU.cpp"], "Selu")
    assert "Raster" in task["may_emit"] and set(task["sequence"]) <= set(task["may_emit"])


def test_an_operator_that_the_converter_takes_apart_is_composite(tmp_path):
    task, _ = made(tmp_path, module("torch.log_softmax(x, -1)"))
    assert (task["form"], task["files"]) == ("composite", ["OnnxLogSoftmax.cpp"])
    assert task["target"] == {"type": "Extra", "operation": "LogSoftmax"}


def test_one_of_the_benchmarks_operators_has_its_kernel_and_category(tmp_path):
    init = "self.layer = nn.Conv2d(8, 8, 3, stride=2, groups=8)"
    task, _ = made(tmp_path, module("self.layer(x)", "torch.randn(1, 8, 16, 16)", init=init))
    assert task["category"] == "convolution" and task["target"]["type"] == "ConvolutionDepthwise"
    assert "MNNConvRunForLineDepthwise" in task["native_entries"]
    assert [each["name"] for each in task["parameters"]] == ["layer.weight", "layer.bias"]


def test_equal_constants_that_the_exporter_joined_are_two_operands_again(tmp_path):
    init = "self.layer = nn.BatchNorm2d(8)"
    task, report = made(tmp_path, module("self.layer(x)", "torch.randn(1, 8, 16, 16)", init=init))
    assert len(task["fixed"]) == 4 and task["target"]["type"] == "Scale"
    assert any("stays fixed" in each for each in report.left_out)


def test_a_one_sided_broadcast_bypasses_the_geometry_step(tmp_path):
    task, _ = made(tmp_path, module("x + b", "torch.randn(1, 8, 4, 4), torch.randn(1, 8, 1, 1)", "x, b"))
    assert task["geometry"] == "bypass" and task["target"] == {"type": "BinaryOp", "operation": "ADD"}


def test_whole_numbers_stay_where_they_were_seen(tmp_path):
    inputs = "torch.randn(16, 12), torch.randint(0, 12, (16, 5))"
    task, _ = made(tmp_path, module("torch.gather(x, 1, i)", inputs, "x, i"))
    draws = {each["name"]: each["inputs"]["i"] for each in task["regimes"]}
    assert draws["typical"] == {"kind": "integers", "low": 0, "high": 11}


def test_a_regime_that_native_fails_becomes_a_deviation_with_its_size(tmp_path):
    task, report = made(tmp_path, module("nn.functional.softplus(x)"))
    assert "large" not in {each["name"] for each in task["regimes"]}
    (large,) = [each for each in task["deviations"] if "'large'" in each["when"]]
    assert large["error"] > 0.5 and large["inputs"]["x"]["low"] == -1e6
    assert any("regime large" in each for each in report.left_out)


def test_what_a_contract_says_is_in_the_task(tmp_path):
    said = {
        "summary": "Said.",
        "regimes": [{"name": "small", "inputs": {"x": {"kind": "uniform", "low": -1, "high": 1}}}],
        "tolerance": {"relative_to_max": 1e-3, "why": "said"},
        "roofline_operations": 77,
    }
    task, _ = made(tmp_path, module("torch.log_softmax(x, -1)"), said=said)
    assert task["summary"] == "Said." and task["roofline_operations"] == 77
    assert [each["name"] for each in task["regimes"]] == ["small"]
    assert task["tolerance"]["relative_to_max"] == 1e-3


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("{", "cannot be read as JSON"),
        ("[]", "is no object"),
        ('{"regime": []}', "unknown field 'regime'"),
        ('{"regimes": {}}', "'regimes' must be of type"),
        ('{"regimes": [{"name": "a"}]}', "a regime has a 'name' and 'inputs'"),
    ],
)
def test_a_contract_that_is_none_is_refused(tmp_path, said, words):
    (tmp_path / "contract.json").write_text(said)
    with pytest.raises(CurationError, match="^contract: .*" + words):
        contract.read_contract(tmp_path / "contract.json")


def test_a_contract_that_draws_other_inputs_is_refused(tmp_path):
    said = {"regimes": [{"name": "small", "inputs": {"z": {"kind": "uniform", "low": -1, "high": 1}}}]}
    with pytest.raises(CurationError, match=r"contract: regime 'small' draws \['z'\], the inputs are \['x'\]"):
        made(tmp_path, module("torch.log_softmax(x, -1)"), said=said)


def test_an_onnx_file_becomes_a_task_against_onnx_own_reference(tmp_path):
    weights = numpy_helper.from_array(np.linspace(0.1, 0.9, 8, dtype=np.float32).reshape(8, 1, 1), "slope")
    shapes = {"x": [1, 8, 6, 6], "y": [1, 8, 6, 6]}
    node = helper.make_node("PRelu", ["x", "slope"], ["y"])
    task, _ = made(tmp_path, node_model(node, shapes=shapes, constants=[weights]))
    assert task["id"] == "others/PRelu/mine" and task["files"] == ["OnnxPRelu.cpp"]
    assert [each["name"] for each in task["parameters"]] == ["slope"]
    assert "ReferenceEvaluator" in (tmp_path / "task/model.py").read_text()


@pytest.mark.parametrize(
    ("source", "gate", "words"),
    [
        (module("torch.relu(x) * torch.exp(x)"), "topology", "one ONNX node, .* Relu Exp Mul"),
        (module("x * torch.rand(2, 8, 16)"), "eager", "answers the same inputs differently: it is random"),
        (module("torch.relu(x)", init="self.p = torch.ones(3).cuda()"), "eager", "needs a GPU"),
        (module("torch.relu(x)", "torch.randn(2, device='cuda')"), "eager", "needs a GPU"),
        (module("(print('hello'), torch.relu(x))[1]"), "eager", "prints 'hello'"),
        ("print('at the start')\n" + module("torch.relu(x)"), "eager", "prints 'at the start'"),
        (module("[print('x' * 99) for _ in range(9999)]"), "eager", "prints 'xxx"),
        (module("x.nothing()"), "eager", "AttributeError"),
        (module("exit(7)"), "eager", "SystemExit"),
        ("def (", "eager", "SyntaxError"),
        ("class Model: pass", "file", "has no get_inputs"),
        (module("torch.relu(x)", "torch.randn(4).half()"), "eager", "input 0 is torch.float16"),
        (module("torch.relu(x)", "torch.randn(0, 4)"), "eager", r"shape \[0, 4\]"),
        (module("torch.relu(x)", "7"), "eager", "no list of tensors"),
        (module("nn.functional.mish(x)"), "conversion", "makes no model of Mish: .*Not Support: ONNX::Mish"),
        (module("torch.erf(x)", doc="", init="").replace("torch.erf", "nn.functional.gelu"), "native", "error .* --contract"),
    ],
)
def test_a_bad_module_is_refused_with_its_gate(tmp_path, source, gate, words):
    with pytest.raises(CurationError, match=f"(?s)^{gate}: .*{words}"):
        made(tmp_path, source)


def _relu(**attributes):
    return helper.make_node("Relu", ["x"], ["y"], **attributes)


def _external():
    model = node_model(helper.make_node("Add", ["x", "c"], ["y"]), constants=[numpy_helper.from_array(np.ones((2, 3), np.float32), "c")])
    onnx.external_data_helper.set_external_data(model.graph.initializer[0], "weights.bin")
    model.graph.initializer[0].ClearField("raw_data")
    return model


@pytest.mark.parametrize(
    ("source", "gate", "words"),
    [
        (node_model(helper.make_node("Abs", ["x"], ["t"]), helper.make_node("Relu", ["t"], ["y"])), "topology", "2: Abs Relu"),
        (node_model(_relu(), opset=13), "opset", "the file has opset 13, a task has 20"),
        (node_model(_relu(domain="com.example")), "opset", "domain 'com.example'"),
        (_external(), "onnx file", "'c' is external data"),
        (node_model(_relu(), shapes={"x": ["n", 3], "y": ["n", 3]}), "onnx file", r"'x' has a dynamic shape \['n', 3\]"),
        (node_model(_relu(), kind=TensorProto.DOUBLE), "onnx file", "'x' is double"),
        (node_model(helper.make_node("Nonsense", ["x"], ["y"])), "onnx file", "Nonsense"),
        (node_model(helper.make_node("Abs", ["x"], ["y"]), kind=TensorProto.INT64), "contract", "how large the whole numbers of 'x'"),
    ],
)  # fmt: skip
def test_a_bad_onnx_file_is_refused_with_its_gate(tmp_path, source, gate, words):
    with pytest.raises(CurationError, match=f"^{gate}: .*{words}"):
        made(tmp_path, source)


def test_a_file_that_is_no_model_is_refused(tmp_path):
    (tmp_path / "a.onnx").write_bytes(b"this is no model" * 9)
    with pytest.raises(CurationError, match="^file: a.onnx is no ONNX model"):
        read_source(tmp_path / "a.onnx", tmp_path)
    (tmp_path / "a.txt").write_text("")
    with pytest.raises(CurationError, match="neither a .py nor an .onnx"):
        read_source(tmp_path / "a.txt", tmp_path)


def test_a_type_that_nobody_registers_is_refused():
    with pytest.raises(CurationError, match="^kernel: no file .* for Nonsense"):
        kernel.choose_kernel("Nonsense", [("Input", ""), ("Nonsense", "")], ["Nonsense"], sources())


def command(tmp_path, source, *more, limit="300"):
    """The whole of script/curate --own: its answer, and what it left in its folders."""
    (tmp_path / "op.py").write_text(source)
    (tmp_path / "tmp").mkdir(exist_ok=True)
    arguments = ["op.py", "--tasks", "tasks", "--sources", str(sources()), "--time-limit", limit, *more]
    done = subprocess.run(
        [sys.executable, "-m", "curation.own", *arguments],
        capture_output=True, text=True, cwd=tmp_path, env={**os.environ, "TMPDIR": str(tmp_path / "tmp")},
    )  # fmt: skip
    assert done.stderr == "" and list((tmp_path / "tmp").iterdir()) == []
    return done.returncode, json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize(
    ("expression", "limit", "words"),
    [("[1 for _ in iter(int, 1)]", "9", "not done after 9 s"), ("__import__('os')._exit(3)", "300", "ended with 3")],
)
def test_a_module_that_never_ends_or_ends_the_process_leaves_nothing(tmp_path, expression, limit, words):
    code, answer = command(tmp_path, module(expression), limit=limit)
    assert code == 1 and words in answer["error"] and answer["error"].startswith("file: ")
    assert not (tmp_path / "tasks").exists()


def test_a_task_that_is_there_is_replaced_only_on_request(tmp_path):
    good = module("nn.functional.hardswish(x)")
    assert command(tmp_path, good)[0] == 0
    before = (tmp_path / "tasks/others/HardSwish/op/task.json").stat().st_ino
    code, answer = command(tmp_path, good)
    assert code == 1 and "is there already" in answer["error"]
    assert (tmp_path / "tasks/others/HardSwish/op/task.json").stat().st_ino == before
    assert command(tmp_path, good, "--replace")[0] == 0
    assert sorted(path.name for path in (tmp_path / "tasks/others/HardSwish").iterdir()) == ["op"]
