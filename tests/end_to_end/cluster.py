"""A real Slurm on this machine: munged, slurmctld and one slurmd a node, all below a folder of the test's own. A node is
a PID namespace, so that everything on it can end at one instant, as where the power fails."""

import fcntl
import os
import pathlib
import secrets
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

from program import wait_until
from servers import OWN_NETWORK, enter_own_network, free_port

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "squeue", "scontrol", "scancel", "sinfo")
SEARCH = f"{os.environ['PATH']}:/usr/sbin:/sbin"
# Ends with the test, even if that is killed.
WITH_US = ["setpriv", "--pdeathsig", "KILL"]

CONFIGURATION = """
ClusterName=mkb
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={port}
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge/socket,cred_expire=5
CredType=cred/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/%n.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SwitchType=switch/none
MpiDefault=none
GresTypes=device
SlurmdParameters=config_overrides
ReturnToService=2
SlurmdTimeout=5
KillWait=2
MessageTimeout=5
InactiveLimit=0
MinJobAge=60
MaxArraySize={max_array_size}
MaxJobCount=20000
SchedulerParameters=batch_sched_delay=0,sched_min_interval=0,bf_interval=1,default_queue_depth=1000
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
{nodes}
PartitionName=devices Nodes=ALL Default=YES MaxTime=INFINITE State=UP PriorityTier=1
PartitionName=urgent Nodes=ALL MaxTime=INFINITE State=UP PriorityTier=2 PreemptMode=OFF
"""


def have_an_address():
    """Slurm resolves nothing, not even 127.0.0.1, where the loopback interface's addresses are all there is."""
    if OWN_NETWORK in os.environ:
        address = struct.pack("16sHH4s8x", b"lo:0", socket.AF_INET, 0, socket.inet_aton("192.0.2.1"))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
            fcntl.ioctl(any_socket, 0x8916, address)  # SIOCSIFADDR


