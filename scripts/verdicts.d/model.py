"""What is run: suites, and the writers of streams that run them."""

import collections.abc
import dataclasses
import pathlib

SUITES = pathlib.Path(__file__).parent / "suites"


@dataclasses.dataclass(frozen=True)
class Suite:
    """A file in one of the folders of `suites`; its first line says what happens in it."""

    path: pathlib.Path

    def __str__(self):
        return f"{self.path.parent.name}/{self.path.stem}"


@dataclasses.dataclass(frozen=True)
class Command:
    """How a runner is started in the folder of a suite. It may differ from the usual in its environment."""

    words: tuple
    env: tuple = ()


@dataclasses.dataclass(frozen=True)
class Writer:
    """A runner, in one of the ways in which it writes a stream to its standard output."""

    runner: str
    name: str
    #: "v1", "v2" or "tap".
    protocol: str
    stream: Command
    #: The folders of suites that it runs.
    suites: tuple
    #: What the suite is called in the working folder.
    file: str = "test_suite.py"
    #: What the verdict is taken from, if it is not the exit status of `stream`: the same runner with its
    #: reporter for people, or a runner that means the same.
    verdict: Command | None = None
    #: Makes other files that the runner needs, in the working folder.
    prepare: collections.abc.Callable | None = None
    #: Suites in those folders that this writer leaves out, with the reason.
    left_out: dict = dataclasses.field(default_factory=dict)

    def __str__(self):
        return f"{self.runner} {self.name}"

    def chosen(self):
        """The suites that it runs, in order."""
        for folder in self.suites:
            for path in sorted((SUITES / folder).iterdir()):
                suite = Suite(path)
                if path.is_file() and str(suite) not in self.left_out:
                    yield suite
