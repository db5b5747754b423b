"""What looks odd in a section as it is typed: told to the person who fills it in, blocking nothing.

Every function is pure. A check of one row sees that row alone; a check of the section sees all
rows, the section accepted last and the other sections of the filing. To add one, write a generator
of ``Caution`` and put it into ``ROW_CHECKS`` or ``SECTION_CHECKS`` of its kind.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from itertools import accumulate
from typing import Any

from django.utils.translation import gettext_lazy as _

from centers.models import FUNCTIONS, Center, Section, definitions
from centers.selectors.sections import accepted_sections, rows_by_section, with_lines
from portal.cells import Message, match_key

Row = Mapping[str, Any]

# No official figures stand behind these: what is usual for a center of a street or town [practice].
LARGEST_AREA_M2 = Decimal(2000)
SMALLEST_AREA_M2 = Decimal(5)
AREA_CHANGE = Decimal("0.5")
FEW_YUAN = Decimal(1000)
AMOUNT_FACTOR = 10
ANNUAL_MIN_DAYS = 330
ANNUAL_MAX_DAYS = 366
FEWEST_MEMBERS = 3
LONGEST_TERM_DAYS = 5 * 366
EARLY_DAYS = 10 * 366
FIGURE_FACTOR = 5
# Small figures jump, and repeat, by chance.
FIGURE_FLOOR = 10
MOST_KINDS_OF_SUPPORT = 12

FULL_TIME_NEVER = ("part_time", "volunteer", "concurrent_official")
GOVERNMENT = ("grant", "purchase")
BASIC = ("basic_operation", "mixed")
DIRECTORS = ("director", "acting_director")
# Kinds of which somebody or something that is no longer so is ended by a date.
ENDED_BY_DATE = (Section.Kind.STAFF, Section.Kind.PREMISES, Section.Kind.ACCOUNTS)


@dataclass(frozen=True)
class Caution:
    """``position`` is the row's place from 1, ``field`` its field; neither for the whole section.

    Of the functions there is a year and the function's code in place of a row.
    """

    message: Message
    field: str = ""
    kind: str = ""
    position: int | None = None
    year: int | None = None

    @property
    def code(self) -> str:
        return self.message.code

    @property
    def label(self) -> Any:
        """What the field is called, "" for the whole row or section."""
        return definitions.label_of(self.kind, self.field) if self.field else ""

    def __str__(self) -> str:
        return str(self.message)


@dataclass(frozen=True)
class Said:
    """A section as typed. ``before`` are the rows accepted last, None when never filed.

    ``others`` are the rows of the other kinds, of this filing or accepted last. ``is_partial``:
    some rows could not be read, so that nothing is said of what seems to be missing.
    """

    kind: str
    rows: Sequence[Row]
    on: date
    before: Sequence[Row] | None = None
    others: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    is_partial: bool = False

    @property
    def in_force(self) -> list[tuple[int, Row]]:
        """(position, row) of the rows that hold on the day."""
        return [(n, row) for n, row in enumerate(self.rows, start=1) if _holds(row, self.on)]


def _holds(row: Row, on: date) -> bool:
    start, end = row.get("starts_on"), row.get("ends_on")
    return (start is None or start <= on) and (end is None or end >= on)


def _days(row: Row) -> int | None:
    """Length of the row's period, both ends included."""
    start, end = row.get("starts_on"), row.get("ends_on")
    return None if start is None or end is None else (end - start).days + 1


def _overlap(one: Row, other: Row) -> bool:
    return (one.get("starts_on") or date.min) <= (other.get("ends_on") or date.max) and (
        other.get("starts_on") or date.min
    ) <= (one.get("ends_on") or date.max)


def _who(row: Row) -> Any:
    """Whom a row is about: the id of a known person, the name of a new one."""
    person = row.get("person")
    return row.get("person_id") or getattr(person, "pk", None) or row.get("person_name")


def _odd(field: str, code: str, text: Any, **params: Any) -> Caution:
    return Caution(Message(code, text, params), field)


# --- one row: (row, today) → cautions without a position


