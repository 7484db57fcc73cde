"""One row of the case table: what is not in the exported model and has to be said by hand."""

import textwrap
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Case:
    category: str
    operator: str  # of ONNX
    name: str
    summary: str
    model: str  # source of model.py
    target: tuple[str, str]  # framework operator: type, operation
    native_file: str  # below source/backend/cpu, source/geometry or tools/converter/source/optimizer/onnxextra, by form
    sequence: tuple[str, ...]  # executed framework operators of one native run
    regimes: dict[str, dict[str, dict]]  # name -> input -> draw; the first is the typical one
    controls: tuple[dict, ...]
    operations: float  # of the direct algorithm, for the roofline
    parameters: dict[str, dict] = field(default_factory=dict)  # name -> draw
    native_entries: tuple[str, ...] = ()
    may_emit: tuple[str, ...] = ()  # framework operators a geometric or composite candidate may be made of
    converter_flags: tuple[str, ...] = ()
    files: tuple[str, ...] = ()  # default: named as `native_file`, with a header in the atomic form
    form: str = "atomic"
    geometry: str = "native"
    calls_per_run: int = 1
    outputs: tuple[str, ...] = ("y",)
    exporter: str = "dynamo"  # or "legacy"
    rewire: tuple[str, ...] = ()  # graph inputs that the target node reads directly, in its order (export.py)
    fidelity: float = 1e-5  # largest error of eager against ONNX Runtime, as a share of the maximum
    tolerance: dict = field(default_factory=dict)  # deviations from the default criterion
    deviations: tuple[str, ...] = ()
    threads: int = 1

    @property
    def id(self) -> str:
        return f"{self.category}/{self.operator}/{self.name}"

    @property
    def source(self) -> str:
        return textwrap.dedent(self.model).lstrip("\n")

    @property
    def candidate_files(self) -> list[str]:
        stem = self.native_file.rsplit("/", 1)[-1].removesuffix(".cpp")
        if self.files or self.form == "atomic":
            return list(self.files) or [f"{stem}.hpp", f"{stem}.cpp"]
        return [f"{stem}.cpp"]  # registered from one file
