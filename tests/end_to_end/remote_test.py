"""Devices behind a real sshd and a real adbd: every kind of outcome comes out as on this machine, timed ones too; and
pools of them."""

import json
import os
import shutil
import subprocess
import unittest

from program import (
    BAD_INPUT, CANDIDATES, FINE, MKB, NO, OR, TRANSIENT, ProgramTest, kernel, make_folder, write_manifest,
)
from servers import OWN_NETWORK, Adbd, Sshd, enter_own_network, free_port, quietly


class Machine:
    """What this machine shows of its heat, clocks and battery, made up, and seen by this test and its servers only: a
    processor of which the first core is a little one, below 85 degrees, and a full battery."""

    CPUS, THERMAL, POWER = "/sys/devices/system/cpu", "/sys/class/thermal", "/sys/class/power_supply"

    @staticmethod
    def missing():
        return None if OWN_NETWORK in os.environ else "what this machine shows can be made up by root only"

    def __init__(self, folder):
        self.folder = folder
        quietly("cp", "-r", "--no-preserve=all", self.CPUS, folder / "cpu")
        self.cores = [core for core in range(os.cpu_count()) if (folder / f"cpu/cpu{core}").is_dir()]
        for core in self.cores:
            self.put(f"cpu/cpu{core}/cpu_capacity", 400 if core == 0 else 1024)
            self.put(f"cpu/cpu{core}/cpufreq/scaling_cur_freq", 600_000 * (core + 1))
            self.put(f"cpu/cpu{core}/cpufreq/cpuinfo_max_freq", 1_800_000)
        for name, text in (("type", "cpu-1-0"), ("trip_point_0_type", "passive"), ("trip_point_0_temp", 85_000)):
            self.put(f"thermal/thermal_zone0/{name}", text)
        self.put("power/battery/capacity", 77)
        self.heat(41_000, 1_800_000)
        for name, place in (("cpu", self.CPUS), ("thermal", self.THERMAL), ("power", self.POWER)):
            subprocess.run(["mount", "--bind", folder / name, place], check=True)

    def put(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{text}\n")

    def heat(self, temperature, limit):
        self.put("thermal/thermal_zone0/temp", temperature)
        for core in self.cores:
            self.put(f"cpu/cpu{core}/cpufreq/scaling_max_freq", limit)

    def close(self):
        for place in (self.CPUS, self.THERMAL, self.POWER):
            quietly("umount", "-l", place)


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

    def start_on_made_up_machine(self, kind):
        if Machine.missing():
            self.skipTest(Machine.missing())
        machine = Machine(make_folder())
        self.addCleanup(shutil.rmtree, machine.folder, ignore_errors=True)
        self.addCleanup(machine.close)
        return machine, self.start(kind)

    def check_heat(self, kind):
        machine, server = self.start_on_made_up_machine(kind)
        (entry,) = self.run_json("devices", "--calibrate", server.device, **self.variables)
        self.assertEqual((entry["temperature_c"], entry["hot_c"], entry["frequency_limit"]), (41, 85, 1))
        self.assertEqual((entry["battery_percent"], entry["frequency_mhz"]), (77, 600 * len(machine.cores)))
        spread = entry["native_against_native"]
        self.assertTrue(0.5 < spread["low"] <= spread["ratio"] <= spread["high"] < 2, spread)
        self.assertEqual(spread["pairs"], 20)
        # What was measured once is listed from then on.
        (listed,) = self.run_json("devices", server.device, **self.variables)
        for name in ("native_against_native", "peak_gflop_s", "bandwidth"):
            self.assertEqual(listed[name], entry[name])

        machine.heat(81_000, 900_000)
        source = self.write("CPUBinary.cpp", kernel())
        process = subprocess.Popen(
            [MKB, "evaluate", "--task", OR, "--profile", "short", "--device", server.device, "--json", source],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=self.folder, env=self.environment(**self.variables),
        )  # fmt: skip

        # It stays hot until mkb says that it waits.
        said = ""
        while "cooling device" not in said and (line := process.stderr.readline().decode()):
            said += line
        machine.heat(62_000, 1_800_000)
        out, err = process.communicate(timeout=600)
        record = json.loads(out)
        self.assertEqual(record["outcome"]["kind"], "correct", said + err.decode())
        measured = record["measurement"]
        self.assertGreater(measured["cooled_s"], 0)
        self.assertEqual((measured["temperature_c"], measured["temperature_after_c"]), (62, 62))
        self.assertEqual((measured["frequency_limit"], measured["battery_percent"]), (1, 77))
        self.assertFalse([flag for flag in record["flags"] if "hot" in flag or "heat" in flag], record["flags"])

        # Who does not want to wait is told.
        machine.heat(81_000, 900_000)
        done = self.run_mkb(
            "evaluate", "--task", OR, "--profile", "short", "--cool-down", "0", "--device", server.device, "--json",
            source, **self.variables,
        )  # fmt: skip
        record = json.loads(done.out)
        self.assertNotIn("cooled_s", record["measurement"])
        self.assertEqual(record["measurement"]["frequency_limit"], 0.5)
        self.assertTrue([flag for flag in record["flags"] if "81 °C, wanted below 75 °C" in flag], record["flags"])

    def test_a_hot_board_is_waited_for_and_its_calibration_is_listed(self):
        self.check_heat(Sshd)

    def test_a_hot_phone_is_waited_for_and_its_calibration_is_listed(self):
        self.check_heat(Adbd)

    def test_cores_are_chosen_by_kind(self):
        machine, server = self.start_on_made_up_machine(Adbd)
        if len(machine.cores) < 2:
            self.skipTest("there is one core only")
        source = self.write("CPUBinary.cpp", kernel())
        for kind, cores, clock in (("little", {0}, 600), ("big", set(machine.cores) - {0}, 600 * len(machine.cores))):
            done = self.run_mkb(
                "evaluate", "--task", OR, "--profile", "short", "--device", server.device, "--cores", kind, "--json",
                source, **self.variables,
            )  # fmt: skip
            record = json.loads(done.out)
            self.assertIn(record["measurement"]["core"], cores)
            self.assertEqual(record["measurement"]["frequency_mhz"], clock)
            self.assertEqual(record["settings"]["cores"], kind)

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
