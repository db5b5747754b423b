"""Celery workers of the benchmark's own: the portal's, with two processes."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks import HOME
from portal.celery import app

PROCESSES = 2
START_LIMIT_S = 60


@contextmanager
def workers() -> Iterator["Workers"]:
    """Two worker processes that wait for work; they end with the block."""
    app.control.purge()
    options = ["--concurrency", str(PROCESSES), "--loglevel", "WARNING", "--without-mingle"]
    with (HOME / "worker.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "celery", "-A", "portal", "worker", *options],
            env=os.environ,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait(process)
        yield Workers(process.pid)
    finally:
        process.terminate()
        process.wait()


def _wait(process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_LIMIT_S
    while not app.control.ping(timeout=0.5):
        if process.poll() is not None or time.monotonic() > deadline:
            raise SystemExit(f"The worker does not start: see {HOME / 'worker.log'}")


class Workers:
    """What the workers cost, as the kernel tells it; nothing where there is no /proc."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._peaks: dict[int, float] = {}

    def look(self) -> None:
        """Note how much memory each worker process took at most so far; processes come and go."""
        self._peaks |= peaks_mb(self._pid)

    @property
    def peak_mb(self) -> float:
        """The most memory one worker process took."""
        return max(self._peaks.values(), default=0.0)


def peaks_mb(parent: int) -> dict[int, float]:
    """Process → megabytes it took at most, of the children of a process that live."""
    peaks: dict[int, float] = {}
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            cells = dict(line.split(":", 1) for line in status.read_text().splitlines())
        except (OSError, ValueError):
            continue
        if int(cells.get("PPid", "0")) == parent and "VmHWM" in cells:
            peaks[int(cells["Pid"])] = int(cells["VmHWM"].split()[0]) / 1024
    return peaks
