"""Speaks Google's generateContent in front of a server of chat completions: LiteLLM's proxy, a peer that others wrote.

    gateway.py UPSTREAM KEY [SECONDS]     UPSTREAM: the address of serve.py, KEY: its key and the proxy's own;
                                          SECONDS: in that time a key, KEY and whatever begins with it,
                                          may ask for one answer

Prints its address and ends when standard input does; its model is "small". The limit is the proxy's own, for chat
completions and messages; what it answers to generateContent has none. Installs itself (environment.py), 600 MB, pinned
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


# A key's limit stands in the proxy's database, which wants a server; or in what a function says of the key.
LIMITED = """
from litellm.proxy._types import UserAPIKeyAuth

async def of_key(request, api_key):
    if not api_key.startswith("{key}"):
        raise ValueError("unknown key")
    return UserAPIKeyAuth(api_key=api_key, rpm_limit=1)
"""


def configuration(upstream, key, limited):
    small = {"model": "hosted_vllm/small", "api_base": f"{upstream}/v1", "api_key": key}
    return {"model_list": [{"model_name": "small", "litellm_params": small}],
            "general_settings": {"custom_auth": "limited.of_key"} if limited else {"master_key": key},
            "router_settings": {"num_retries": 0}}  # fmt: skip


def run(upstream, key, seconds=None):
    with tempfile.TemporaryDirectory() as folder:
        config = pathlib.Path(folder) / "config.yaml"
        config.write_text(json.dumps(configuration(upstream, key, bool(seconds))))  # YAML holds JSON
        quiet = {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "NO_DOCS": "True"}
        if seconds:
            (pathlib.Path(folder) / "limited.py").write_text(LIMITED.format(key=key))
            quiet["LITELLM_RATE_LIMIT_WINDOW_SIZE"] = seconds
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
    run(*sys.argv[1:])
