"""Prints "stamp<tab>file" for every source below src/ that clang-tidy has not passed yet in just this form.

The stamp is a hash of .clang-tidy, of the file and of every project header it includes (as ninja knows them).
"""
import hashlib
import json
import pathlib
import shlex
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent


def project_headers(build):
    """Object file → the project's own files it was made from."""
    text = subprocess.run(["ninja", "-C", str(build), "-t", "deps"], capture_output=True, text=True, check=True).stdout
    headers, current = {}, None
    for line in text.splitlines():
        if line and not line.startswith(" "):
            current = line.split(":", 1)[0]
            headers[current] = []
        elif line.strip() and current:
            path = pathlib.Path(line.strip())
            path = path if path.is_absolute() else build / path
            if ROOT in path.parents and path.is_file():
                headers[current].append(path)
    return headers


def object_of(command):
    words = shlex.split(command["command"])
    return words[words.index("-o") + 1]


def main():
    build, stamps = (ROOT / sys.argv[1]).resolve(), pathlib.Path(sys.argv[2])
    headers = project_headers(build)
    rules = (ROOT / ".clang-tidy").read_bytes()
    seen = set()
    for command in json.loads((build / "compile_commands.json").read_text()):
        path = pathlib.Path(command["file"])
        if ROOT / "src" not in path.parents or path.name.endswith("_test.cc") or path in seen or not path.is_file():
            continue
        seen.add(path)
        whole = hashlib.sha256(rules)
        for part in sorted({path, *headers.get(object_of(command), [])}):
            whole.update(f"{part.relative_to(ROOT)}\0".encode() + part.read_bytes() + b"\0")
        if not (stamps / whole.hexdigest()).exists():
            print(f"{whole.hexdigest()}\t{path}")


if __name__ == "__main__":
    main()
