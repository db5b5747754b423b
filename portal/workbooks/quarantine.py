"""Where an uploaded workbook waits between its check and its confirmation.

A random name, readable by the server alone, outside everything that is served. A signed token
names the file, and holds only for its user, its content and an hour. What waits longer has a
folder of its own, and a row of the database that names it.
"""

import hashlib
import secrets
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core import signing
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.errors import DomainError

SALT = "portal.workbooks"
LIFETIME_SECONDS = 3600
FOLDER = "imports"


class UploadLost(DomainError):
    """The checked file is gone, was changed, is too old, or belongs to somebody else."""


def keep(upload: UploadedFile, *, folder: str = FOLDER, lifetime: int = LIFETIME_SECONDS) -> Path:
    """The upload under a random name; what lay there longer than ``lifetime`` seconds is thrown
    away first."""
    oldest = timezone.now().timestamp() - lifetime
    for stale in folder_of(folder).glob("*.xlsx"):
        if stale.stat().st_mtime < oldest:
            stale.unlink(missing_ok=True)
    kept = fresh(folder)
    with kept.open("wb") as file:
        for chunk in upload.chunks():
            file.write(chunk)
    return kept


def fresh(folder: str = FOLDER) -> Path:
    """An empty file under a random name, readable by the server alone."""
    made = folder_of(folder) / f"{secrets.token_hex(16)}.xlsx"
    made.touch(mode=0o600)
    return made


def token(kept: Path, *, user_id: int, **about: Any) -> str:
    """Names the kept file for its user; ``about`` comes back from ``find``."""
    content = {"file": kept.name, "sha256": digest(kept), "user": user_id, "about": about}
    return signing.dumps(content, salt=SALT)


def find(signed: str, *, user_id: int) -> tuple[Path, dict[str, Any]]:
    """The kept file and what was said about it; raises ``UploadLost``."""
    try:
        content = signing.loads(signed, salt=SALT, max_age=LIFETIME_SECONDS)
        kept = folder_of(FOLDER) / content["file"]
        is_same = content["user"] == user_id and digest(kept) == content["sha256"]
    except (signing.BadSignature, FileNotFoundError):
        is_same = False
    if not is_same:
        raise UploadLost(_("The checked file is no longer there or was changed. Upload it again."))
    return kept, content["about"]


def folder_of(name: str) -> Path:
    """A folder of the server's own, made where it is missing."""
    folder = Path(settings.MEDIA_ROOT) / name
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def digest(kept: Path) -> str:
    """The SHA-256 of a file."""
    with kept.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
