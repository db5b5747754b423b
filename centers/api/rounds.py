"""Reporting rounds with how much came in, and what each center owes of them."""

from urllib.parse import urlencode

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from centers.api import places
from centers.api.newest_first import NewestFirst
from centers.models import Extension, Obligation, Round, Section
from centers.selectors import round_counts
from centers.selectors.obligations import Tally
from portal.api import Parameter, UnreadableError, pages, values
from portal.api.parameters import CENTER, DIVISION, TEXT, listed, said
from portal.api.resources import Field, Resource, labels, register
from portal.api.views import OneView, TableView
from portal.users import roles
from portal.users.models import Dataset


def read_round(text):
    """The number behind the code of a round."""
    number = places.number("R", text)
    if number is None:
        message = _("“%(value)s” is not a round such as R12. /api/v1/rounds/ lists every code.")
        raise UnreadableError(message % said(text))
    return number


ROUND = Parameter("round", read_round, _("Code of a round, such as R12."), TEXT)
KIND = listed("kind", Round.Kind.values, _("Kind of round."))
STATE = listed("state", Obligation.State.values, _("How the obligation stood on the day."))
CODE = Field("code", "code", _("Code of the round: R and a number that never changes."))
OPENS_ON = _("The first day centers can file.")
LOCKS_ON = _("The last day centers can file without the bureau giving more time.")
ROUND_FIELDS = (
    CODE,
    Field("title", "text", _("Title, as the bureau gave it.")),
    Field("kind", "choice", _("Kind of round."), values=Round.Kind.choices, is_open=True),
    Field("kind_label", "text", _("The kind in words.")),
    places.DIVISION_CODE,
    places.DIVISION_NAME,
    Field("period_from", "day", _("The first day of the period it asks about.")),
    Field("period_to", "day", _("The last day of the period it asks about.")),
    Field("opens_on", "day", OPENS_ON),
    Field("due_on", "day", _("The day it is due, before any extension.")),
    Field("locks_on", "day", LOCKS_ON),
    Field(
        "sections",
        "list(choice)",
        _("The sections it asks for."),
        values=Section.Kind.choices,
        is_open=True,
    ),
    Field("needs_opinion", "flag", _("Whether the township gives its opinion first.")),
    Field("opened_at", "time", _("When the bureau opened it.")),
    Field(
        "cancelled_at",
        "time",
        _("When the bureau cancelled it; null: it was not. A cancelled round expects nothing."),
        nullable=True,
    ),
    Field("as_of", "day", _("The day the counts speak of, at its end.")),
    Field(
        "expected",
        "whole",
        _(
            "Obligations of centers in your divisions that are in force and were open for filing "
            "on as_of: the denominator of every rate."
        ),
        unit=_("obligations"),
    ),
    Field(
        "filed",
        "whole",
        _("Of expected those submitted at least once by as_of; returned ones stay among them."),
        unit=_("obligations"),
    ),
    Field(
        "accepted",
        "whole",
        _("Of expected those whose filing the bureau had accepted by as_of."),
        unit=_("obligations"),
    ),
    Field(
        "on_time",
        "whole",
        _("Of filed those first submitted no later than the due date after extensions."),
        unit=_("obligations"),
    ),
    Field(
        "late",
        "whole",
        _("Of filed those first submitted after the due date after extensions."),
        unit=_("obligations"),
    ),
    Field(
        "overdue",
        "whole",
        _("Of expected those past their due date after extensions and not submitted by as_of."),
        unit=_("obligations"),
    ),
    Field(
        "filed_rate",
        "decimal",
        _("filed divided by expected; null when nothing is expected."),
        nullable=True,
        denominator="expected",
    ),
    Field(
        "on_time_rate",
        "decimal",
        _(
            "Obligations whose first submission came no later than the due date after extensions "
            "(on_time), divided by expected; null when nothing is expected."
        ),
        nullable=True,
        denominator="expected",
    ),
    Field(
        "accepted_rate",
        "decimal",
        _("accepted divided by expected; null when nothing is expected."),
        nullable=True,
        denominator="expected",
    ),
)
ROUND_EXAMPLE = {
    "code": "R12",
    "title": "2025年度报告",
    "kind": "annual",
    "kind_label": "年度报告",
    "division_code": "310199",
    "division_name": "海棠区",
    "period_from": "2025-01-01",
    "period_to": "2025-12-31",
    "opens_on": "2026-01-05",
    "due_on": "2026-03-31",
    "locks_on": "2026-04-30",
    "sections": ["profile", "staff", "premises"],
    "needs_opinion": True,
    "opened_at": "2026-01-04T09:00:00+08:00",
    "cancelled_at": None,
    "as_of": "2026-04-10",
    "expected": 8,
    "filed": 7,
    "accepted": 4,
    "on_time": 6,
    "late": 1,
    "overdue": 1,
    "filed_rate": "0.8750",
    "on_time_rate": "0.7500",
    "accepted_rate": "0.5000",
}


