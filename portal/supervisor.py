"""Keeps child processes alive and leaves none behind. Knows nothing of Django or the portal.

Every child leads a process group of its own, so that its own children end with it. Children
inherit a lock on the ledger of their process ids: while one of them lives the lock is held, and
`Supervisor.sweep` ends what a supervisor that was itself killed has left running.
"""

import contextlib
import fcntl
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

POLL_S = 0.2
# A child that lived this long has recovered: its next death counts as the first.
STEADY_AFTER_S = 60.0
SWEEP_LIMIT_S = 10.0
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def try_lock(file: TextIO | int) -> bool:
    """Takes the exclusive lock on an open file; False while another process holds it."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def end_group(leader: int) -> None:
    """Kills the process group at once. A group that is gone is no error."""
    # macOS answers "not permitted" for a group of zombies.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


def command_line(pid: int) -> str:
    """The command line of a live process; empty for a zombie, a missing one and 0."""
    if Path("/proc/self/cmdline").exists():
        with contextlib.suppress(OSError):
            return Path(f"/proc/{pid}/cmdline").read_text(errors="replace").replace("\0", " ")
        return ""
    asked = ["ps", "-o", "command=", "-p", str(pid)]
    return subprocess.run(asked, capture_output=True, text=True, check=False).stdout  # noqa: S603


@dataclass(frozen=True, slots=True)
class Program:
    """What to keep running. The log goes to `<name>.log` in the supervisor's folder."""

    name: str
    command: Sequence[str]


class _Child:
    """A program and its present process, None between death and the next start."""

    def __init__(self, program: Program, log: Path) -> None:
        self.program = program
        self.log = log
        self.process: subprocess.Popen[bytes] | None = None
        self.due_at = self.started_at = 0.0
        self.deaths = 0

    def start(self, ledger: TextIO, cwd: Path | None, env: Mapping[str, str] | None) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603
                self.program.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=cwd,
                env=env,
                start_new_session=True,
                pass_fds=(ledger.fileno(),),
            )
        self.started_at = time.monotonic()

    def schedule(self, backoff_s: Sequence[float]) -> float:
        """Notes a death; the seconds until the next start, more after each death in a row."""
        now = time.monotonic()
        self.process = None
        self.deaths = 1 if now - self.started_at >= STEADY_AFTER_S else self.deaths + 1
        delay_s = backoff_s[min(self.deaths, len(backoff_s)) - 1]
        self.due_at = now + delay_s
        return delay_s


class Supervisor:
    """Runs programs until it is told to stop: `stop()`, Ctrl-C, SIGTERM or SIGHUP.

    A program that ends is started again after `backoff_s[n]` seconds. On stop each one gets
    SIGTERM and `grace_s` seconds, then its group is killed; a second Ctrl-C kills at once.
    """

    def __init__(
        self,
        programs: Sequence[Program],
        folder: Path,
        *,
        say: Callable[[str], object],
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        backoff_s: Sequence[float] = (1, 2, 5, 15, 30),
        grace_s: float = 30.0,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._children = [_Child(program, folder / f"{program.name}.log") for program in programs]
        self._ledger = (folder / "processes").open("a+")
        self._say = say
        self._cwd = cwd
        self._env = env
        self._backoff_s = backoff_s
        self._grace_s = grace_s
        self._is_stopping = threading.Event()

    def sweep(self) -> bool:
        """Ends what an earlier supervisor left running. False when something will not end."""
        deadline = time.monotonic() + SWEEP_LIMIT_S
        while not try_lock(self._ledger):
            if time.monotonic() > deadline:
                return False
            self._ledger.seek(0)
            for leader in self._ledger.read().split():
                end_group(int(leader))
            time.sleep(POLL_S)
        return True

    def run(
        self,
        *,
        is_ready: Callable[[], bool] = lambda: True,
        announce: Callable[[], object] = lambda: None,
    ) -> None:
        """Blocks until stopped; calls `announce` once, as soon as `is_ready()` says so."""
        if not self.sweep():
            raise RuntimeError("Children of an earlier supervisor do not end.")
        is_announced = False
        with self._stop_signals():
            try:
                while not self._is_stopping.wait(POLL_S):
                    for child in self._children:
                        self._tend(child)
                    if not is_announced and is_ready():
                        is_announced = True
                        announce()
            finally:
                self._end()

    def stop(self) -> None:
        """Makes `run` end every child and return; called again, kills without grace."""
        if self._is_stopping.is_set():
            for process in self._processes():
                end_group(process.pid)
        self._is_stopping.set()

    def _processes(self) -> list[subprocess.Popen[bytes]]:
        return [child.process for child in self._children if child.process is not None]

    def _tend(self, child: _Child) -> None:
        if child.process is None:
            if time.monotonic() >= child.due_at:
                child.start(self._ledger, self._cwd, self._env)
                self._record()
            return
        status = child.process.poll()
        if status is not None:
            end_group(child.process.pid)
            delay_s = child.schedule(self._backoff_s)
            self._say(
                f"{child.program.name} ended with status {status}; "
                f"starts again in {delay_s:g} s; its log: {child.log}"
            )

    def _record(self) -> None:
        self._ledger.truncate(0)
        self._ledger.write("".join(f"{process.pid}\n" for process in self._processes()))
        self._ledger.flush()

    def _end(self) -> None:
        processes = self._processes()
        for process in processes:
            process.terminate()
        deadline = time.monotonic() + self._grace_s
        for process in processes:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.0, deadline - time.monotonic()))
            end_group(process.pid)
            process.wait()
        self._ledger.close()

    @contextlib.contextmanager
    def _stop_signals(self) -> Iterator[None]:
        before = {number: signal.getsignal(number) for number in STOP_SIGNALS}
        for number in STOP_SIGNALS:
            signal.signal(number, lambda *_: self.stop())
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
