"""The date a page is asked for, and by what was known when."""

from django.contrib import messages
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from evaluation.forms import NOT_A_DAY, MomentForm
from evaluation.selectors.findings import FIRST_DAY
from portal.cells import CellError, parse_date
from portal.errors import together

# Characters of what was typed that a message repeats.
SHOWN = 20


def as_of(request):
    """``?as_of=``, today without it; a date that cannot be read, or that nothing is judged as of,
    is said and today is shown."""
    typed = request.GET.get("as_of", "")
    today = timezone.localdate()
    try:
        day = parse_date(typed).value or today
    except CellError:
        day = None
    if day is not None and FIRST_DAY <= day <= today:
        return day
    advice = NOT_A_DAY % {"first": FIRST_DAY.isoformat(), "today": today.isoformat()}
    messages.error(
        request,
        _("“%(value)s” cannot be shown: %(advice)s Today is shown instead.")
        % {"value": typed[:SHOWN], "advice": advice},
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
        % {"value": typed, "advice": together(form.errors["known_at"])},
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
        "first_day": FIRST_DAY,
        "today": timezone.localdate(),
        "known_at": known,
        "is_today": is_today,
        "moment_query": f"?{urlencode(asked)}" if asked else "",
    }
