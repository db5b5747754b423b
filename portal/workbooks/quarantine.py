"""Where an uploaded workbook waits between its check and its confirmation.

A random name, readable by the server alone, outside everything that is served. A signed token
names the file, and holds only for its user, its content and an hour.
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


class UploadLost(DomainError):
    """The checked file is gone, was changed, is too old, or belongs to somebody else."""


def keep(upload: UploadedFile) -> Path:
    """The upload under a random name; what was never confirmed is thrown away first."""
    oldest = timezone.now().timestamp() - LIFETIME_SECONDS
    for stale in _folder().glob("*.xlsx"):
        if stale.stat().st_mtime < oldest:
            stale.unlink(missing_ok=True)
    kept = _folder() / f"{secrets.token_hex(16)}.xlsx"
    kept.touch(mode=0o600)
    with kept.open("wb") as file:
        for chunk in upload.chunks():
            file.write(chunk)
    return kept


def token(kept: Path, *, user_id: int, **about: Any) -> str:
    """Names the kept file for its user; ``about`` comes back from ``find``."""
    content = {"file": kept.name, "sha256": _digest(kept), "user": user_id, "about": about}
    return signing.dumps(content, salt=SALT)


def find(signed: str, *, user_id: int) -> tuple[Path, dict[str, Any]]:
    """The kept file and what was said about it; raises ``UploadLost``."""
    try:
        content = signing.loads(signed, salt=SALT, max_age=LIFETIME_SECONDS)
        kept = _folder() / content["file"]
        is_same = content["user"] == user_id and _digest(kept) == content["sha256"]
    except (signing.BadSignature, FileNotFoundError):
        is_same = False
    if not is_same:
        raise UploadLost(_("The checked file is no longer there or was changed. Upload it again."))
    return kept, content["about"]


def _folder() -> Path:
    folder = Path(settings.MEDIA_ROOT) / "imports"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def _digest(kept: Path) -> str:
    with kept.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
