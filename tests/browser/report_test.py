"""Opens HTML reports in a real browser: plots are drawn, the console stays silent, nothing is asked of the network, and
hostile text stays text. `report_test.py PATH_OF_report_sample`; ends with 77 (skipped) where there is no Chromium."""

import html.parser
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

BROWSERS = ["chromium", "chromium-browser", "google-chrome"]
TIME_LIMIT_S = 120
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions",
         "--disable-default-apps", "--window-size=1300,3000", "--enable-logging=stderr", "--virtual-time-budget=5000"]

RUN_PLOTS = ["plot-outcomes", "plot-speedups"]
LIMIT_PLOTS = ["plot-roofline", "plot-shares"]
WANTED = {"small": RUN_PLOTS + LIMIT_PLOTS, "methods": RUN_PLOTS + LIMIT_PLOTS, "large": RUN_PLOTS,
          "selftest": ["plot-demands", "plot-power", "plot-intervals", "plot-widths"]}


class Elements(html.parser.HTMLParser):
    """Counts elements, those inside each plot, and collects the page's text."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.tags = {}
        self.in_plots = {}
        self.plot = None
        self.text = []

    def handle_starttag(self, tag, attributes):
        self.tags[tag] = self.tags.get(tag, 0) + 1
        name = dict(attributes).get("id") or ""
        if tag == "div" and name.startswith("plot-"):
            self.plot = name
        elif tag == "section" or tag == "h3":
            self.plot = None
        if self.plot:
            marks = self.in_plots.setdefault(self.plot, {})
            marks[tag] = marks.get(tag, 0) + 1

    def handle_data(self, data):
        self.text.append(data)


class Page:
    def __init__(self, browser, folder, name):
        profile = tempfile.mkdtemp(dir=folder)
        log = pathlib.Path(profile) / "net.json"
        done = subprocess.run([browser, *FLAGS, f"--user-data-dir={profile}", f"--log-net-log={log}", "--dump-dom",
                               (folder / f"{name}.html").as_uri()], capture_output=True, timeout=TIME_LIMIT_S, check=True)
        self.dom = done.stdout.decode()
        self.console = [line for line in done.stderr.decode(errors="replace").splitlines() if "CONSOLE" in line]
        self.requests = self.urls_asked(log)
        self.elements = Elements()
        self.elements.feed(self.dom)

    @staticmethod
    def urls_asked(log):
        """Addresses that the page's own frame asked for; what the browser asks for itself has no initiator."""
        text = log.read_text(errors="replace").rstrip()
        try:
            events = json.loads(text)["events"]
        except json.JSONDecodeError:
            events = json.loads(text.rstrip(",") + "]}")["events"]
        asked = [event.get("params", {}) for event in events]
        return [p["url"] for p in asked
                if p.get("url", "").startswith(("http", "ws")) and p.get("initiator", "not an origin") != "not an origin"]


class ReportInBrowser(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="mkb-report-browser"))
        subprocess.run([SAMPLE, cls.folder], check=True)
        cls.pages = {name: Page(BROWSER, cls.folder, name) for name in ["small", "methods", "large", "selftest"]}

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def test_every_plot_is_drawn(self):
        for name, page in self.pages.items():
            drawn = page.elements.in_plots
            wanted = WANTED[name]
            for plot in wanted:
                with self.subTest(page=name, plot=plot):
                    self.assertGreaterEqual(drawn[plot].get("svg", 0), 1)
                    marks = sum(drawn[plot].get(tag, 0) for tag in ("circle", "rect", "path", "line"))
                    self.assertGreater(marks, 10)

    def test_the_console_stays_silent(self):
        for name, page in self.pages.items():
            self.assertEqual(page.console, [], name)

    def test_nothing_is_asked_of_the_network(self):
        for name, page in self.pages.items():
            self.assertEqual(page.requests, [], name)

    def test_hostile_text_stays_text(self):
        for name in ["small", "selftest"]:
            elements = self.pages[name].elements
            self.assertNotIn("img", elements.tags)
            self.assertEqual(elements.tags["script"], 4)
            self.assertIn("<img src=x onerror=", "".join(elements.text))

    def test_methods_can_be_chosen_and_lists_filtered(self):
        dom = self.pages["methods"].dom
        self.assertRegex(dom, r'<p id="method-choice"><label>')
        self.assertRegex(dom, r'<option value="\d">one-query · a-model</option>')
        self.assertRegex(dom, r'<div class="filters" id="filters">')

    def test_a_large_list_says_that_it_is_cut(self):
        page = self.pages["large"]
        self.assertIn("the newest 2000 of 4200 evaluations", page.dom)
        self.assertIn("too many for a mark each", page.dom)


if __name__ == "__main__":
    SAMPLE = sys.argv.pop(1)
    BROWSER = next((path for path in map(shutil.which, BROWSERS) if path), None)
    if BROWSER is None:
        print("skipped: no Chromium here; install the package chromium")
        sys.exit(77)
    unittest.main()
