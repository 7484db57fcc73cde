"""Judgements over a real Slurm: every outcome as on this machine; and whatever happens to jobs, nodes, the controller
and mkb itself, each candidate is judged, once, and never found guilty of it."""

import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import unittest

from cluster import SecondHost, Slurm, have_an_address
from program import (
    BAD_INPUT, CANDIDATES, FINE, MKB, OR, ROOT, TRANSIENT, ProgramTest, kernel, make_folder, wait_until, write_manifest,
)
from servers import ADB, CACHE, Adbd, Sshd, enter_own_network, free_port, somebody_listens

EXAMPLES = ROOT / "examples/kernels"
FEW = (  # each form, and outcomes that other tests over Slurm do not have
    "softmax_simple", "answer_softmax", "transpose_windows", "hardsigmoid_clipped", "wrong_regions_overlap",
    "cheat_native_operator", "cheat_socket",
)
SEVERAL = 6  # candidates of a run that is disturbed


class SlurmTest(ProgramTest):
    NODES = {"n1": 1, "n2": 1}
    MAX_ARRAY_SIZE = 1001

    def setUp(self):
        super().setUp()
        if Slurm.missing():
            self.skipTest(Slurm.missing())
        self.slurm = Slurm(self.NODES, self.MAX_ARRAY_SIZE)
        self.addCleanup(self.slurm.close)
        self.variables = {**self.slurm.variables}

    def arguments(self, manifest, *options, run="run"):
        return [
            "evaluate", "--manifest", manifest, "--profile", "verify", "--run", run, "--executor", "slurm", "--json", *options,
        ]

    def judge(self, manifest, *options, code=FINE, run="run"):
        done = self.run_mkb(*self.arguments(manifest, *options, run=run), **self.variables)
        self.assertEqual(done.returncode, code, done.err + done.out)
        return done, json.loads(done.out)

    def start(self, manifest, *options):
        return subprocess.Popen(
            [MKB, *map(str, self.arguments(manifest, *options))], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            cwd=self.folder, env=self.environment(**self.variables),
        )

    def right_ones(self, count=SEVERAL):
        """As many candidates, all right, each of its own."""
        entries = []
        for number in range(count):
            self.write(f"c{number}/CPUBinary.cpp", kernel(top=f"// {number}"))
            entries.append({"label": f"c{number}", "task": OR, "files": [f"c{number}/CPUBinary.cpp"],
                            "expect": {"outcome": "correct"}})
        return self.write("manifest.json", json.dumps({"candidates": entries}))

    def check_store(self, count=SEVERAL, notes=0):
        """One right record for each candidate, so many notes of trouble, and nothing left in the spool."""
        database = sqlite3.connect(self.folder / "run/run.db")
        rows = [json.loads(row) for (row,) in database.execute("SELECT record FROM evaluation")]
        trouble = database.execute("SELECT count(*) FROM trouble").fetchone()
        database.close()
        if count is not None:
            self.assertEqual(sorted(row["label"] for row in rows), sorted(f"c{i}" for i in range(count)))
        self.assertEqual({row["outcome"]["kind"] for row in rows}, {"correct"})
        self.assertEqual(trouble, (notes,))
        spool = self.folder / "run/slurm"
        self.assertEqual(list((spool / "requests").iterdir()), [])
        self.assertEqual(list((spool / "replies").iterdir()), [])
        return rows

    def somebody_is(self, state):
        """The first job that is found in this state."""
        found = []
        self.assertTrue(wait_until(lambda: found.extend(self.slurm.jobs(state)) or found, 120), f"no job was {state}")
        return found[0]

    def disturbed(self, fault, *options):
        """A run in which the fault happens while a job runs."""
        process = self.start(self.right_ones(), *options)
        try:
            fault(*self.somebody_is("RUNNING"))
            out, err = process.communicate(timeout=600)
        finally:
            process.kill()
            process.communicate()
        self.assertEqual(process.returncode, FINE, err.decode() + out.decode())
        return self.check_store()


