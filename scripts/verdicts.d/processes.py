"""Runs processes that may hang or leave children behind."""

import dataclasses
import os
import signal
import subprocess

#: Seconds after which a runner, and everything that it started, is killed.
RUNNER_TIMEOUT = 120
#: The same for one of our tools: the streams are small.
TOOL_TIMEOUT = 60


class Hung(Exception):
    """A process did not end in time."""


@dataclasses.dataclass(frozen=True)
class Ended:
    #: As a shell gives it: 128 and the number of a signal, if one ended the process.
    status: int
    output: bytes
    errors: bytes


def run(command, *, seconds, cwd=None, env=None, stdin=subprocess.DEVNULL):
    """Runs a command in a session of its own, and ends the session with it."""
    process = subprocess.Popen(
        [str(word) for word in command],
        cwd=cwd,
        env=env,
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        output, errors = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        raise Hung(f"no end after {seconds} s: {' '.join(map(str, command))}") from None
    finally:
        kill_session(process)
    status = process.returncode
    return Ended(128 - status if status < 0 else status, output, errors)


def kill_session(process):
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()
