"""Workbooks of the register, brought in or taken out in the background; the row is the queue."""

from typing import Any, Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.jurisdictions.models import Division
from portal.leases import LeasedQuerySet, LeasedWork
from portal.transitions import jumps
from portal.users.models import User
from portal.users.roles import Capability

# Status → those it can change to.
TRANSFER_MOVES = {
    "waiting": frozenset({"checking", "writing", "cancelled", "failed"}),
    "checking": frozenset({"checked", "refused", "cancelled", "failed"}),
    "checked": frozenset({"writing", "cancelled"}),
    # The register changed since the check: it is checked once more.
    "writing": frozenset({"waiting", "done", "failed"}),
}


class TransferQuerySet(LeasedQuerySet):
    def visible_to(self, user: User) -> Self:
        """Imports of the districts ``user`` may import for, exports of those they may export; of
        credit lists only where they see warnings too."""
        if not user.is_authenticated:
            return self.none()
        if user.is_superuser:
            return self
        query, warned = Q(pk=None), ~Q(table=Transfer.Table.CREDIT_LIST)
        for path in user.paths_with(Capability.WARNING_VIEW):
            warned |= Q(district__path__startswith=path)
        for direction, capability in (
            ("import", Capability.WORKBOOK_IMPORT),
            ("export", Capability.WORKBOOK_EXPORT),
        ):
            for path in user.paths_with(capability):
                query |= Q(direction=direction, district__path__startswith=path)
        return self.filter(query & warned)

    def unfinished(self) -> Self:
        """What a worker still has to do."""
        return self.filter(status__in=Transfer.AT_WORK)


class Transfer(LeasedWork):
    """导入导出: one workbook of a district's register, from its upload to its end."""

    class Direction(models.TextChoices):
        IMPORT = "import", _("import")
        EXPORT = "export", _("export")

    class Table(models.TextChoices):
        ORGANIZATIONS = "organizations", _("social organizations")
        TEAMS = "teams", _("activity teams")
        CREDIT_LIST = "credit_list", _("credit list entries")

    class Mode(models.TextChoices):
        ALL_OR_NOTHING = "all_or_nothing", _("all rows or none")
        GOOD_ROWS = "good_rows", _("only the rows without errors")

    class Status(models.TextChoices):
        WAITING = "waiting", _("in the queue")
        CHECKING = "checking", _("being checked")
        CHECKED = "checked", _("checked, to be confirmed")
        WRITING = "writing", _("being written")
        DONE = "done", _("done")
        REFUSED = "refused", _("cannot be imported")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")

    TRANSITIONS = TRANSFER_MOVES
    # Those that workbooks bring in; the others only go out.
    COMES_IN = (Table.ORGANIZATIONS, Table.TEAMS)
    AT_WORK = (Status.WAITING, Status.CHECKING, Status.WRITING)
    FINAL = (Status.DONE, Status.REFUSED, Status.FAILED, Status.CANCELLED)

    direction = models.CharField(_("direction"), max_length=10, choices=Direction)
    table = models.CharField(_("table"), max_length=20, choices=Table)
    district = models.ForeignKey(
        Division, verbose_name=_("district"), on_delete=models.PROTECT, related_name="+"
    )
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.WAITING)
    version = models.PositiveIntegerField(_("version"), default=1)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("requested by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    requested_at = models.DateTimeField(_("requested at"))
    # In which the requester reads; messages are written in it.
    language = models.CharField(_("language"), max_length=10)
    file_name = models.CharField(_("file"), max_length=120, blank=True)
    # Random names in the portal's own folder; blank where there is none, or none any more.
    kept = models.CharField(max_length=80, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    result_name = models.CharField(max_length=80, blank=True)
    mode = models.CharField(_("mode"), max_length=20, choices=Mode, null=True, blank=True)
    with_personal = models.BooleanField(_("with personal data"), default=False)
    purpose = models.CharField(_("purpose"), max_length=200, blank=True)
    row_count = models.PositiveIntegerField(_("rows"), default=0)
    done_count = models.PositiveIntegerField(_("rows done"), default=0)
    bad_count = models.PositiveIntegerField(_("rows with errors"), default=0)
    error_count = models.PositiveIntegerField(_("errors"), default=0)
    warning_count = models.PositiveIntegerField(_("warnings"), default=0)
    new_count = models.PositiveIntegerField(_("entered"), default=0)
    changed_count = models.PositiveIntegerField(_("changed"), default=0)
    same_count = models.PositiveIntegerField(_("unchanged"), default=0)
    # Problems of the workbook's form, and its sheets, as the check found them.
    form = models.JSONField(default=dict, blank=True)
    message = models.TextField(_("message"), blank=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("confirmed by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    objects = TransferQuerySet.as_manager()

    class Meta:
        verbose_name = _("workbook in or out")
        verbose_name_plural = _("workbooks in and out")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="transfer_final_has_time",
                condition=Q(
                    status__in=("waiting", "checking", "checked", "writing"), finished_at=None
                )
                | Q(
                    status__in=("done", "refused", "failed", "cancelled"),
                    finished_at__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="transfer_confirmed_by_whom_how",
                condition=Q(confirmed_by=None, confirmed_at=None, mode=None)
                | Q(
                    confirmed_by__isnull=False,
                    confirmed_at__isnull=False,
                    mode__isnull=False,
                    direction="import",
                ),
            ),
            models.CheckConstraint(
                name="transfer_personal_for_a_purpose",
                condition=Q(with_personal=False) | (Q(direction="export") & ~Q(purpose="")),
            ),
            models.CheckConstraint(
                name="transfer_credit_list_goes_out_masked",
                condition=~Q(table="credit_list") | Q(direction="export", with_personal=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["id"],
                name="transfer_at_work",
                condition=Q(status__in=("waiting", "checking", "writing")),
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="transfer_transitions", field="status", transitions=jumps(TRANSFER_MOVES)
            ),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.get_direction_display()} #{self.pk}"

    @property
    def is_at_work(self) -> bool:
        """Whether a worker has it, or will."""
        return self.status in self.AT_WORK

    @property
    def is_final(self) -> bool:
        """Whether nothing happens to it any more."""
        return self.status in self.FINAL

    @property
    def good_count(self) -> int:
        """Rows that would be written, were only those without errors."""
        return self.new_count + self.changed_count

    @property
    def form_problems(self) -> list[dict[str, Any]]:
        """Problems of the workbook's form, as ``TransferRow.problems``."""
        return self.form.get("problems", [])


class TransferRow(models.Model):
    """One row of an upload between its check and its end: what it says, and what it would do."""

    class Action(models.TextChoices):
        NEW = "new", _("to be entered")
        CHANGE = "change", _("to be changed")
        SAME = "same", _("unchanged")
        ERROR = "error", _("error")

    transfer = models.ForeignKey(Transfer, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()
    sheet = models.CharField(max_length=31)
    row = models.PositiveIntegerField()
    action = models.CharField(max_length=10, choices=Action)
    # The row of the register it speaks of, and the version it was compared with.
    target_id = models.BigIntegerField(null=True)
    target_version = models.PositiveIntegerField(null=True)
    content = models.JSONField()
    problems = models.JSONField()

    class Meta:
        verbose_name = _("row of a workbook")
        verbose_name_plural = _("rows of workbooks")
        ordering = ["transfer", "number"]
        constraints = [
            models.UniqueConstraint(name="transfer_row_number_once", fields=["transfer", "number"]),
        ]

    def __str__(self) -> str:
        return f"{self.transfer} / {self.number}"
