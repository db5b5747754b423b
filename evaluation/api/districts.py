"""Duties of the district bureaus: a row per district and year."""

from datetime import date
from functools import cached_property

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evaluation.api import examples, fields, filters
from evaluation.api.access import Compliance
from evaluation.models import DutyFinding
from evaluation.selectors import district_rows, wording
from portal.api import Fault, Problem, pages, values
from portal.api.parameters import DIVISION
from portal.api.resources import Resource, register
from portal.api.views import ListView
from portal.jurisdictions.models import Division
from portal.users import roles
from portal.users.models import Dataset


@register
class DistrictList(Compliance, ListView):
    """What was found of each district's duties in each year, for those who see it summed up."""

    required_capability = roles.Capability.SUMMARY_VIEW
    resource = Resource(
        "compliance-districts",
        "compliance/districts/",
        Dataset.COMPLIANCE,
        fields.DISTRICT,
        key=("division_code", "year"),
        title=gettext_lazy("Duties of districts"),
        about=gettext_lazy(
            "One row per district and year: what was found of each duty that the standard lays on "
            "the district's bureau."
        ),
        moment="both",
        feed="districts",
        rests_on=("districts", "divisions", "standards", "runs"),
        example=examples.DISTRICT,
    )
    filters = (DIVISION, filters.YEAR, filters.DUTY_RULE, filters.OUTCOME)
    parts = (pages.WHOLE, pages.WHOLE)

    def initial(self, request, *args, **kwargs):
        super().initial(request, *args, **kwargs)
        if self.moment.as_of is not None:
            self.refuse_later_year(self.moment.as_of)

    @cached_property
    def asked(self):
        """Which duties are asked for."""
        return district_rows.Wanted(*(self.query[name] for name in ("year", "rule", "outcome")))

    def rows(self, after, limit):
        code, year = after or ("", "0")
        if self.moment.as_of is None:
            found = self.findings()
            key = (code, int(year))
            return iter(district_rows.stored(found, self.asked, after=key, limit=limit))
        return district_rows.live(
            self.districts(), self.moment, self.asked, after=code, limit=limit
        )

    def key(self, row):
        return (row.code, str(row.year))

    def show(self, row):
        return document(row, self.words, names_centers=self.names_centers(row))

    def count(self):
        if self.moment.as_of is None:
            return district_rows.count_stored(self.findings(), self.asked)
        return sum(1 for _row in district_rows.live(self.districts(), self.moment, self.asked))

    def documents(self, keys):
        """District code → all its years: the feed tells of a district's duties as a whole."""
        found = self.findings().filter(division__code__in=[key for key in keys if "\0" not in key])
        documents = {}
        for row in district_rows.stored(found, self.asked):
            document = documents.setdefault(row.code, {"division_code": row.code, "years": []})
            document["years"].append(self.cut(self.show(row)))
        return documents

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
        "computed_at": values.time(row.computed_at),
    }
