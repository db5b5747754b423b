"""Registers whose rows hold sealed personal data: shown once, for a reason, on record."""

from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from organizations.forms.reveals import WhichForm
from organizations.permissions import can_reveal
from organizations.selectors.personal import LABELS, masked
from organizations.services import reveals
from portal.errors import DomainError


class Revealing:
    """For an admin of a model with ``SEALED`` fields: the action that shows one of them."""

    def has_reveal_permission(self, request, object_id=None):
        """Whoever may do so anywhere is offered it; the page asks for the row itself."""
        return request.user.has_capability("personal.reveal")

    @action(description=_("Show personal data"), url_path="reveal", permissions=["reveal"])
    def reveal(self, request, object_id):
        obj = self.scoped_or_404(request, object_id)
        if not can_reveal(request.user, obj):
            raise PermissionDenied
        shown = {field: masked(obj, field) for field in obj.SEALED}
        kept = [(field, f"{LABELS[field]} {text}") for field, text in shown.items() if text]
        form = WhichForm(request.POST or None, fields=kept)
        form.fields["field"].widget = UnfoldAdminSelectWidget(choices=kept)
        form.fields["reason"].widget = UnfoldAdminTextareaWidget(attrs={"rows": 3})
        context = {"form": form, "kept": kept}
        if form.is_valid():
            context |= self._revealed(request, obj, form)
        answer = self.page(
            request,
            "admin/organizations/reveal.html",
            title=_("Show personal data"),
            obj=obj,
            **context,
        )
        add_never_cache_headers(answer)
        return answer

    def _revealed(self, request, obj, form):
        try:
            value = reveals.reveal(obj=obj, **form.cleaned_data, by=request.user, at=timezone.now())
        except DomainError as refusal:
            form.add_error(None, str(refusal))
            return {}
        return {"value": value, "label": LABELS[form.cleaned_data["field"]]}
