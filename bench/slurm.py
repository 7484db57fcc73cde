"""Judgements through a real Slurm on this machine, with a stand-in for device, build and judgement (slurm_throughput.cc).
    bench/slurm.py [COUNT] [DEVICES] [SERVICE_MS]       default: 10000 16 0
Arrays are bounded by a small MaxArraySize, so that the first burst takes several. Prints how many are stored after how
long, with mkb's memory; then whether each candidate is there once, judgements a second, and the host's cost of each."""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests/end_to_end"))

from cluster import Slurm, have_an_address  # noqa: E402
from servers import enter_own_network  # noqa: E402

PROGRAM = ROOT / "build/release/bench/slurm_throughput"
NODES = 4


def main():
    count, devices, service_ms = [int(given) for given in sys.argv[1:]] + [10000, 16, 0][len(sys.argv) - 1 :]
    if Slurm.missing():
        sys.exit(f"bench/slurm.py: {Slurm.missing()}")
    folder = pathlib.Path(tempfile.mkdtemp(prefix="bench-slurm-"))
    each = max(1, devices // NODES)
    slurm = Slurm({f"n{node}": each for node in range(NODES)}, max_array_size=101)
    try:
        (folder / "map").write_text(
            "".join(f"n{node} {number} n{node}-{number}\n" for node in range(NODES) for number in range(each))
        )
        return subprocess.run(
            [PROGRAM, folder, str(count), "256", str(service_ms)], env={**os.environ, **slurm.variables}, check=False
        ).returncode
    finally:
        slurm.close()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    enter_own_network()
    have_an_address()
    sys.exit(main())
