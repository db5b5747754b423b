"""The audit trail, read only."""

from django.contrib import admin

from portal.admin import ScopedModelAdmin
from portal.audit.models import AuditEvent


@admin.register(AuditEvent)
class AuditEventAdmin(ScopedModelAdmin):
    list_display = ["at", "actor_name", "action", "target_label", "reason"]
    list_filter = ["action"]
    search_fields = ["actor_name", "target_label", "request_id"]
    date_hierarchy = "at"
    view_capability = "audit.view"
