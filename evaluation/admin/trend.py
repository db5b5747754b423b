"""The trend of a city, a district or a township over its last month-ends."""

import io

from django import forms
from django.http import FileResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from evaluation.admin.heatmap import EVERYTHING, PARTS, rules_of_part
from evaluation.admin.moments import place_or_404
from evaluation.admin.pages import page, shown_to
from evaluation.models import Verdict
from evaluation.resources import trends as sheets
from evaluation.selectors import drawings, heatmaps, trends, wording
from portal.audit import services as audit
from portal.users.roles import Capability
from portal.workbooks import XLSX

DEFAULT_MONTHS = 12


class TrendForm(forms.Form):
    """How many months, and the rules of which part."""

    months = forms.TypedChoiceField(
        label=_("Months"),
        required=False,
        coerce=int,
        empty_value=DEFAULT_MONTHS,
        choices=[("", "12"), (6, "6"), (24, "24")],
    )
    part = forms.ChoiceField(
        label=_("Part of the standard"),
        required=False,
        choices=[
            ("", _("the four dimensions")),
            *PARTS.items(),
            (EVERYTHING, _("everything")),
        ],
    )


@shown_to(Capability.SUMMARY_VIEW)
def trend(request, code=None):
    """Roll-up, dimensions and rules at the end of each month."""
    place = place_or_404(request, code, counts_centers=False)
    form = TrendForm(request.GET)
    context = {"place": place, "form": form}
    if form.is_valid():
        context |= _drawn(place, form.cleaned_data)
    return page(request, "admin/evaluation/trend.html", title=_("Trend"), **context)


def _points(place, months):
    return trends.points(place.centers, trends.month_ends(timezone.localdate(), months))


def _drawn(place, asked):
    points = _points(place, asked["months"])
    recorded = [point.is_recorded for point in points]
    rules = rules_of_part(heatmaps.rules_on(points[-1].on), asked["part"])
    return {
        "points": [(point, trends.SOURCES[point.source]) for point in points],
        "key": {"is_recorded": True},
        "axis": _axis(points),
        "grid": [(percent, f"{drawings.level(percent):.1f}") for percent in (0, 25, 50, 75, 100)],
        "charts": [
            _chart(_("Roll-up"), _rollup_shares(points), recorded),
            _chart(
                _("Dimensions: compliant or basically compliant"), _dimensions(points), recorded
            ),
        ],
        "rules": [_rule(rule, points, recorded) for rule in rules],
        "is_cut": any(point.source == trends.NONE for point in points),
        "limit": trends.LIVE_LIMIT,
    }


def _axis(points):
    """(position, month) of every month drawn."""
    return [
        (f"{drawings.column(index, len(points)):.1f}", f"{point.on:%y-%m}")
        for index, point in enumerate(points)
    ]


def _rollup_shares(points):
    compliant, basically = "compliant", "basically_compliant"
    return [
        (
            Verdict.Rollup(compliant).label,
            [trends.share_of(p.summary.rollups, compliant) for p in points],
        ),
        (
            _("compliant or basically"),
            [trends.share_of(p.summary.rollups, compliant, basically) for p in points],
        ),
    ]


def _dimensions(points):
    return [
        (
            Verdict._meta.get_field(name).verbose_name,
            [
                trends.share_of(p.summary.dimensions[name], "compliant", "basically_compliant")
                for p in points
            ],
        )
        for name in Verdict.DIMENSIONS
    ]


def _chart(title, shares, recorded):
    """Lines, and the same shares as a table with their counts."""
    return {
        "title": title,
        "lines": drawings.lines([(str(label), each) for label, each in shares], recorded),
        "rows": shares,
        "thin": _thin([each for _label, each in shares]),
    }


def _thin(series):
    """Where it is said that most centers have no data: the first of months in a row."""
    months = [any(share.is_thin for share in shares) for shares in zip(*series, strict=True)]
    before = (False, *months)
    return [
        f"{drawings.column(index, len(months)):.1f}"
        for index, (was, is_thin) in enumerate(zip(before, months, strict=False))
        if is_thin and not was
    ]


def _rule(rule, points, recorded):
    rates = [trends.rate_of(point.summary.outcomes[rule.id]) for point in points]
    return {
        "rule": rule,
        "title": wording.rule_title(rule),
        "rates": rates,
        "spark": drawings.spark(rates, recorded),
    }


@shown_to(Capability.SUMMARY_VIEW)
def export(request, code):
    """The trend as a workbook, every rule in it; the audit trail says who took it."""
    place = place_or_404(request, code, counts_centers=False)
    form = TrendForm(request.GET)
    months = form.cleaned_data["months"] if form.is_valid() else DEFAULT_MONTHS
    points = _points(place, months)
    stream = io.BytesIO()
    header = [
        (gettext("Trend"), str(place.division)),
        (_("asked by"), str(request.user)),
        (_("asked at"), timezone.now()),
    ]
    rules = heatmaps.rules_on(points[-1].on)
    sheets.export(stream, header=header, points=points, rules=rules)
    audit.record(
        action="evaluation.trend.export",
        by=request.user,
        at=timezone.now(),
        target=place.division,
        division_path=place.division.path,
        changes={"months": [None, months]},
    )
    stream.seek(0)
    name = f"{_('Trend')}-{place.division.name}-{points[-1].on:%Y-%m}.xlsx"
    return FileResponse(stream, as_attachment=True, filename=name, content_type=XLSX)
