"""``manage.py run_portal``: the whole portal on one machine until Ctrl-C. ``make run`` calls it."""

import contextlib
import json
import os
import signal
import socket
import sys
from collections.abc import Iterator
from functools import partial
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.storage import ManifestFilesMixin, staticfiles_storage
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection
from django.urls import Resolver404, resolve
from kombu.exceptions import OperationalError as BrokerError

from portal import embedded
from portal.celery import app as celery_app
from portal.embedded.site import make_home
from portal.supervisor import STOP_SIGNALS, Program, Supervisor, try_lock

HOST = "127.0.0.1"
DOORS = (
    ("Bureau", "/admin/"),
    ("Centers", "/desk/"),
    ("Public", "/open/"),
    ("API", "/api/v1/docs/"),
)


class Command(BaseCommand):
    help = "Run the whole portal on this machine: servers, workers, scheduler and web."
    # `migrate` runs them, once there is a database to check.
    requires_system_checks = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        home = settings.PORTAL_HOME.resolve()
        port = _port()
        make_home(home)
        for number in STOP_SIGNALS:
            # Leaves by the exit hooks, which stop the embedded servers.
            signal.signal(number, lambda number, _: sys.exit(128 + number))
        with _only_one(home):
            try:
                self._run(home, port)
            finally:
                for number in STOP_SIGNALS:
                    signal.signal(number, signal.SIG_IGN)

    def _run(self, home: Path, port: int) -> None:
        supervisor = Supervisor(
            programs(home, port),
            home / "log",
            say=self._say,
            cwd=settings.BASE_DIR,
            env={"PORTAL_URL": f"http://{HOST}:{port}"} | os.environ | {"PORTAL_HOME": str(home)},
        )
        if not supervisor.sweep():
            raise CommandError(f"Processes of an earlier run do not end: see {home}/log/processes")
        _check_port(port)
        self._prepare()
        supervisor.run(is_ready=partial(_answers, port), announce=partial(self._greet, home, port))
        self._say("Stopped.")

    def _prepare(self) -> None:
        self._say("Starting: database and broker")
        embedded.start_if_needed()
        _check_broker()
        self._say("Starting: tables, static files, demonstration")
        try:
            connection.ensure_connection()
        except OperationalError as error:
            raise CommandError(f"DATABASE_URL: no connection: {_first_line(error)}") from error
        call_command("migrate", interactive=False, verbosity=0, skip_checks=False)
        call_command("load_packs", stdout=self.stdout)
        if isinstance(staticfiles_storage, ManifestFilesMixin):
            call_command("collectstatic", interactive=False, verbosity=0)
        call_command("load_demo", stdout=self.stdout)
        connection.close()
        self._say("Starting: web server, workers, scheduler")

    def _greet(self, home: Path, port: int) -> None:
        address = f"http://{HOST}:{port}"
        self._say(f"\nThe portal runs at {address}/")
        for name, path in DOORS:
            if _is_routed(path):
                self._say(f"  {name:<8} {address}{path}")
        self._tell_demo(home / "demo.json", address)
        self._say(f"\nData: {home}   Logs: {home}/log\nCtrl-C stops everything.\n")

    def _tell_demo(self, path: Path, address: str) -> None:
        if not path.exists():
            return
        demo = json.loads(path.read_text(encoding="utf-8")) | {"url": address}
        path.write_text(json.dumps(demo, ensure_ascii=False, indent=2), encoding="utf-8")
        self._say("\nDemonstration accounts (user, password):")
        for role, account in demo["accounts"].items():
            self._say(f"  {account['username']:<24} {account['password']:<16} {role}")
        self._say(f'API token:\n  curl -H "Authorization: Bearer {demo["token"]}" \\')
        self._say(f"    {address}/api/v1/compliance/centers/\nKept in {path}")

    def _say(self, text: str) -> None:
        # A closed terminal must not keep the children from being stopped.
        with contextlib.suppress(OSError):
            self.stdout.write(text)
            self.stdout.flush()


def _port() -> int:
    given = os.environ.get("PORT") or "8000"
    if not given.isascii() or not given.isdigit() or not 0 < int(given) < 65_536:
        raise CommandError(f"PORT={given} is no port: give a number from 1 to 65535.")
    return int(given)


def _check_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise CommandError(
                f"Port {port} is not free ({error.strerror}): choose another, PORT=8001 make run"
            ) from error


def _check_broker() -> None:
    try:
        with celery_app.connection_for_write() as broker:
            broker.ensure_connection(max_retries=1, interval_start=0)
    except (BrokerError, ValueError, KeyError) as error:
        raise CommandError(f"REDIS_URL: no connection: {_first_line(error)}") from error


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]


@contextlib.contextmanager
def _only_one(home: Path) -> Iterator[None]:
    with (home / ".run_portal").open("a") as lock:
        if not try_lock(lock):
            raise CommandError(f"The portal already runs on {home}: stop it, or set PORTAL_HOME.")
        yield


def programs(home: Path, port: int) -> list[Program]:
    """What runs besides the servers."""
    celery = [sys.executable, "-m", "celery", "-A", "portal"]
    web = [sys.executable, "-m", "gunicorn", "portal.wsgi", "--bind", f"{HOST}:{port}"]
    web += ["--workers", "2", "--threads", "4", "--timeout", "60", "--graceful-timeout", "10"]
    web += ["--no-control-socket"]
    # A heartbeat file on a slow disk makes gunicorn kill healthy workers.
    web += ["--worker-tmp-dir", "/dev/shm"] if Path("/dev/shm").is_dir() else []  # noqa: S108
    schedule = str(home / "celerybeat-schedule")
    return [
        Program("web", web),
        Program("worker", [*celery, *_worker("celery")]),
        Program("deliveries", [*celery, *_worker("deliveries")]),
        Program("beat", [*celery, "beat", "--loglevel", "INFO", "-s", schedule]),
    ]


def _worker(queue: str) -> list[str]:
    """A worker for one queue. Two on one machine are told apart by their names."""
    name = ["--hostname", f"{queue}@%h", "--queues", queue]
    return ["worker", *name, "--concurrency", "2", "--loglevel", "INFO"]


def _answers(port: int) -> bool:
    """Whether a worker answers: the port alone is open before the first one is ready."""
    web = HTTPConnection(HOST, port, timeout=2)
    try:
        web.request("GET", "/healthz")
        web.getresponse()
    except (OSError, HTTPException):
        return False
    finally:
        web.close()
    return True


def _is_routed(path: str) -> bool:
    try:
        resolve(path)
    except Resolver404:
        return False
    return True
