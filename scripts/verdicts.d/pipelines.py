"""What our tools say of a stream, on the stream itself and behind other tools."""

import dataclasses
import re
import shlex
import xml.etree.ElementTree

import processes

FILTER = "subunit-filter -s --xfail"


@dataclasses.dataclass(frozen=True)
class Mismatch:
    tool: str
    #: The commands before the tool.
    pipeline: str
    #: "false green", "false red", or "no verdict" if the tool crashed, hung or refused the stream.
    kind: str
    #: What the tool said, in words.
    said: str


class Judgement:
    """Compares everything that our tools say of one stream with the verdict of its runner."""

    def __init__(self, tools, folder, protocol, is_red, status, untold):
        """Compares all of it; see `comparisons` and `mismatches`.

        The process that wrote the stream ended with `status`, which is None if it says nothing of the
        tests. If the stream is `untold`, it cannot tell the verdict: only tools that know the status
        are compared.
        """
        self.tools, self.folder, self.is_red = tools, folder, is_red
        self.comparisons, self.mismatches = 0, []
        stream = folder / "stream"
        if status is not None and protocol != "go":
            self.with_status(stream, protocol, status)
        if untold:
            return
        if protocol == "tap":
            stream = self.piped("tap2subunit", "tap2subunit", stream, "subunit")
            if stream is None:
                return
        if protocol == "go":
            translated = self.run(["gojson2subunit"], stream)
            self.compare("gojson2subunit", "", translated)
            stream = self.folder / "subunit"
            stream.write_bytes(translated.output)
        self.judge("", stream)
        for name, command in self.pipelines(stream, protocol).items():
            if output := self.piped(name, command, stream, name.replace(" ", "_")):
                self.judge(name, output)

    def pipelines(self, stream, protocol):
        pipelines = {
            FILTER: FILTER,
            "subunit-mux FILE": f"subunit-mux {shlex.quote(str(stream))}",
            "subunit-mux -c": f"subunit-mux -c {shlex.quote(f'cat {shlex.quote(str(stream))}')}",
        }
        if protocol == "v1":
            pipelines["subunit-1to2"] = "subunit-1to2"
        return pipelines

    def with_status(self, stream, protocol, status):
        """Compares the tools that run a command and count its exit status.

        Their command writes the same stream as the runner and ends with the same status.
        """
        again = f"cat {shlex.quote(str(stream))}; exit {status}"
        if protocol == "tap":
            name, command = "tap2subunit --", f"tap2subunit -- sh -c {shlex.quote(again)}"
        else:
            name, command = "subunit-mux -c and its status", f"subunit-mux -c {shlex.quote(again)}"
        ended = self.run(shlex.split(command), None)
        output = self.folder / name.replace(" ", "_")
        output.write_bytes(ended.output)
        self.compare(command.split()[0], name, ended)
        self.compare("subunit-ls", name, self.run(["subunit-ls"], output))

    def piped(self, name, command, stream, saved):
        """The file with the output of a command; None if it failed, which is a mismatch."""
        ended = self.run(shlex.split(command), stream)
        if ended.status != 0:
            self.mismatch(command.split()[0], name, "no verdict", ended)
            return None
        output = self.folder / saved
        output.write_bytes(ended.output)
        return output

    def judge(self, pipeline, stream):
        self.compare("subunit-ls", pipeline, self.run(["subunit-ls"], stream))
        stats = self.run(["subunit-stats"], stream)
        self.compare("subunit-stats", pipeline, stats)
        counted = re.search(rb"^Failed tests: +(\d+)$", stats.output, re.MULTILINE)
        self.compare_count("subunit-stats", pipeline, stats, counted and int(counted[1]))
        self.compare("subunit2pyunit", pipeline, self.run(["subunit2pyunit"], stream))
        report = self.folder / "report.xml"
        report.unlink(missing_ok=True)
        junit = self.run(["subunit2junitxml", "-o", report], stream)
        self.compare("subunit2junitxml", pipeline, junit)
        self.compare_count("subunit2junitxml", pipeline, junit, failures_in(report))

    def run(self, command, stream):
        """Runs one of our tools, with a file on standard input."""
        command = [self.tools / command[0], *command[1:]]
        try:
            if stream is None:
                return processes.run(command, seconds=processes.TOOL_TIMEOUT)
            with stream.open("rb") as file:
                return processes.run(command, seconds=processes.TOOL_TIMEOUT, stdin=file)
        except processes.Hung as hung:
            return processes.Ended(-1, b"", str(hung).encode())

    def compare(self, tool, pipeline, ended):
        self.comparisons += 1
        if ended.status not in (0, 1):
            self.mismatch(tool, pipeline, "no verdict", ended)
        elif ended.status != int(self.is_red):
            self.mismatch(tool, pipeline, "false red" if ended.status else "false green", ended)

    def compare_count(self, tool, pipeline, ended, count):
        """Compares the number of failures in a report; it is None if the report cannot be read."""
        self.comparisons += 1
        if count is None:
            self.mismatch(tool, pipeline, "no verdict", ended, "a report that cannot be read")
        elif bool(count) != self.is_red:
            self.mismatch(tool, pipeline, "false red" if count else "false green", ended, f"{count} failures")

    def mismatch(self, tool, pipeline, kind, ended, said=None):
        said = said or f"exit status {ended.status} {ended.errors.decode(errors='replace').strip()[:200]}".strip()
        self.mismatches.append(Mismatch(tool, pipeline, kind, said))


def failures_in(report):
    """The number of failed tests in a JUnit report; None if it is ill-formed or miscounts."""
    try:
        root = xml.etree.ElementTree.parse(report).getroot()
    except (OSError, xml.etree.ElementTree.ParseError):
        return None
    suites = list(root.iter("testsuite"))
    if not suites:
        return None
    counted = sum(int(suite.get(name, 0)) for suite in suites for name in ("failures", "errors"))
    found = sum(case.find("failure") is not None or case.find("error") is not None for case in root.iter("testcase"))
    return counted if counted == found else None
