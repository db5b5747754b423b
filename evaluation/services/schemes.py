"""Review schemes: drafted or copied, changed as rows while drafts, adopted for good, retired."""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evaluation.models import Band, Extra, Indicator, Scheme
from evaluation.rules import reviewing
from evaluation.rules.reviewing import SettingsWrong, check_settings
from evaluation.selectors import parameters
from portal.audit.services import Trail
from portal.errors import Conflict, DomainError, constraint_of, given, together
from portal.jurisdictions.models import Division
from portal.transitions import edit as edit_row
from portal.transitions import transition
from portal.users.models import User

TEMPLATE = Path(__file__).parent.parent / "data" / "review-scheme.toml"
HUNDRED = Decimal(100)
# What a setting has to be, by its key.
ASKED = {
    "rules": gettext_lazy("Give the ids of its rules, each once."),
    "target": gettext_lazy("The target is a number above 0."),
    "per_event": gettext_lazy("The points per event are a number above 0."),
    "levels": gettext_lazy("Give each level once, with its share from 0 to 1."),
    "steps": gettext_lazy(
        "Give the steps in ascending order, each with its share from 0 to 1; of what is done in"
        " time or accepted a step begins at a share of at most 1, of a mean at most at 100."
    ),
    "group": gettext_lazy("Name the group: organizations or residents."),
    "figure": gettext_lazy("Name the figure: planned, accepted_share or performance_mean."),
}

_record: Trail[Scheme] = Trail("evaluation.scheme", place=lambda scheme: scheme.district.path)


class SchemeRefused(DomainError):
    """Rows that no scheme can have, or that cannot be adopted; ``lines`` says each."""

    def __init__(self, lines: Sequence[str]) -> None:
        super().__init__(together(lines))
        self.lines = list(lines)


@dataclass(frozen=True)
class Row:
    """One indicator, or with ``section`` "" a section. ``points`` in points of the 100."""

    code: str
    name: str
    points: Decimal
    section: str = ""
    clause: str = ""
    scoring: str = ""
    source: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    standard: str = ""
    scorer: str = Indicator.Scorer.DISTRICT
    needs_evidence: bool = True


@dataclass(frozen=True)
class ExtraRow:
    """A bonus with its most points, or a veto without any."""

    kind: str
    name: str
    points: Decimal | None = None
    standard: str = ""


@transaction.atomic
def draft(*, district: Division, title: str, by: User, at: datetime, **values: Any) -> Scheme:
    """A scheme without rows; ``values`` are others of its fields."""
    title = given(title, _("Give the scheme a title."))
    scheme = Scheme.objects.create(
        district=district, title=title, drafted_by=by, drafted_at=at, **values
    )
    _record(scheme, "draft", by=by, at=at)
    return scheme


@transaction.atomic
def template(*, district: Division, by: User, at: datetime) -> Scheme:
    """A draft with the rows of the template that comes with the portal."""
    with TEMPLATE.open("rb") as file:
        data = tomllib.load(file)
    scheme = draft(
        district=district,
        title=data["title"],
        no_data_policy=data["no_data_policy"],
        bonus_max=Decimal(data["bonus_max"]),
        by=by,
        at=at,
    )
    rows = []
    for section in data["sections"]:
        inner = section.pop("indicators")
        rows.append(Row(**section | {"points": Decimal(section["points"])}))
        rows += [
            Row(section=section["code"], **row | {"points": Decimal(row["points"])})
            for row in inner
        ]
    extras = [
        ExtraRow(**row | {"points": Decimal(row["points"]) if "points" in row else None})
        for row in data["extras"]
    ]
    bands = [(grade, Decimal(start)) for grade, start in data["bands"]]
    _write_indicators(scheme, rows)
    _write_extras(scheme, extras)
    _write_bands(scheme, bands)
    return scheme


@transaction.atomic
def copy(*, scheme: Scheme, title: str, by: User, at: datetime) -> Scheme:
    """A draft with the rows of ``scheme``: how an adopted scheme is changed."""
    made = draft(
        district=scheme.district,
        title=title,
        no_data_policy=scheme.no_data_policy,
        excellent_quota=scheme.excellent_quota,
        bonus_max=scheme.bonus_max,
        copied_from=scheme,
        by=by,
        at=at,
    )
    _write_indicators(made, rows_of(scheme))
    _write_extras(made, extras_of(scheme))
    _write_bands(made, bands_of(scheme))
    return made


def rows_of(scheme: Scheme) -> list[Row]:
    """The indicators as rows, each section before its own."""
    kept = list(scheme.indicators.order_by("position", "code"))
    codes = {row.pk: row.code for row in kept}
    return [
        Row(
            code=row.code,
            name=row.name,
            points=row.points,
            section=codes.get(row.parent_id, "") if row.parent_id else "",
            clause=row.clause,
            scoring=row.scoring,
            source=row.source,
            settings=row.settings,
            standard=row.standard,
            scorer=row.scorer,
            needs_evidence=row.needs_evidence,
        )
        for row in kept
    ]


