"""The date a page is asked for, and by what was known when."""

from django.contrib import messages
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from evaluation.forms import MomentForm
from portal.cells import CellError, parse_date


def as_of(request):
    """``?as_of=``, today without it; a date that cannot be read is said and today is shown."""
    typed = request.GET.get("as_of", "")
    today = timezone.localdate()
    try:
        return parse_date(typed).value or today
    except CellError as error:
        messages.error(
            request,
            _("“%(value)s” cannot be shown: %(advice)s Today is shown instead.")
            % {"value": typed, "advice": error},
        )
        return today


def known_at(request):
    """``?known_at=``, None without it; a time that cannot be read, or has not come, is said and
    what is known today is shown."""
    typed = request.GET.get("known_at", "")
    form = MomentForm({"known_at": typed}, at=timezone.now())
    if form.is_valid():
        return form.cleaned_data["known_at"]
    messages.error(
        request,
        _("“%(value)s” cannot be shown: %(advice)s What is known today is shown instead.")
        % {"value": typed, "advice": " ".join(form.errors["known_at"])},
    )
    return None


def moment(request):
    """What a page of one moment shows and carries along its links."""
    day, known = as_of(request), known_at(request)
    is_today = day == timezone.localdate() and known is None
    asked = {} if is_today else {"as_of": day.isoformat()}
    if known is not None:
        asked["known_at"] = timezone.localtime(known).strftime("%Y-%m-%dT%H:%M")
    return {
        "as_of": day,
        "known_at": known,
        "is_today": is_today,
        "moment_query": f"?{urlencode(asked)}" if asked else "",
    }
