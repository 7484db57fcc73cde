"""All examples, judged over a real sshd and a real adbd: the outcomes are those of this machine."""

import json
import resource
import shutil
import time
import unittest

from program import FINE, NO, ROOT, ProgramTest, make_folder
from servers import Adbd, Sshd, enter_own_network

EXAMPLES = ROOT / "examples/kernels/manifest.json"


class RemoteExamplesTest(ProgramTest):
    def outcomes(self, device, **variables):
        """Label: outcome and, of one that cheated, the rule."""
        before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        done = self.run_mkb(
            "evaluate", "--manifest", EXAMPLES, "--profile", "verify", "--device", device, "--json", timeout=3000,
            **variables,
        )  # fmt: skip
        # NO: one of the examples cheats on the clock, which shows only when it is timed.
        self.assertIn(done.returncode, (FINE, NO), done.err)
        records = json.loads(done.out)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        each = 1000 / len(records)
        print(f"{device}: {len(records)} candidates, {(time.monotonic() - start) * each:.0f} ms each, of mkb's own "
              f"processes {spent * each:.0f} ms of processor", flush=True)  # fmt: skip
        self.assertFalse([record for record in records if "not_evaluated" in record])
        return {
            record["label"]: (record["outcome"]["kind"], record["outcome"].get("rule"), record["as_expected"])
            for record in records
        }

    def test_the_outcomes_are_those_of_this_machine(self):
        here = self.outcomes("local")
        for kind in (Sshd, Adbd):
            with self.subTest(kind.__name__):
                if kind.missing():
                    self.skipTest(kind.missing())
                there = make_folder()
                self.addCleanup(shutil.rmtree, there, ignore_errors=True)
                server = kind()
                self.addCleanup(server.close)
                self.assertEqual(self.outcomes(server.device, MKB_DEVICE_FOLDER=there, **server.variables), here)


if __name__ == "__main__":
    enter_own_network()
    unittest.main()