class SecondHost:
    """Another host, as far as the network goes: one with addresses and a loopback interface of its own."""

    ADDRESS = "192.0.2.66"

    @classmethod
    def missing(cls):
        return None if shutil.which("ip", path=SEARCH) else "ip is missing: install iproute2"

    def __init__(self):
        self.process = subprocess.Popen(
            [*WITH_US, "unshare", "--net", "sh", "-c", "echo up; exec sleep infinity"], stdout=subprocess.PIPE
        )
        assert self.process.stdout.readline() == b"up\n"
        self.through = ["nsenter", "--net", "-t", str(self.process.pid)]
        for command in (
            ["ip", "link", "add", "mkb0", "type", "veth", "peer", "name", "mkb1", "netns", str(self.process.pid)],
            ["ip", "addr", "add", "192.0.2.65/30", "dev", "mkb0"],
            ["ip", "link", "set", "mkb0", "up"],
            [*self.through, "ip", "addr", "add", f"{self.ADDRESS}/30", "dev", "mkb1"],
            [*self.through, "ip", "link", "set", "mkb1", "up"],
            [*self.through, "ip", "link", "set", "lo", "up"],
        ):
            subprocess.run(command, check=True, env={**os.environ, "PATH": SEARCH})

    def start(self, *command, **variables):
        return subprocess.Popen(
            [*WITH_US, *self.through, *map(str, command)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env={**os.environ, **{k: str(v) for k, v in variables.items()}},
        )

    def cut(self):
        """The cable, at its far end: nobody here is told."""
        self._far_end("down")

    def mend(self):
        self._far_end("up")

    def _far_end(self, how):
        subprocess.run(
            [*self.through, "ip", "link", "set", "mkb1", how], check=True, env={**os.environ, "PATH": SEARCH}
        )

    def listens(self, port):
        probe = f"import socket, sys; sys.exit(socket.socket().connect_ex(('127.0.0.1', {port})))"
        return subprocess.run([*self.through, sys.executable, "-c", probe], check=False).returncode == 0

    def close(self):
        # At once: the next one's cable has the same name.
        subprocess.run(["ip", "link", "del", "mkb0"], check=False, env={**os.environ, "PATH": SEARCH})
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


class Node:
    """One slurmd, in a PID namespace whose first process only waits."""

    def __init__(self, cluster, name):
        self.cluster, self.name = cluster, name
        self.outside = self.slurmd = None

    def boot(self):
        self.outside = subprocess.Popen(
            [*WITH_US, "unshare", "--pid", "--fork", "--kill-child", "--mount", "--mount-proc",
             "sh", "-c", "echo up; exec sleep infinity"],
            stdout=subprocess.PIPE,
        )
        assert self.outside.stdout.readline() == b"up\n"
        self.start()

    def _inside(self):
        first = pathlib.Path(f"/proc/{self.outside.pid}/task/{self.outside.pid}/children").read_text().split()[0]
        return ["nsenter", "--pid", "--mount", "-t", first]

    def enter(self, *command):
        subprocess.run([*self._inside(), *map(str, command)], env=self.cluster.environment, check=True)

    def start(self):
        self.slurmd = subprocess.Popen(
            [*WITH_US, *self._inside(), "slurmd", "-D", "-N", self.name],
            env=self.cluster.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )

    def kill_slurmd(self):
        """Only the daemon: what it started lives on."""
        for child in pathlib.Path(f"/proc/{self.slurmd.pid}/task/{self.slurmd.pid}/children").read_text().split():
            os.kill(int(child), signal.SIGKILL)
        self.slurmd.wait()

    def lose_power(self):
        self.outside.kill()
        self.outside.wait()
        self.outside.stdout.close()
        self.slurmd.wait()


class Slurm:
    @classmethod
    def missing(cls):
        absent = [program for program in PROGRAMS if shutil.which(program, path=SEARCH) is None]
        if absent:
            return f"{', '.join(absent)} missing: install slurmctld, slurmd, slurm-client and munge"
        if os.geteuid() != 0:
            return "a Slurm of one's own, with nodes that are PID namespaces, takes root"
        return None

    def __init__(self, nodes, max_array_size=1001):
        """`nodes`: name to number of devices."""
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="end-to-end-slurm-"))
        self.folder.chmod(0o755)
        for part in ("munge", "state", *nodes):
            (self.folder / part).mkdir(mode=0o755)
        processors = os.cpu_count()
        lines = [
            f"NodeName={name} NodeHostname={socket.gethostname().split('.')[0]} NodeAddr=127.0.0.1 "
            f"Port={free_port()} CPUs={max(processors, count)} Gres=device:{count}"
            for name, count in nodes.items()
        ]
        (self.folder / "slurm.conf").write_text(
            CONFIGURATION.format(
                folder=self.folder, host=socket.gethostname().split(".")[0], port=free_port(),
                max_array_size=max_array_size, nodes="\n".join(lines),
            )
        )
        (self.folder / "gres.conf").write_text("".join(self._devices_of(*node) for node in nodes.items()))
        (self.folder / "cgroup.conf").write_text("CgroupAutomount=no\n")
        self.environment = {**os.environ, "PATH": SEARCH, "SLURM_CONF": str(self.folder / "slurm.conf")}
        self._start_munge()
        self.start_controller(clean=True)
        self.nodes = {name: Node(self, name) for name in nodes}
        for node in self.nodes.values():
            node.boot()
        self.wait_for_nodes()

    def _devices_of(self, node, count):
        """A line of gres.conf: Slurm numbers devices only where each has a file, any file."""
        if count == 1:
            return f"NodeName={node} Name=device Count=1\n"
        for number in range(count):
            (self.folder / node / f"device{number}").touch()
        return f"NodeName={node} Name=device File={self.folder}/{node}/device[0-{count - 1}]\n"

    @property
    def variables(self):
        return {"SLURM_CONF": self.environment["SLURM_CONF"], "PATH": SEARCH}

    def _start_munge(self):
        key = self.folder / "munge/key"
        key.write_bytes(secrets.token_bytes(128))
        key.chmod(0o400)
        self.munged = subprocess.Popen(
            [*WITH_US, "munged", "--foreground", "--force", f"--key-file={key}", f"--socket={key.parent}/socket",
             f"--pid-file={key.parent}/pid", f"--log-file={key.parent}/log", f"--seed-file={key.parent}/seed"],
            env=self.environment, stderr=subprocess.DEVNULL,
        )
        assert wait_until((key.parent / "socket").exists), (key.parent / "log").read_text()

    def start_controller(self, clean=False):
        self.controller = subprocess.Popen(
            [*WITH_US, "slurmctld", "-D", *(["-c"] if clean else [])],
            env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        answers = lambda: self.run("scontrol", "ping", check=False).returncode == 0  # noqa: E731
        assert wait_until(answers, 30), (self.folder / "slurmctld.log").read_text()

    def wait_for_saved_state(self, job):
        """Until the controller has written down that `job` runs. One that lost that would start it beside itself, and
        take the node from everybody until a person gives it back."""
        state = self.folder / "state/job_state"

        def saved_at():
            """In nanoseconds. The controller takes the old file away before it puts the new one there."""
            try:
                return state.stat().st_mtime_ns
            except FileNotFoundError:
                return 0

        before = time.time_ns()
        self.run("scontrol", "update", f"JobId={job}", "Comment=runs")
        assert wait_until(lambda: saved_at() > before, 60)

    def kill_controller(self):
        self.controller.kill()
        self.controller.wait()

    def run(self, *command, check=True, stdin=""):
        return subprocess.run(
            list(map(str, command)), env=self.environment, input=stdin, capture_output=True, text=True, check=check,
            cwd=self.folder,
        )

    def wait_for_nodes(self):
        ready = lambda: {  # noqa: E731
            line.split()[1] for line in self.run("sinfo", "-h", "-N", "-o", "%N %t", check=False).stdout.splitlines()
        } <= {"idle", "mix", "alloc"}
        assert wait_until(ready, 60), self.run("sinfo", "-N").stdout + (self.folder / "slurmctld.log").read_text()

    def jobs(self, state="RUNNING"):
        """(job, node) of those in this state."""
        shown = self.run("squeue", "-h", "-r", "-t", state, "-o", "%i %N", check=False).stdout
        return [tuple((line + " ").split(" ")[:2]) for line in shown.splitlines()]

    def close(self):
        for node in self.nodes.values():
            if node.outside.poll() is None:
                node.lose_power()
        for process in (self.controller, self.munged):
            process.kill()
            process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def main():
    """cluster.py COMMAND...: runs it in the reach of a cluster of two nodes with a device each."""
    if len(sys.argv) < 2 or Slurm.missing():
        sys.exit(Slurm.missing() or main.__doc__)
    slurm = Slurm({"n1": 1, "n2": 1})
    try:
        return subprocess.run(sys.argv[1:], env={**os.environ, **slurm.variables}, check=False).returncode
    finally:
        slurm.close()


if __name__ == "__main__":
    enter_own_network()
    have_an_address()
    sys.exit(main())
