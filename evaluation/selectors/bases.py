"""What results of centers rest on: the rules themselves and all that the rules were given."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

from evaluation import rules
from evaluation.models import Basis
from evaluation.selectors import facts, judgments, parameters
from evaluation.selectors.judgments import Ground
from organizations.selectors import work_records
from portal.batches import any_of

# What judges: another version of it may say something else of the same facts.
CODE = (
    *sorted(Path(rules.__path__[0]).glob("*.py")),
    *(Path(str(module.__file__)) for module in (facts, judgments, parameters, work_records)),
)


@lru_cache(maxsize=1)
def code_digest() -> str:
    """Of the program that judges, as it was when this process first asked."""
    return _digest(path.read_bytes() for path in CODE)


def digests(ground: Ground) -> dict[int, str]:
    """Center id → digest of everything a judgment on the ground rests on but the date itself.

    Two queries with the sections. Ask before judging: what comes in between is then found out the
    next time.
    """
    common = code_digest(), ground.pack.pk, ground.pack.sha256
    settings = {
        path: _digest([repr((common, setting.version, sorted(setting.origins.items()))).encode()])
        for path, setting in ground.settings.items()
    }
    # Nothing changes a section that counts any more.
    sections: dict[int, list[int]] = defaultdict(list)
    for pk, _kind, center_id in ground.sections:
        sections[center_id].append(pk)
    worked = work_records.counts(list(ground.paths))

    def rested_on(pk: int, path: str) -> tuple[Any, ...]:
        waived = sorted(ground.waivers.get(pk, {}).items())
        return settings[path], sections.get(pk), worked.get(pk), waived

    return {pk: _digest([repr(rested_on(pk, path)).encode()]) for pk, path in ground.paths.items()}


def turned(digests: Mapping[int, str], as_of: date) -> list[int]:
    """Those of the centers whose results may not hold as of the date. One query."""
    held = Basis.objects.filter(
        any_of("center_id", digests), judged_on__lte=as_of, turns_on__gt=as_of
    )
    known = dict(held.values_list("center_id", "digest"))
    return [pk for pk, digest in digests.items() if known.get(pk) != digest]


def _digest(parts: Iterable[bytes]) -> str:
    digest = blake2b(digest_size=16)
    for part in parts:
        digest.update(part)
    return digest.hexdigest()
