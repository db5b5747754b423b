"""Users and API tokens."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from portal.admin import ScopedModelAdmin
from portal.users.models import ApiToken, RoleAssignment, User


class RoleAssignmentInline(admin.TabularInline):
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
    list_display = ["username", "full_name", "is_active", "is_service", "last_login"]
    list_filter = ["is_active", "is_service"]
    search_fields = ["username", "full_name"]
    fields = ["username", "full_name", "is_active", "is_service", "last_login", "date_joined"]
    inlines = [RoleAssignmentInline]
    view_capability = "user.view"


@admin.register(ApiToken)
class ApiTokenAdmin(ScopedModelAdmin):
    list_display = ["name", "user", "token_key", "datasets", "expiry", "last_used_at"]
    list_select_related = ["user"]
    search_fields = ["name", "user__username"]
    fields = ["name", "user", "token_key", "datasets", "created", "expiry", "last_used_at"]
    view_capability = "token.manage"

    @admin.display(description=_("data sets"))
    def datasets(self, token):
        return ", ".join(token.datasets)
