"""Notices, and the mails that told of them."""

from typing import Any, Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from portal.users.roles import Capability


class DigestQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """Mails about the divisions whose accounts ``user`` looks after."""
        if user.is_superuser:
            return self
        within = Q(pk=None)
        for path in user.paths_with(Capability.USER_VIEW):
            within |= Q(division_path__startswith=path)
        return self.filter(Exists(Notice.objects.filter(within, digest=OuterRef("pk"))))


class Digest(models.Model):
    """每日提醒邮件: the one mail to a person on a day. Claimed before it is sent: one that stays
    claimed was cut off, may have gone out, and is never sent again."""

    class Status(models.TextChoices):
        CLAIMED = "claimed", _("begun")
        SENT = "sent", _("sent")
        FAILED = "failed", _("not delivered")

    TRANSITIONS = {Status.CLAIMED: frozenset({Status.SENT, Status.FAILED})}

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("user"),
        on_delete=models.CASCADE,
        related_name="digests",
    )
    on = models.DateField(_("day"))
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.CLAIMED)
    version = models.PositiveIntegerField(_("version"), default=1)
    address = models.EmailField(_("address"))
    claimed_at = models.DateTimeField(_("begun at"))
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    error = models.CharField(_("error"), max_length=300, blank=True)

    objects = DigestQuerySet.as_manager()

    class Meta:
        verbose_name = _("digest mail")
        verbose_name_plural = _("digest mails")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(name="digest_once_a_day", fields=["user", "on"]),
            models.CheckConstraint(
                name="digest_sent_when",
                condition=Q(status="sent", sent_at__isnull=False)
                | (~Q(status="sent") & Q(sent_at=None)),
            ),
            models.CheckConstraint(
                name="digest_failed_why", condition=~Q(status="failed") | ~Q(error="")
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="digest_transitions",
                field="status",
                transitions=[("claimed", "sent"), ("claimed", "failed")],
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.on}"


class NoticeQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """One's own."""
        return self if user.is_superuser else self.filter(user=user)

    def unread(self) -> Self:
        return self.filter(read_at=None)

    def for_inbox(self) -> Self:
        """Unread ones first, then by time, the newest first."""
        return self.order_by(models.F("read_at").desc(nulls_first=True), "-created_at", "-pk")


class Notice(models.Model):
    """消息: what one person is told once, under a key that says what it is about."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("user"),
        on_delete=models.CASCADE,
        related_name="notices",
    )
    key = models.CharField(_("key"), max_length=120)
    # An English msgid and its values; ``sentence`` says it in the reader's language.
    text = models.CharField(_("text"), max_length=300)
    params = models.JSONField(_("values"), default=dict, blank=True)
    url_path = models.CharField(_("address"), max_length=200)
    division_path = models.CharField(_("division path"), max_length=60)
    due_on = models.DateField(_("due on"), null=True, blank=True)
    created_at = models.DateTimeField(_("created at"))
    read_at = models.DateTimeField(_("read at"), null=True, blank=True)
    digest = models.ForeignKey(
        Digest,
        verbose_name=_("digest mail"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="notices",
    )

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(name="notice_once_per_key", fields=["user", "key"]),
            models.CheckConstraint(
                name="notice_leads_within_the_portal",
                condition=Q(url_path__startswith="/") & ~Q(url_path__startswith="//"),
            ),
            models.CheckConstraint(
                name="notice_read_after_created",
                condition=Q(read_at=None) | Q(read_at__gte=models.F("created_at")),
            ),
        ]
        indexes = [
            models.Index(
                name="notice_unread", fields=["user", "-created_at"], condition=Q(read_at=None)
            ),
            models.Index(
                name="notice_unmailed",
                fields=["user"],
                condition=Q(read_at=None, digest=None),
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(
                name="notice_says_what_it_said",
                fields=["user", "key", "text", "params", "url_path", "due_on", "created_at"],
            )
        ]

    def __str__(self) -> str:
        return self.sentence

    @property
    def sentence(self) -> str:
        """The text in the language of whoever reads it now."""
        words = {
            name: _translated(value) if name.endswith("_label") else value
            for name, value in self.params.items()
        }
        return gettext(self.text) % words if words else gettext(self.text)


def _translated(value: str | list[str]) -> str:
    """A msgid, or several one after another."""
    if isinstance(value, str):
        return gettext(value)
    return pgettext("list", ", ").join(gettext(part) for part in value)
