"""A center through time, as the bureau sees it."""

from django.utils.translation import gettext_lazy as _

from centers.models import Center
from evaluation.admin.center_pages import center_or_404, trail
from evaluation.admin.moments import ask
from evaluation.admin.pages import page, shown_to
from evaluation.forms import SpanForm
from evaluation.selectors import drawings, ledgers, timelines
from portal.users.roles import Capability

CHANGES_SHOWN = 100


@shown_to(Capability.COMPLIANCE_VIEW)
def center_timeline(request, code):
    """From when to when each outcome held, and the changes that were recorded."""
    center = center_or_404(request, code)
    asked = ask(request, Center.objects.filter(pk=center.pk), SpanForm)
    context = {
        "center": center,
        "asked": asked,
        "form": asked.form,
        "trail": trail(request, center, asked),
    }
    if asked.is_shown:
        span = asked.form.span
        context |= {
            "span": span,
            "bars": drawings.bars(timelines.courses(center, span), span),
            "ticks": drawings.ticks(span),
            "entries": ledgers.ledger(
                center, known_at=span.known_at, limit=CHANGES_SHOWN
            ),
        }
    return page(request, "admin/evaluation/timeline.html", title=_("Time line"), **context)