def profile_registration(row: Row, _on: date) -> Iterator[Caution]:
    """Registered goes with code, date and legal representative, and not registered without."""
    is_registered = row.get("registration_status") == "registered"
    representative = row.get("legal_representative") or row.get("legal_representative_id")
    missing = (
        (
            "uscc",
            row.get("uscc"),
            _("Registered, but without a credit code. Copy it from the certificate."),
        ),
        (
            "registered_on",
            row.get("registered_on"),
            _("Registered, but without a registration date. Copy it from the certificate."),
        ),
        (
            "legal_representative",
            representative or row.get("person_name"),
            _("Registered, but without a legal representative. Choose the person."),
        ),
    )
    for name, value, text in missing:
        if is_registered and not value:
            yield _odd(name, f"registered_without_{name}", text)
    if row.get("registration_status") in ("preparing", "unregistered") and row.get("uscc"):
        yield _odd(
            "registration_status",
            "code_without_registration",
            _(
                "There is a credit code although the center is not registered. Is it the"
                " operator's?"
            ),
        )


def profile_dates(row: Row, on: date) -> Iterator[Caution]:
    """Registration and first day of work are past and near each other."""
    registered, established = row.get("registered_on"), row.get("established_on")
    for name, day in (("registered_on", registered), ("established_on", established)):
        if day is not None and day > on:
            yield _odd(
                name,
                "date_in_future",
                _("%(day)s lies in the future. Check the year."),
                day=day,
            )
    if registered is None or established is None:
        return
    if established > registered:
        yield _odd(
            "established_on",
            "established_after_registered",
            _("The center began to work only after it was registered on %(day)s. Is that so?"),
            day=registered,
        )
    elif (registered - established).days > EARLY_DAYS:
        yield _odd(
            "established_on",
            "established_long_before",
            _("More than ten years before the registration on %(day)s. Check the year."),
            day=registered,
        )


def profile_operator(row: Row, _on: date) -> Iterator[Caution]:
    """An operator belongs to an entrusted center only."""
    if row.get("operator_name") and row.get("operating_model") != "entrusted":
        yield _odd(
            "operator_name",
            "operator_without_entrustment",
            _("An operator is named although the center is not entrusted. Correct one of the two."),
        )


def profile_grade(row: Row, on: date) -> Iterator[Caution]:
    """A grade has a last day, and it has not passed."""
    if row.get("grade") in (None, "", "none"):
        return
    until = row.get("grade_until")
    if until is None:
        yield _odd(
            "grade_until",
            "grade_without_end",
            _("A grade without the day it ends. It stands on the notice."),
        )
    elif until < on:
        yield _odd(
            "grade_until",
            "grade_expired",
            _("The grade ended on %(day)s. Was there a new assessment?"),
            day=until,
        )


def staff_full_time(row: Row, on: date) -> Iterator[Caution]:
    """Full-time or not is said, and agrees with the employment."""
    if row.get("is_full_time") and row.get("employment_type") in FULL_TIME_NEVER:
        yield _odd(
            "is_full_time",
            "full_time_contradicts_employment",
            _("Full-time contradicts the form of employment. Correct one of the two."),
        )
    if not _holds(row, on):
        return
    if row.get("is_full_time") is None:
        yield _odd(
            "is_full_time",
            "full_time_unknown",
            _("Unknown: the person counts neither as full-time nor as not."),
        )
    if not row.get("employment_type"):
        yield _odd(
            "employment_type",
            "employment_unknown",
            _("Unknown: without it nobody can say whether the person counts."),
        )


def staff_director(row: Row, on: date) -> Iterator[Caution]:
    """The director in post is full-time, and the appointment is known."""
    if row.get("post") not in DIRECTORS or not _holds(row, on):
        return
    if row.get("is_full_time") is False:
        yield _odd(
            "is_full_time",
            "director_not_full_time",
            _("The standard asks for a full-time director. Is this person really not full-time?"),
        )
    if row.get("is_council_appointed") is None:
        yield _odd(
            "is_council_appointed",
            "appointment_unknown",
            _("Of the director it is asked whether the council made the appointment."),
        )


def staff_dates(row: Row, on: date) -> Iterator[Caution]:
    """Dates in post are past; who is in post has a first day."""
    for name, text in (
        (
            "starts_on",
            _("First day %(day)s lies in the future: the person does not count until then."),
        ),
        (
            "ends_on",
            _("Last day %(day)s lies in the future. File it when it is certain."),
        ),
    ):
        day = row.get(name)
        if day is not None and day > on:
            yield _odd(name, f"{name}_in_future", text, day=day)
    if row.get("starts_on") is None:
        yield _odd(
            "starts_on",
            "start_unknown",
            _("Without a first day the person counts as having always been in post."),
        )


