"""What looks odd in a section as it is typed: told to the person who fills it in, blocking nothing.

Every function is pure. A check of one row sees that row alone; a check of the section sees all
rows, the section accepted last and the other sections of the filing. To add one, write a generator
of ``Caution`` and put it into ``ROW_CHECKS`` or ``SECTION_CHECKS`` of its kind.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from centers.models import Center, Section
from centers.selectors.cautions.accounts import account_dates, account_holder, account_open
from centers.selectors.cautions.caution import Caution, Row, Said, row_removed
from centers.selectors.cautions.councils import council_members, council_term
from centers.selectors.cautions.figures import function_figures, function_kinds
from centers.selectors.cautions.funding import (
    funding_amounts,
    funding_gap,
    funding_government,
    funding_jump,
    funding_mixed,
    funding_period,
)
from centers.selectors.cautions.premises import (
    premises_area,
    premises_change,
    premises_in_use,
    premises_right,
    premises_share,
    premises_unknown,
)
from centers.selectors.cautions.profiles import (
    profile_chair,
    profile_dates,
    profile_figures,
    profile_grade,
    profile_in_force,
    profile_operator,
    profile_registration,
)
from centers.selectors.cautions.staff import (
    staff_dates,
    staff_director,
    staff_directors,
    staff_full_time,
    staff_twice,
)
from centers.selectors.cautions.statutory import (
    statutory_against_law,
    statutory_applied,
    statutory_audited,
    statutory_days,
    statutory_filed,
    statutory_of_profile,
    statutory_silent,
    statutory_twice,
    statutory_unknown,
)
from centers.selectors.sections import accepted_sections, rows_by_section, with_lines

ROW_CHECKS: dict[str, tuple[Callable[[Row, date], Iterator[Caution]], ...]] = {
    Section.Kind.PROFILE: (
        profile_registration,
        profile_dates,
        profile_operator,
        profile_grade,
        profile_figures,
        profile_chair,
    ),
    Section.Kind.STAFF: (staff_full_time, staff_director, staff_dates),
    Section.Kind.PREMISES: (premises_area, premises_share, premises_unknown, premises_right),
    Section.Kind.ACCOUNTS: (account_dates,),
    Section.Kind.FUNDING: (funding_government, funding_amounts, funding_mixed, funding_period),
    Section.Kind.GOVERNANCE: (council_members,),
    Section.Kind.FUNCTIONS: (function_kinds,),
    Section.Kind.STATUTORY: (
        statutory_unknown,
        statutory_filed,
        statutory_applied,
        statutory_audited,
        statutory_against_law,
        statutory_days,
    ),
}
SECTION_CHECKS: dict[str, tuple[Callable[[Said], Iterator[Caution]], ...]] = {
    Section.Kind.PROFILE: (profile_in_force,),
    Section.Kind.STAFF: (staff_directors, staff_twice, row_removed),
    Section.Kind.PREMISES: (premises_in_use, premises_change, row_removed),
    Section.Kind.ACCOUNTS: (account_holder, account_open, row_removed),
    Section.Kind.FUNDING: (funding_gap, funding_jump),
    Section.Kind.GOVERNANCE: (council_term,),
    Section.Kind.FUNCTIONS: (function_figures,),
    Section.Kind.STATUTORY: (
        statutory_twice,
        statutory_silent,
        statutory_of_profile,
        row_removed,
    ),
}


def of(said: Said) -> list[Caution]:
    """All that looks odd in a section: of the whole first, then row by row."""
    found = [caution for check in SECTION_CHECKS[said.kind] for caution in check(said)]
    for position, row in enumerate(said.rows, start=1):
        for check in ROW_CHECKS[said.kind]:
            found += (_placed(caution, row, position) for caution in check(row, said.on))
    found.sort(key=lambda caution: caution.position or 0)
    return [replace(caution, kind=said.kind) for caution in found]


def _placed(caution: Caution, row: Row, position: int) -> Caution:
    """A figure of the functions stands at its year and code, everything else in its row."""
    if "function" in row:
        return replace(caution, field=row["function"] or "", year=row.get("fiscal_year"))
    return replace(caution, position=position)


@dataclass(frozen=True)
class Surroundings:
    """What stands around the sections of one filing: rows by kind, as ``Said`` takes them."""

    accepted: Mapping[str, list[dict[str, Any]]]
    filed: Mapping[str, list[dict[str, Any]]]

    def said(self, kind: str, rows: Sequence[Row], on: date, *, is_partial: bool = False) -> Said:
        """A section of the filing with ``rows`` in place of what is stored."""
        others = {**self.accepted, **self.filed}
        others.pop(kind, None)
        return Said(kind, rows, on, self.accepted.get(kind), others, is_partial)


def surroundings(center: Center, sections: Iterable[Section]) -> Surroundings:
    """Of the sections of one filing; at most one query per kind and one more.

    The section accepted last is not compared with itself: of an accepted section nothing stands
    before.
    """
    sections = list(sections)
    own = {section.pk for section in sections}
    accepted = [s for s in accepted_sections(center).values() if s.pk not in own]
    rows = rows_by_section([*accepted, *sections])
    said = [s for s in sections if s.reported(len(rows[s.pk])) != Section.Reported.MISSING]
    return Surroundings(
        {s.kind: with_lines(rows[s.pk], s.kind) for s in accepted},
        {s.kind: with_lines(rows[s.pk], s.kind) for s in said},
    )


def of_sections(
    center: Center, sections: Iterable[Section], on: date
) -> dict[int, list[Caution]]:
    """Section id → what looks odd in it as it is stored; of a decided section nothing is said."""
    sections = list(sections)
    around = surroundings(center, sections)
    return {
        section.pk: of(around.said(section.kind, around.filed[section.kind], on))
        if section.kind in around.filed and section.status != Section.Status.ACCEPTED
        else []
        for section in sections
    }