class OutcomeTest(SlurmTest):
    def test_every_outcome_comes_out_and_the_record_says_where(self):
        _, records = self.judge(write_manifest(self.folder, list(CANDIDATES)), "--cool-down", "7.5")
        for record in records:
            self.assertEqual(record["settings"]["cool_down_s"], 7.5)
            self.assertTrue(record["as_expected"], record)
            self.assertIn(record["settings"]["slurm"]["node"], self.NODES)
        self.assertEqual({record["settings"]["slurm"]["node"] for record in records}, set(self.NODES))
        # The same command takes them from the store.
        _, again = self.judge(self.folder / "manifest.json")
        self.assertEqual([record["id"] for record in again], [record["id"] for record in records])

    def test_a_few_examples_come_out_as_their_manifest_says(self):
        entries = json.loads((EXAMPLES / "manifest.json").read_text())["candidates"]
        few = [{**entry, "files": [str(EXAMPLES / name) for name in entry["files"]]}
               for entry in entries if entry["label"] in FEW]
        self.assertEqual(len(few), len(FEW))
        _, records = self.judge(self.write("few.json", json.dumps({"candidates": few})))
        self.assertTrue(all(record["as_expected"] for record in records), records)

    def test_what_slurm_would_never_take_is_said_at_once(self):
        manifest = self.right_ones(1)
        for options, words in (
            ("--partition=nowhere", "invalid partition"),
            ("--gres=device:5", "Requested node configuration is not available"),
            ("--no-such-option", "unrecognized option"),
        ):
            done = self.run_mkb(*self.arguments(manifest, "--slurm-options", options), **self.variables)
            self.assertEqual(done.returncode, BAD_INPUT, done.err)
            self.assertIn(words, done.err)
        self.slurm.kill_controller()
        done = self.run_mkb(*self.arguments(manifest), **self.variables)
        self.assertEqual(done.returncode, TRANSIENT, done.err)
        self.assertIn("Unable to contact slurm controller", done.err)
        self.assertFalse((self.folder / "run/run.db").exists())