def premises_area(row: Row, _on: date) -> Iterator[Caution]:
    """Areas are known and of a size that centers have."""
    for name in ("exclusive_area_m2", "shared_area_m2"):
        area = row.get(name)
        if area is not None and area > LARGEST_AREA_M2:
            yield _odd(
                name,
                "area_large",
                _("%(area)s m² is more than centers have. Is it the whole building?"),
                area=area,
            )
        elif area is not None and 0 < area < SMALLEST_AREA_M2:
            yield _odd(
                name,
                "area_small",
                _("%(area)s m² is less than a desk needs. Check the figure."),
                area=area,
            )
    if row.get("exclusive_area_m2") is None:
        yield _odd(
            "exclusive_area_m2",
            "area_unknown",
            _("Unknown: type 0 if the center has no room of its own."),
        )


def premises_share(row: Row, _on: date) -> Iterator[Caution]:
    """A shared area and its ratio come together."""
    shared, ratio = row.get("shared_area_m2"), row.get("share_ratio")
    if shared and ratio is None:
        yield _odd(
            "share_ratio",
            "ratio_missing",
            _("Without the share ratio the shared %(area)s m² count as 0."),
            area=shared,
        )
    if ratio is not None and not shared:
        yield _odd(
            "share_ratio",
            "ratio_without_area",
            _("A ratio without a shared area counts nothing. Fill in the shared area."),
        )


def premises_unknown(row: Row, on: date) -> Iterator[Caution]:
    """What rules ask of a place in use is said."""
    if not _holds(row, on):
        return
    texts = {
        "has_signage": _("Unknown: say whether there is signage."),
        "has_equipment": _("Unknown: say whether there is equipment."),
    }
    for name, text in texts.items():
        if row.get(name) is None:
            yield _odd(name, f"{name}_unknown", text)
    if not row.get("address"):
        yield _odd(
            "address",
            "address_missing",
            _("Without an address nobody can find the place."),
        )


def premises_right(row: Row, on: date) -> Iterator[Caution]:
    """The right of use lasts as long as the use."""
    until = row.get("right_to_on")
    if until is not None and until < on and _holds(row, on):
        yield _odd(
            "right_to_on",
            "right_expired",
            _("The right of use ended on %(day)s while the place is still in use. Was it renewed?"),
            day=until,
        )
    if row.get("right_kind") == "leased" and until is None:
        yield _odd(
            "right_to_on",
            "lease_without_end",
            _("A lease has a last day. Copy it from the contract."),
        )


def account_dates(row: Row, _on: date) -> Iterator[Caution]:
    """The day an account was opened decides which name it had to bear."""
    if row.get("starts_on") is None:
        yield _odd(
            "starts_on",
            "opening_unknown",
            _("Without the opening day the account counts as always open."),
        )


def funding_government(row: Row, _on: date) -> Iterator[Caution]:
    """Government money names its purpose and period, or it counts nowhere."""
    if row.get("form") not in GOVERNMENT:
        return
    if not row.get("purpose"):
        yield _odd(
            "purpose",
            "purpose_missing",
            _("Government money without a purpose does not count as basic operation."),
        )
    for name in ("starts_on", "ends_on"):
        if row.get(name) is None:
            yield _odd(
                name,
                "period_missing",
                _("Government money covers a period. Copy its first and last day."),
            )


def funding_amounts(row: Row, _on: date) -> Iterator[Caution]:
    """Amounts are known, in yuan, and not more arrived than was promised."""
    amount, received = row.get("amount_yuan"), row.get("received_yuan")
    if amount is None:
        yield _odd(
            "amount_yuan",
            "amount_missing",
            _("Unknown: type 0 if there was nothing."),
        )
    elif 0 < amount < FEW_YUAN:
        yield _odd(
            "amount_yuan",
            "amount_small",
            _("%(amount)s yuan is very little. Was it meant in ten thousands?"),
            amount=amount,
        )
    if amount is not None and received is not None and received > amount:
        yield _odd(
            "received_yuan",
            "received_over_amount",
            _("More arrived than the %(amount)s yuan promised. Check both figures."),
            amount=amount,
        )


