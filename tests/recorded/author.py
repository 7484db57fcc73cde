"""The answers of the recorded tasks, as a model would have given them: a command for `--model exec:`.

Each task has a history of candidates, made from the example kernels by small changes, and the plans that lead from one to
the next. tests/recorded/README.md says how the recording is made anew.
"""

import json
import pathlib
import sys

KERNELS = pathlib.Path(__file__).resolve().parent.parent.parent / "examples/kernels"
# No vector code beyond what every processor has.
PLAIN = [("__attribute__((target(\"avx2,fma\")))", ""), ("__attribute__((target(\"avx2\")))", "")]
# What a hand that "helps" the compiler can do to a kernel.
HINDERED = [("\nnamespace MNN {\n", "\n#pragma clang optimize off\nnamespace MNN {\n")]

INVENTED = {"error": "the called function is not there", "suggestion": "use what the framework's header declares"}
COMPUTE = {"bottleneck": "compute", "method": "vector code for the processor's widest registers",
           "plan": "Mark the inner functions with the target attribute; keep their loops free of branches."}  # fmt: skip
OVERHEAD = {"bottleneck": "overhead", "method": "straight code without compiler passes",
            "plan": "Switch the optimizer off around the kernel, so that no pass disturbs the loops."}  # fmt: skip
LAYOUT = {"bottleneck": "layout", "method": "one operator less in the chain",
          "plan": "Let one operator do both steps, so that the intermediate result is never written."}  # fmt: skip
MEMORY = {"bottleneck": "memory", "method": "longer rows copied at once",
          "plan": "Join neighbouring axes, so that regions are few and their rows long."}  # fmt: skip
DETOUR = {"bottleneck": "precision", "method": "the steps one by one", "plan": "Take the combined step apart again."}
BACK = {"bottleneck": "compute", "method": "back to the fastest version", "plan": "Undo the last change."}


def task(folder, invented, wrong, fix, slow=None, worse=None, steps=None, **more):
    """`steps`: names of the rounds' candidates; `invented`, `wrong`, …: changes of the example's last file."""
    return {
        "folder": folder,
        "changes": {
            "invented": [invented],
            "wrong": wrong,
            "slow": PLAIN if slow is None else slow,
            "good": [],
            "worse": HINDERED if worse is None else worse,
            "again": [("\nnamespace MNN {\n", "\n// The version that was fastest.\nnamespace MNN {\n")],
            **more.pop("changes", {}),
        },
        "steps": steps or ["invented", "wrong", "slow", "good", "worse", "again"],
        "fix": fix,
        "speed": more.pop("speed", [COMPUTE, OVERHEAD, BACK]),
        **more,
    }


