"""What would change, as the bureau's pages show it: sums, lists of centers, and the workbook."""

import io

from django.http import FileResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from centers.models import Center
from evaluation.admin.marks import ROLLUPS, rollup_mark, standing_mark
from evaluation.admin.pages import page
from evaluation.resources import simulations as sheets
from evaluation.rules.comparisons import MEASURES, missing
from evaluation.selectors import (
    comparison_words,
    misfits,
    parameter_wording,
    parameters,
    simulations,
    wording,
)
from evaluation.selectors.findings import LiveLimitError
from evaluation.selectors.simulations import Sums
from portal.errors import together
from portal.jurisdictions.models import Division
from portal.users.roles import Capability
from portal.workbooks import XLSX

PAGE_SIZE = 50
UNKNOWN_SHOWN = 20
EXPORT, PAGE = "export", "page"


class Asked:
    """Two scenarios over the centers of a division, and the answer to them."""

    def __init__(self, request, division, before, after):
        self.request, self.division = request, division
        self.before, self.after = before, after
        user = request.user
        self.centers = Center.objects.visible_to(user, Capability.SIMULATION_RUN).within(division)
        # Who sees only summaries gets districts instead of centers.
        self.may_name = user.has_capability(Capability.COMPLIANCE_VIEW, division)

    def answer(self, template, title, context):
        """The page with what would change, or the same as a workbook."""
        refusal = self._refusal()
        if refusal:
            return page(self.request, template, title=title, **context, refusal=refusal)
        if EXPORT in self.request.GET:
            return self._workbook(title)
        return page(self.request, template, title=title, **context, **self._shown())

    def _refusal(self):
        """Why it is not answered; "" where it is."""
        try:
            simulations.refuse_too_many(self.centers)
        except LiveLimitError as refusal:
            return str(refusal)
        for each in (self.before, self.after):
            wrong = misfits.on(each.as_of, each.pack, self.division, each.known_at)
            if wrong:
                return gettext(
                    "Rule pack %(pack)s cannot judge on %(day)s: it cannot take what was set. "
                    "%(wrong)s Change these values first, or choose another day."
                ) % {"pack": each.pack, "day": each.as_of, "wrong": together(wrong)}
        return ""

    def _judged(self):
        sums = Sums(self.before, self.after)
        return simulations.compare(self.centers, self.before, self.after), sums

    # --- page ---------------------------------------------------------------------------------

    def _shown(self):
        compared, sums = self._judged()
        number = _page_number(self.request)
        first = (number - 1) * PAGE_SIZE
        shown = []
        for position, each in enumerate(simulations.counted(compared, sums)):
            if self.may_name and first <= position < first + PAGE_SIZE:
                shown.append(changed_center(each, sums.rules))
        return {
            "asked": self,
            "sums": sums,
            "added": [(rule, wording.rule_title(rule)) for rule in sums.added],
            "removed": [(rule, wording.rule_title(rule)) for rule in sums.removed],
            "supposed": self._supposed(),
            "rollups": _rollups(sums),
            "moves": list(_moves(sums)),
            "shortfalls": [_shortfall(each, self.may_name) for each in sums.shortfalls.values()],
            "districts": _districts(sums),
            "rollup_heads": [rollup_mark(code) for code in ROLLUPS],
            "changed": shown,
            "links": _links(self.request, number, sums.changed_count),
        }

    def _supposed(self):
        """(what, before, after) of everything that differs or is worth saying."""
        before, after = self.before, self.after
        lines = [
            (_("as of"), before.as_of.isoformat(), after.as_of.isoformat()),
            (_("rule pack"), str(before.pack), str(after.pack)),
        ]
        if after.known_at:
            lines.append((_("by what was known at"), _("now"), _time(after.known_at)))
        return lines + [
            (title, _("as in force"), value) for title, value in self._values(after)
        ]

    @staticmethod
    def _values(scenario):
        """(title, value in words) of the parameters supposed."""
        pack = parameters.parsed(scenario.pack)
        rules = {rule.id: rule for rule in pack.rules}
        for name, raw in scenario.values.items():
            parameter = pack.parameters[name]
            text = parameter_wording.value(parameter, parameter.parse(raw), rules)
            yield parameter_wording.title(parameter), text

    # --- workbook -----------------------------------------------------------------------------

    def _workbook(self, title):
        """Written while it is judged. It is taken without leaving a trace, as the page is."""
        compared, sums = self._judged()
        stream = io.BytesIO()
        sheets.export(
            stream,
            header=self._header(title),
            compared=compared,
            sums=sums,
            districts=_district_names(self.division),
            may_name=self.may_name,
        )
        stream.seek(0)
        name = f"{title}-{self.division}-{self.after.as_of.isoformat()}.xlsx"
        return FileResponse(stream, as_attachment=True, filename=name, content_type=XLSX)

    def _header(self, title):
        before, after = self.before, self.after
        return [
            (title, gettext("Computed for this workbook alone: nothing was stored or sent.")),
            (_("division"), str(self.division)),
            (_("centers"), self.centers.count()),
            (_("before: as of"), before.as_of),
            (_("before: rule pack"), str(before.pack)),
            (_("after: as of"), after.as_of),
            (_("after: rule pack"), str(after.pack)),
            (_("after: by what was known at"), after.known_at or gettext("now")),
            *((gettext("after: %(title)s") % {"title": t}, v) for t, v in self._values(after)),
            (_("asked by"), str(self.request.user)),
            (_("asked at"), timezone.now()),
        ]


