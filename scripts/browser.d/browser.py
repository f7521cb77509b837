"""A browser without a screen, and pages in it."""

import base64
import contextlib
import os
import pathlib
import shutil
import subprocess

from selenium import webdriver
from selenium.common.exceptions import JavascriptException, NoSuchElementException, StaleElementReferenceException
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PAGES = ROOT / "target" / "browser" / "pages"
TOOLS = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")).resolve() / "debug"
#: How long to wait for what comes soon: generous, for a machine that has much else to do.
PATIENCE = 60
#: What happens if an element is looked at that the page has not made yet, or makes anew.
NOT_YET = (JavascriptException, NoSuchElementException, StaleElementReferenceException)
#: Notes what the policy of a page forbids, before anything in the page runs.
WATCH = """
  window.violations = [];
  addEventListener("securitypolicyviolation", (event) => violations.push(event.effectiveDirective));
"""


def build():
    """Builds the tools that make pages and that pages are compared with."""
    command = ["cargo", "build", "--quiet", "--locked", "--bin", "subunit2html", "--bin", "subunit-ls"]
    subprocess.run(command, cwd=ROOT, check=True)


def page(name, stream):
    """The address of the page of a stream."""
    PAGES.mkdir(parents=True, exist_ok=True)
    path = PAGES / f"{name}.html"
    subprocess.run([TOOLS / "subunit2html", path], input=stream, check=True)
    return path.as_uri()


def listed(stream):
    """The ids in a stream, as subunit-ls shows them to people."""
    run = subprocess.run([TOOLS / "subunit-ls", "--no-passthrough"], input=stream, stdout=subprocess.PIPE, check=False)
    return run.stdout.decode().splitlines()


class Browser:
    def __init__(self):
        options = webdriver.ChromeOptions()
        options.binary_location = shutil.which("chromium") or ""
        # As root it has no sandbox, and containers have little shared memory.
        for argument in ["headless=new", "no-sandbox", "disable-dev-shm-usage", "disable-gpu"]:
            options.add_argument(f"--{argument}")
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        service = webdriver.ChromeService(shutil.which("chromedriver"))
        self.driver = webdriver.Chrome(options=options, service=service)
        self.driver.set_page_load_timeout(PATIENCE)
        self.command("Page.addScriptToEvaluateOnNewDocument", source=WATCH)

    def command(self, name, **arguments):
        return self.driver.execute_cdp_cmd(name, arguments)

    def open(self, address, width=1400, height=900):
        # Nothing of the page before is left.
        self.driver.get("about:blank")
        self.driver.get_log("browser")
        self.command("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 500)
        self.driver.get(address)

    def complaints(self):
        """What the console says, and what the policy forbade."""
        return [entry["message"] for entry in self.driver.get_log("browser")] + self.script("return window.violations")

    def script(self, source, *arguments):
        return self.driver.execute_script(source, *arguments)

    def wait(self, condition):
        waiting = WebDriverWait(self.driver, PATIENCE, poll_frequency=0.05, ignored_exceptions=NOT_YET)
        waiting.until(lambda _: condition())

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def text(self, selector):
        return self.script("return document.querySelector(arguments[0]).textContent", selector)

    def texts(self, selector):
        return self.script("return [...document.querySelectorAll(arguments[0])].map((it) => it.textContent)", selector)

    @contextlib.contextmanager
    def emulated(self, command, on, off):
        """Has the browser be another one for a while."""
        self.command(command, **on)
        try:
            yield
        finally:
            self.command(command, **off)

    def without_script(self):
        return self.emulated("Emulation.setScriptExecutionDisabled", {"value": True}, {"value": False})

    def media(self, medium="", scheme="light"):
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        return self.emulated("Emulation.setEmulatedMedia", {"media": medium, "features": features}, {"media": "", "features": []})

    def printed(self):
        return base64.b64decode(self.command("Page.printToPDF", printBackground=True)["data"])

    def quit(self):
        self.driver.quit()
