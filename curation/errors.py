class CurationError(Exception):
    """A gate was not passed. The message names the task and the reason."""