def extras_of(scheme: Scheme) -> list[ExtraRow]:
    """Bonuses and vetoes as rows, in order."""
    kept = scheme.extras.order_by("kind", "position")
    return [ExtraRow(row.kind, row.name, row.points, row.standard) for row in kept]


def bands_of(scheme: Scheme) -> list[tuple[str, Decimal]]:
    """(grade, from so many points), highest first."""
    return list(scheme.bands.order_by("-from_points").values_list("grade", "from_points"))


@transaction.atomic
def edit(*, scheme: Scheme, version: int, by: User, at: datetime, **values: Any) -> Scheme:
    """Change what the scheme is called and how it counts, while it is a draft."""
    _refuse_adopted(scheme)
    edit_row(scheme, version=version, **values)
    _record(scheme, "edit", by=by, at=at)
    return scheme


@transaction.atomic
def set_indicators(
    *, scheme: Scheme, rows: Iterable[Row], version: int, by: User, at: datetime
) -> Scheme:
    """These rows instead of those there were; raises ``SchemeRefused``. The sums are asked for at
    the adoption, so that a draft may be half done."""
    _refuse_adopted(scheme)
    edit_row(scheme, version=version)
    rows = list(rows)
    _refuse_rows(rows, localdate(at))
    _write_indicators(scheme, rows)
    _record(scheme, "set_indicators", by=by, at=at, changes={"rows": [None, str(len(rows))]})
    return scheme


@transaction.atomic
def set_extras(
    *, scheme: Scheme, rows: Iterable[ExtraRow], version: int, by: User, at: datetime
) -> Scheme:
    """These bonuses and vetoes instead of those there were."""
    _refuse_adopted(scheme)
    edit_row(scheme, version=version)
    rows = list(rows)
    names = [row.name.strip() for row in rows]
    lines = [
        _("“%(name)s”: a bonus has its most points, a veto has none.") % {"name": row.name}
        for row in rows
        if (row.kind == Extra.Kind.BONUS) != bool(row.points and row.points > 0)
    ]
    lines += [_("“%(name)s” stands there twice.") % {"name": name} for name in _twice(names)]
    if lines:
        raise SchemeRefused(lines)
    _write_extras(scheme, rows)
    _record(scheme, "set_extras", by=by, at=at, changes={"rows": [None, str(len(rows))]})
    return scheme


@transaction.atomic
def set_bands(
    *, scheme: Scheme, bands: Iterable[tuple[str, Decimal]], version: int, by: User, at: datetime
) -> Scheme:
    """These grades instead of those there were: (grade, from so many points)."""
    _refuse_adopted(scheme)
    edit_row(scheme, version=version)
    bands = list(bands)
    order = [str(grade) for grade in Band.Grade]
    ranked = [grade for grade, _start in sorted(bands, key=lambda band: -band[1])]
    starts = [start for _grade, start in bands]
    if len(set(starts)) < len(starts) or ranked != [each for each in order if each in ranked]:
        raise SchemeRefused([_("A better grade begins at more points than the next.")])
    _write_bands(scheme, bands)
    _record(scheme, "set_bands", by=by, at=at)
    return scheme


@transaction.atomic
def adopt(*, scheme: Scheme, version: int, by: User, at: datetime) -> Scheme:
    """Fix the scheme: from here on rounds use it, and it changes only as a copy.

    Raises ``SchemeRefused`` with every sum that is wrong, and every row that nothing counts.
    """
    if lines := [*problems(scheme), *_unknown_rules(rows_of(scheme), localdate(at))]:
        raise SchemeRefused(lines)
    try:
        with transaction.atomic():
            transition(scheme, Scheme.Status.ADOPTED, version=version, adopted_by=by, adopted_at=at)
    except IntegrityError as error:
        if not constraint_of(error).startswith("scheme_"):
            raise
        raise Conflict(_("The rows were changed meanwhile. Load the page again.")) from error
    _record(scheme, "adopt", by=by, at=at)
    return scheme


