"""model.py as text. Most are one expression: what differs is said here, the frame around it is written for it."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Module:
    """A PyTorch file in KernelBench's convention.

    Module(doc, "torch.atan(x)", {"x": "torch.randn(1, 64, 56, 56)"}) is a whole one. With `text` all of it is written
    by hand and the other fields, but `weights`, are not looked at.
    """

    doc: str = ""
    forward: str = ""  # the returned expression; lines before the last one are statements
    inputs: dict[str, str] = field(default_factory=dict)  # name -> expression of example contents
    # Name -> its size, as arguments of torch.empty, and its draw (uniform), which is also task.json's.
    weights: dict[str, tuple[str, dict]] = field(default_factory=dict)
    init: str = ""  # arguments of __init__, e.g. "channels: int"
    init_inputs: str = ""  # their values, e.g. "96"
    layer: str = ""  # statement of __init__, e.g. "self.pool = nn.MaxPool2d(3)"
    returns: str = "torch.Tensor"
    before: str = ""  # statements of get_inputs
    seed: int = 2603
    text: str = ""

    @property
    def source(self) -> str:
        if self.text:
            return textwrap.dedent(self.text).lstrip("\n")
        lines = ["import torch", "from torch import nn"]
        if "F." in self.forward:
            lines.append("from torch.nn import functional as F")
        arguments = "".join(f", {name}: torch.Tensor" for name in self.inputs)
        examples = ", ".join(self.inputs.values())
        lines += ["", "", "class Model(nn.Module):", *_indented(self._docstring(), 4), ""]
        lines += [*self._constructor(), f"    def forward(self{arguments}) -> {self.returns}:"]
        lines += [*_indented(_returning(self.forward), 8), "", "", "def get_inputs():"]
        lines += [*_indented(self.before, 4), f"    return [{examples}]", "", "", "def get_init_inputs():"]
        lines += [f"    return [{self.init_inputs}]", ""]
        return "\n".join(lines)

    def _docstring(self) -> str:
        doc = textwrap.dedent(self.doc).strip()
        return f'"""{doc}\n"""' if "\n" in doc else f'"""{doc}"""'

    def _constructor(self) -> Sequence[str]:
        if not self.weights and not self.layer:
            return []
        argument = f", {self.init}" if self.init else ""
        lines = [f"    def __init__(self{argument}):", "        super().__init__()", *_indented(self.layer, 8)]
        if self.weights:
            lines.append(f"        generator = torch.Generator().manual_seed({self.seed})")
        for name, (size, draw) in self.weights.items():
            drawn = f"torch.empty({size}).uniform_({draw['low']}, {draw['high']}, generator=generator)"
            lines.append(f"        self.{name} = nn.Parameter({drawn})")
        return [*lines, ""]


def _indented(text: str, width: int) -> list[str]:
    lines = textwrap.dedent(text).strip("\n").splitlines() if text else []
    return [" " * width + line if line else "" for line in lines]


def _returning(forward: str) -> str:
    *statements, last = textwrap.dedent(forward).strip("\n").splitlines()
    return "\n".join([*statements, f"return {last}"])
