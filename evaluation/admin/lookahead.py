"""What will break by itself in the next 30, 60 or 90 days, if nothing is filed."""

import io
from datetime import timedelta

from django.core.paginator import Paginator
from django.http import FileResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from centers.models import Center
from evaluation.admin.comparisons import EXPORT, XLSX, change_line
from evaluation.admin.marks import rollup_mark, standing_mark
from evaluation.admin.pages import page, shown_to
from evaluation.admin.scenario_forms import LookaheadForm
from evaluation.resources import lookaheads as sheets
from evaluation.rules import comparisons
from evaluation.selectors import comparison_words, lookaheads, simulations, wording
from evaluation.selectors.findings import LiveLimitError
from portal.jurisdictions.models import Division
from portal.users.roles import Capability

TEMPLATE = "admin/evaluation/lookahead.html"
TITLE = _("Look-ahead")
LINES_PER_PAGE = 20
TITLES = {
    comparisons.WORSE: _("What will break"),
    comparisons.BETTER: _("What will get better"),
    comparisons.OTHER: _("What else will change"),
}


@shown_to(Capability.SIMULATION_RUN)
def look_ahead(request):
    """By day: which rule of which center will stand elsewhere, and because of which row."""
    data = request.GET.copy()
    data.setdefault("days", str(lookaheads.HORIZONS[0]))
    form = LookaheadForm(data, user=request.user)
    if not form.is_valid():
        return page(request, TEMPLATE, title=TITLE, form=form)
    division, days = form.cleaned_data["division"], form.cleaned_data["days"]
    user, today = request.user, timezone.localdate()
    centers = Center.objects.visible_to(user, Capability.SIMULATION_RUN).within(division)
    try:
        count = simulations.refuse_too_many(centers)
    except LiveLimitError as refusal:
        return page(request, TEMPLATE, title=TITLE, form=form, refusal=str(refusal))
    ahead = lookaheads.Ahead(lookaheads.look_ahead(centers, today), today, days)
    # Who sees only summaries gets districts instead of centers.
    may_name = user.has_capability(Capability.COMPLIANCE_VIEW, division)
    if EXPORT in request.GET and may_name:
        return _workbook(ahead, division, days, user)
    context = {"form": form, "division": division, "days": days, "center_count": count}
    context |= {"today": today, "last": today + timedelta(days=days), "ahead": ahead}
    context |= {"may_name": may_name, "tabs": tabs(ahead, days), "anew": anew(ahead)}
    found = [alike for each in ahead.by_direction.values() for alike in lookaheads.together(each)]
    lines = Paginator(found, LINES_PER_PAGE).get_page(request.GET.get("page"))
    context |= {"lines": lines, "parts": parts(ahead, lines)}
    return page(request, TEMPLATE, title=TITLE, **context, districts=_districts(ahead))


def tabs(ahead, chosen):
    """(days, number of breaks, of centers with one, whether it is the one shown)."""
    counts = ahead.break_counts
    return [(days, *counts[days], days == chosen) for days in lookaheads.HORIZONS]


def parts(ahead, shown):
    """(title, number of rules, of centers, lines) of the parts with a line on the page shown."""
    counted = [
        (
            title,
            len(ahead.by_direction[direction]),
            lookaheads.center_count(ahead.by_direction[direction]),
            [line(alike) for alike in shown if alike[0].direction == direction],
        )
        for direction, title in TITLES.items()
    ]
    return [part for part in counted if part[-1]]


def anew(ahead):
    """The figures that begin with a new year: in sum, and by rule."""
    if not ahead.anew:
        return None
    rules = [
        {
            "anew": each,
            "title": wording.rule_title(each.rule),
            "stood": [
                (standing_mark(each.rule.rule_class, was), number)
                for was, number in sorted(each.stood.items())
            ],
        }
        for each in ahead.anew_by_rule
    ]
    return {
        "on": ahead.anew[0].on,
        "rule_count": len({each.rule.id for each in ahead.anew}),
        "center_count": lookaheads.center_count(ahead.anew),
        "moved_count": sum(each.moves_rollup for each in ahead.anew),
        "rules": rules,
    }


def line(alike):
    """A rule of a center, or several that turn alike: when, from what to what, because of which
    row, what to do."""
    foreseen = alike[0]
    return change_line(foreseen.change, foreseen.rule) | {
        "rules": [(each.rule, wording.rule_title(each.rule)) for each in alike],
        "place": foreseen.place,
        "on": foreseen.on,
        "causes": [comparison_words.cause_text(cause) for cause in foreseen.causes],
        "is_moved": foreseen.moves_rollup,
        "stays": foreseen.rollup_was == foreseen.rollup_now,
        "rollup_was": rollup_mark(foreseen.rollup_was),
        "rollup_now": rollup_mark(foreseen.rollup_now),
        "healed_on": foreseen.healed_on,
    }


def _districts(ahead):
    """(name, breaks, centers that break) of every district with a break. One query."""
    counts = ahead.by_district
    names = dict(Division.objects.filter(code__in=counts).values_list("code", "name"))
    return [(names.get(code, code), *numbers) for code, numbers in sorted(counts.items())]


def _workbook(ahead, division, days, user):
    title = gettext("Look-ahead")
    stream = io.BytesIO()
    sheets.export(
        stream,
        header=[
            (title, gettext("Computed for this workbook alone: nothing was stored or sent.")),
            (_("division"), str(division)),
            (_("from"), ahead.today),
            (_("days"), days),
            (_("asked by"), str(user)),
            (_("asked at"), timezone.now()),
        ],
        parts={
            **{str(TITLES[direction]): found for direction, found in ahead.by_direction.items()},
            gettext("Begins anew with the year"): ahead.anew,
        },
    )
    stream.seek(0)
    name = f"{title}-{division}-{ahead.today.isoformat()}-{days}.xlsx"
    return FileResponse(stream, as_attachment=True, filename=name, content_type=XLSX)