@register
class RoundList(NewestFirst):
    """Rounds, the newest first."""

    required_capability = roles.Capability.CENTER_VIEW
    resource = Resource(
        "rounds",
        "rounds/",
        Dataset.FILINGS,
        ROUND_FIELDS,
        key=("code",),
        title=_("Reporting rounds"),
        about=_(
            "What a bureau asked of its centers for a period, the newest first, and how much had "
            "come in by the end of a day. Extensions count as they are known now."
        ),
        moment="as_of",
        feed="rounds",
        rests_on=("rounds", "obligations", "centers", "divisions"),
        example=ROUND_EXAMPLE,
    )
    filters = (DIVISION, KIND)
    letter = "R"

    def found(self):
        """The rounds the user sees, narrowed as the query asks."""
        found = Round.objects.visible_to(self.request.user, self.required_capability)
        if division := self.query["division"]:
            found = found.filter(division__path__startswith=division.path)
        if kind := self.query["kind"]:
            found = found.filter(kind=kind)
        return found.select_related("division__parent")

    def prepare(self, rows):
        mine = Obligation.objects.visible_to(self.request.user).filter(round__in=rows)
        self.counted = round_counts.tallies(mine, places.day_asked(self))

    def show(self, row):
        return {
            "code": f"R{row.pk}",
            "title": row.title,
            "kind": row.kind,
            "kind_label": str(row.get_kind_display()),
            "division_code": places.district_code(row.division.code),
            "division_name": places.district_name(row.division),
            "period_from": row.period_from_on.isoformat(),
            "period_to": row.period_to_on.isoformat(),
            "opens_on": row.opens_on.isoformat(),
            "due_on": row.due_on.isoformat(),
            "locks_on": row.locks_on.isoformat(),
            "sections": list(row.section_kinds),
            "needs_opinion": row.needs_opinion,
            "opened_at": values.time(row.opened_at),
            "cancelled_at": values.time(row.cancelled_at),
            "as_of": places.day_asked(self).isoformat(),
            **counts(self.counted.get(row.pk, Tally())),
        }


def counts(tally):
    """What came in; every rate is divided by ``expected``."""
    return {
        "expected": tally.expected,
        "filed": tally.received,
        "accepted": tally.accepted,
        "on_time": tally.on_time,
        "late": tally.late,
        "overdue": tally.overdue,
        "filed_rate": places.rate(tally.received_rate),
        "on_time_rate": places.rate(tally.on_time_rate),
        "accepted_rate": places.rate(tally.accepted_rate),
    }


class RoundDetail(OneView):
    """One round."""

    list_view = RoundList