def funding_mixed(row: Row, _on: date) -> Iterator[Caution]:
    """The part for basic operation is told of a mixed amount, and of no other."""
    basic = row.get("basic_amount_yuan")
    if row.get("purpose") == "mixed" and basic is None:
        yield _odd(
            "basic_amount_yuan",
            "basic_part_missing",
            _("Of a mixed amount, say how much is for basic operation."),
        )
    if row.get("purpose") not in (None, "", "mixed") and basic is not None:
        yield _odd(
            "basic_amount_yuan",
            "basic_part_unasked",
            _("Asked of a mixed purpose only. Clear it, or change the purpose."),
        )


def funding_period(row: Row, _on: date) -> Iterator[Caution]:
    """An annual contract runs a year; the fiscal year lies in the period."""
    days, year = _days(row), row.get("fiscal_year")
    if (
        row.get("is_declared_annual")
        and days is not None
        and not row.get("is_annual_renewal")
        and not ANNUAL_MIN_DAYS <= days <= ANNUAL_MAX_DAYS
    ):
        yield _odd(
            "is_declared_annual",
            "not_annual",
            _("Declared annual, but the period has %(days)s days. Check the dates."),
            days=days,
        )
    if days is not None and year and not row["starts_on"].year <= year <= row["ends_on"].year:
        yield _odd(
            "fiscal_year",
            "year_outside_period",
            _("%(year)s is not a year of the period. Correct the year or the dates."),
            year=year,
        )


def council_members(row: Row, on: date) -> Iterator[Caution]:
    """A council in term has members enough, and the term is no longer than articles allow."""
    members, days = row.get("member_count"), _days(row)
    if members is None and _holds(row, on):
        yield _odd(
            "member_count",
            "members_unknown",
            _("Unknown: say how many members there are."),
        )
    elif members is not None and members < FEWEST_MEMBERS:
        yield _odd(
            "member_count",
            "few_members",
            _("A council has at least %(fewest)s members. Is %(members)s right?"),
            fewest=FEWEST_MEMBERS,
            members=members,
        )
    if days is not None and days > LONGEST_TERM_DAYS:
        yield _odd(
            "ends_on",
            "term_long",
            _("A term of more than five years is unusual. Check it against the articles."),
        )
    if row.get("ends_on") is None:
        yield _odd(
            "ends_on",
            "term_open",
            _("A term has a last day. Copy it from the articles."),
        )


def function_kinds(row: Row, _on: date) -> Iterator[Caution]:
    """Kinds of support are kinds, not occasions."""
    count = row.get("count")
    if row.get("function") == "FN-24" and count is not None and count > MOST_KINDS_OF_SUPPORT:
        yield _odd(
            "count",
            "kinds_are_occasions",
            _("%(count)s kinds? The document names six. Count kinds, not occasions."),
            count=count,
        )


# --- the section as a whole


def profile_in_force(said: Said) -> Iterator[Caution]:
    """Some row tells what the center is today."""
    if said.rows and not said.in_force and not said.is_partial:
        yield _odd(
            "",
            "no_profile_in_force",
            _("No row holds today, so nothing is known of the center. Add what holds now."),
        )


def staff_directors(said: Said) -> Iterator[Caution]:
    """One director at a time, and one after another."""
    rows = [(n, r) for n, r in enumerate(said.rows, start=1) if r.get("post") in DIRECTORS]
    for index, (position, row) in enumerate(rows):
        twin = next((n for n, other in rows[:index] if _overlap(row, other)), None)
        if twin is not None:
            yield replace(
                _odd(
                    "post",
                    "two_directors",
                    _("Row %(row)s has a director at the same time. End one of the two."),
                    row=twin,
                ),
                position=position,
            )
    yield from _vacancy(said, rows)


def _vacancy(said: Said, rows: Sequence[tuple[int, Row]]) -> Iterator[Caution]:
    if said.is_partial or any(_holds(row, said.on) for _n, row in rows):
        return
    ended = [(row["ends_on"], n) for n, row in rows if (row.get("ends_on") or date.max) < said.on]
    if ended:
        day, position = max(ended)
        yield replace(
            _odd(
                "ends_on",
                "director_not_followed",
                _(
                    "The director's post is vacant since %(day)s and nobody follows. Add the"
                    " successor, or an acting director."
                ),
                day=day,
            ),
            position=position,
        )


