"""Filings that a center has handed over: where they stand, never what is in them."""

from collections import defaultdict

from django.utils.translation import gettext_lazy as _

from centers.api import places
from centers.api.newest_first import NewestFirst
from centers.api.rounds import ROUND
from centers.models import Filing, Section
from centers.selectors import register, round_counts, rounds
from portal.api import values
from portal.api.parameters import CENTER, DIVISION, listed
from portal.api.resources import Field, Resource
from portal.api.resources import register as registered
from portal.api.views import OneView
from portal.users import roles
from portal.users.models import Dataset

SHOWN = [(each.value, each.label) for each in round_counts.SHOWN]
STATUS = listed("status", [value for value, _label in SHOWN], _("Where the filing stands."))
SOURCE = listed("source", Filing.Source.values, _("How the filing came in."))
SECTIONS = (
    Field("kind", "choice", _("Which section."), values=Section.Kind.choices, is_open=True),
    Field("kind_label", "text", _("The section in words.")),
    Field(
        "status",
        "choice",
        _("Where the section stands; draft: not handed in yet."),
        values=Section.Status.choices,
        is_open=True,
    ),
    Field(
        "decided_at",
        "time",
        _("When the bureau accepted or returned it last; null: it never decided."),
        nullable=True,
    ),
    Field(
        "reported",
        "choice",
        _(
            "What was handed in last says: reported, confirmed_zero where it says there are none, "
            "missing where nothing was handed in yet."
        ),
        values=Section.Reported.choices,
    ),
)
FIELDS = (
    Field("code", "code", _("Code of the filing: F and a number that never changes.")),
    *places.CENTER,
    Field(
        "round",
        "code",
        _("Code of the round it answers; null: a change the center reports by itself."),
        nullable=True,
    ),
    Field(
        "source",
        "choice",
        _("How it came in."),
        values=Filing.Source.choices,
        is_open=True,
    ),
    Field("source_label", "text", _("The source in words.")),
    Field(
        "status",
        "choice",
        _("Where it stands: prepared waits for the director, submitted for the bureau."),
        values=SHOWN,
        is_open=True,
    ),
    Field("status_label", "text", _("The status in words.")),
    Field("opened_at", "time", _("When it was begun.")),
    Field(
        "prepared_at",
        "time",
        _("When the staff handed it to the director last; null: what came in by import."),
        nullable=True,
    ),
    Field(
        "first_submitted_at",
        "time",
        _("When it was submitted first, which decides whether it came in time; null: not yet."),
        nullable=True,
    ),
    Field(
        "submitted_at",
        "time",
        _("When it was submitted last; null: not yet."),
        nullable=True,
    ),
    Field("submission_count", "whole", _("How often it was submitted."), unit=_("times")),
    Field(
        "content_hash",
        "code",
        _("SHA-256 of what was accepted, files included; null until then."),
        nullable=True,
    ),
    Field("sections", "list(object)", _("Its sections, in a fixed order."), fields=SECTIONS),
)
EXAMPLE = {
    "code": "F61",
    **places.EXAMPLE,
    "round": "R12",
    "source": "desk",
    "source_label": "中心工作台",
    "status": "submitted",
    "status_label": "已提交",
    "opened_at": "2026-03-20T09:00:00+08:00",
    "prepared_at": "2026-04-01T16:20:00+08:00",
    "first_submitted_at": "2026-04-02T09:00:00+08:00",
    "submitted_at": "2026-04-02T09:00:00+08:00",
    "submission_count": 1,
    "content_hash": None,
    "sections": [
        {
            "kind": "premises",
            "kind_label": "场所",
            "status": "submitted",
            "decided_at": None,
            "reported": "reported",
        }
    ],
}
ORDER = {kind: place for place, kind in enumerate(Section.Kind)}


@registered
class FilingList(NewestFirst):
    """Filings, the newest first."""

    required_capability = roles.Capability.CENTER_VIEW
    resource = Resource(
        "filings",
        "filings/",
        Dataset.FILINGS,
        FIELDS,
        key=("code",),
        title=_("Filings"),
        about=_(
            "What centers handed over, the newest first, and where it stands. Drafts and withdrawn "
            "filings are the center's own and are not told of. Without names and contents."
        ),
        feed="filings",
        rests_on=("filings", "centers"),
        example=EXAMPLE,
    )
    filters = (DIVISION, CENTER, ROUND, STATUS, SOURCE)
    letter = "F"

    def found(self):
        """The filings the user sees, narrowed as the query asks."""
        found = Filing.objects.visible_to(self.request.user).filter(
            status__in=round_counts.SHOWN
        )
        if division := self.query["division"]:
            found = found.filter(center__division__path__startswith=division.path)
        wanted = {
            "center__code": self.query["center"],
            "obligation__round": self.query["round"],
            "status": self.query["status"],
            "source": self.query["source"],
        }
        found = found.filter(**{name: value for name, value in wanted.items() if value})
        return found.select_related("center__division", "obligation")

    def prepare(self, rows):
        self.sections, self.said = defaultdict(list), {}
        if not self.asks_for("sections"):
            return
        keys = [row.pk for row in rows]
        for section in register.telling_rows(Section.objects.filter(filing__in=keys)):
            self.sections[section.filing_id].append(section)
        self.said = rounds.said(keys)

    def show(self, row):
        sections = sorted(self.sections[row.pk], key=lambda section: ORDER[section.kind])
        return {
            "code": f"F{row.pk}",
            **places.of_center(row.center),
            "round": row.obligation and f"R{row.obligation.round_id}",
            "source": row.source,
            "source_label": str(row.get_source_display()),
            "status": row.status,
            "status_label": str(row.get_status_display()),
            "opened_at": values.time(row.opened_at),
            "prepared_at": values.time(row.prepared_at),
            "first_submitted_at": values.time(row.first_submitted_at),
            "submitted_at": values.time(row.submitted_at),
            "submission_count": row.submission_count,
            "content_hash": row.content_hash or None,
            "sections": [self.section(section) for section in sections],
        }

    def section(self, section):
        """Where one section stands."""
        reported = self.said.get((section.filing_id, section.kind), Section.Reported.MISSING)
        if section.status == Section.Status.ACCEPTED:
            reported = section.reported(section.has_rows)
        return {
            "kind": section.kind,
            "kind_label": str(section.get_kind_display()),
            "status": section.status,
            "decided_at": values.time(section.decided_at),
            "reported": reported.value,
        }


class FilingDetail(OneView):
    """One filing."""

    list_view = FilingList
