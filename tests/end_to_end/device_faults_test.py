"""Faults of devices and of the way to them, each provoked against a real adbd or sshd while candidates are judged there:
the run's store is as that of an undisturbed run, no judgement lost or doubled, and no kernel blamed (the list:
docs/device-faults.md)."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import threading
import time
import unittest

from cluster import SecondHost
from program import (
    ENVIRONMENT, FINE, MKB, TRANSIENT, CANDIDATES, ProgramTest, below, is_runner, is_runners_child, kernel, make_folder,
    processes, wait_until, write_manifest,
)
from servers import OWN_NETWORK, Adbd, Sshd, enter_own_network, quietly

# Some hundred milliseconds on the device, so that a fault meets it there.
PATIENT = kernel(
    top="static void spend(unsigned long n) { for (volatile unsigned long i = 0; i < n; i = i + 1) {} }",
    create="spend(200000000UL); return new UnionOfMasks(backend);",
)
CANDIDATES["patient"] = ("CPUBinary.cpp", PATIENT, "correct")
LABELS = ["right", "and", "patient", "null pointer", "returns null", "typo"]


def is_keeper(words):
    return "mkb-kept/keeper-" in words and not words.startswith(("sh ", "/bin/sh ", "sshd:"))


def kill_all(numbers):
    for number in numbers:
        quietly("kill", "-9", number)
    return bool(numbers)


class DeviceFaultsTest(ProgramTest):
    def setUp(self):
        super().setUp()
        self.there = make_folder()
        self.addCleanup(shutil.rmtree, self.there, ignore_errors=True)
        self.variables = {"MKB_DEVICE_FOLDER": self.there}
        self.manifest = write_manifest(self.folder / "candidates", LABELS)
        self.server = None

    def open(self, kind, host=None):
        if kind.missing():
            self.skipTest(kind.missing())
        server = kind(host.ADDRESS, host.through) if host else kind()
        self.addCleanup(server.close)
        self.variables.update(server.variables)
        self.server = self.server or server
        return server

    def far(self, kind):
        if OWN_NETWORK not in os.environ:
            self.skipTest("a second host takes root")
        if SecondHost.missing():
            self.skipTest(SecondHost.missing())
        host = SecondHost()
        self.addCleanup(host.close)
        self.open(kind, host)
        return host

    def command(self, run, device=None):
        return [
            MKB, "evaluate", "--manifest", str(self.manifest), "--profile", "verify", "--run", run, "--json",
            "--device", device or self.server.device,
        ]  # fmt: skip

    def start(self, run, device=None):
        return subprocess.Popen(
            self.command(run, device), stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=self.folder,
            env=self.environment(**self.variables),
        )  # fmt: skip

    def stored(self, run):
        """Label, outcome and key of every evaluation of a run, in order of label."""
        copy = self.folder / "copy"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(self.folder / run, copy)
        database = sqlite3.connect(copy / "run.db")
        try:
            rows = [(key, json.loads(record)) for key, record in database.execute("SELECT key, record FROM evaluation")]
        finally:
            database.close()
        return sorted((record["label"], record["outcome"]["kind"], key) for key, record in rows)

    def undisturbed(self):
        process = self.start("undisturbed")
        out, err = process.communicate(timeout=600)
        self.assertEqual(process.returncode, FINE, err.decode() + out.decode())
        rows = self.stored("undisturbed")
        self.assertEqual([(label, kind) for label, kind, _ in rows], sorted((l, CANDIDATES[l][2]) for l in LABELS))
        return rows

    def when_runner_works(self, act, times=1, server=None):
        """A thread that acts as soon as a runner works on the device, so many times, each time with another runner."""
        server = server or self.server

        def watch():
            met = set()
            while len(met) < times and not over.is_set():
                new = [number for number in server.sessions(is_runner) if number not in met]
                if new:
                    met.update(new)
                    act()
                os.sched_yield()
            happened.extend(met)

        happened, over = [], threading.Event()
        self.addCleanup(over.set)
        watcher = threading.Thread(target=watch)
        watcher.start()

        def end():
            over.set()
            watcher.join()
            self.assertTrue(happened, "no runner was met")

        return end

    def finish(self, process, *codes):
        out, err = process.communicate(timeout=900)
        self.assertIn(process.returncode, codes, err.decode() + out.decode())
        self.assertNotRegex(err.decode(), r"terminate called|MKB_CHECK|what\(\)")
        return err.decode()

    def check_whole(self, run, expected):
        """What the undisturbed run holds, once, and nothing left on the device."""
        self.assertEqual(self.stored(run), expected)
        self.assertTrue(wait_until(lambda: not self.server.sessions(is_runner)))
        left = lambda: [name for name in os.listdir(self.there) if name not in ("mkb-kept", "tmp", "filler")]
        self.assertTrue(wait_until(lambda: not left()), left())

    def check_survived(self, act, times=1):
        """One command judges all, whatever happens meanwhile."""
        expected = self.undisturbed()
        process = self.start("run")
        end = self.when_runner_works(act, times)
        self.finish(process, FINE)
        end()
        self.check_whole("run", expected)

    # What the device's own processes suffer

    def test_keeper_killed(self):
        for kind in (Sshd, Adbd):
            with self.subTest(kind.__name__):
                self.again(kind)
                self.check_survived(lambda: kill_all(self.server.sessions(is_keeper)))

    def test_runner_killed(self):
        for kind in (Sshd, Adbd):
            with self.subTest(kind.__name__):
                self.again(kind)
                self.check_survived(lambda: kill_all(self.server.sessions(is_runner)))

    def test_candidates_process_killed(self):
        for kind in (Sshd, Adbd):
            with self.subTest(kind.__name__):
                self.again(kind)
                self.check_survived(
                    lambda: wait_until(lambda: kill_all(self.server.sessions(is_runners_child)), limit_s=2)
                )

    def again(self, kind):
        """A fresh server and fresh runs, for the next of several kinds."""
        if self.server:
            self.server.close()
            self.server = None
        for run in ("undisturbed", "run"):
            shutil.rmtree(self.folder / run, ignore_errors=True)
        return self.open(kind)

    # What the connection suffers

    def test_connection_broken(self):
        """adbd is killed and starts anew; sshd's sessions are killed."""
        for kind in (Sshd, Adbd):
            with self.subTest(kind.__name__):
                self.again(kind)
                self.check_survived(lambda: self.server.break_connections())

    def test_connection_reset(self):
        """By the network, on both sides at once."""
        for kind in (Sshd, Adbd):
            with self.subTest(kind.__name__):
                self.again(kind)
                self.check_survived(lambda: quietly("ss", "-K", "dport", "=", self.server.port))

    def test_reboot(self):
        """Everything ends; what was kept is still there, or is lost too."""
        for kind, keeps in ((Sshd, False), (Adbd, True)):
            with self.subTest(kind.__name__):
                self.again(kind)

                def reboot():
                    self.server.switch_off()
                    if not keeps:
                        shutil.rmtree(self.there / "mkb-kept")
                    time.sleep(2)  # as long as it is off
                    self.server.start()

                self.check_survived(reboot)

    def test_network_cut_for_a_moment(self):
        for kind in (Sshd, Adbd):
            with self.subTest(kind.__name__):
                host = self.far(kind)

                def cut():
                    host.cut()
                    time.sleep(2)  # as long as it is cut
                    host.mend()

                self.check_survived(cut)
                self.server.close()
                self.server = None
                host.close()
                for run in ("undisturbed", "run"):
                    shutil.rmtree(self.folder / run)

    def test_network_cut_until_it_is_noticed(self):
        """Nobody says that the network is gone: ssh finds out by itself, and the device is waited for."""
        host = self.far(Sshd)
        expected = self.undisturbed()
        process = self.start("run")
        is_asking = lambda words: words.startswith("ssh ") and words.rstrip().endswith("exit 0")
        asked = []

        def cut():
            host.cut()
            # While it is waited for, mkb asks whether it is there.
            asked.append(wait_until(lambda: below(process.pid, is_asking) or process.poll() is not None, limit_s=120))
            host.mend()

        end = self.when_runner_works(cut)
        self.finish(process, FINE)
        end()
        self.assertTrue(asked[0], "it was not waited for")
        self.check_whole("run", expected)

    def test_shared_connection_of_ssh_killed(self):
        """Its socket stays behind, and nobody listens there any more."""
        self.open(Sshd)
        master = lambda words: words.startswith("ssh: ") and "[mux]" in words
        self.check_survived(lambda: kill_all([n for n, (_, words) in processes().items() if master(words)]))

    def test_adb_server_killed(self):
        self.open(Adbd)
        self.check_survived(lambda: self.server.adb("kill-server"), times=2)

    def test_unplugged(self):
        """Somebody disconnects it: it is not in the list any more."""
        self.open(Adbd)
        self.check_survived(lambda: self.server.adb("disconnect", self.server.serial))

    def test_offline(self):
        """It is in the list and does not answer; later it does."""
        self.open(Adbd)
        seen = []

        def fall_asleep():
            self.server.suspend()
            self.server.adb("-s", self.server.serial, "reconnect")
            listed = lambda: f"{self.server.serial}\toffline" in self.server.adb("devices").stdout.decode()
            seen.append(wait_until(listed))
            time.sleep(3)  # as long as it sleeps
            self.server.wake()

        self.check_survived(fall_asleep)
        self.assertTrue(seen[0], "it never was offline")

    def test_device_that_stands_still(self):
        for kind in (Sshd, Adbd):
            with self.subTest(kind.__name__):
                self.again(kind)

                def stand_still():
                    everybody = [self.server.process.pid, *self.server.sessions()]
                    for sign in ("-STOP", "-CONT"):
                        for number in everybody:
                            quietly("kill", sign, number)
                        time.sleep(2)  # as long as it stands still

                self.check_survived(stand_still)

    # What its disk suffers

    def small_disk(self):
        options = "size=64m,mode=711"
        if not quietly("mount", "-t", "tmpfs", "-o", options, "tmpfs", self.there):
            self.skipTest("a small disk can be mounted by root only")
        self.addCleanup(quietly, "umount", "-l", self.there)
        (self.there / "tmp").mkdir(mode=0o711)

    def check_noticed(self, break_it, mend, part):
        """It is this world's trouble, said so; when it is mended the same command judges the rest."""
        expected = self.undisturbed()
        process = self.start("run")
        end = self.when_runner_works(break_it)
        said = self.finish(process, ENVIRONMENT)
        end()
        self.assertIn(part, said)
        mend()
        self.finish(self.start("run"), FINE)
        self.check_whole("run", expected)

    def test_disk_full(self):
        for kind in (Sshd, Adbd):
            with self.subTest(kind.__name__):
                self.small_disk()
                self.again(kind)

                def fill():
                    with open(self.there / "filler", "wb", buffering=0) as filler:
                        try:
                            while filler.write(bytes(4096)):
                                pass
                        except OSError:
                            pass

                self.check_noticed(fill, (self.there / "filler").unlink, "No space left")
                self.server.close()
                quietly("umount", "-l", self.there)

    def test_disk_that_turns_read_only(self):
        for kind in (Sshd, Adbd):
            with self.subTest(kind.__name__):
                self.small_disk()
                self.again(kind)
                remount = lambda how: quietly("mount", "-o", f"remount,{how}", self.there)
                # While something is open for writing there it cannot be.
                self.check_noticed(
                    lambda: wait_until(lambda: remount("ro")), lambda: remount("rw"), "Read-only file system"
                )
                self.server.close()
                quietly("umount", "-l", self.there)

    # What mkb suffers

    def test_mkb_killed(self):
        for kind in (Sshd, Adbd):
            with self.subTest(kind.__name__):
                self.again(kind)
                expected = self.undisturbed()
                for _ in range(3):
                    process = self.start("run")
                    met = wait_until(lambda: self.server.sessions(is_runner) or process.poll() is not None, limit_s=60)
                    self.assertTrue(met)
                    process.send_signal(signal.SIGKILL)
                    process.communicate()
                    self.assertTrue(wait_until(lambda: not self.server.sessions(is_runner)), "a runner without a host")
                self.finish(self.start("run"), FINE)
                self.check_whole("run", expected)

    def test_two_mkb_on_one_device_and_one_run(self):
        for kind in (Sshd, Adbd):
            with self.subTest(kind.__name__):
                self.again(kind)
                expected = self.undisturbed()
                both = [self.start("run") for _ in range(2)]
                for process in both:
                    self.finish(process, FINE)
                self.check_whole("run", expected)

    def test_device_that_leaves_the_pool(self):
        """For good, in the middle: the other one judges what is left."""
        other = self.open(Sshd)
        lost = self.open(Adbd)
        self.variables["MKB_DEVICE_WAIT"] = "2"
        process = self.start("run", f"pool:{other.device},{lost.device}")
        end = self.when_runner_works(lost.switch_off, server=lost)
        said = self.finish(process, FINE)
        end()
        self.assertRegex(said, f"device {lost.device} leaves the pool: device {lost.device}: is (not connected|offline); ")
        rows = self.stored("run")
        self.assertEqual([(label, kind) for label, kind, _ in rows], sorted((l, CANDIDATES[l][2]) for l in LABELS))

    def test_device_that_never_comes_back(self):
        self.open(Adbd)
        expected = self.undisturbed()
        self.variables["MKB_DEVICE_WAIT"] = "2"
        process = self.start("run")
        end = self.when_runner_works(self.server.switch_off)
        self.assertRegex(self.finish(process, TRANSIENT), f"device {self.server.device}: is (not connected|offline); ")
        end()
        self.server.start()
        self.finish(self.start("run"), FINE)
        self.check_whole("run", expected)


if __name__ == "__main__":
    enter_own_network()
    unittest.main()