def staff_twice(said: Said) -> Iterator[Caution]:
    """Nobody is in the same post twice at once."""
    seen: dict[Any, list[tuple[int, Row]]] = defaultdict(list)
    for position, row in enumerate(said.rows, start=1):
        who = _who(row)
        if who is None or who == "":
            continue
        rows = seen[who, row.get("post")]
        twin = next((n for n, other in rows if _overlap(row, other)), None)
        if twin is not None:
            yield replace(
                _odd(
                    "person",
                    "same_person_twice",
                    _("The same person stands in row %(row)s in the same post at the same time."),
                    row=twin,
                ),
                position=position,
            )
        rows.append((position, row))


def premises_in_use(said: Said) -> Iterator[Caution]:
    """Some place is in use today."""
    if said.rows and not said.in_force and not said.is_partial:
        yield _odd(
            "",
            "no_premises_in_use",
            _("No place is in use today. Add the one where the center works now."),
        )


def premises_change(said: Said) -> Iterator[Caution]:
    """An area changed by half or more since it was accepted last."""
    before = {row.get("line"): row for row in said.before or () if row.get("line")}
    for position, row in enumerate(said.rows, start=1):
        standing = before.get(row.get("line"))
        if standing is None:
            continue
        for name in ("exclusive_area_m2", "shared_area_m2"):
            new, old = row.get(name), standing.get(name)
            if new is not None and old and abs(new - old) > old * AREA_CHANGE:
                yield replace(
                    _odd(
                        name,
                        "area_changed",
                        _(
                            "It was %(old)s m² when it was accepted last. If the place changed, end"
                            " this row and add another."
                        ),
                        old=old,
                    ),
                    position=position,
                )


def account_holder(said: Said) -> Iterator[Caution]:
    """An open account bears the center's registered name."""
    profiles = [row for row in said.others.get(Section.Kind.PROFILE, ()) if _holds(row, said.on)]
    names = {match_key(row["name"]) for row in profiles if row.get("name")}
    for position, row in said.in_force:
        if names and row.get("holder") and match_key(row["holder"]) not in names:
            yield replace(
                _odd(
                    "holder",
                    "holder_differs",
                    _(
                        "Differs from the registered name “%(name)s”. Copy it from the bank's"
                        " paper."
                    ),
                    name=profiles[-1].get("name"),
                ),
                position=position,
            )


def account_open(said: Said) -> Iterator[Caution]:
    """Some account is open."""
    if not said.in_force and not said.is_partial:
        yield _odd(
            "",
            "no_open_account",
            _("No account is open today. The standard asks for an account of the center's own."),
        )


def funding_gap(said: Said) -> Iterator[Caution]:
    """Money for basic operation runs on over New Year."""
    covered = sorted(
        (row["starts_on"], row["ends_on"], position)
        for position, row in enumerate(said.rows, start=1)
        if row.get("form") in GOVERNMENT
        and row.get("purpose") in BASIC
        and row.get("starts_on")
        and row.get("ends_on")
    )
    reached = accumulate((end for _start, end, _n in covered), max)
    for end, (start, _end, position) in zip(reached, covered[1:], strict=False):
        if (start - end).days > 1 and start.year > end.year:
            yield replace(
                _odd(
                    "starts_on",
                    "funding_gap",
                    _(
                        "Basic operation is not covered from %(end)s to %(start)s, over New Year."
                        " Check both dates."
                    ),
                    end=end,
                    start=start,
                ),
                position=position,
            )


def funding_jump(said: Said) -> Iterator[Caution]:
    """An amount is of last year's size."""
    largest: dict[tuple[Any, Any, int], Decimal] = {}
    for row in (*(said.before or ()), *said.rows):
        year, amount = row.get("fiscal_year"), row.get("amount_yuan")
        if year and amount:
            key = (row.get("form"), row.get("purpose"), year)
            largest[key] = max(amount, largest.get(key, amount))
    for position, row in enumerate(said.rows, start=1):
        year, amount = row.get("fiscal_year"), row.get("amount_yuan")
        last = year and largest.get((row.get("form"), row.get("purpose"), year - 1))
        if last and amount and amount > last * AMOUNT_FACTOR:
            yield replace(
                _odd(
                    "amount_yuan",
                    "amount_jumped",
                    _("More than ten times last year's %(last)s yuan. Check the unit."),
                    last=last,
                ),
                position=position,
            )