def _time(moment):
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M")


def _page_number(request):
    typed = request.GET.get(PAGE, "")
    return max(int(typed), 1) if typed.isdecimal() and len(typed) < 6 else 1


def _links(request, number, count):
    """(address of the page before, of the page after, first and last shown, address of the
    workbook)."""
    last = number * PAGE_SIZE
    return {
        "previous": _address(request, PAGE, number - 1) if number > 1 else "",
        "next": _address(request, PAGE, number + 1) if last < count else "",
        "first": min(last - PAGE_SIZE + 1, count),
        "last": min(last, count),
        "workbook": _address(request, EXPORT, "xlsx"),
    }


def _address(request, key, value):
    query = request.GET.copy()
    query.pop(PAGE, None)
    query[key] = value
    return f"?{query.urlencode()}"


def _rollups(sums):
    """(mark, before, after, difference with its sign) from the best to the worst."""
    before, after = sums.rollup_counts(is_after=False), sums.rollup_counts(is_after=True)
    return [
        (rollup_mark(code), before[code], after[code], signed(after[code] - before[code]))
        for code in ROLLUPS
    ]


def signed(number):
    """A difference with its sign."""
    return f"+{number}" if number > 0 else str(number)


def _moves(sums):
    """(rule, title, mark before, mark after, number of centers) of every rule that changes."""
    for rule in sums.rules.values():
        for (was, now), count in sorted(sums.moves[rule.id].items()):
            marks = (standing_mark(rule.rule_class, each) for each in (was, now))
            yield rule, wording.rule_title(rule), *marks, count


def _shortfall(shortfall, may_name):
    """One rule that measures, in words; the first centers nobody can measure by name."""
    unit = shortfall.unit
    texts = {
        "before": comparison_words.amount_text(shortfall.before.total, unit),
        "after": comparison_words.amount_text(shortfall.after.total, unit),
        "difference": signed_amount(shortfall.difference, unit),
    }
    unknown = shortfall.unknown[:UNKNOWN_SHOWN] if may_name else []
    return texts | {
        "rule": shortfall.rule,
        "title": wording.rule_title(shortfall.rule),
        "unit": comparison_words.UNITS[unit],
        "center_count": shortfall.after.center_count,
        "unknown_count": shortfall.after.unknown_count,
        "unknown": [
            (place, wording.reason_text(reason, figures)) for place, reason, figures in unknown
        ],
        "more": len(shortfall.unknown) - len(unknown) if may_name else 0,
    }


def signed_amount(amount, unit):
    """A difference of people, areas or money, with its sign."""
    text = comparison_words.amount_text(abs(amount), unit)
    return f"+{text}" if amount > 0 else f"-{text}" if amount < 0 else text


def _district_names(division):
    """District code → name, below a division or around it."""
    within = Division.objects.within(division.path).filter(kind=Division.Kind.DISTRICT)
    return dict(within.values_list("code", "name")) | {division.code: division.name}


def _districts(sums):
    """(name, sum, (before, after) per roll-up) of every district with centers. One query."""
    names = dict(Division.objects.filter(code__in=sums.districts).values_list("code", "name"))
    return [
        (names.get(code, code), each, [(each.before[r], each.after[r]) for r in ROLLUPS])
        for code, each in sorted(sums.districts.items())
    ]


def changed_center(compared, rules):
    """A center that changes, with a line per rule; ``rules`` are by id."""
    was, now = compared.before.rollup, compared.after.rollup
    return {
        "place": compared.place,
        "is_moved": was != now,
        "before": rollup_mark(was),
        "after": rollup_mark(now),
        "lines": [change_line(change, rules[change.rule]) for change in compared.changes],
    }


def change_line(change, rule):
    """One rule that changes: from what to what, why, and what would mend it."""
    measure = MEASURES.get(rule.kind)
    lacking = missing(rule, change.after) if measure else None
    return {
        "rule": rule,
        "title": wording.rule_title(rule),
        "direction": change.direction,
        "before": standing_mark(rule.rule_class, change.was),
        "after": standing_mark(rule.rule_class, change.now),
        "reason": comparison_words.reason_text(change.after),
        "remedy": comparison_words.remedy_text(change.after),
        "missing": lacking and comparison_words.amount_text(lacking, measure[1]),
        "unit": measure and comparison_words.UNITS[measure[1]],
    }
