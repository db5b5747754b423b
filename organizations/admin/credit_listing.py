"""Entries of the credit lists: matched by code, set aside with a reason."""

from dataclasses import asdict

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter
from unfold.decorators import action

from organizations.admin.observation import EntryAdmin
from organizations.forms.warnings import ListForm, ListingForm, MatchForm, ReasonForm
from organizations.models import CreditListing, Organization, Transfer
from organizations.permissions import can_export, can_observe
from organizations.resources import credit_lists as sheets
from organizations.services import credit_lists
from portal.admin import mark
from portal.jurisdictions.filters import DivisionFilter
from portal.jurisdictions.models import Division
from portal.jurisdictions.selectors import within_reach
from portal.users.roles import Capability


class ListingStateFilter(DropdownFilter):
    """What an entry is good for."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return [
            ("standing", _("stands")),
            ("unmatched", _("no organization has the code")),
            ("ignored", _("set aside")),
            ("removed", _("removed from the list")),
        ]

    def queryset(self, request, queryset):
        conditions = {
            "standing": Q(removed_on=None, ignored_at=None, organization__isnull=False),
            "unmatched": Q(organization=None, ignored_at=None, removed_on=None),
            "ignored": Q(ignored_at__isnull=False),
            "removed": Q(removed_on__isnull=False, ignored_at=None),
        }
        return queryset.filter(conditions.get(self.value(), Q()))


class DistrictFilter(DivisionFilter):
    """Whose bureau entered it."""

    path_lookup = "district__path"


@admin.register(CreditListing)
class CreditListingAdmin(EntryAdmin):
    when_empty = _(
        "No credit list was entered yet. Paste the list of the authority: entries are"
        " matched by credit code."
    )
    list_display = [
        *("listed_on", "name", "uscc", "kind", "state", "organization", "removed_on"),
        "grounds",
    ]
    list_display_links = ["listed_on", "name"]
    list_filter = [ListingStateFilter, DistrictFilter, ("kind", ChoicesDropdownFilter)]
    list_select_related = ["district", "organization"]
    search_fields = ["name", "uscc", "organization__name", "organization__former_names"]
    search_help_text = _("Name or credit code")
    ordering = ["-listed_on", "-id"]
    actions_list = ["take_list", "enter_listing", "take_out"]
    actions_detail = ["ignore", "heed", "match"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("district", "organization")

    @admin.display(description=_("state"))
    def state(self, listing):
        if listing.ignored_at:
            return mark("—", "none", _("set aside"))
        if listing.removed_on:
            return mark("✓", "good", _("removed from the list"))
        if listing.organization_id is None:
            return mark("?", "fair", _("no organization has the code"))
        return mark("!", "bad", _("stands"))

    @action(description=_("Enter an entry"), url_path="enter", permissions=["observe"])
    def enter_listing(self, request):
        districts = within_reach(request.user, Capability.WARNING_HANDLE)
        form = ListingForm(
            request.POST or None, districts=districts.filter(kind=Division.Kind.DISTRICT)
        )
        return self.asked(
            request,
            form,
            _take_one,
            title=_("Enter an entry"),
            done=gettext("Entered. Warnings follow with the next watch."),
            intro=_("An entry that is known already is corrected by what is typed here."),
        )

    @action(description=_("Take a list over"), url_path="take", permissions=["observe"])
    def take_list(self, request):
        """Entries copied out of a table, all or none."""
        districts = within_reach(request.user, Capability.WARNING_HANDLE)
        form = ListForm(
            request.POST or None, districts=districts.filter(kind=Division.Kind.DISTRICT)
        )
        told = []

        def take(rows, **values):
            told.append(credit_lists.take(rows=sheets.read(rows), **values))

        answer = self.asked(
            request,
            form,
            take,
            title=_("Take a list over"),
            done=gettext("Taken over. Warnings follow with the next watch."),
            intro=_("All entries or none; entries are matched with the register by credit code."),
        )
        for result in told:
            text = gettext(
                "%(new)s new, %(changed)s changed, %(same)s the same; %(unmatched)s with no "
                "organization of that code."
            )
            self.message_user(request, text % asdict(result))
        return answer

    def has_export_permission(self, request, object_id=None):
        return can_export(request.user, Transfer.Table.CREDIT_LIST)

    @action(description=_("Export"), url_path="take-out", permissions=["export"])
    def take_out(self, request):
        """To the page that writes a district's entries into a workbook."""
        page = reverse("admin:organizations_transfer_take_out")
        return HttpResponseRedirect(f"{page}?table={Transfer.Table.CREDIT_LIST}")

    def _kept(self, request, object_id):
        """The entry, for whoever keeps the lists of its district."""
        listing = self.scoped_or_404(request, object_id)
        if not can_observe(request.user, listing.district):
            raise PermissionDenied
        return listing

    def pointless(self, request, object_id):
        listing = self.get_object(request, unquote(str(object_id)))
        is_ignored = listing is not None and listing.ignored_at is not None
        return ("ignore",) if is_ignored else ("heed",)

    @action(description=_("Set aside"), url_path="ignore", permissions=["observe"])
    def ignore(self, request, object_id):
        listing = self._kept(request, object_id)
        return self.asked(
            request,
            ReasonForm(request.POST or None),
            lambda **values: credit_lists.ignore(listing=listing, **values),
            title=_("Set aside"),
            done=gettext("Set aside. It warns of nothing any more."),
            obj=listing,
        )

    @action(description=_("Count it again"), url_path="heed", permissions=["observe"])
    def heed(self, request, object_id):
        listing = self._kept(request, object_id)
        return self.asked(
            request,
            ReasonForm(request.POST or None),
            lambda **values: credit_lists.heed(listing=listing, **values),
            title=_("Count it again"),
            done=gettext("It counts again with the next watch."),
            obj=listing,
        )

    @action(description=_("Match by hand"), url_path="match", permissions=["observe"])
    def match(self, request, object_id):
        listing = self._kept(request, object_id)
        form = MatchForm(request.POST or None, organizations=self.seen(request, Organization))
        return self.asked(
            request,
            form,
            lambda **values: credit_lists.match(listing=listing, **values),
            title=_("Match by hand"),
            done=gettext("Matched. Warnings follow with the next watch."),
            obj=listing,
        )


def _take_one(*, district, by, at, **values):
    entry = credit_lists.Entry(row=1, **values)
    return credit_lists.take(district=district, rows=[entry], by=by, at=at)