def council_term(said: Said) -> Iterator[Caution]:
    """A council is in term."""
    ended = [
        (row["ends_on"], position)
        for position, row in enumerate(said.rows, start=1)
        if row.get("ends_on") and row["ends_on"] < said.on
    ]
    if ended and not said.in_force and not said.is_partial:
        day, position = max(ended)
        yield replace(
            _odd(
                "ends_on",
                "term_over",
                _("The term ended on %(day)s and no new one follows. Add the new council."),
                day=day,
            ),
            position=position,
        )


def row_removed(said: Said) -> Iterator[Caution]:
    """What is no longer so is ended by a date; taking it out says that it never was."""
    if said.is_partial:
        return
    lines = {row.get("line") for row in said.rows}
    gone = [
        row
        for row in said.before or ()
        if row.get("line") and row["line"] not in lines and _holds(row, said.on)
    ]
    if gone:
        yield _odd(
            "",
            "row_removed",
            _(
                "Rows accepted last and still in force are no longer here: %(count)s. Who left and"
                " what ended keeps its row and gets a last day."
            ),
            count=len(gone),
        )


def function_figures(said: Said) -> Iterator[Caution]:
    """Figures of the newest year beside those of the year before it."""
    figures = {
        (row.get("fiscal_year"), row.get("function")): row.get("count")
        for row in (*(said.before or ()), *said.rows)
    }
    year = max((row["fiscal_year"] for row in said.rows if row.get("fiscal_year")), default=None)
    if year is None:
        return
    for code in FUNCTIONS:
        found = _beside(figures.get((year, code)), figures.get((year - 1, code)))
        if found is not None:
            yield replace(found, field=code, year=year)
    blank = [code for code in FUNCTIONS if figures.get((year, code)) is None]
    if blank and not said.is_partial:
        yield replace(
            _odd(
                "",
                "figures_blank",
                _(
                    "%(count)s figures of %(year)s are blank, which means not filed: %(codes)s."
                    " Type 0 where there was none."
                ),
                count=len(blank),
                year=year,
                codes=" ".join(blank),
            ),
            year=year,
        )


def _beside(count: int | None, last: int | None) -> Caution | None:
    if count is None or last is None or max(count, last) < FIGURE_FLOOR:
        return None
    if count == last:
        return _odd(
            "",
            "figure_unchanged",
            _("Exactly last year's figure, %(last)s. Was it counted anew?"),
            last=last,
        )
    if count > last * FIGURE_FACTOR or count * FIGURE_FACTOR < last:
        return _odd(
            "",
            "figure_jumped",
            _("Last year it was %(last)s. If both are right, say why in the report."),
            last=last,
        )
    return None


ROW_CHECKS: dict[str, tuple[Callable[[Row, date], Iterator[Caution]], ...]] = {
    Section.Kind.PROFILE: (
        profile_registration,
        profile_dates,
        profile_operator,
        profile_grade,
    ),
    Section.Kind.STAFF: (staff_full_time, staff_director, staff_dates),
    Section.Kind.PREMISES: (premises_area, premises_share, premises_unknown, premises_right),
    Section.Kind.ACCOUNTS: (account_dates,),
    Section.Kind.FUNDING: (funding_government, funding_amounts, funding_mixed, funding_period),
    Section.Kind.GOVERNANCE: (council_members,),
    Section.Kind.FUNCTIONS: (function_kinds,),
}
SECTION_CHECKS: dict[str, tuple[Callable[[Said], Iterator[Caution]], ...]] = {
    Section.Kind.PROFILE: (profile_in_force,),
    Section.Kind.STAFF: (staff_directors, staff_twice, row_removed),
    Section.Kind.PREMISES: (premises_in_use, premises_change, row_removed),
    Section.Kind.ACCOUNTS: (account_holder, account_open, row_removed),
    Section.Kind.FUNDING: (funding_gap, funding_jump),
    Section.Kind.GOVERNANCE: (council_term,),
    Section.Kind.FUNCTIONS: (function_figures,),
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
