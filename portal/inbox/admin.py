"""Digest mails, read only: which were delivered, and which were not."""

from django.contrib import admin
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from portal.admin import ScopedModelAdmin
from portal.inbox.models import Digest


@admin.register(Digest)
class DigestAdmin(ScopedModelAdmin):
    view_capability = "user.view"
    list_display = ["user", "on", "status", "address", "claimed_at", "sent_at", "error"]
    list_filter = [("status", ChoicesDropdownFilter)]
    list_select_related = ["user"]
    search_fields = ["user__full_name", "user__username", "address"]
    date_hierarchy = "on"
    fields = list_display
