"""What will break at a center by itself, while there is time to prevent it."""

from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from centers.models import Center
from centers.permissions import can_open_filing
from evaluation.models import Verdict
from evaluation.selectors import comparison_words, lookaheads, wording
from evaluation.views.centers import get_center


@login_required
@require_safe
def look_ahead(request, code):
    center = get_center(request, code)
    days, today = _days(request), timezone.localdate()
    one = Center.objects.filter(pk=center.pk)
    ahead = lookaheads.Ahead(lookaheads.look_ahead(one, today), today, days)
    context = {
        "center": center,
        "days": days,
        "today": today,
        "last": today + timedelta(days=days),
        "tabs": [(each, breaks) for each, (breaks, _centers) in ahead.break_counts.items()],
        "breaks": [_line(each) for each in lookaheads.together(ahead.worse)],
        "rest": [
            _line(each) for each in lookaheads.together((*ahead.better, *ahead.other))
        ],
        "anew": [_line(each) for each in lookaheads.together(ahead.anew)],
        "anew_count": len(ahead.anew),
        "can_open": can_open_filing(request.user, center),
    }
    return render(request, "evaluation/lookahead.html", context)


def _days(request):
    """``?days=``, 30 without it; another number is said and 30 are shown."""
    typed = request.GET.get("days", "")
    offered = {str(days): days for days in lookaheads.HORIZONS}
    if typed and typed not in offered:
        messages.error(
            request,
            _("“%(value)s” cannot be shown: choose 30, 60 or 90 days. 30 are shown instead.")
            % {"value": typed[:20]},
        )
    return offered.get(typed, lookaheads.HORIZONS[0])


def _line(alike):
    """A rule that will stand elsewhere, or several that turn alike, in words."""
    foreseen = alike[0]
    change, rule = foreseen.change, foreseen.rule
    return {
        "on": foreseen.on,
        "rules": [(each.rule, wording.rule_title(each.rule)) for each in alike],
        "before": _state(change.was, rule),
        "after": _state(change.now, rule),
        "causes": [comparison_words.cause_text(cause) for cause in foreseen.causes],
        "reason": comparison_words.reason_text(change.after),
        "remedy": comparison_words.remedy_text(change.after),
        "healed_on": foreseen.healed_on,
        "is_moved": foreseen.moves_rollup,
        "rollup_was": Verdict.Rollup(foreseen.rollup_was),
        "rollup_now": Verdict.Rollup(foreseen.rollup_now),
    }


def _state(standing, rule):
    """(shape, word) of where the rule stands; what is only encouraged is never a failure."""
    is_not_adopted = rule.rule_class == "E" and standing.outcome == "not_met"
    shape = "not_adopted" if is_not_adopted else standing.outcome or "not_applicable"
    return shape, comparison_words.standing_text(standing, rule.rule_class)
