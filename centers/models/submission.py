"""What was handed in, what was said of it, and what is typed and not saved yet."""

from typing import Any, Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from centers.models.center import Center
from centers.models.filing import Filing, Section

APPEND_ONLY = pgtrigger.Protect(
    name="append_only", operation=pgtrigger.Update | pgtrigger.Delete
)


class SectionSubmission(models.Model):
    """提交快照: a section as it was certified, kept although it is corrected later.

    ``content`` is a list of rows, field to JSON value, ``attachments`` of documents with
    the hashes of their files; ``content_hash`` the SHA-256 of what both
    say (``selectors.hashing``).
    """

    section = models.ForeignKey(
        Section, verbose_name=_("section"), on_delete=models.PROTECT, related_name="submissions"
    )
    number = models.PositiveSmallIntegerField(_("submission no."))
    content = models.JSONField(_("content"))
    attachments = models.JSONField(_("attachments"), default=list)
    content_hash = models.CharField(_("content hash"), max_length=64)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("submitted by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    submitted_at = models.DateTimeField(_("submitted at"))

    class Meta:
        verbose_name = _("submitted section")
        verbose_name_plural = _("submitted sections")
        ordering = ["section", "number"]
        constraints = [
            models.UniqueConstraint(name="section_submission_once", fields=["section", "number"]),
            models.CheckConstraint(
                name="section_submission_hash", condition=Q(content_hash__regex=r"^[0-9a-f]{64}$")
            ),
        ]
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return f"{self.section} / {self.number}"


class RowComment(models.Model):
    """行意见: what the bureau asks to correct at one row of a submitted section.

    ``line`` is the row's identity, ``number`` the submission it speaks of.
    """

    section = models.ForeignKey(
        Section, verbose_name=_("section"), on_delete=models.PROTECT, related_name="comments"
    )
    number = models.PositiveSmallIntegerField(_("submission no."))
    line = models.UUIDField(_("row"))
    text = models.CharField(_("comment"), max_length=500)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("made by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    made_at = models.DateTimeField(_("made at"))

    class Meta:
        verbose_name = _("comment at a row")
        verbose_name_plural = _("comments at rows")
        ordering = ["section", "number", "id"]
        constraints = [
            models.UniqueConstraint(name="row_comment_once", fields=["section", "number", "line"]),
            models.CheckConstraint(name="row_comment_says_something", condition=~Q(text="")),
        ]
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return self.text[:60]


class OpinionQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """Opinions on the filings of the centers that ``user`` sees."""
        return self.filter(filing__center__in=Center.objects.visible_to(user))


class Opinion(models.Model):
    """街镇意见: what the township says of a submission before the bureau decides."""

    class Verdict(models.TextChoices):
        AGREE = "agree", _("agrees")
        OBJECT = "object", _("has objections")
        WAIVED = "waived", _("opinion dispensed with by the bureau")

    filing = models.ForeignKey(
        Filing, verbose_name=_("filing"), on_delete=models.PROTECT, related_name="opinions"
    )
    number = models.PositiveSmallIntegerField(_("submission no."))
    verdict = models.CharField(_("township opinion"), max_length=10, choices=Verdict)
    text = models.CharField(_("explanation"), max_length=500, blank=True)
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("given by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    given_at = models.DateTimeField(_("given at"))

    objects = OpinionQuerySet.as_manager()

    class Meta:
        verbose_name = _("township opinion")
        verbose_name_plural = _("township opinions")
        ordering = ["filing", "number"]
        constraints = [
            models.UniqueConstraint(
                name="opinion_once_per_submission", fields=["filing", "number"]
            ),
            models.CheckConstraint(
                name="opinion_is_explained", condition=Q(verdict="agree") | ~Q(text="")
            ),
        ]
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return f"{self.filing} / {self.number}: {self.get_verdict_display()}"


class SectionDraft(models.Model):
    """暂存: what one person typed into a section's page and has not saved, as it was typed.

    ``version`` is the section's version the page was read at; ``data`` maps a field of the page
    to its list of values.
    """

    section = models.ForeignKey(
        Section, verbose_name=_("section"), on_delete=models.CASCADE, related_name="drafts"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("user"),
        on_delete=models.CASCADE,
        related_name="+",
    )
    version = models.PositiveIntegerField(_("version"))
    data = models.JSONField(_("what was typed"))
    saved_at = models.DateTimeField(_("kept at"))

    class Meta:
        verbose_name = _("unsaved entry")
        verbose_name_plural = _("unsaved entries")
        constraints = [
            models.UniqueConstraint(name="section_draft_once", fields=["section", "user"]),
        ]

    def __str__(self) -> str:
        return f"{self.section} · {self.user}"
