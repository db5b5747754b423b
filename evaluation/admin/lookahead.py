"""What will break by itself in the next 30, 60 or 90 days, if nothing is filed."""

import io
from datetime import timedelta

from django.http import FileResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from centers.models import Center
from evaluation.admin.comparisons import EXPORT, XLSX, change_line
from evaluation.admin.marks import rollup_mark
from evaluation.admin.pages import page, shown_to
from evaluation.admin.scenario_forms import LookaheadForm
from evaluation.resources import lookaheads as sheets
from evaluation.selectors import comparison_words, lookaheads, simulations, wording
from evaluation.selectors.findings import LiveLimitError
from portal.jurisdictions.models import Division
from portal.users.roles import Capability

TEMPLATE = "admin/evaluation/lookahead.html"
TITLE = _("Look-ahead")


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
    context |= {"may_name": may_name, "tabs": tabs(ahead, days), "parts": parts(ahead)}
    return page(request, TEMPLATE, title=TITLE, **context, districts=_districts(ahead))


def tabs(ahead, chosen):
    """(days, number of breaks, whether it is the one shown)."""
    return [(days, ahead.break_counts[days], days == chosen) for days in lookaheads.HORIZONS]


def parts(ahead):
    """(title, note where there is nothing, number of rules, lines): what breaks stands first."""
    return [
        (*titles, len(found), [line(each) for each in lookaheads.together(found)])
        for titles, found in (
            (
                (_("What will break"), _("Nothing breaks by a date that is known today.")),
                ahead.worse,
            ),
            ((_("What will get better"), ""), ahead.better),
            ((_("What else will change"), ""), ahead.other),
        )
        if found or titles[1]
    ]


def line(alike):
    """A rule of a center, or several that turn alike: when, from what to what, because of which
    row, what to do."""
    foreseen = alike[0]
    return change_line(foreseen.change, foreseen.rule) | {
        "rules": [(each.rule, wording.rule_title(each.rule)) for each in alike],
        "place": foreseen.place,
        "on": foreseen.on,
        "causes": [comparison_words.cause_text(cause) for cause in foreseen.causes],
        "is_moved": foreseen.rollup_was != foreseen.rollup_now,
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
            gettext("What will break"): ahead.worse,
            gettext("What will get better"): ahead.better,
            gettext("What else will change"): ahead.other,
        },
    )
    stream.seek(0)
    name = f"{title}-{division}-{ahead.today.isoformat()}-{days}.xlsx"
    return FileResponse(stream, as_attachment=True, filename=name, content_type=XLSX)
