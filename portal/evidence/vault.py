"""Where the bytes lie: below MEDIA_ROOT, outside every address, readable by the portal alone."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO
from uuid import UUID

from django.conf import settings

QUARANTINE = "quarantine"
CHUNK_BYTES = 1024 * 1024


def root() -> Path:
    """The folder of all evidence."""
    return Path(settings.MEDIA_ROOT) / "evidence"


def path_of(key: UUID) -> Path:
    """Where the file of this key lies."""
    return root() / key.hex[:2] / str(key)


@contextmanager
def quarantine() -> Iterator[Path]:
    """An empty folder under a random name, gone afterwards with whatever is left in it."""
    parent = root() / QUARANTINE
    parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=parent) as folder:
        yield Path(folder)


def create(path: Path) -> IO[bytes]:
    """A new file that only the portal's own user may read."""
    return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b")


def keep(path: Path, key: UUID) -> None:
    """Move a file of the quarantine to its place; on disk before this returns."""
    target = path_of(key)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with path.open("rb") as file:
        os.fsync(file.fileno())
    path.rename(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def remove(key: UUID) -> None:
    """Delete the file of this key; nothing happens when it is gone."""
    path_of(key).unlink(missing_ok=True)


def digest(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def stored_before(moment: datetime) -> Iterator[UUID]:
    """Keys of the stored files last written before ``moment``."""
    for folder in root().glob("[0-9a-f][0-9a-f]"):
        for path in folder.iterdir():
            if _is_older(path, moment):
                yield UUID(path.name)


def empty_quarantine(before: datetime) -> int:
    """Delete what uploads that died have left; how many there were."""
    left = [path for path in (root() / QUARANTINE).glob("*") if _is_older(path, before)]
    for path in left:
        shutil.rmtree(path, ignore_errors=True)
    return len(left)


def _is_older(path: Path, moment: datetime) -> bool:
    try:
        written = path.stat().st_mtime
    except FileNotFoundError:
        return False
    return datetime.fromtimestamp(written, UTC) < moment
