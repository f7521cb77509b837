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
    """How a runner is started in the folder of a suite, and what is added to its environment."""

    words: tuple
    env: tuple = ()


@dataclasses.dataclass(frozen=True)
class Writer:
    """A runner, in one of the ways in which it writes a stream to its standard output."""

    runner: str
    name: str
    #: "v1", "v2", "tap", or "go" for what `go test -json` prints.
    protocol: str
    stream: Command
    #: What it runs: folders of suites, and single ones.
    suites: tuple
    #: What the suite is called in the working folder.
    file: str = "test_suite.py"
    #: The command whose exit status is the verdict, if it is not `stream`: the same runner with its
    #: reporter for people, or a runner that means the same.
    verdict: Command | None = None
    #: Makes other files that the runner needs, in the working folder.
    prepare: collections.abc.Callable | None = None
    #: Suites in those folders that mean nothing to it.
    left_out: tuple = ()

    def __str__(self):
        return f"{self.runner} {self.name}"

    def chosen(self):
        """The suites that it runs, in order."""
        for name in self.suites:
            path = SUITES / name
            paths = path.iterdir() if path.is_dir() else path.parent.glob(f"{path.name}.*")
            for suite in map(Suite, sorted(path for path in paths if path.is_file())):
                if str(suite) not in self.left_out:
                    yield suite
