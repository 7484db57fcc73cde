"""The criterion of judging (docs/task-format.md, tolerance), in Python for the gates."""

import numpy as np

DEFAULT_TOLERANCE = {"relative_to_max": 1e-4, "floor": 1e-30, "why": ""}


def in_framework(array: np.ndarray) -> np.ndarray:
    """The framework has 4-byte floats and 4-byte integers only."""
    return array.astype(np.float32 if array.dtype.kind == "f" else np.int32)


def fault(got: np.ndarray, reference: np.ndarray, tolerance: dict) -> str | None:
    """None when `got` is right, else what is wrong with it."""
    got, reference = in_framework(got), in_framework(reference)
    if got.shape != reference.shape:
        return f"shape {got.shape}, wanted {reference.shape}"
    if reference.dtype.kind == "i":
        wrong = int((got != reference).sum())
        return f"{wrong} of {reference.size} elements differ" if wrong else None
    finite = np.isfinite(reference)
    if not np.array_equal(got[~finite], reference[~finite], equal_nan=True) or not np.isfinite(got[finite]).all():
        return "NaN or infinity at the wrong place"
    got, reference = got[finite].astype(np.float64), reference[finite].astype(np.float64)
    error = np.abs(got - reference)
    largest = max(np.abs(reference).max(initial=0), tolerance["floor"])
    if error.max(initial=0) > tolerance["relative_to_max"] * largest:
        return f"error {error.max() / largest:.2e} of the maximum"
    elementwise = tolerance.get("elementwise")
    if elementwise is not None:
        excess = error - (elementwise * np.abs(reference) + tolerance["floor"] * 1e-4)
        if excess.max(initial=0) > 0:
            return f"elementwise error {error[excess.argmax()]:.2e} at a reference of {reference[excess.argmax()]:.2e}"
    return None


def relative_error(got: np.ndarray, reference: np.ndarray, floor: float) -> float:
    """Largest error as a share of the largest reference, or of the tolerance's floor, where both are finite; for
    reports."""
    got, reference = in_framework(got).astype(np.float64), in_framework(reference).astype(np.float64)
    finite = np.isfinite(got) & np.isfinite(reference)
    got, reference = got[finite], reference[finite]
    return float(np.abs(got - reference).max(initial=0) / max(np.abs(reference).max(initial=0), floor))
