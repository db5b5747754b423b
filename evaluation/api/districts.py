"""Duties of the district bureaus: a row per district and year."""

from datetime import date

from django.utils.translation import gettext as _

from evaluation.api import documents, examples, filters, schema
from evaluation.api.access import MOMENT, ComplianceView
from evaluation.models import DutyFinding
from evaluation.selectors import district_rows, wording
from portal.api import Fault, Problem, pages
from portal.api.parameters import DIVISION
from portal.jurisdictions.models import Division
from portal.users import roles


class DistrictList(ComplianceView):
    """What was found of each district's duties in each year, for those who see it summed up."""

    required_capability = roles.Capability.SUMMARY_VIEW
    parameters = (
        DIVISION,
        *MOMENT,
        filters.YEAR,
        filters.DUTY_RULE,
        filters.OUTCOME,
        *pages.paging(2, part=pages.WHOLE),
    )

    @schema.describe(
        "compliance_districts", schema.DISTRICT_PAGE, parameters, examples.DISTRICT_PAGE
    )
    def get(self, _request):
        moment, limit = self.moment(), pages.size_of(self.query) + 1
        wanted = district_rows.Wanted(*(self.query[name] for name in ("year", "rule", "outcome")))
        code, year = self.query["cursor"] or ("", "0")
        if moment.as_of is None:
            findings = self.findings()
            rows = district_rows.stored(findings, wanted, after=(code, int(year)), limit=limit)
        else:
            self.refuse_later_year(moment.as_of)
            rows = list(
                district_rows.live(self.districts(), moment, wanted, after=code, limit=limit)
            )
        shown = documents.Documents(moment)
        return pages.envelope(
            self,
            rows,
            key=lambda row: (row.code, str(row.year)),
            show=lambda row: document(row, shown, names_centers=self.names_centers(row)),
            count=lambda: self.count(moment, wanted),
        )

    def count(self, moment, wanted):
        """How many rows there are on all pages."""
        if moment.as_of is None:
            return district_rows.count_stored(self.findings(), wanted)
        return sum(1 for _row in district_rows.live(self.districts(), moment, wanted))

    def names_centers(self, row):
        """Whether the user sees the centers there one by one; a summary names none of them."""
        user = self.request.user
        paths = user.paths_with(roles.Capability.COMPLIANCE_VIEW)
        return user.is_superuser or row.path.startswith(tuple(paths))

    def findings(self):
        """The findings that the user sees, narrowed as the query asks."""
        found = DutyFinding.objects.visible_to(self.request.user)
        if division := self.query["division"]:
            found = found.filter(division__path__startswith=division.path)
        return found

    def districts(self):
        """The districts that lie where the user sees summaries, narrowed likewise."""
        user = self.request.user
        paths = [""] if user.is_superuser else user.paths_with(self.required_capability)
        found = Division.objects.none()
        for path in paths:
            found = found | Division.objects.filter(path__startswith=path)
        if division := self.query["division"]:
            found = found.filter(path__startswith=division.path)
        return found.filter(kind=Division.Kind.DISTRICT)

    def refuse_later_year(self, as_of):
        """A year that had not begun by then cannot be judged."""
        year = self.query["year"]
        if year is not None and year > as_of.year:
            message = _("%(year)s had not begun on %(as_of)s.")
            text = message % {"year": year, "as_of": as_of.isoformat()}
            raise Problem(400, "year_after_as_of", text, [Fault("year", str(year), text)])


def document(row, shown, *, names_centers):
    """A district's year; a year that is over speaks of its last day."""
    as_of = min(shown.as_of(row.path, row.as_of), date(row.year, 12, 31))
    return {
        "division_code": row.code,
        "division_name": row.name,
        "year": row.year,
        "as_of": as_of.isoformat(),
        "duties": [duty(each, shown, names_centers) for each in row.duties],
    }


def duty(row, shown, names_centers):
    """One duty: what asks for it, and what was found."""
    hidden = () if names_centers else ("missing_centers",)
    pack, rules = shown.rules[row.pack_id]
    rule = rules[row.rule]
    return {
        "rule": row.rule,
        "clause": rule.clause,
        "clause_text": rule.quote,
        "class": rule.rule_class,
        "title": wording.rule_title(rule),
        "outcome": row.outcome,
        "outcome_label": shown.outcomes[rule.rule_class, row.outcome],
        "reason_code": row.reason.format_map(row.figures),
        "figures": {name: each for name, each in row.figures.items() if name not in hidden},
        "in_grace": row.in_grace,
        "params_version": row.params_version,
        "pack": pack,
        "computed_at": documents.time(row.computed_at),
    }
