"""Devices behind a real sshd and a real adbd: every kind of outcome comes out as on this machine, timed ones too; and
pools of them."""

import json
import os
import shutil
import unittest

from program import (
    BAD_INPUT, CANDIDATES, FINE, NO, OR, TRANSIENT, ProgramTest, kernel, make_folder, write_manifest,
)
from servers import Adbd, Sshd, enter_own_network, free_port


class RemoteTest(ProgramTest):
    def setUp(self):
        super().setUp()
        self.there = make_folder()
        self.addCleanup(shutil.rmtree, self.there, ignore_errors=True)
        self.variables = {"MKB_DEVICE_FOLDER": self.there}

    def start(self, kind):
        if kind.missing():
            self.skipTest(kind.missing())
        server = kind()
        self.addCleanup(server.close)
        self.variables.update(server.variables)
        return server

    def judge_all(self, device, *options):
        manifest = self.folder / "manifest.json"
        if not manifest.exists():
            write_manifest(self.folder, list(CANDIDATES))
        done = self.run_mkb(
            "evaluate", "--manifest", manifest, "--profile", "verify", "--device", device, "--json", *options,
            **self.variables,
        )
        self.assertEqual(done.returncode, FINE, done.err)
        return done, json.loads(done.out)

    def check_outcomes(self, kind):
        server = self.start(kind)
        _, records = self.judge_all(server.device)
        for record in records:
            self.assertTrue(record["as_expected"], record)
            self.assertEqual(record["device"]["name"], server.device)
            if record["label"] in ("right", "and"):
                self.assertEqual(record["device"]["isolation"], "full")
        # What is kept stays, and nothing else does.
        self.assertEqual(sorted(os.listdir(self.there)), ["mkb-kept", "tmp"])

    def test_every_outcome_comes_out_over_ssh(self):
        self.check_outcomes(Sshd)

    def test_every_outcome_comes_out_over_adb(self):
        self.check_outcomes(Adbd)

    def test_a_kernel_is_timed_there_on_the_cores_that_are_asked_for(self):
        server = self.start(Sshd)
        source = self.write("CPUBinary.cpp", kernel())
        done = self.run_mkb(
            "evaluate", "--task", OR, "--profile", "short", "--device", server.device, "--cores", "0", "--json", source,
            **self.variables,
        )
        self.assertIn(done.returncode, (FINE, NO), done.err)
        record = json.loads(done.out)
        self.assertEqual(record["outcome"]["kind"], "correct")
        self.assertTrue(record["outcome"]["measured"])
        self.assertEqual(len(record["measurement"]["pair_ratios"]), 8)
        self.assertEqual(record["measurement"]["core"], 0)
        self.assertEqual(record["settings"]["cores"], "0")

    def test_a_pool_judges_on_all_and_once(self):
        server = self.start(Sshd)
        other = f"ssh:localhost:{server.port}"
        known = server.folder / "known_hosts"
        known.write_text(known.read_text() + known.read_text().replace("127.0.0.1", "localhost"))
        away = f"ssh:127.0.0.1:{free_port()}"
        self.variables["MKB_DEVICES"] = f"{server.device},{other},{away}"
        done, records = self.judge_all("pool:all", "--run", "run")
        self.assertIn(f"device {away} is not in the pool: device {away}: cannot be reached", done.err)
        self.assertTrue(all(record["as_expected"] for record in records), records)
        self.assertEqual({record["device"]["name"] for record in records}, {server.device, other})
        _, again = self.judge_all("pool:all", "--run", "run")
        self.assertEqual([record["id"] for record in again], [record["id"] for record in records])

    def test_devices_are_listed_with_those_that_are_away(self):
        server = self.start(Sshd)
        away = f"ssh:127.0.0.1:{free_port()}"
        self.variables["MKB_DEVICES"] = f"{server.device},{away}"
        listed = {entry["name"]: entry for entry in self.run_json("devices", **self.variables)}
        self.assertTrue(listed[server.device]["ready"])
        self.assertFalse(listed[away]["ready"])
        self.assertIn("cannot be reached", listed[away]["missing"])
        self.assertEqual(self.run_mkb("devices", away, **self.variables).returncode, NO)

    def test_a_board_that_is_away_is_not_evaluated(self):
        source = self.write("CPUBinary.cpp", kernel())
        away = f"ssh:127.0.0.1:{free_port()}"
        done = self.run_mkb("evaluate", "--task", OR, "--device", away, source, **self.variables)
        self.assert_one_line(done, TRANSIENT, away, "cannot be reached")

    def test_a_pool_that_is_none_is_bad_input(self):
        source = self.write("CPUBinary.cpp", kernel())
        for pool in ("pool:", "pool:local,local", "pool:pool:all", "pool:local,nonsense"):
            done = self.run_mkb("evaluate", "--task", OR, "--device", pool, source, **self.variables)
            self.assertEqual(done.returncode, BAD_INPUT, done.err)


if __name__ == "__main__":
    enter_own_network()
    unittest.main()
