"""How somebody who wrote in can be reached, shown once, for a reason that is kept."""

from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext_lazy as _

from evaluation.forms.feedbacks import RevealForm
from portal.admin import own_page
from portal.errors import DomainError


def contact_page(desk, request, obj, reveal):
    """Ask for the reason; the answer to it alone shows what ``reveal(reason=, by=, at=)`` gives."""
    form = RevealForm(request.POST or None)
    context = {"form": form}
    if form.is_valid():
        try:
            context["value"] = reveal(**form.cleaned_data, by=request.user, at=timezone.now())
        except DomainError as refusal:
            form.add_error(None, str(refusal))
    answer = desk.page(
        request,
        "admin/evaluation/contact.html",
        title=_("contact details"),
        obj=obj,
        back=own_page(obj),
        **context,
    )
    add_never_cache_headers(answer)
    return answer
