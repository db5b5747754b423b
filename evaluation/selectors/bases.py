"""What results of centers rest on: the rules themselves and all that the rules were given."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

from centers.models import Center
from evaluation import rules
from evaluation.models import Basis, Pack
from evaluation.selectors import facts, judgments, parameters
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


def digests(center_ids: Sequence[int], as_of: date, pack: Pack) -> dict[int, str]:
    """Center id → digest of everything a judgment as of the date rests on but the date itself.

    Five queries. Ask before judging: what comes in between is then found out the next time.
    """
    paths = dict(
        Center.objects.filter(any_of("id", center_ids)).values_list("pk", "division__path")
    )
    common = code_digest(), pack.pk, pack.sha256
    settings = {
        path: _digest([repr((common, setting.version, sorted(setting.origins.items()))).encode()])
        for path, setting in parameters.settings_for(paths.values(), pack, as_of).items()
    }
    sections = _sections(center_ids)
    worked = work_records.counts(center_ids)
    waivers = judgments.waivers_in_force(center_ids, as_of)

    def rested_on(pk: int, path: str) -> tuple[Any, ...]:
        waived = sorted(waivers.get(pk, {}).items())
        return settings[path], sections.get(pk), worked.get(pk), waived

    return {pk: _digest([repr(rested_on(pk, path)).encode()]) for pk, path in paths.items()}


def _sections(center_ids: Iterable[int]) -> Mapping[int, list[int]]:
    """Center id → ids of the sections that count, which nothing changes any more."""
    found: dict[int, list[int]] = defaultdict(list)
    for pk, _kind, center_id in facts.sections_accepted_last(center_ids):
        found[center_id].append(pk)
    return found


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
