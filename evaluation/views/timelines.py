"""A center through time, as its director sees it."""

from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from evaluation.forms import SpanForm
from evaluation.selectors import drawings, ledgers, timelines
from evaluation.views.centers import get_center

CHANGES_SHOWN = 60


@login_required
@require_safe
def center_timeline(request, code):
    """From when to when each outcome held, and the changes that were recorded."""
    center = get_center(request, code)
    form = SpanForm(request.GET, at=timezone.now())
    context = {"center": center, "form": form}
    if form.is_valid():
        span = form.span
        context |= {
            "span": span,
            "bars": drawings.bars(timelines.courses(center, span), span),
            "ticks": drawings.ticks(span),
            "entries": ledgers.ledger(center, known_at=span.known_at, limit=CHANGES_SHOWN),
        }
    return render(request, "evaluation/timeline.html", context)
