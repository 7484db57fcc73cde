"""The case table: modules of this folder, a category or a family of operators in each.

A module has CASES, and DROPPED where something was tried that is no case. The order is that of the categories, then of
the modules' names, then of the rows.
"""

from importlib import import_module
from pkgutil import iter_modules

from curation.case import Case, Dropped
from curation.operators import SPECIFIED

_MODULES = [import_module(f"{__name__}.{name}") for name in sorted(each.name for each in iter_modules(__path__))]

ALL: tuple[Case, ...] = tuple(
    case for category in SPECIFIED for module in _MODULES for case in module.CASES if case.category == category
)
DROPPED: tuple[Dropped, ...] = tuple(dropped for module in _MODULES for dropped in getattr(module, "DROPPED", ()))
