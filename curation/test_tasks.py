"""The stored tasks and the case table agree. Nothing is exported here: script/curate --check does that."""

import json

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from curation import mistakes, report, taskfile
from curation.cases import ALL
from curation.operators import SPECIFIED
from curation.rebuild import ROOT

IDS = [case.id for case in ALL]


def stored_task(case):
    return json.loads((ROOT / "tasks" / case.id / "task.json").read_text())


def test_ids_are_unique_and_every_category_has_a_task():
    assert len(set(IDS)) == len(IDS)
    assert {case.category for case in ALL} == set(SPECIFIED)


def test_the_report_is_that_of_the_tables():
    assert (ROOT / "tasks" / "REPORT.md").read_text() == report.text()


def test_no_case_is_more_than_the_specified_ones():
    assert not [entry for entry in report.missing() if entry[2] < 0]
    assert len(ALL) + sum(lacking for _, _, lacking in report.missing()) == 190


def test_the_cases_of_one_operator_take_different_paths():
    paths = [(case.operator, case.path) for case in ALL]
    assert sorted(set(paths)) == sorted(paths)


def test_few_tasks_have_a_native_kernel_that_misses_the_tolerance():
    assert sum(case.baseline is not None for case in ALL) <= 6


@pytest.mark.parametrize("case", ALL, ids=IDS)
def test_a_task_has_mistakes_of_its_own_operator(case):
    assert len(mistakes.own(case.controls)) >= 4
    assert {control["kind"] for control in case.controls} <= mistakes.KINDS


@pytest.mark.parametrize("case", ALL, ids=IDS)
def test_a_stored_task_fits_the_schema(case):
    taskfile.check_schema(stored_task(case), ROOT / "tasks" / "task.schema.json")


@pytest.mark.parametrize("case", ALL, ids=IDS)
def test_a_stored_model_is_the_one_operator_and_nothing_else(case):
    model = onnx.load(ROOT / "tasks" / case.id / "model.onnx")
    onnx.checker.check_model(model, full_check=True)
    (node,) = model.graph.node
    assert node.op_type == case.operator
    assert [(each.domain, each.version) for each in model.opset_import] == [("", 20)]
    assert not model.metadata_props and not node.metadata_props and not node.doc_string
    assert all(tensor.raw_data for tensor in model.graph.initializer)


@pytest.mark.parametrize("case", [case for case in ALL if case.drawn_parameters], ids=lambda case: case.id)
def test_parameters_stand_at_their_offsets_in_both_models(case):
    folder = ROOT / "tasks" / case.id
    arrays = {t.name: numpy_helper.to_array(t) for t in onnx.load(folder / "model.onnx").graph.initializer}
    for parameter in stored_task(case)["parameters"]:
        wanted = arrays[parameter["name"]].reshape(-1)
        for file, offsets in (("model.onnx", [parameter["onnx_offset"]]), ("model.mnn", parameter["mnn_offsets"])):
            content, count = (folder / file).read_bytes(), len(wanted) // len(offsets)
            pieces = [np.frombuffer(content, "<f4", count, offset) for offset in offsets]
            assert np.array_equal(np.concatenate(pieces), wanted)


@pytest.mark.parametrize("case", ALL, ids=IDS)
def test_every_regime_draws_every_input(case):
    task = stored_task(case)
    names = [each["name"] for each in task["inputs"]]
    assert all(list(regime["inputs"]) == names for regime in task["regimes"])


def test_json_text_reads_back_and_keeps_to_the_line():
    value = {"a": [1, 2], "b": [{"c": "x" * 90}, {"d": list(range(40))}], "e": {}, "f": []}
    text = taskfile.to_text(value)
    assert json.loads(text) == value
    assert max(map(len, text.splitlines())) <= 160 and '"a": [1, 2]' in text
