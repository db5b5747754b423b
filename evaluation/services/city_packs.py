"""Yearly packs of a district: built from what is known, submitted by a second person, superseded by
a corrected one, and verified by building them again."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from django.core.files import File
from django.db import transaction
from django.db.models import Max
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from centers.models.event import EARLIEST_YEAR
from evaluation.models import CityPack
from evaluation.rules import redacting
from evaluation.selectors import city_packs as selectors
from evaluation.selectors import disclosure_sources, disclosure_words
from portal.audit.services import Trail
from portal.errors import DomainError, given
from portal.evidence import services as evidence
from portal.inbox import services as inbox
from portal.jurisdictions.models import Division
from portal.transitions import lock, transition
from portal.users.models import User
from portal.users.roles import Capability

NOTE_KINDS = ("exception", "practice")
LONGEST_NOTE = 1000

TEXTS = {
    "build": gettext_noop(
        "%(district)s: version %(number)s of the yearly pack of %(year)s waits to be submitted."
    ),
    "submit": gettext_noop(
        "%(district)s: version %(number)s of the yearly pack of %(year)s was submitted."
    ),
}

_trail: Trail[CityPack] = Trail("evaluation.city_pack", place=lambda pack: pack.division.path)


class YearUnfit(DomainError):
    """The year, the day of the figures or the moment of knowing do not fit each other."""


class NoteUnfit(DomainError):
    """An explanation that belongs to no figure, says nothing, or names a person."""


class PackBySameHand(DomainError):
    """Who built a pack does not submit it."""


class SignerMissing(DomainError):
    """A pack is submitted without a word on who signed it."""


class PackOvertaken(DomainError):
    """A later version was submitted already."""


class PackChanged(DomainError):
    """What is stored of a pack is not what it says it was built from."""


@dataclass(frozen=True)
class Verification:
    """Whether a pack built again has the same bytes; else where the two differ."""

    is_same: bool
    differences: Sequence[str] = ()


def build(
    *,
    district: Division,
    year: int,
    as_of: date,
    by: User,
    at: datetime,
    known_at: datetime | None = None,
    notes: Iterable[Mapping[str, str]] = (),
    reason: str = "",
) -> CityPack:
    """Build the next version of a district's pack; whoever submits packs is told.

    ``known_at`` is now unless a past moment is given. ``notes`` are {figure, kind, text}; the
    second version and later ones say why in ``reason``. Raises ``YearUnfit``, ``NoteUnfit``,
    ``ReasonMissing``.
    """
    known_at = known_at or at
    _refuse_unfit(district, year, as_of, known_at, at)
    _keep, names = disclosure_sources.to_hide_by(None, district, localdate(at))
    kept = [_note(note, names) for note in notes]
    text = selectors.text(district=district, year=year, as_of=as_of, known_at=known_at, notes=kept)
    _refuse_strange(kept, text)
    return _enter(district, year, as_of, known_at, kept, text, reason.strip(), by=by, at=at)


@transaction.atomic
def _enter(
    district: Division,
    year: int,
    as_of: date,
    known_at: datetime,
    notes: list[dict[str, str]],
    text: str,
    reason: str,
    *,
    by: User,
    at: datetime,
) -> CityPack:
    # One after another: each version has its number.
    Division.objects.select_for_update().get(pk=district.pk)
    packs = CityPack.objects.filter(division=district, year=year)
    number = (packs.aggregate(Max("number"))["number__max"] or 0) + 1
    if number > 1:
        reason = given(
            reason,
            _("Version %(number)s follows another one. Say why it is built: the city reads it.")
            % {"number": number},
        )
    pack = CityPack.objects.create(
        division=district,
        year=year,
        number=number,
        as_of=as_of,
        known_at=known_at,
        notes=notes,
        content=text,
        sha256=sha256(text.encode()).hexdigest(),
        reason=reason if number > 1 else "",
        built_by=by,
        built_at=at,
    )
    _trail(pack, "build", by=by, at=at, changes={"sha256": [None, pack.sha256]}, reason=reason)
    submitters = User.objects.holding(Capability.CITY_PACK_SUBMIT, district)
    _tell(pack, "build", submitters.exclude(pk=by.pk), at=at)
    return pack


def submit(
    *,
    pack: CityPack,
    version: int,
    signer: str,
    by: User,
    at: datetime,
    upload: File | None = None,
) -> CityPack:
    """Submit a pack to the municipality: from now on it stands, and the one before is superseded.

    ``upload`` is the signed and sealed page. It is built again first, and must be the same. Whoever
    built it, and the municipality, are told. Raises ``PackBySameHand``, ``SignerMissing``,
    ``PackChanged``, ``PackOvertaken``, ``Conflict``; ``EvidenceRefused`` for the file.
    """
    if pack.built_by_id == by.pk:
        raise PackBySameHand(_("You built this version; somebody else has to submit it."))
    if not signer.strip():
        raise SignerMissing(_("Say who signed the pack: it is submitted in that name."))
    if pack.status == CityPack.Status.BUILT and not verify(pack=pack).is_same:
        raise PackChanged(
            _(
                "Built again, the pack is no longer the same: something it rests on was changed "
                "behind the portal. Build a new version, and ask whoever runs the portal."
            )
        )
    scan = evidence.store(upload=upload, by=by, at=at) if upload else None
    return _submit(pack, version, signer.strip(), scan, by=by, at=at)


@transaction.atomic
def _submit(
    pack: CityPack, version: int, signer: str, scan: Any, *, by: User, at: datetime
) -> CityPack:
    # Two versions of a year are not submitted at once.
    Division.objects.select_for_update().get(pk=pack.division_id)
    lock(pack, CityPack.Status.SUBMITTED, version=version)
    standing = CityPack.objects.submitted().filter(division=pack.division_id, year=pack.year)
    for former in standing:
        if former.number > pack.number:
            raise PackOvertaken(
                _("Version %(number)s was submitted already. Build a new one to correct it.")
                % {"number": former.number}
            )
        transition(former, CityPack.Status.SUPERSEDED)
        _trail(former, "supersede", by=by, at=at, changes={"by": [None, str(pack)]})
    transition(
        pack,
        CityPack.Status.SUBMITTED,
        version=version,
        submitted_by=by,
        submitted_at=at,
        signer=signer,
        scan=scan,
    )
    changes = {"status": [CityPack.Status.BUILT.value, pack.status], "signer": [None, signer]}
    _trail(pack, "submit", by=by, at=at, changes=changes)
    _tell(pack, "submit", _waiting(pack, by), at=at)
    return pack


@transaction.atomic
def drop(*, pack: CityPack, version: int, reason: str, by: User, at: datetime) -> CityPack:
    """Give up a version that was not submitted; its number is not used again."""
    reason = given(reason, _("Say why this version is given up: the trail keeps it."))
    transition(pack, CityPack.Status.DROPPED, version=version)
    _trail(pack, "drop", by=by, at=at, reason=reason)
    return pack


def verify(*, pack: CityPack) -> Verification:
    """Build the pack again from what it names, and compare it with what is stored."""
    anew = selectors.rebuilt(pack)
    is_whole = sha256(pack.content.encode()).hexdigest() == pack.sha256
    if is_whole and anew == pack.content:
        return Verification(is_same=True)
    return Verification(False, selectors.differences(pack.content, anew) or [""])


def _refuse_unfit(
    district: Division, year: int, as_of: date, known_at: datetime, at: datetime
) -> None:
    if district.kind != Division.Kind.DISTRICT:
        raise YearUnfit(
            _("“%(name)s” is no district. A pack is of a district.") % {"name": district.name}
        )
    if as_of.year != year or year < EARLIEST_YEAR:
        raise YearUnfit(
            _("%(day)s does not lie in %(year)s. Choose a day of the year, from %(first)s on.")
            % {"day": as_of, "year": year, "first": EARLIEST_YEAR}
        )
    if known_at > at:
        raise YearUnfit(_("What will be known later is not known. Choose a moment that is over."))
    if as_of > localdate(known_at):
        raise YearUnfit(
            _("%(day)s was still to come at that moment. Choose an earlier day.") % {"day": as_of}
        )


def _note(note: Mapping[str, str], names: Sequence[str]) -> dict[str, str]:
    """The explanation as it is kept."""
    figure, kind = note.get("figure", ""), note.get("kind", "")
    text = note.get("text", "").strip()
    if kind not in NOTE_KINDS:
        raise NoteUnfit(
            _("“%(kind)s” is no kind of explanation. Choose an exception or a good practice.")
            % {"kind": kind}
        )
    if not text or len(text) > LONGEST_NOTE:
        raise NoteUnfit(
            _("The explanation of %(figure)s has to say something, in %(limit)s characters.")
            % {"figure": figure, "limit": LONGEST_NOTE}
        )
    if found := redacting.personal(text, names=names):
        first = found[0]
        raise NoteUnfit(
            _(
                "The explanation of %(figure)s holds “%(start)s…”, which looks like %(kind)s. Take"
                " it out: the pack leaves the district."
            )
            % {
                "figure": figure,
                "start": text[first.start : first.end][:3],
                "kind": disclosure_words.HIDDEN[first.kind],
            }
        )
    return {"figure": figure, "kind": kind, "text": text}


def _refuse_strange(notes: Sequence[Mapping[str, str]], text: str) -> None:
    known = selectors.keys_of(text)
    for note in notes:
        if note["figure"] not in known:
            raise NoteUnfit(
                _("The pack has no figure “%(figure)s” to explain.") % {"figure": note["figure"]}
            )


def _waiting(pack: CityPack, by: User) -> list[User]:
    """Who built it, and who sees the municipality summed up."""
    city = pack.division.parent
    found = list(User.objects.holding(Capability.SUMMARY_VIEW, city)) if city else []
    told = {user.pk: user for user in (pack.built_by, *found)}
    return [user for pk, user in told.items() if pk != by.pk]


def _tell(pack: CityPack, verb: str, users: Iterable[User], *, at: datetime) -> None:
    inbox.notify(
        users=users,
        key=f"city_pack:{pack.pk}:{verb}",
        text=TEXTS[verb],
        params={"district": pack.division.name, "number": pack.number, "year": pack.year},
        url_path=reverse("admin:evaluation_citypack_change", args=[pack.pk]),
        division_path=pack.division.path,
        at=at,
    )