HOST = ("->host<float>()", "->hostPointer<float>()")
HOST_INT = ("->host<int32_t>()", "->hostPointer<int32_t>()")
TASKS = {
    "activation/Softmax/lastaxis_8x256x256": task(
        "softmax_simple", HOST, [("1.0f / sum_of(out, width)", "1.0f / width")], "divide by the sum, not by the count",
        steps=["invented", "wrong", "slow", "good", "worse", "prose", "again"], prose_plan=True),
    "binary/Add/channelbias_64x112": task(
        "add_channel_bias", HOST, [("part[i], mInner", "part[0], mInner")], "each channel has a value of its own"),
    "normalization/LayerNormalization/lastaxis_256x768": task(
        "layernorm_two_pass", HOST,
        [("1.0f / std::sqrt(variance_of(in, width, mean) + epsilon)", "1.0f / (variance_of(in, width, mean) + epsilon)")],
        "divide by the standard deviation, not by the variance"),
    "logic/Or/masks_8x256x256": task(
        "or_masks", HOST_INT, [("(a[i] | b[i]) != 0", "(a[i] & b[i]) != 0")], "it is a union",
        changes={"nowhere": [("unite(outputs[0]->host<int32_t>(),", "unite(static_cast<int32_t*>(nullptr),")]},
        steps=["invented", "nowhere", "wrong", "slow", "good", "worse", "again"]),
    "trigonometry/Atan/map_64x56x56": task(
        "atan_simd", HOST, [("half_pi - p : p", "half_pi + p : p")], "beyond 1 it is pi/2 minus the inverse's",
        changes={"unregistered": [("REGISTER_CPU_OP_CREATOR(CPUUnaryCreator, OpType_UnaryOp);", "")]},
        steps=["unregistered", "invented", "wrong", "slow", "good", "worse", "again"]),
    "binary/Mod/hashes_2048x128": task(
        "mod_reciprocals", HOST_INT,
        [("__builtin_floor(", "__builtin_trunc("), ("rest = rest * d < 0 ? rest + d : rest;", "")],
        "the remainder has the divisor's sign", repeats=True),
    "logic/Less/causal_8x512x512": task(
        "less_rows", HOST_INT, [("keys[i] < limit", "keys[i] <= limit")], "equal is not less"),
    "unary/Erf/tokens_128x768": task(
        "erf_rational", HOST, [("input[i] > 4.0f ? 4.0f", "input[i] > 2.0f ? 2.0f")], "it saturates at 4, not at 2",
        prose_plan=True),
    "tensor/Transpose/windows_112x112x64": task(
        "transpose_windows", ("TensorUtils::getDescribe(outputs[0])", "outputs[0]->describe()"), [],
        "lines of different windows change places, not pixels",
        changes={"wrong": "wrong_axes_swapped"},
        slow=[("!axes.empty() && axes.back()", "axes.size() > 4 && axes.back()")],
        worse=[("!axes.empty() && axes.back()", "axes.size() > 5 && axes.back()")], speed=[MEMORY, DETOUR, BACK]),
    "activation/HardSigmoid/map_64x112": task(
        "hardsigmoid_clipped", ("_Relu6(line, 0.0f, 1.0f)", "_Clamp(line, 0.0f, 1.0f)"),
        [("_Scalar<float>(beta)", "_Scalar<float>(alpha)")], "the line's constant is beta",
        slow=[("_Relu6(line, 0.0f, 1.0f)", "_Minimum(_Maximum(line, _Scalar<float>(0.0f)), _Scalar<float>(1.0f))")],
        worse=[("_Relu6(line, 0.0f, 1.0f)", "_Maximum(_Minimum(line, _Scalar<float>(1.0f)), _Scalar<float>(0.0f))")],
        speed=[LAYOUT, DETOUR, BACK]),
    "reduction/ReduceL2/axis2_8x256x512": task(
        "reducel2_axes", ("_ReduceSum(_Square(x), axes, keep)", "_ReduceSquares(x, axes, keep)"),
        [("_ReduceSum(", "_ReduceMean(")], "the sum, not the mean", slow=[("_Square(x)", "x * x")],
        worse=[("_Square(x)", "_Abs(x) * _Abs(x)")], speed=[LAYOUT, DETOUR, BACK]),
    "normalization/InstanceNormalization/affine_64x112": task(
        "instancenorm_plain", ("_Reshape(expr->inputs()[1]", "_View(expr->inputs()[1]"),
        [("normal * gamma + beta", "normal * gamma - beta")], "beta is added",
        slow=[("(normal * gamma + beta)->", "((normal * gamma + beta) * _Scalar<float>(1.0f))->")],
        worse=[("(normal * gamma + beta)->", "((normal * gamma + beta) + _Scalar<float>(0.0f))->")],
        speed=[LAYOUT, DETOUR, BACK]),
}  # fmt: skip


def candidate(entry, step):
    """The answer with all files, a block each."""
    changes = entry["changes"][step]
    folder = KERNELS / (changes if isinstance(changes, str) else entry["folder"])
    blocks = []
    for path in sorted(folder.iterdir(), key=lambda path: path.suffix == ".cpp"):
        text = path.read_text()
        if path.suffix == ".cpp" and not isinstance(changes, str):
            if changes is not PLAIN:
                for old, _ in changes:
                    assert old in text, f"{path}: no '{old}'"
            for old, new in changes:
                text = text.replace(old, new, 1)
        blocks.append(f"```cpp\n// {path.name}\n{text}```\n")
    return "\n".join(blocks)


def plan(entry, request):
    """`round`: of the candidate that the plan is for; the plan is about the step before."""
    role, attempt = request["role"], request["attempt"]
    if role == "repair":
        if entry.get("prose_plan") and attempt == 0:
            return "The kernel calls a function that does not exist. I would look into the header."
        return json.dumps({"local": [], "cross_file": [INVENTED]})
    if role == "correction":
        return "```json\n" + json.dumps({"suggestions": [entry["fix"]]}, indent=1) + "\n```"
    measured = [step for step in entry["steps"][: request["round"] - 1] if step in ("slow", "good", "worse")]
    if entry.get("repeats") and attempt == 0 and len(measured) == 2:
        return json.dumps(entry["speed"][0])  # the one that was tried: it is refused
    place = len(measured) - 1
    if request["round"] >= 2 and entry["steps"][request["round"] - 2] == "prose":
        return json.dumps(BACK | {"method": "the fastest version once more"})
    return json.dumps(entry["speed"][place])


def answer(request):
    entry = TASKS[request["task"]]
    if request["role"] == "coder":
        step = entry["steps"][request["round"] - 1]
    elif request["role"] == "standard":
        step = entry["steps"][request["sample"] % len(entry["steps"])]
    else:
        return plan(entry, request)
    if step == "prose":
        return "I believe that the kernel is as fast as it can be. There is nothing to change."
    return candidate(entry, step)


if __name__ == "__main__":
    asked = json.load(sys.stdin)
    text = answer(asked)
    usage = {"input_tokens": len(asked["prompt"]) // 4, "output_tokens": len(text) // 4}
    print(json.dumps({"text": text, "usage": usage}))
