"""Distributions of inputs and parameters, as they stand in task.json (docs/task-format.md).

The constructors return the JSON form. `fill` draws from the same distribution as src/task/draw.cc does, from another
stream: the gates only need contents like those that a judgement will use.
"""

import numpy as np


def uniform(low: float, high: float) -> dict:
    return {"kind": "uniform", "low": low, "high": high}


def log_uniform(min_exponent: int, max_exponent: int, sign: str = "both") -> dict:
    return {"kind": "log_uniform", "min_exponent": min_exponent, "max_exponent": max_exponent, "sign": sign}


def integers(low: int, high: int) -> dict:
    return {"kind": "integers", "low": low, "high": high}


def choice(*values: float) -> dict:
    return {"kind": "choice", "values": list(values)}


def distinct(low: float, high: float) -> dict:
    return {"kind": "distinct", "low": low, "high": high}


def dominant(low: float, high: float) -> dict:
    return {"kind": "dominant", "low": low, "high": high}


def boxes(height: float, width: float) -> dict:
    return {"kind": "boxes", "low": height, "high": width}


def _log_uniform(draw: dict, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    exponent = rng.integers(draw["min_exponent"], draw["max_exponent"], shape, endpoint=True)
    sign = {"both": rng.choice([-1.0, 1.0], shape), "positive": 1.0, "negative": -1.0}[draw["sign"]]
    return np.ldexp(rng.uniform(1, 2, shape), exponent) * sign


def _dominant(draw: dict, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    matrix = rng.uniform(draw["low"], draw["high"], shape)
    side = np.arange(shape[-1])
    matrix[..., side, side] = 0
    matrix[..., side, side] = np.abs(matrix).sum(-1) + max(abs(draw["low"]), abs(draw["high"]))
    return matrix


def _boxes(draw: dict, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    size = np.array([draw["high"], draw["low"]])  # width for x, height for y
    first = (size - 1) * rng.random((*shape[:-1], 2))
    second = first + 1 + (size - first - 1) * rng.random((*shape[:-1], 2))
    return np.concatenate([first, second], -1)


def fill(draw: dict, dtype: np.dtype, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """An array of `shape` and the ONNX type `dtype`."""
    match draw["kind"]:
        case "uniform":
            values = rng.uniform(draw["low"], draw["high"], shape)
        case "log_uniform":
            values = _log_uniform(draw, shape, rng)
        case "integers":
            values = rng.integers(int(draw["low"]), int(draw["high"]), shape, endpoint=True)
        case "choice":
            values = rng.choice(np.array(draw["values"]), shape)
        case "distinct":
            count = int(np.prod(shape))
            step = (draw["high"] - draw["low"]) / count
            values = (draw["low"] + step * rng.permutation(count)).reshape(shape)
        case "dominant":
            values = _dominant(draw, shape, rng)
        case "boxes":
            values = _boxes(draw, shape, rng)
        case kind:
            raise ValueError(f"draw: unknown kind '{kind}'; see docs/task-format.md")
    return np.asarray(values).astype(dtype)
