#!/usr/bin/env python3
"""Measures subunit-sched and parts of subunit-split with tests that sleep, as a ratio to the bound.

The bound is the duration of all tests divided by the speed of all workers. There are four workers: all
equally fast, then two of them at half speed. A start costs half a second. The tools are those in
target/release. `schedule.py FACTOR` makes the tests longer. `runner SPEED` and `server SPEED` are the
commands of the workers.
"""

import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "scripts" / "compare"))

import decode  # noqa: E402
import generate  # noqa: E402

TOOLS = ROOT / "target" / "release"
START = 0.5
RPC = "testrepository-rpc"
FACTOR = "SCHEDULE_FACTOR"
#: Seconds of each test: most are short, a few are long.
SECONDS = {f"m.C.test_{number:03}": min(random.Random(number).lognormvariate(-3.2, 1.1), 2.0) for number in range(400)}


def longer(factor):
    for id in SECONDS:
        SECONDS[id] *= factor


def run(id, speed):
    say(generate.packet(id, "inprogress", time=now()))
    time.sleep(SECONDS[id] / speed)
    say(generate.packet(id, "success", time=now()))


def say(packet):
    sys.stdout.buffer.write(packet)
    sys.stdout.buffer.flush()


def now():
    seconds = time.time()
    return int(seconds), int(seconds % 1 * 1e9)


def runner(speed):
    time.sleep(START)
    for line in sys.stdin:
        run(line.strip(), speed)


def server(speed):
    """Messages fit into one packet here: the pipe is read packet by packet."""
    time.sleep(START)
    source = sys.stdin.buffer
    while head := source.read(4):
        length = head[3] & 0x3F
        rest = b""
        for _ in range(head[3] >> 6):
            rest += source.read(1)
            length = length << 8 | rest[-1]
        bytes = head + rest + source.read(length - 4 - len(rest))
        (packet,) = decode.decode(bytes)
        message = json.loads(packet.file[1])
        if message["msg"] == "Goodbye":
            return
        if message["msg"] == "Run":
            for id in message["tests"]:
                run(id, speed)
            answer = {"msg": "Done", "nonce": message["nonce"]}
        else:
            answer = message
        say(generate.packet(RPC, None, mime="application/json", file=("rpc", json.dumps(answer).encode()), eof=True, runnable=False))


def measure(factor="1"):
    os.environ[FACTOR] = factor
    longer(float(factor))
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "ids").write_text("\n".join(SECONDS) + "\n")
        recorded = (
            generate.packet(id, "inprogress", time=(1000, 0)) + generate.packet(id, "success", time=(1000 + int(seconds), int(seconds % 1 * 1e9)))
            for id, seconds in SECONDS.items()
        )
        (folder / "run").write_bytes(b"".join(recorded))
        print(f"{'workers':24}{'split':>8}{'batches':>10}{'servers':>10}")
        for name, speeds in (("four", [1, 1, 1, 1]), ("two of four half as fast", [1, 1, 0.5, 0.5])):
            bound = sum(SECONDS.values()) / sum(speeds)
            ratios = [ways(folder, speeds) / bound for ways in (split, batches, servers)]
            print(f"{name:24}" + "".join(f"{ratio:>{width}.2f}" for ratio, width in zip(ratios, (8, 10, 10), strict=True)))


def worker(kind, speed):
    return [sys.executable, __file__, kind, str(speed)]


def timed(run):
    began = time.monotonic()
    run()
    return time.monotonic() - began


def split(folder, speeds):
    subprocess.run([TOOLS / "subunit-split", "-n", str(len(speeds)), "-o", "part", "--times", "run", "ids"], cwd=folder, check=True, stderr=subprocess.DEVNULL)

    def run():
        parts = [
            subprocess.Popen(worker("runner", speed), stdin=open(folder / f"part{part}"), stdout=subprocess.DEVNULL)
            for part, speed in enumerate(speeds)
        ]
        for part in parts:
            part.wait()

    return timed(run)


def sched(folder, kind, speeds, *options):
    prefixes = [f"--worker=env SPEED={speed}" for speed in speeds]
    command = ["sh", "-c", f'exec "{sys.executable}" "{__file__}" {kind} "$SPEED"']
    arguments = [TOOLS / "subunit-sched", "--times", "run", "--load-list", "ids", *options, *prefixes, "--", *command]
    return timed(lambda: subprocess.run(arguments, cwd=folder, check=True, stdout=subprocess.PIPE))


def batches(folder, speeds):
    return sched(folder, "runner", speeds)


def servers(folder, speeds):
    return sched(folder, "server", speeds, "--rpc")


if __name__ == "__main__":
    if sys.argv[1:2] in (["runner"], ["server"]):
        longer(float(os.environ[FACTOR]))
    if sys.argv[1:2] == ["runner"]:
        runner(float(sys.argv[2]))
    elif sys.argv[1:2] == ["server"]:
        server(float(sys.argv[2]))
    else:
        measure(*sys.argv[1:])
