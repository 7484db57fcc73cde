"""The splits have the paper's sizes, are spread over the categories and do not overlap."""

import json
from collections import Counter

from curation import splits
from curation.cases import ALL
from curation.operators import OPERATORS, SPECIFIED
from curation.rebuild import ROOT

# As many ids as are specified, whatever cases there are.
IDS = [f"{each.category}/{each.name}/case{n}" for each in OPERATORS.values() for n in range(each.cases)]


def _made(ids=IDS):
    return json.loads(splits.text(ids))


def test_lora_holds_out_twenty_operators_with_all_their_tasks():
    made = _made()["lora"]
    held_out = {each.split("/")[1] for each in made["test"]}
    assert (len(held_out), len(made["test"]), len(made["train"])) == (20, 36, 154)
    assert not held_out & {each.split("/")[1] for each in made["train"]}


def test_grpo_holds_out_a_fifth_of_every_category():
    made = _made()["grpo"]
    assert (len(made["test"]), len(made["train"])) == (40, 150)
    there = Counter(each.split("/")[0] for each in made["test"])
    assert all(abs(there[category] - 40 * tasks / 190) < 1 for category, (_, tasks) in SPECIFIED.items())


def test_every_task_is_in_one_part_of_each_split():
    for name in ("lora", "grpo"):
        made = _made()[name]
        assert sorted(made["train"] + made["test"]) == sorted(IDS)


def test_the_order_of_the_case_table_does_not_matter():
    assert splits.text(IDS[::-1]) == splits.text(IDS)


def test_another_seed_holds_out_others(monkeypatch):
    before = _made()
    monkeypatch.setattr(splits, "SEED", "another")
    after = _made()
    assert before["lora"]["test"] != after["lora"]["test"] and before["grpo"]["test"] != after["grpo"]["test"]


def test_the_stored_splits_are_those_of_the_case_table():
    assert (ROOT / "tasks" / "splits.json").read_text() == splits.text([case.id for case in ALL])
