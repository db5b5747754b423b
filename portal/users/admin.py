"""Users."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline

from portal.admin import ScopedModelAdmin
from portal.users.models import RoleAssignment, User
from portal.users.roles import Capability, roles_with

# What packages register for themselves knows no division and gives rights that roles do not.
for model in (Group, EmailAddress, Authenticator, AccessAttempt, AccessFailureLog, AccessLog):
    if admin.site.is_registered(model):
        admin.site.unregister(model)


class RoleAssignmentInline(TabularInline):
    model = RoleAssignment
    extra = 0
    can_delete = False

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_view_permission(self, request, obj=None):
        return True


@admin.register(User)
class UserAdmin(ScopedModelAdmin):
    list_display = ["username", "full_name", "email", "is_active", "is_service", "last_seen"]
    list_filter = ["is_active", "is_service"]
    search_fields = ["username", "full_name"]
    fields = [
        *("username", "full_name", "email", "wants_digest", "is_active", "is_service"),
        *("last_seen", "date_joined"),
    ]
    readonly_fields = ["last_seen"]
    inlines = [RoleAssignmentInline]
    view_capability = "user.view"

    def get_queryset(self, request):
        bids = RoleAssignment.objects.filter(
            user=OuterRef("pk"), role__in=roles_with(Capability.BID_SUBMIT)
        )
        return super().get_queryset(request).annotate(is_bidder=Exists(bids))

    def lookup_allowed(self, lookup, value, request):
        return not lookup.startswith("last_login") and super().lookup_allowed(
            lookup, value, request
        )

    @admin.display(description=_("last login"), empty_value="—")
    def last_seen(self, user):
        """Not of bidders: before an opening it would tell who comes shortly before the deadline."""
        return None if user.is_bidder else user.last_login


@admin.register(AccessAttempt)
class LockoutAdmin(ModelAdmin):
    """Failed logins; deleting one unlocks. For superusers only."""

    list_display = ["username", "ip_address", "failures_since_start", "attempt_time"]
    search_fields = ["username", "ip_address"]
    fields = readonly_fields = list_display

    def has_module_permission(self, request):
        return request.user.is_superuser

    def has_view_permission(self, request, obj=None):
        return request.user.is_superuser

    def has_delete_permission(self, request, obj=None):
        return request.user.is_superuser

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False