def problems(scheme: Scheme) -> list[str]:
    """What keeps the scheme from being adopted, each as a sentence."""
    rows = rows_of(scheme)
    heads = [row for row in rows if not row.section]
    lines = []
    if (whole := sum((row.points for row in heads), Decimal(0))) != HUNDRED:
        lines.append(
            _("The sections have %(sum)s points together, and have to have 100.") % {"sum": whole}
        )
    for head in heads:
        own = sum((row.points for row in rows if row.section == head.code), Decimal(0))
        if own != head.points:
            text = _("Section %(code)s has %(points)s points, its indicators %(sum)s together.")
            lines.append(text % {"code": head.code, "points": head.points, "sum": own})
    lines += [line for row in rows if row.section for line in _misfits(row)]
    if not any(start == 0 for _grade, start in bands_of(scheme)):
        lines.append(_("No grade begins at 0 points: a center could be left without any."))
    if scheme.excellent_quota is not None and len(bands_of(scheme)) == 1:
        lines.append(_("A share of excellent is set, and no grade lies below it."))
    return lines


@transaction.atomic
def retire(*, scheme: Scheme, version: int, by: User, at: datetime) -> Scheme:
    """No round is opened by it any more; those there are stand."""
    transition(scheme, Scheme.Status.RETIRED, version=version)
    _record(scheme, "retire", by=by, at=at)
    return scheme


@transaction.atomic
def drop(*, scheme: Scheme, version: int, by: User, at: datetime) -> Scheme:
    """Give up a draft."""
    transition(scheme, Scheme.Status.DROPPED, version=version)
    _record(scheme, "drop", by=by, at=at)
    return scheme


def _refuse_adopted(scheme: Scheme) -> None:
    if scheme.status != Scheme.Status.DRAFT:
        raise Conflict(_("The scheme is adopted and stands. Copy it, and change the copy."))


def _refuse_rows(rows: Sequence[Row], on: date) -> None:
    codes = [row.code for row in rows]
    heads = {row.code for row in rows if not row.section}
    lines = [_("Code %(code)s stands there twice.") % {"code": code} for code in _twice(codes)]
    for row in rows:
        place = {"code": row.code}
        if row.points <= 0:
            lines.append(_("%(code)s: the points have to be more than 0.") % place)
        if not row.section:
            continue
        if row.section not in heads:
            text = _("%(code)s: there is no section %(section)s.")
            lines.append(text % {"code": row.code, "section": row.section})
        if not row.scoring or not row.source or not row.standard.strip():
            lines.append(
                _("%(code)s: say how it is scored, from which figure, and by what standard.")
                % place
            )
            continue
        lines += _misfits(row)
    lines += _unknown_rules(rows, on)
    if lines:
        raise SchemeRefused(lines)


def _misfits(row: Row) -> list[str]:
    """Why a row cannot be scored as it says, with what it would take."""
    place = {
        "code": row.code,
        "scoring": Indicator.Scoring(row.scoring).label,
        "source": Indicator.Source(row.source).label,
    }
    if not reviewing.fits(row.scoring, row.source):
        fitting = [way for way in Indicator.Scoring if reviewing.fits(way, row.source)]
        text = _("%(code)s: “%(scoring)s” cannot count “%(source)s”; choose one of %(ways)s.")
        return [text % {**place, "ways": "、".join(str(way.label) for way in fitting)}]
    try:
        check_settings(row.scoring, row.source, row.settings)
    except SettingsWrong as wrong:
        text = _("%(code)s: the settings do not fit the way of scoring “%(scoring)s”.")
        return [f"{text % place} {ASKED[wrong.key]}"]
    return []


def _unknown_rules(rows: Sequence[Row], on: date) -> list[str]:
    asked = [(row.code, rule) for row in rows for rule in row.settings.get("rules", ())]
    if not asked:
        return []
    pack = parameters.parsed(parameters.pack_in_force(on))
    known = {rule.id for rule in pack.center_rules}
    return [
        _("%(code)s: the standard in force has no rule %(rule)s.") % {"code": code, "rule": rule}
        for code, rule in asked
        if rule not in known
    ]


def _twice(values: Sequence[str]) -> list[str]:
    return sorted({value for value in values if values.count(value) > 1})


def _write_indicators(scheme: Scheme, rows: Sequence[Row]) -> None:
    scheme.indicators.exclude(parent=None).delete()
    scheme.indicators.all().delete()
    heads: dict[str, Indicator] = {}
    for only_heads in (True, False):
        for position, row in enumerate(rows, start=1):
            if bool(row.section) == only_heads:
                continue
            values = asdict(row)
            section = values.pop("section")
            made = Indicator.objects.create(
                scheme=scheme, position=position, parent=heads.get(section), **values
            )
            heads.setdefault(row.code, made)


def _write_extras(scheme: Scheme, rows: Sequence[ExtraRow]) -> None:
    scheme.extras.all().delete()
    for position, row in enumerate(rows, start=1):
        Extra.objects.create(scheme=scheme, position=position, **asdict(row))


def _write_bands(scheme: Scheme, bands: Iterable[tuple[str, Decimal]]) -> None:
    scheme.bands.all().delete()
    for grade, start in bands:
        Band.objects.create(scheme=scheme, grade=grade, from_points=start)
