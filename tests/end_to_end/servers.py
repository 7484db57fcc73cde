"""A real sshd and a real adbd on the loopback interface, with keys, configurations and a network of their own."""

import fcntl
import os
import pathlib
import shutil
import socket
import struct
import subprocess
import sys
import tempfile

from program import wait_until

CACHE = pathlib.Path(
    os.environ.get("MKB_CACHE")
    or pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "mkb"
)
ADB = CACHE / "adb/debian-12-backports/bin"  # where script/test puts the pair
OWN_NETWORK = "MKB_TEST_OWN_NETWORK"


def enter_own_network():
    """This program anew, alone on a loopback interface, because adbd listens to everybody; as it is where that takes
    more rights than it has."""
    if OWN_NETWORK in os.environ:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
            up_and_running = 0x41
            fcntl.ioctl(any_socket, 0x8914, struct.pack("16sh22x", b"lo", up_and_running))  # SIOCSIFFLAGS
    elif subprocess.run(["unshare", "-n", "true"], capture_output=True, check=False).returncode == 0:
        os.environ[OWN_NETWORK] = "yes"
        os.execvp("unshare", ["unshare", "-n", sys.executable, *sys.argv])


def children_of(process):
    found = []
    for child in pathlib.Path("/proc").iterdir():
        try:
            parent = (child / "stat").read_text().rsplit(") ", 1)[1].split()[1]
        except (OSError, IndexError):
            continue
        if child.name.isdigit() and int(parent) == process:
            found.append(int(child.name))
    return found


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def somebody_listens(port, address="127.0.0.1"):
    with socket.socket() as client:
        return client.connect_ex((address, port)) == 0


class Sshd:
    PROGRAM = pathlib.Path("/usr/sbin/sshd")

    @classmethod
    def missing(cls):
        return None if cls.PROGRAM.exists() else "sshd is missing: install openssh-server"

    def __init__(self, address="127.0.0.1", through=()):
        """`through`: what starts it on another host."""
        self.address, self.through = address, through
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="end-to-end-sshd-"))
        pathlib.Path("/run/sshd").mkdir(exist_ok=True)  # where it wants an empty folder when it is root
        for key in ("host_key", "user_key"):
            subprocess.run(
                ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", self.folder / key], check=True
            )
        shutil.copy(self.folder / "user_key.pub", self.folder / "authorized_keys")
        self.process = None
        while self.process is None or self.process.poll() is not None:
            self._start(free_port())
        host_key = (self.folder / "host_key.pub").read_text()
        (self.folder / "known_hosts").write_text(f"[{address}]:{self.port} {host_key}")
        self.client_configuration = self.folder / "ssh_config"
        self.client_configuration.write_text(
            f"IdentityFile {self.folder}/user_key\nIdentitiesOnly yes\nIdentityAgent none\n"
            f"GlobalKnownHostsFile /dev/null\nUserKnownHostsFile {self.folder}/known_hosts\n"
        )

    def _start(self, port):
        self.port = port
        configuration = self.folder / "sshd_config"
        configuration.write_text(
            f"Port {port}\nListenAddress {self.address}\nHostKey {self.folder}/host_key\n"
            f"AuthorizedKeysFile {self.folder}/authorized_keys\nPidFile none\nStrictModes no\nUsePAM no\n"
            "PasswordAuthentication no\nKbdInteractiveAuthentication no\nPermitRootLogin yes\nLogLevel ERROR\n"
        )
        self.process = subprocess.Popen(
            [*self.through, self.PROGRAM, "-D", "-e", "-f", configuration], stderr=subprocess.DEVNULL
        )
        wait_until(lambda: somebody_listens(port, self.address) or self.process.poll() is not None)

    @property
    def device(self):
        return f"ssh:{self.address}:{self.port}"

    @property
    def variables(self):
        return {"MKB_SSH_CONFIG": self.client_configuration}

    def close(self):
        for session in children_of(self.process.pid):
            subprocess.run(["kill", "-9", str(session)], check=False)
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


class Adbd:
    @classmethod
    def missing(cls):
        if OWN_NETWORK not in os.environ:
            return "adbd listens to everybody; a network of its own takes root"
        return None if (ADB / "adbd").exists() else "adbd is missing: script/test --all fetches it"

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="end-to-end-adbd-"))
        self.port = free_port()
        self.process = subprocess.Popen(
            [ADB / "adbd"], env={**os.environ, "ADBD_PORT": str(self.port)}, stderr=subprocess.DEVNULL
        )
        wait_until(lambda: somebody_listens(self.port))

    @property
    def device(self):
        return f"adb:127.0.0.1:{self.port}"

    @property
    def variables(self):
        return {"PATH": f"{ADB}:{os.environ['PATH']}", "HOME": self.folder, "MKB_CACHE": CACHE}

    def close(self):
        subprocess.run(["adb", "kill-server"], env={**os.environ, **{k: str(v) for k, v in self.variables.items()}},
                       capture_output=True, check=False)
        for shell in children_of(self.process.pid):
            subprocess.run(["kill", "-9", str(shell)], check=False)
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
