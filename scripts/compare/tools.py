"""Runs the tools of both sides over a stream: the reference inside this process, ours as processes."""

import contextlib
import dataclasses
import importlib
import io
import pathlib
import subprocess
import sys
import tempfile
import time


@dataclasses.dataclass
class Run:
    output: bytes
    #: None when the tool ended in an exception.
    status: int | None
    errors: str = ""
    #: When it ran, in seconds since the epoch.
    began: float = 0
    ended: float = 0


class Unbuffered(io.TextIOWrapper):
    """Standard output as `python -u` has it: text and bytes in the order in which they were written."""

    def __init__(self):
        super().__init__(io.BytesIO(), encoding="utf-8", newline="\n", write_through=True)


def run_page_of_reference(stream):
    """Runs subunit2html of os-testr, in this process, from a file to a file: it has no other way."""
    main = importlib.import_module("os_testr.subunit2html").main
    run, saved = Run(b"", 0, began=time.time()), sys.argv
    try:
        with tempfile.NamedTemporaryFile() as given, tempfile.NamedTemporaryFile() as page:
            given.write(stream)
            given.flush()
            sys.argv = ["subunit2html", given.name, page.name]
            with contextlib.redirect_stdout(Unbuffered()):
                main()
            run.output = pathlib.Path(page.name).read_bytes()
    except Exception as problem:
        run.status, run.errors = None, f"{type(problem).__name__}: {problem}"
    finally:
        sys.argv = saved
    run.ended = time.time()
    return run


def run_reference(tool, arguments, stream):
    """Runs a filter of the reference, in this process: to start it takes longer than to filter.

    Its standard input is a file: from anything else it reads text byte by byte and loses some of it.
    """
    if tool == "subunit2html":
        return run_page_of_reference(stream)
    module = module_of(tool)
    run = Run(b"", 0, began=time.time())
    output, errors = Unbuffered(), io.StringIO()
    saved = sys.argv, sys.stdin, sys.stdout
    try:
        with tempfile.TemporaryFile() as file, contextlib.redirect_stderr(errors):
            file.write(stream)
            file.seek(0)
            sys.argv, sys.stdin, sys.stdout = [tool, *arguments], io.TextIOWrapper(file), output
            run.status = module.main() or 0
    except SystemExit as end:
        run.status = end.code or 0
    except Exception as problem:
        run.status, run.errors = None, f"{type(problem).__name__}: {problem}"
    finally:
        sys.argv, sys.stdin, sys.stdout = saved
    run.output, run.ended = output.buffer.getvalue(), time.time()
    run.errors = run.errors or errors.getvalue()
    return run


def module_of(tool):
    """The module of a tool, which has run nothing yet."""
    if tool != "subunit-trace":
        return importlib.import_module("subunit.filter_scripts." + tool.replace("-", "_"))
    # Without this, os-testr does not start.
    importlib.import_module("subunit.test_results")
    # It keeps the tests of a run in variables of the module.
    return importlib.reload(importlib.import_module("os_testr.subunit_trace"))


def run_ours(folder, tool, arguments, stream):
    done = subprocess.run([folder / tool, *arguments], input=stream, capture_output=True, timeout=60)
    return Run(done.stdout, done.returncode, done.stderr.decode(errors="replace"))
