"""Loading rule packs."""

import hashlib
import json
import tomllib
from datetime import datetime
from pathlib import Path

from django.utils.translation import gettext as _

from evaluation.models import Pack
from evaluation.rules import packs
from portal.errors import DomainError

FOLDER = Path(__file__).resolve().parent.parent / "packs"


class PackChanged(DomainError):
    """A loaded version came back with other content; a change needs a new version."""


def load(*, path: Path, at: datetime) -> Pack:
    """Load one pack file; a version already loaded must be the same, and is left alone."""
    rules = packs.read_pack(path)
    content = json.loads(json.dumps(tomllib.loads(path.read_text("utf-8")), default=str))
    sha256 = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    pack, _created = Pack.objects.get_or_create(
        code=rules.code,
        version=rules.version,
        defaults={
            "division_code": rules.division,
            "effective_from": rules.effective_from,
            "sha256": sha256,
            "content": content,
            "loaded_at": at,
        },
    )
    if pack.sha256 != sha256:
        raise PackChanged(
            _("Rule pack %(pack)s is already loaded with other content. Give it a new version.")
            % {"pack": pack}
        )
    return pack


def load_all(*, at: datetime) -> list[Pack]:
    """Load every pack of the repository."""
    return [load(path=path, at=at) for path in sorted(FOLDER.glob("*.toml"))]