class ModelTest(SlurmTest):
    MODEL = """
import json, sys
request = json.load(sys.stdin)
print(json.dumps({"text": f"```cpp\\n// CPUBinary.cpp\\n// {request['sample']}\\n{open(sys.argv[1]).read()}```\\n"}))
"""

    def test_a_models_candidates_are_judged_and_a_killed_run_goes_on(self):
        model = f"exec:{sys.executable} {self.write('model.py', self.MODEL)} {self.write('kernel.cpp', kernel())}"
        command = [
            "run", "--method", "pass@4", "--model", model, "--tasks", OR, "--profile", "verify", "--run", "run",
            "--executor", "slurm", "--json",
        ]
        process = subprocess.Popen(
            [MKB, *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=self.folder,
            env=self.environment(**self.variables),
        )
        self.somebody_is("RUNNING")
        process.kill()
        process.wait()
        done = self.run_mkb(*command, **self.variables)
        self.assertEqual(done.returncode, FINE, done.err)
        rows = self.check_store(None)
        self.assertEqual(sorted(row["sample"] for row in rows), [0, 1, 2, 3])


class OtherHostTest(SlurmTest):
    """A phone of a host outside of the cluster, through a tunnel to that host's adb server."""

    NODES = {"n1": 1}
    ADB_PORT, TUNNEL_PORT = 5037, 5038

    def setUp(self):
        super().setUp()
        for part in (Adbd, Sshd, SecondHost):
            if part.missing():
                self.skipTest(part.missing())
        self.lab = SecondHost()
        self.addCleanup(self.lab.close)
        self.home = self.folder / "home"
        self.home.mkdir()
        self.there = make_folder()
        self.addCleanup(shutil.rmtree, self.there, ignore_errors=True)
        self.variables.update(
            PATH=f"{ADB}:{self.variables['PATH']}", HOME=self.home, MKB_CACHE=CACHE, MKB_DEVICE_FOLDER=self.there
        )

    def end(self, process):
        process.kill()
        process.wait()

    def start_phone(self):
        """adbd and an adb server, which listens on its own loopback interface only; the phone's serial there."""
        phone = self.lab.start(ADB / "adbd", ADBD_PORT=5555, HOME=self.home)
        self.addCleanup(self.end, phone)
        server = self.lab.start(ADB / "adb", "-P", self.ADB_PORT, "nodaemon", "server", HOME=self.home)
        self.addCleanup(self.end, server)
        for port in (5555, self.ADB_PORT):
            self.assertTrue(wait_until(lambda port=port: self.lab.listens(port), 30), port)
        return "127.0.0.1:5555"

    def start_tunnel(self):
        sshd = Sshd(self.lab.ADDRESS, self.lab.through)
        self.addCleanup(sshd.close)
        tunnel = subprocess.Popen(
            ["ssh", "-F", sshd.client_configuration, "-p", str(sshd.port), "-N", "-o", "ExitOnForwardFailure=yes",
             "-L", f"127.0.0.1:{self.TUNNEL_PORT}:127.0.0.1:{self.ADB_PORT}", f"root@{self.lab.ADDRESS}"]
        )
        self.addCleanup(self.end, tunnel)
        self.assertTrue(wait_until(lambda: somebody_listens(self.TUNNEL_PORT), 30))

    def test_its_phone_judges_through_the_tunnel(self):
        serial = self.start_phone()
        self.start_tunnel()
        devices = self.write("devices", f"n1 0 adb:{serial} tcp:127.0.0.1:{self.TUNNEL_PORT}\n")
        manifest = write_manifest(self.folder, ["right", "and", "null pointer"])
        _, records = self.judge(manifest, "--slurm-devices", devices)
        self.assertTrue(all(record["as_expected"] for record in records), records)
        self.assertEqual({record["device"]["name"] for record in records}, {f"adb:{serial}"})
        self.assertFalse(somebody_listens(self.ADB_PORT), "an adb server of the cluster's own was started")
        self.assertIn("mkb-kept", os.listdir(self.there))

    def test_one_server_for_all_jobs_is_named_by_mkbs_own_environment(self):
        serial = self.start_phone()
        self.start_tunnel()
        self.variables["ADB_SERVER_SOCKET"] = f"tcp:127.0.0.1:{self.TUNNEL_PORT}"
        _, records = self.judge(write_manifest(self.folder, ["right"]), "--device", f"adb:{serial}")
        self.assertTrue(records[0]["as_expected"], records)
        self.assertEqual(records[0]["device"]["name"], f"adb:{serial}")


class ConformanceTest(SlurmTest):
    MAX_ARRAY_SIZE = 5  # far fewer than judgements that wait

    def test_slurm_stands_what_every_executor_must(self):
        done = subprocess.run(
            [os.environ["EXECUTOR_CONFORMANCE"], "--gtest_filter=*slurm*"], capture_output=True, text=True,
            cwd=self.folder, env=self.environment(**self.variables, MKB_TEST_CLUSTER="yes"), timeout=900,
        )
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertNotIn("SKIPPED", done.stdout)


class FaultTest(SlurmTest):
    """Every fault hits a job that runs."""

    def test_a_job_is_requeued(self):
        rows = self.disturbed(lambda job, _: self.slurm.run("scontrol", "requeue", job))
        self.assertEqual(sum(row["settings"]["slurm"]["restarts"] for row in rows), 1)

    def test_a_job_is_cancelled(self):
        self.disturbed(lambda job, _: self.slurm.run("scancel", job))

    def test_all_jobs_are_cancelled_those_that_wait_too(self):
        self.disturbed(lambda *_: self.slurm.run("scancel", "--user=root"))

    def test_a_job_is_killed_without_a_word(self):
        self.disturbed(lambda job, _: self.slurm.run("scancel", "--signal=KILL", "--full", job))

    def test_a_job_is_pre_empted(self):
        def pre_empt(*_):
            self.slurm.run(
                "sbatch", "--partition=urgent", "--array=0-1", "--gres=device:1", "--output=/dev/null",
                stdin="#!/bin/sh\nexec sleep 1\n",
            )

        self.disturbed(pre_empt)

    def test_a_node_loses_its_power_and_never_comes_back(self):
        rows = self.disturbed(lambda _, node: self.slurm.nodes[node].lose_power())
        self.assertIn(1, {row["settings"]["slurm"]["restarts"] for row in rows})

    def test_a_node_loses_its_power_and_comes_back(self):
        def blink(_, node):
            self.slurm.nodes[node].lose_power()
            self.slurm.nodes[node].boot()

        self.disturbed(blink)

    def test_a_nodes_daemon_is_killed_and_started_anew(self):
        def restart(_, node):
            self.slurm.nodes[node].kill_slurmd()
            self.slurm.nodes[node].start()

        self.disturbed(restart)

    def test_the_controller_is_killed_and_started_anew(self):
        def restart(job, _):
            self.slurm.wait_for_saved_state(job)
            self.slurm.kill_controller()
            self.slurm.start_controller()

        self.disturbed(restart)

    def test_a_reply_is_damaged(self):
        def damage(*_):
            replies = self.folder / "run/slurm/replies"
            first = wait_until(lambda: [path for path in replies.iterdir() if not path.name.startswith(".")], 60)
            for path in first:
                if path.exists():  # it may have been stored meanwhile
                    path.write_bytes(b"half")

        self.disturbed(damage)

    def test_a_job_is_held_and_released_by_a_person(self):
        def hold(*_):
            job = self.somebody_is("PENDING")[0]
            self.slurm.run("scontrol", "hold", job)
            self.slurm.run("scontrol", "release", job)

        self.disturbed(hold)

    def test_mkb_is_killed_again_and_again(self):
        manifest = self.right_ones()
        chance = random.Random(8)
        for kill in range(12):
            process = self.start(manifest)
            try:
                out, err = process.communicate(timeout=chance.uniform(0.1, 3))
                self.assertEqual(process.returncode, FINE, err.decode())
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()
        self.judge(manifest)
        self.check_store()
        self.assertEqual(self.slurm.jobs("PENDING,RUNNING"), [])

    def test_a_second_mkb_on_the_same_run_is_refused(self):
        manifest = self.right_ones()
        process = self.start(manifest)
        try:
            self.somebody_is("RUNNING")
            self.assertEqual(self.run_mkb(*self.arguments(manifest), **self.variables).returncode, TRANSIENT)
            self.assertEqual(process.wait(300), FINE)
        finally:
            process.kill()
            process.communicate()
        self.check_store()

    def test_a_device_that_does_not_answer_leaves_and_the_others_judge(self):
        devices = self.write("devices", f"n1 0 ssh:127.0.0.1:{free_port()}\nn2 0 local\n")
        process = self.start(self.right_ones(), "--slurm-devices", devices)
        out, err = process.communicate(timeout=600)
        self.assertEqual(process.returncode, FINE, err.decode() + out.decode())
        self.assertEqual(err.decode().count("leaves the pool"), 1, err.decode())
        self.assertIn("cannot be reached", err.decode())
        self.assertEqual({row["settings"]["slurm"]["node"] for row in self.check_store()}, {"n2"})

    def test_nodes_that_do_not_see_the_run_leave_it_not_evaluated(self):
        (self.folder / "run").mkdir()
        for node in self.slurm.nodes.values():
            node.enter("mount", "-t", "tmpfs", "none", self.folder / "run")
        done = self.run_mkb(*self.arguments(self.right_ones(1)), **self.variables)
        self.assertEqual(done.returncode, TRANSIENT, done.err)
        self.assertIn("5 jobs ended without a reply, the last one", done.err)
        self.assertIn("whether the nodes see this folder", done.err)
        for node in self.slurm.nodes.values():
            node.enter("umount", self.folder / "run")
        self.judge(self.folder / "manifest.json")
        self.check_store(1, notes=1)


if __name__ == "__main__":
    enter_own_network()
    have_an_address()
    unittest.main()
