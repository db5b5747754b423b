"""The heat map: places × rules, from the city down to the row that was not counted."""

from itertools import groupby

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from evaluation.admin.charts import rollup_bars
from evaluation.admin.marks import outcome_shape
from evaluation.admin.moments import ask, place_or_404
from evaluation.admin.pages import page, shown_to
from evaluation.forms import MomentForm
from evaluation.models import Verdict
from evaluation.selectors import heatmaps, wording
from portal.jurisdictions.selectors import within_reach
from portal.users.roles import Capability

# How much of a rate's centers met it, as a figure that needs no colour.
GLYPHS = ("○", "◔", "◑", "◕", "●")
EVERYTHING = "all"
PARTS = wording.GROUPS


class HeatMapForm(MomentForm):
    """Which columns, and which moment."""

    part = forms.ChoiceField(
        label=_("Part of the standard"),
        required=False,
        choices=[
            ("", _("the four dimensions")),
            *PARTS.items(),
            (EVERYTHING, _("everything")),
        ],
    )
    rule_class = forms.ChoiceField(
        label=_("Class"),
        required=False,
        choices=[("", _("all")), *wording.CLASSES.items()],
    )
    field_order = ["part", "rule_class"]

    def chosen(self, rules):
        """The rules that were asked for, part by part, so that each heading stands once."""
        rule_class = self.cleaned_data["rule_class"]
        return [
            rule
            for rule in rules_of_part(rules, self.cleaned_data["part"])
            if rule_class in ("", rule.rule_class)
        ]


def rules_of_part(rules, part):
    """Of the rules those of one part, of the four dimensions (""), or all of them, part by part."""
    parts = {"": Verdict.DIMENSIONS, EVERYTHING: tuple(PARTS)}.get(part, (part,))
    return [rule for name in parts for rule in rules if rule.dimension == name]


@shown_to(Capability.SUMMARY_VIEW)
def heat_map(request, code=None):
    """Divisions × rules of a city or a district; centers × rules of a township."""
    place = place_or_404(request, code, counts_centers=True)
    if "own" in request.GET:
        place = place.own_centers()
    asked = ask(request, place.centers, HeatMapForm)
    context = {"place": place, "asked": asked, "form": asked.form}
    if asked.is_shown:
        context |= _filled(request, place, asked)
    return page(request, "admin/evaluation/heatmap.html", title=_("Heat map"), **context)


def _filled(request, place, asked):
    rules = asked.form.chosen(heatmaps.rules_on(asked.form.day, asked.moment.known_at))
    shown = heatmaps.heat_map(
        place, rules, asked.moment, is_live=asked.is_live, after=request.GET.get("after", "")
    )
    doors = _Doors(request.user, place, shown.lines, asked)
    return {
        "rules": [(rule, wording.rule_title(rule)) for rule in rules],
        "parts": [
            (PARTS[name], len(list(group)))
            for name, group in groupby(rules, key=lambda rule: rule.dimension)
        ],
        "lines": [doors.line(line) for line in shown.lines],
        "has_sums_only": doors.has_sums_only,
        "whole": {
            "line": shown.whole,
            "cells": [(cell, *_said(cell), "") for cell in shown.whole.cells],
        },
        "bars": rollup_bars(shown.whole.summary),
        "steps": list(enumerate(GLYPHS)),
        "after": shown.after,
    }


def _said(cell):
    """(glyph, word): of one center its outcome, of several how full the circle is."""
    rule_class, outcome = cell.tally.rule.rule_class, cell.outcome
    if not outcome:
        return "" if cell.step is None else GLYPHS[cell.step], ""
    return outcome_shape(rule_class, outcome), wording.outcome_label(rule_class, outcome)


class _Doors:
    """What of a heat map leads further down, and where to."""

    def __init__(self, user, place, lines, asked):
        self.place, self.asked = place, asked
        codes = [line.code for line in lines]
        self.open = self._within(user, Capability.COMPLIANCE_VIEW, codes)
        # Of a district whose centers are not named to the user its trend is open.
        self.summed = self._within(user, Capability.SUMMARY_VIEW, codes) - self.open
        self.has_sums_only = any(
            not line.center and line.code not in self.open for line in lines
        )

    @staticmethod
    def _within(user, capability, codes):
        reach = within_reach(user, capability)
        return set(reach.filter(code__in=codes).values_list("code", flat=True))

    def line(self, line):
        """The line with its address, and per cell: counts, glyph, word of one center, address."""
        url = self._below(line)
        return {
            "line": line,
            "url": self._center(line) if line.center else url or self._trend(line),
            "cells": [
                (cell, *_said(cell), self._rule(line, cell) if line.center else url)
                for cell in line.cells
            ],
        }

    def _below(self, line):
        """The next heat map down; none for who sees sums only."""
        if line.code not in self.open:
            return ""
        url = reverse("compliance:heatmap-division", args=[line.code]) + self.asked.query
        if line.code != self.place.division.code:
            return url
        return f"{url}{'&' if '?' in url else '?'}own=1"

    def _trend(self, line):
        if line.code not in self.summed:
            return ""
        return reverse("compliance:trend-division", args=[line.code])

    def _center(self, line):
        code = line.center.place.code
        return reverse("compliance:center", args=[code]) + self.asked.moment_query

    def _rule(self, line, cell):
        arguments = [line.center.place.code, cell.tally.rule.id]
        return reverse("compliance:rule", args=arguments) + self.asked.moment_query
