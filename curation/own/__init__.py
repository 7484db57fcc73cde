"""mkb task new: a task of a user's own operator, outside the benchmark (CONTRIBUTING.md, "A task of your own").

The same gates as the benchmark's tasks have; what their case tables say by hand is worked out here, or comes from a
file with task.json's own names (contract.py).
"""
