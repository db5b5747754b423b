"""What is known of a stored file. Who may see it is decided by the row that refers to it."""

import uuid

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

HASH_PATTERN = r"^[0-9a-f]{64}$"
JPEG, PNG, PDF = "image/jpeg", "image/png", "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
LABELS = {JPEG: _("JPEG picture"), PNG: _("PNG picture"), PDF: "PDF", DOCX: _("Word document")}
MAX_STORED_BYTES = 40 * 1024 * 1024


class EvidenceFile(models.Model):
    """证据文件: the bytes of one upload, under its key. Written once; only ``services`` deletes."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # A photograph is written anew before it is stored, so the two differ.
    uploaded_sha256 = models.CharField(_("SHA-256 as uploaded"), max_length=64)
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    size_bytes = models.PositiveIntegerField(_("size"))
    media_type = models.CharField(_("type"), max_length=100)
    original_name = models.CharField(_("name of the file"), max_length=150)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("uploaded by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    uploaded_at = models.DateTimeField(_("uploaded at"))
    is_metered = models.BooleanField(_("counts among the uploads of the day"), default=True)

    class Meta:
        verbose_name = _("evidence file")
        verbose_name_plural = _("evidence files")
        ordering = ["-uploaded_at"]
        indexes = [models.Index(fields=["uploaded_by", "uploaded_at"])]
        constraints = [
            models.CheckConstraint(
                name="evidencefile_hashes",
                condition=Q(uploaded_sha256__regex=HASH_PATTERN, sha256__regex=HASH_PATTERN),
            ),
            models.CheckConstraint(
                name="evidencefile_size",
                condition=Q(size_bytes__gt=0, size_bytes__lte=MAX_STORED_BYTES),
            ),
            models.CheckConstraint(
                name="evidencefile_media_type",
                condition=Q(media_type__in=[JPEG, PNG, PDF, DOCX]),
            ),
            models.CheckConstraint(
                name="evidencefile_has_name", condition=~Q(original_name="")
            ),
        ]
        triggers = [pgtrigger.Protect(name="immutable", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return self.original_name

    @property
    def type_label(self) -> str:
        """The kind of file in a word."""
        return str(LABELS[self.media_type])

    @property
    def is_picture(self) -> bool:
        """Whether a browser may show it by itself."""
        return self.media_type in (JPEG, PNG)
