"""ONNX's own node tests through the pipeline: all of them (about 10 s of one core)."""

import pytest

from curation import batch, known, node_tests, operator_page
from curation.rebuild import ROOT

STORED = ROOT / "tasks" / "node-tests.json"


@pytest.fixture(scope="module")
def found():
    return node_tests.run_all()


def test_every_mismatch_is_one_that_is_listed_and_every_listed_one_is_there(found):
    assert node_tests.unexplained(found) == []


def test_the_stored_results_are_what_is_found(found):
    assert STORED.read_text() == node_tests.text(found)


def test_most_vectors_that_the_framework_has_types_for_match_natively(found):
    verdicts = [verdict for tests in found.values() for verdict in tests.values()]
    assert len(found) == 95 and len(verdicts) > 600
    natively = [verdict for verdict in verdicts if verdict == node_tests.MATCH or verdict.startswith("native")]
    assert natively.count(node_tests.MATCH) > 0.75 * len(natively) > 300


def changed(operator, test, verdict):
    stored = node_tests.read(STORED)
    stored[operator][test] = verdict
    return node_tests.unexplained(stored)


def test_a_new_mismatch_is_named():
    assert changed("Abs", "test_abs", node_tests.VALUES) == [
        "test_abs: native: wrong values, which curation/known.py does not list"
    ]
    assert changed("Abs", "test_abs", node_tests.ORACLE_DIFFERS)[0].startswith("test_abs: ONNX Runtime differs")


def test_a_listed_mismatch_that_is_none_any_more_is_named():
    assert changed("Round", "test_round", node_tests.MATCH) == ["test_round: match, listed in curation/known.py"]


def test_no_test_is_explained_twice():
    names = [name for table in (known.NATIVE, known.ORACLE, known.UNSTEADY) for names in table.values() for name in names]
    assert len(names) == len(set(names))


def test_the_page_of_operators_is_that_of_the_tables():
    text = (ROOT / "docs" / "operators.md").read_text()
    assert text == operator_page.text(node_tests.read(STORED))
    assert "| Less | atomic | 1 | float32 operands" in text


def test_a_batch_goes_on_after_the_job_that_killed_its_process(tmp_path, monkeypatch):
    """And a job that fails by itself is an answer like any other."""
    source = "import os, sys\nfrom curation.batch import serve\n"
    source += "serve(sys.argv[1], lambda job: os.abort() if job['n'] == 1 else {'n': 1 // (job['n'] - 3)})\n"
    (tmp_path / "dying.py").write_text(source)
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{ROOT}")
    answers = batch.run_batch("dying", [{"n": n} for n in range(5)])
    assert answers[1] == {"error": "the process ended with -6"}
    assert answers[3]["error"].startswith("ZeroDivisionError")
    assert [answers[n] for n in (0, 2, 4)] == [{"n": -1}, {"n": -1}, {"n": 1}]
