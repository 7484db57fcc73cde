"""A kernel that never ends is stopped, and nothing of it lives on."""

import pathlib
import unittest

from program import ProgramTest, kernel


def processes_with(text):
    """Numbers of live processes whose command line holds this text."""
    found = []
    for folder in pathlib.Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                if text.encode() in (folder / "cmdline").read_bytes():
                    found.append(int(folder.name))
            except OSError:
                pass  # it ended meanwhile
    return found


class TimeLimitTest(ProgramTest):
    def judge(self, **parts):
        self.write("CPUBinary.cpp", kernel(**parts))
        outcome = self.evaluate("CPUBinary.cpp")["outcome"]
        self.assertEqual(processes_with(str(self.folder)), [])
        self.assertEqual(list((self.folder / "tmp").iterdir()), [])
        return outcome

    def test_an_endless_loop_is_stopped(self):
        outcome = self.judge(after="for (volatile int forever = 1; forever != 0;) {}")
        self.assertEqual((outcome["kind"], outcome["stage"], outcome["limit_s"]), ("timed_out", "execute", 10))

    def test_an_endless_creator_is_stopped(self):
        outcome = self.judge(create="for (volatile int forever = 1; forever != 0;) {} return nullptr;")
        self.assertEqual((outcome["kind"], outcome["stage"]), ("timed_out", "create"))

    def test_an_endless_constant_does_not_hang_the_compiler(self):
        outcome = self.judge(
            top="template <int N> struct Deep { static constexpr int value = Deep<N - 1>::value + Deep<N - 2>::value; };",
            after="volatile int x = Deep<1000000>::value; (void)x;",
        )
        self.assertEqual(outcome["kind"], "build_failed")


if __name__ == "__main__":
    unittest.main()
