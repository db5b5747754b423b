"""The date a page is asked for."""

from django.contrib import messages
from django.utils import timezone
from django.utils.translation import gettext as _

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