OBLIGATION_FIELDS = (
    Field("round", "code", _("Code of the round.")),
    *places.CENTER,
    Field("period_from", "day", _("The first day of the period it asks about.")),
    Field("period_to", "day", _("The last day of the period it asks about.")),
    Field("opens_on", "day", OPENS_ON),
    Field("due_on", "day", _("The day it is due, after extensions.")),
    Field("locks_on", "day", _("The last day the center can file, after extensions.")),
    Field("is_extended", "flag", _("Whether the bureau gave this center more time.")),
    Field(
        "state",
        "choice",
        _(
            "How it stood at the end of as_of. Of a past day draft, prepared and returned are not "
            "kept: what was neither handed in nor due is open, what was handed in is submitted "
            "until it is accepted."
        ),
        values=Obligation.State.choices,
        is_open=True,
    ),
    Field("state_label", "text", _("The state in words.")),
    Field(
        "filing",
        "code",
        _("Code of the filing that answers it; null while the center has not handed one over."),
        nullable=True,
    ),
    Field(
        "filed_on",
        "day",
        _("The day of the first submission, whatever was corrected since; null: none by as_of."),
        nullable=True,
    ),
    Field("is_late", "flag", _("First submitted after the due date after extensions.")),
    Field("is_overdue", "flag", _("Past its due date after extensions and not submitted.")),
    places.AS_OF,
)
OBLIGATION_EXAMPLE = {
    "round": "R12",
    **places.EXAMPLE,
    "period_from": "2025-01-01",
    "period_to": "2025-12-31",
    "opens_on": "2026-01-05",
    "due_on": "2026-04-15",
    "locks_on": "2026-05-15",
    "is_extended": True,
    "state": "submitted",
    "state_label": "已提交，待审核",
    "filing": "F61",
    "filed_on": "2026-04-02",
    "is_late": False,
    "is_overdue": False,
    "as_of": "2026-04-10",
}


def shown_filing(number, status):
    """The code of a filing that was handed over."""
    return f"F{number}" if status in round_counts.SHOWN else None


@register
class ObligationList(TableView):
    """What each center owes to each round that is in force."""

    required_capability = roles.Capability.CENTER_VIEW
    resource = Resource(
        "obligations",
        "obligations/",
        Dataset.FILINGS,
        OBLIGATION_FIELDS,
        key=("round", "center_code"),
        title=_("Obligations"),
        about=_(
            "What each center owes to each round, by round and center, and how it stood at the end "
            "of a day. Those of cancelled rounds are gone. In the feed the key is R12/C05."
        ),
        moment="as_of",
        feed="obligations",
        rests_on=("obligations", "rounds", "centers"),
        example=OBLIGATION_EXAMPLE,
    )
    filters = (DIVISION, CENTER, ROUND, STATE)
    keys = ("round_id", "center__code")
    parts = (pages.WHOLE, pages.TEXT)
    columns = {
        "round": ("round_id", "R{}".format),
        "center_code": "center__code",
        "center_name": "center__name",
        "division_code": ("center__division__code", places.district_code),
        "township_code": ("center__division__code", places.township_code),
        "period_from": "period_from_on",
        "period_to": "period_to_on",
        "opens_on": "opens_on",
        "due_on": "last_due_on",
        "locks_on": "last_locks_on",
        "is_extended": "is_extended",
        "state": "stood",
        "state_label": ("stood", labels(Obligation.State)),
        "filing": (("filing_id", "filing_status"), shown_filing),
        "filed_on": "handed_in_on",
        "is_late": "was_late",
        "is_overdue": "was_overdue",
    }

    def queryset(self):
        on = places.day_asked(self)
        mine = Obligation.objects.visible_to(self.request.user).in_force()
        found = round_counts.stood(mine, on, places.today()).annotate(
            is_extended=Exists(Extension.objects.filter(obligation=OuterRef("pk")))
        )
        if division := self.query["division"]:
            found = found.filter(center__division__path__startswith=division.path)
        wanted = {
            "center__code": self.query["center"],
            "round": self.query["round"],
            "stood": self.query["state"],
        }
        return found.filter(**{name: value for name, value in wanted.items() if value})

    def constants(self):
        return {"as_of": places.day_asked(self).isoformat()}

    @staticmethod
    def narrowed_to(key):
        """The query that gives the obligation of a key such as R12/C05."""
        asked, _slash, center = key.partition("/")
        return "?" + urlencode({"round": asked, "center": center})

    def documents(self, keys):
        pairs = [key.partition("/") for key in keys if "\0" not in key]
        numbers = places.numbers("R", [asked for asked, _slash, _center in pairs])
        codes = [center for _asked, _slash, center in pairs]
        rows = self.queryset().filter(round__in=numbers, center__code__in=codes)
        found = {f"R{row[0]}/{row[1]}": row for row in rows.values_list(*self.places)}
        return {key: self.cut(self.show(found[key])) for key in keys if key in found}
