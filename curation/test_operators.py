"""The table of operators against the benchmark's counts and against the tools that it names."""

import json

import pytest

from curation import convert, export, semantics
from curation.operators import OPERATORS, SPECIFIED
from curation.rebuild import ROOT


def test_the_specification_is_95_operators_and_190_tasks():
    assert sum(operators for operators, _ in SPECIFIED.values()) == len(OPERATORS) == 95
    assert sum(tasks for _, tasks in SPECIFIED.values()) == 190


@pytest.mark.parametrize("category", SPECIFIED)
def test_the_table_has_the_specified_counts(category):
    there = [operator for operator in OPERATORS.values() if operator.category == category]
    assert (len(there), sum(operator.cases for operator in there)) == SPECIFIED[category]


@pytest.mark.parametrize("operator", OPERATORS.values(), ids=OPERATORS)
def test_an_operators_kernels_are_what_their_forms_need(operator):
    assert operator.exporter in export.WAYS and operator.converter in convert.WAYS
    for kernel in operator.kernels.values():
        assert kernel.cases > 0
        assert kernel.form in ("atomic", "geometric", "composite")
        assert bool(kernel.may_emit) == (kernel.form != "atomic")
        assert len(kernel.candidate_files) == (2 if kernel.form == "atomic" else 1)
        assert not kernel.native_entries or kernel.form == "atomic"


def test_every_operator_has_a_formula_and_its_source():
    assert set(semantics.FORMULAS) == set(OPERATORS)
    assert (ROOT / "tasks" / "semantics.json").read_text() == semantics.text()


def test_the_schema_knows_the_categories():
    schema = json.loads((ROOT / "tasks" / "task.schema.json").read_text())
    assert set(schema["properties"]["category"]["enum"]) == set(SPECIFIED)
