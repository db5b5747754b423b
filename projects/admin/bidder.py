"""Bidder accounts at the bureau's desk."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.urls import path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from organizations.models import Organization
from organizations.models.organization import divisions_with
from portal.admin import ScopedModelAdmin
from portal.users.roles import Capability
from projects.forms.openings import OpenAccountForm, ReasonForm
from projects.models import Bidder
from projects.permissions import can_manage_procurement
from projects.services import bidders


@admin.register(Bidder)
class BidderAdmin(ScopedModelAdmin):
    when_empty = _("Nobody can bid yet. Open an account for an organization, above.")
    view_capability = Capability.PROCUREMENT_MANAGE
    list_display = ["user", "organization", "opened_at", "closed_at"]
    list_filter = [("closed_at", admin.EmptyFieldListFilter)]
    list_select_related = ["user", "organization__division"]
    search_fields = ["user__username", "user__full_name", "organization__name"]
    ordering = ["-opened_at", "-id"]
    actions_list = ["open_account"]

    def get_urls(self):
        wrap = self.admin_site.admin_view
        close = path("<int:pk>/close/", wrap(self.close), name="projects_bidder_close")
        return [close, *super().get_urls()]

    def change_view(self, request, object_id, form_url="", extra_context=None):
        bidder = self.scoped_or_404(request, object_id)
        return self.page(
            request,
            "admin/projects/bidder.html",
            title=str(bidder),
            obj=bidder,
            bidder=bidder,
            may_close=bidder.closed_at is None
            and can_manage_procurement(request.user, bidder.organization.division),
        )

    def has_open_permission(self, request, object_id=None):
        return request.user.has_capability(Capability.PROCUREMENT_MANAGE)

    @action(description=_("Open an account"), url_path="open", permissions=["open"])
    def open_account(self, request):
        """Let a person bid for an organization of one's divisions."""
        places = divisions_with(request.user, Capability.PROCUREMENT_MANAGE)
        organizations = Organization.objects.filter(division__in=places)
        form = OpenAccountForm(request.POST or None, organizations=organizations)
        return self.ask(
            request,
            form,
            bidders.open_account,
            said=_opened,
            leads_to=reverse("admin:projects_bidder_changelist"),
            title=_("Open an account"),
            intro=_(
                "The account bids for one organization, for good. Whoever works for the bureau, a"
                " center or on a panel cannot have one."
            ),
        )

    def close(self, request, pk):
        bidder = self.scoped_or_404(request, pk)
        if not can_manage_procurement(request.user, bidder.organization.division):
            raise PermissionDenied

        def close(**values):
            bidders.close(bidder=bidder, **values)
            return bidder

        return self.ask(
            request,
            ReasonForm(request.POST or None),
            close,
            said=_("The account is closed. What it handed in stays."),
            title=_("Close the account"),
            obj=bidder,
        )


def _opened(done):
    """What is said once: the first password is shown nowhere else."""
    bidder, password = done
    if not password:
        text = gettext("%(user)s can bid for %(organization)s now.")
    else:
        text = gettext(
            "%(user)s can bid for %(organization)s now. User name %(username)s, first password"
            " %(password)s: it is shown this once."
        )
    return text % {
        "user": bidder.user,
        "organization": bidder.organization,
        "username": bidder.user.username,
        "password": password,
    }
