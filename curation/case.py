"""One row of the case table: what is not in the exported model and has to be said by hand."""

from dataclasses import dataclass, field

from curation.errors import CurationError
from curation.modules import Module
from curation.operators import OPERATORS, Kernel, Operator


@dataclass(frozen=True)
class Deviation:
    """Where native differs from ONNX. With `inputs` curation measures it and holds `error` to what it finds."""

    when: str
    native: str  # what it does there
    # Largest error as a share of the largest reference; the share of elements that are wrong, of whole numbers and
    # booleans, and of infinities. None where native crashes.
    error: float | None = None
    inputs: dict[str, dict] = field(default_factory=dict)  # input -> draw


@dataclass(frozen=True)
class Baseline:
    """For a task whose native kernel misses the tolerance: it stays the timed baseline, and says so."""

    why: str
    error: float  # of native as it comes, largest over the regimes, as a share of the maximum
    default_us: float  # time of native as it comes; times are of one thread of the host that curated the task
    setting: str  # for people: "Winograd off"
    hints: dict[str, int]  # of the session: name in the framework's Interpreter::HintMode -> value
    setting_error: float
    setting_us: float


@dataclass(frozen=True)
class Dropped:
    """What was tried for a case and is not one, and why; for tasks/REPORT.md."""

    operator: str
    what: str
    why: str


@dataclass(frozen=True)
class Case:
    operator: str  # of ONNX; its category, native kernel and way of export stand in curation/operators.py
    name: str
    summary: str
    path: str  # the code path that sets it apart from the operator's other cases
    module: Module  # model.py
    sequence: tuple[str, ...]  # executed framework operators of one native run
    regimes: dict[str, dict[str, dict]]  # name -> input -> draw; the first is the typical one
    controls: tuple[dict, ...]
    operations: float  # of the direct algorithm, for the roofline
    kernel_name: str = ""  # where the operator has several; default: its first
    geometry: str = "native"
    calls_per_run: int = 1
    outputs: tuple[str, ...] = ("y",)
    parameters: dict[str, dict] = field(default_factory=dict)  # name -> draw; default: the module's weights
    # Constant operands that are not drawn anew: the converter folds them into others, or the module says what they are.
    fixed: tuple[str, ...] = ()
    converter_flags: tuple[str, ...] = ()  # beyond those of the operator's way of conversion
    rewire: tuple[str, ...] = ()  # graph inputs that the target node reads directly, in its order (export.py)
    exporter: str = ""  # default: the operator's
    fidelity: float = 1e-5  # largest error of eager against ONNX Runtime, as a share of the maximum
    tolerance: dict = field(default_factory=dict)  # deviations from the default criterion
    deviations: tuple[Deviation, ...] = ()
    baseline: Baseline | None = None
    threads: int = 1
    own: Operator | None = None  # of a task outside the benchmark (curation/own), instead of the table's

    @property
    def about(self) -> Operator:
        if self.own is not None:
            return self.own
        if self.operator not in OPERATORS:
            raise CurationError(f"{self.operator}/{self.name}: no such operator in curation/operators.py")
        return OPERATORS[self.operator]

    @property
    def kernel(self) -> Kernel:
        kernels = self.about.kernels
        if self.kernel_name and self.kernel_name not in kernels:
            raise CurationError(f"{self.operator}/{self.name}: kernel '{self.kernel_name}' is none of {list(kernels)}")
        return kernels[self.kernel_name] if self.kernel_name else next(iter(kernels.values()))

    @property
    def category(self) -> str:
        return self.about.category

    @property
    def id(self) -> str:
        return f"{self.category}/{self.operator}/{self.name}"

    @property
    def drawn_parameters(self) -> dict[str, dict]:
        drawn = self.parameters or {name: draw for name, (_, draw) in self.module.weights.items()}
        return {name: draw for name, draw in drawn.items() if name not in self.fixed}

    @property
    def way_of_export(self) -> str:
        return self.exporter or self.about.exporter
