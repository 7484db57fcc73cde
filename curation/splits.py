"""tasks/splits.json: which tasks are held out of training (paper, section 3).

`lora` holds out 20 operators with all their tasks, 36; `grpo` holds out 40 tasks. Both are spread over the categories.
What is held out follows from the seed and the names alone, so it is the same on every machine.
"""

import hashlib
import json
from collections.abc import Iterable

from curation.operators import OPERATORS, SPECIFIED

VERSION = 1
SEED = "mkb 2603.11935"
LORA_OPERATORS, LORA_TASKS = 20, 36
GRPO_TASKS = 40
_MOST_DRAWS = 10_000


def _shuffled(names: Iterable[str], *key: object) -> list[str]:
    """In an order that no library's generator decides."""
    return sorted(names, key=lambda name: hashlib.sha256("/".join(map(str, (SEED, *key, name))).encode()).hexdigest())


def _shares(sizes: dict[str, int], wanted: int) -> dict[str, int]:
    """`wanted` spread over the categories in proportion to their sizes, by largest remainder."""
    total = sum(sizes.values())
    shares = {category: wanted * size // total for category, size in sizes.items()}
    by_remainder = sorted(sizes, key=lambda category: -(wanted * sizes[category] % total))  # stable: as specified
    for category in by_remainder[: wanted - sum(shares.values())]:
        shares[category] += 1
    return shares


def held_out_operators() -> list[str]:
    """Of each category its share, drawn until their tasks add up to the paper's number."""
    shares = _shares({category: operators for category, (operators, _) in SPECIFIED.items()}, LORA_OPERATORS)
    for draw in range(_MOST_DRAWS):
        chosen = []
        for category, share in shares.items():
            names = [each.name for each in OPERATORS.values() if each.category == category]
            chosen += _shuffled(names, "lora", draw)[:share]
        if sum(OPERATORS[name].cases for name in chosen) == LORA_TASKS:
            return sorted(chosen)
    raise AssertionError(f"no {LORA_OPERATORS} operators of {LORA_TASKS} tasks in {_MOST_DRAWS} draws")


def held_out_tasks(ids: list[str]) -> list[str]:
    """Of each category its share of the paper's number."""
    shares = _shares({category: tasks for category, (_, tasks) in SPECIFIED.items()}, GRPO_TASKS)
    chosen = []
    for category, share in shares.items():
        chosen += _shuffled((each for each in ids if each.split("/")[0] == category), "grpo")[:share]
    return sorted(chosen)


def _parts(ids: list[str], held_out: set[str]) -> dict[str, list[str]]:
    return {
        "train": sorted(each for each in ids if each not in held_out),
        "test": sorted(each for each in ids if each in held_out),
    }


def text(ids: list[str]) -> str:
    """The whole of tasks/splits.json for the tasks of these ids."""
    operators = set(held_out_operators())
    splits = {
        "version": VERSION,
        "seed": SEED,
        "lora": _parts(ids, {each for each in ids if each.split("/")[1] in operators}),
        "grpo": _parts(ids, set(held_out_tasks(ids))),
    }
    return json.dumps(splits, indent=1) + "\n"
