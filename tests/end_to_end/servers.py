"""A real sshd and a real adbd with keys, configurations and a network of their own: on the loopback interface, or on a
second host (cluster.py)."""

import fcntl
import os
import pathlib
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile

from program import below, wait_until

CACHE = pathlib.Path(
    os.environ.get("MKB_CACHE")
    or pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "mkb"
)
ADB = CACHE / "adb/debian-12-backports/bin"  # where script/test puts the pair
OWN_NETWORK = "MKB_TEST_OWN_NETWORK"


def enter_own_network():
    """This program anew, alone on a loopback interface, because adbd listens to everybody, and with mounts that nobody
    else sees; as it is where that takes more rights than it has."""
    if OWN_NETWORK in os.environ:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
            up_and_running = 0x41
            fcntl.ioctl(any_socket, 0x8914, struct.pack("16sh22x", b"lo", up_and_running))  # SIOCSIFFLAGS
    elif subprocess.run(["unshare", "-n", "-m", "true"], capture_output=True, check=False).returncode == 0:
        os.environ[OWN_NETWORK] = "yes"
        os.execvp("unshare", ["unshare", "-n", "-m", sys.executable, *sys.argv])


def quietly(*words):
    return subprocess.run([str(word) for word in words], capture_output=True, check=False).returncode == 0


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def somebody_listens(port, address="127.0.0.1"):
    with socket.socket() as client:
        return client.connect_ex((address, port)) == 0


class Server:
    """What both have: one process that listens, and what it started for whoever is connected."""

    def __init__(self, address="127.0.0.1", through=()):
        """`through`: what starts it on another host."""
        self.address, self.through = address, through
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="end-to-end-server-"))
        self.port = free_port()
        self.process = None
        self.prepare()
        self.start()

    def prepare(self):
        pass

    def start(self):
        self.process = subprocess.Popen(
            [*self.through, *map(str, self.command())],
            env={**os.environ, **self.own_environment()},
            stderr=subprocess.DEVNULL,
        )
        wait_until(lambda: somebody_listens(self.port, self.address))

    def own_environment(self):
        return {}

    def sessions(self, is_meant=lambda words: True):
        return below(self.process.pid, is_meant)

    def switch_off(self):
        """As a machine that loses its power: everything of it ends."""
        while found := [self.process.pid, *self.sessions()] if self.process.poll() is None else self.sessions():
            for number in found:
                quietly("kill", "-9", number)
            if self.process.pid in found:
                self.process.wait()

    def restart(self):
        self.switch_off()
        self.start()

    def break_connections(self):
        """What runs for somebody runs on, with nobody at the other end."""
        raise NotImplementedError

    def suspend(self):
        self.process.send_signal(signal.SIGSTOP)

    def wake(self):
        self.process.send_signal(signal.SIGCONT)

    def close(self):
        self.wake()
        self.switch_off()
        shutil.rmtree(self.folder, ignore_errors=True)


class Sshd(Server):
    PROGRAM = pathlib.Path("/usr/sbin/sshd")

    @classmethod
    def missing(cls):
        return None if cls.PROGRAM.exists() else "sshd is missing: install openssh-server"

    def prepare(self):
        pathlib.Path("/run/sshd").mkdir(exist_ok=True)  # where it wants an empty folder when it is root
        for key in ("host_key", "user_key"):
            subprocess.run(
                ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", self.folder / key], check=True
            )
        shutil.copy(self.folder / "user_key.pub", self.folder / "authorized_keys")
        (self.folder / "sshd_config").write_text(
            f"Port {self.port}\nListenAddress {self.address}\nHostKey {self.folder}/host_key\n"
            f"AuthorizedKeysFile {self.folder}/authorized_keys\nPidFile none\nStrictModes no\nUsePAM no\n"
            "PasswordAuthentication no\nKbdInteractiveAuthentication no\nPermitRootLogin yes\nLogLevel ERROR\n"
        )
        host_key = (self.folder / "host_key.pub").read_text()
        (self.folder / "known_hosts").write_text(f"[{self.address}]:{self.port} {host_key}")
        self.client_configuration = self.folder / "ssh_config"
        self.client_configuration.write_text(
            f"IdentityFile {self.folder}/user_key\nIdentitiesOnly yes\nIdentityAgent none\n"
            f"GlobalKnownHostsFile /dev/null\nUserKnownHostsFile {self.folder}/known_hosts\n"
        )

    def command(self):
        return [self.PROGRAM, "-D", "-e", "-f", self.folder / "sshd_config"]

    @property
    def device(self):
        return f"ssh:{self.address}:{self.port}"

    @property
    def variables(self):
        return {"MKB_SSH_CONFIG": self.client_configuration}

    def break_connections(self):
        for session in self.sessions(lambda words: words.startswith("sshd:")):
            quietly("kill", "-9", session)


class Adbd(Server):
    @classmethod
    def missing(cls):
        if OWN_NETWORK not in os.environ:
            return "adbd listens to everybody; a network of its own takes root"
        return None if (ADB / "adbd").exists() else "adbd is missing: script/test --all fetches it"

    def command(self):
        return [ADB / "adbd"]

    def own_environment(self):
        return {"ADBD_PORT": str(self.port)}

    @property
    def serial(self):
        return f"{self.address}:{self.port}"

    @property
    def device(self):
        return f"adb:{self.serial}"

    @property
    def variables(self):
        return {"PATH": f"{ADB}:{os.environ['PATH']}", "HOME": self.folder, "MKB_CACHE": CACHE}

    def adb(self, *words):
        variables = {name: str(value) for name, value in self.variables.items()}
        return subprocess.run(["adb", *words], env={**os.environ, **variables}, capture_output=True, check=False)

    def break_connections(self):
        self.process.kill()
        self.process.wait()
        self.start()

    def close(self):
        self.adb("kill-server")
        super().close()
