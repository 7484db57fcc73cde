"""Speaks Google's generateContent in front of a server of chat completions: LiteLLM's proxy, a peer that others wrote.

    gateway.py UPSTREAM KEY     UPSTREAM: the address of serve.py, KEY: its key and the proxy's own

Prints its address and ends when standard input does; its model is "small". Installs itself (environment.py), 600 MB, pinned
by requirements-gateway.txt.
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import threading

import environment


def configuration(upstream, key):
    small = {"model": "hosted_vllm/small", "api_base": f"{upstream}/v1", "api_key": key}
    return {"model_list": [{"model_name": "small", "litellm_params": small}],
            "general_settings": {"master_key": key}, "router_settings": {"num_retries": 0}}  # fmt: skip


def run(upstream, key):
    with tempfile.TemporaryDirectory() as folder:
        config = pathlib.Path(folder) / "config.yaml"
        config.write_text(json.dumps(configuration(upstream, key)))  # YAML holds JSON
        quiet = {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "NO_DOCS": "True"}
        proxy = subprocess.Popen(
            [pathlib.Path(sys.executable).parent / "litellm", "--config", config, "--host", "127.0.0.1", "--port", "0",
             "--telemetry", "False"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=folder,
            env=os.environ | quiet)  # fmt: skip
        for line in proxy.stdout:
            found = re.search(r"running on (http://127\.0\.0\.1:\d+)", line)
            if found:
                print(found[1], flush=True)
                break
            print(line, end="", file=sys.stderr)
        # What it prints from now on is nobody's, but a full pipe would stop it.
        threading.Thread(target=proxy.stdout.read, daemon=True).start()
        sys.stdin.read()
        proxy.terminate()
        proxy.wait()


if __name__ == "__main__":
    environment.go_inside(pathlib.Path(__file__).resolve().parent / "requirements-gateway.txt")
    run(sys.argv[1], sys.argv[2])
