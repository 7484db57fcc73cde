class CurationError(Exception):
    """A gate was not passed. The message names the task and the reason."""


def first_line(error: Exception) -> str:
    """What another's exception says, in one line; the exporter and ONNX write many, the cause often last."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    causes = [line for line in lines if line.startswith("<class ")]
    return (causes or lines or [type(error).__name__])[0]
