"""Runs writers over suites, in as many processes as there are processors."""

import concurrent.futures
import dataclasses
import os
import pathlib
import re
import shutil
import threading

import evidence
import processes
from pipelines import Judgement

#: Programs that run a suite with a library, as the users of the library do.
WRITERS = pathlib.Path(__file__).parent / "writers"

#: What several suites have in common.
BODIES = pathlib.Path(__file__).parent / "bodies"


@dataclasses.dataclass
class Row:
    """What came of one suite with one writer."""

    writer: object
    suite: object
    folder: object = None
    #: The exit status of the runner that the verdict is taken from.
    status: int | None = None
    #: Why the stream cannot tell the verdict.
    untold: str | None = None
    comparisons: int = 0
    mismatches: list = dataclasses.field(default_factory=list)
    #: Why there is no verdict to compare with.
    trouble: str | None = None

    @property
    def is_red(self):
        return self.status not in (0, None)


class Runs:
    def __init__(self, tools, work, bin):
        self.tools, self.work, self.bin = tools, work, bin
        self.lock, self.verdicts = threading.Lock(), {}

    def all(self, writers, is_wanted):
        chosen = [(writer, suite) for writer in writers for suite in writer.chosen() if is_wanted(writer, suite)]
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            return list(pool.map(lambda pair: self.one(*pair), chosen))

    def one(self, writer, suite):
        row = Row(writer, suite)
        try:
            row.folder = self.prepared(writer, suite, "stream")
            written = self.run(writer.stream, row.folder)
            (row.folder / "stream").write_bytes(written.output)
            (row.folder / "errors").write_bytes(written.errors)
            row.status = written.status if writer.verdict is None else self.verdict(writer, suite)
        except processes.Hung as hung:
            row.trouble = str(hung)
            return row
        row.untold = evidence.cannot_be_told(writer.protocol, written.output, row.is_red)
        is_told = row.is_red or not row.untold
        status = written.status if is_told and bool(written.status) == row.is_red else None
        judgement = Judgement(self.tools, row.folder, writer.protocol, row.is_red, status, row.untold)
        row.comparisons, row.mismatches = judgement.comparisons, judgement.mismatches
        return row

    def verdict(self, writer, suite):
        """The exit status of the runner that says the verdict, run once for all writers of it."""
        key = (writer.verdict, suite)
        with self.lock:
            mine = key not in self.verdicts
            future = self.verdicts.setdefault(key, concurrent.futures.Future())
        if mine:
            try:
                folder = self.prepared(writer, suite, "verdict")
                ended = self.run(writer.verdict, folder)
                (folder / "output").write_bytes(ended.output + ended.errors)
                future.set_result(ended.status)
            except Exception as problem:
                future.set_exception(problem)
        return future.result()

    def prepared(self, writer, suite, purpose):
        """A new folder with the suite in it."""
        names = [re.sub(r"[^\w.-]+", "_", str(name)) for name in (writer, suite)]
        folder = self.work / "/".join(names) / purpose
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        shutil.copy(suite.path, folder / writer.file)
        if writer.prepare:
            writer.prepare(folder)
        return folder

    def run(self, command, folder):
        env = {
            "PATH": f"{self.bin}:{self.tools}:{os.environ['PATH']}",
            "HOME": str(folder),
            "LC_ALL": "C.UTF-8",
            "PYTHONDONTWRITEBYTECODE": "1",
            "TMPDIR": os.environ.get("TMPDIR", "/tmp"),
            "PYTHONPATH": f"{folder}:{BODIES}:{WRITERS}",
            **dict(command.env),
        }
        return processes.run(command.words, seconds=processes.RUNNER_TIMEOUT, cwd=folder, env=env)
