"""Sealed bids: whose keys open them, what was handed in, and what the opening found."""

from typing import Any, Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from organizations.models import Organization
from organizations.models.organization import divisions_with
from portal.evidence.models import HASH_PATTERN, EvidenceFile
from portal.users.roles import Capability
from projects.models.procurement import Procurement, while_draft
from projects.models.scopes import ManagedQuerySet, own_organizations, seats

# The database's own clock decides, at the moment of the row, not of the transaction.
IN_TIME = """
PERFORM 1 FROM projects_procurement WHERE id = NEW.procurement_id
    AND status = 'announced' FOR SHARE;
NEW.received_at := clock_timestamp();
NEW.withdrawn_at := NULL;
NEW.withdrawn_by_id := NULL;
IF NOT EXISTS (SELECT 1 FROM projects_procurement WHERE id = NEW.procurement_id
               AND status = 'announced' AND deadline_at > NEW.received_at) THEN
    RAISE EXCEPTION 'bids are not received any more'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'bid_in_time';
END IF;
RETURN NEW;
"""
WITHDRAWN_IN_TIME = """
PERFORM 1 FROM projects_procurement WHERE id = NEW.procurement_id FOR SHARE;
NEW.withdrawn_at := clock_timestamp();
IF NOT EXISTS (SELECT 1 FROM projects_procurement WHERE id = NEW.procurement_id
               AND status = 'announced' AND deadline_at > NEW.withdrawn_at) THEN
    RAISE EXCEPTION 'bids are not withdrawn any more'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'bid_in_time';
END IF;
RETURN NEW;
"""
PRESENTED = """
NEW.presented_at := clock_timestamp();
IF NOT EXISTS (
    SELECT 1 FROM projects_keyholder holder
    JOIN projects_procurement procurement ON procurement.id = holder.procurement_id
    WHERE holder.id = NEW.holder_id AND procurement.status = 'announced'
      AND procurement.deadline_at <= NEW.presented_at
) THEN
    RAISE EXCEPTION 'keys are presented after the deadline'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'key_after_deadline';
END IF;
IF (SELECT user_id FROM projects_keyholder WHERE id = NEW.holder_id) <> NEW.presented_by_id THEN
    RAISE EXCEPTION 'a key is presented by its holder'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'key_of_its_holder';
END IF;
RETURN NEW;
"""
OPENED = """
NEW.opened_at := clock_timestamp();
IF NOT EXISTS (SELECT 1 FROM projects_procurement WHERE id = NEW.procurement_id
               AND status = 'announced' AND deadline_at <= NEW.opened_at FOR UPDATE) THEN
    RAISE EXCEPTION 'bids are opened after the deadline'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'opening_after_deadline';
END IF;
IF (SELECT count(*) FROM projects_keypresentation presented
    JOIN projects_keyholder holder ON holder.id = presented.holder_id
    WHERE holder.procurement_id = NEW.procurement_id)
   < (SELECT key_needed FROM projects_procurement WHERE id = NEW.procurement_id) THEN
    RAISE EXCEPTION 'too few keys are presented'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'opening_keys_presented';
END IF;
RETURN NEW;
"""
REPAIRED = """
IF OLD.repaired_at IS NOT NULL OR clock_timestamp() > OLD.due_at THEN
    RAISE EXCEPTION 'the one chance to repair is over'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'repair_once_in_time';
END IF;
NEW.repaired_at := clock_timestamp();
RETURN NEW;
"""


class DatabaseClock(Func):
    """The moment at which a row is written, by the database."""

    template = "clock_timestamp()"
    output_field = models.DateTimeField()


class BidderQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """Accounts of organizations of the divisions where ``user`` manages procurements, and
        one's own."""
        if not user.is_authenticated:
            return self.none()
        if user.is_superuser:
            return self
        managed = divisions_with(user, Capability.PROCUREMENT_MANAGE)
        return self.filter(Q(organization__division__in=managed) | Q(user=user))


class Bidder(models.Model):
    """投标账户: a person who bids for an organization; opened and closed by the bureau."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        verbose_name=_("user"),
        on_delete=models.PROTECT,
        related_name="bidder",
    )
    organization = models.ForeignKey(
        Organization,
        verbose_name=_("social organization"),
        on_delete=models.PROTECT,
        related_name="bidders",
    )
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("account opened by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    opened_at = models.DateTimeField(_("account opened at"))
    closed_at = models.DateTimeField(_("account closed at"), null=True, blank=True)

    objects = BidderQuerySet.as_manager()

    class Meta:
        verbose_name = _("bidder account")
        verbose_name_plural = _("bidder accounts")
        ordering = ["organization", "id"]
        triggers = [
            pgtrigger.ReadOnly(name="closed_only", exclude=["closed_at"]),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.organization}"


class KeyHolder(models.Model):
    """密钥保管人: an officer who holds one of the keys, and the public half of it."""

    procurement = models.ForeignKey(
        Procurement,
        verbose_name=_("procurement"),
        on_delete=models.PROTECT,
        related_name="key_holders",
    )
    position = models.PositiveSmallIntegerField(_("position"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("holder"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    public_key = models.BinaryField(_("public half"), max_length=32)
    fingerprint = models.CharField(_("fingerprint"), max_length=64)
    registered_at = models.DateTimeField(_("registered at"))

    class Meta:
        verbose_name = _("key holder")
        verbose_name_plural = _("key holders")
        ordering = ["procurement", "position"]
        constraints = [
            models.UniqueConstraint(name="keyholder_once", fields=["procurement", "user"]),
            models.UniqueConstraint(
                name="keyholder_position_once", fields=["procurement", "position"]
            ),
            models.UniqueConstraint(name="keyholder_key_once", fields=["fingerprint"]),
            models.CheckConstraint(
                name="keyholder_fingerprint", condition=Q(fingerprint__regex=HASH_PATTERN)
            ),
            models.CheckConstraint(
                name="keyholder_position", condition=Q(position__gte=1, position__lte=7)
            ),
        ]
        triggers = [while_draft()]

    def __str__(self) -> str:
        return f"{self.position} {self.user}"


class BidQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """One's own organization's bids; others only once they were opened, where ``user`` manages
        procurements."""
        if not user.is_authenticated:
            return self.none()
        opened = Q(procurement__opening__isnull=False)
        if user.is_superuser:
            return self.filter(opened)
        managed = divisions_with(user, Capability.PROCUREMENT_MANAGE)
        return self.filter(
            Q(organization__in=own_organizations(user))
            | opened & Q(procurement__project__division__in=managed)
        )

    def standing(self) -> Self:
        """The last bid of each organization, unless it was withdrawn."""
        newer = Bid.objects.filter(
            procurement=models.OuterRef("procurement"),
            organization=models.OuterRef("organization"),
            number__gt=models.OuterRef("number"),
        )
        return self.filter(~models.Exists(newer), withdrawn_at=None)


class Bid(models.Model):
    """投标: what an organization handed in, as nobody can read it before the opening.

    Older ones stay as evidence. ``sealed`` is nonce and AES-256-GCM ciphertext of the padded bid.
    """

    procurement = models.ForeignKey(
        Procurement, verbose_name=_("procurement"), on_delete=models.PROTECT, related_name="bids"
    )
    organization = models.ForeignKey(
        Organization,
        verbose_name=_("social organization"),
        on_delete=models.PROTECT,
        related_name="bids",
    )
    number = models.PositiveSmallIntegerField(_("no."))
    sealed = models.BinaryField(_("sealed bid"))
    padded_bytes = models.PositiveIntegerField(_("size"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("handed in by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    received_at = models.DateTimeField(_("received at"), db_default=DatabaseClock())
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("withdrawn by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    objects = BidQuerySet.as_manager()

    class Meta:
        verbose_name = _("bid")
        verbose_name_plural = _("bids")
        ordering = ["procurement", "received_at", "id"]
        constraints = [
            models.UniqueConstraint(
                name="bid_number_once", fields=["procurement", "organization", "number"]
            ),
            models.CheckConstraint(name="bid_hash", condition=Q(sha256__regex=HASH_PATTERN)),
            models.CheckConstraint(name="bid_padded", condition=Q(padded_bytes__gt=0)),
            models.CheckConstraint(
                name="bid_withdrawn_by_somebody",
                condition=Q(withdrawn_at=None, withdrawn_by=None)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="in_time",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=IN_TIME,
            ),
            pgtrigger.ReadOnly(
                name="withdrawn_only", exclude=["withdrawn_at", "withdrawn_by"]
            ),
            pgtrigger.Protect(
                name="withdrawn_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.withdrawn_at IS NOT NULL OR NEW.withdrawn_at IS NULL"
                ),
            ),
            pgtrigger.Trigger(
                name="withdrawn_in_time",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func=WITHDRAWN_IN_TIME,
            ),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.organization} · {self.number}"


class Share(models.Model):
    """密钥份额: one holder's share of a bid's key, wrapped to the public half of a holder.

    At first to that holder's own; when he presents his key, to each of the others'.
    """

    bid = models.ForeignKey(
        Bid, verbose_name=_("bid"), on_delete=models.PROTECT, related_name="shares"
    )
    of = models.ForeignKey(
        KeyHolder, verbose_name=_("share of"), on_delete=models.PROTECT, related_name="+"
    )
    to = models.ForeignKey(
        KeyHolder, verbose_name=_("wrapped to"), on_delete=models.PROTECT, related_name="+"
    )
    wrapped = models.BinaryField(_("wrapped share"))

    class Meta:
        verbose_name = _("share of a key")
        verbose_name_plural = _("shares of keys")
        ordering = ["bid", "of", "to"]
        constraints = [models.UniqueConstraint(name="share_once", fields=["bid", "of", "to"])]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.bid_id}: {self.of_id} → {self.to_id}"


class KeyPresentation(models.Model):
    """出示密钥: a holder brought his key after the deadline. The key itself is kept nowhere."""

    holder = models.OneToOneField(
        KeyHolder,
        verbose_name=_("key holder"),
        on_delete=models.PROTECT,
        related_name="presentation",
    )
    presented_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("presented by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    presented_at = models.DateTimeField(_("presented at"), db_default=DatabaseClock())

    class Meta:
        verbose_name = _("presentation of a key")
        verbose_name_plural = _("presentations of keys")
        ordering = ["presented_at"]
        triggers = [
            pgtrigger.Trigger(
                name="after_deadline",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=PRESENTED,
            ),
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return str(self.holder)


class Opening(models.Model):
    """开标: the one opening of a procurement's bids, with its minutes."""

    procurement = models.OneToOneField(
        Procurement,
        verbose_name=_("procurement"),
        on_delete=models.PROTECT,
        related_name="opening",
    )
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("bids opened by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    opened_at = models.DateTimeField(_("bids opened at"), db_default=DatabaseClock())
    minutes = models.JSONField(_("minutes of the opening"))
    sha256 = models.CharField(_("SHA-256 of the minutes"), max_length=64)

    objects = ManagedQuerySet.as_manager()

    class Meta:
        verbose_name = _("opening of bids")
        verbose_name_plural = _("openings of bids")
        ordering = ["-opened_at"]
        constraints = [
            models.CheckConstraint(name="opening_hash", condition=Q(sha256__regex=HASH_PATTERN)),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="after_deadline",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=OPENED,
            ),
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return str(self.procurement)


class OpenedBidQuerySet(ManagedQuerySet):
    place = "bid__procurement__project__division"

    def visible_to(self, user: Any) -> Self:
        """As of everything that the procurement office keeps; but whoever sits on the panel, or was
        recused from it, reads no bid before, or without, having no interest in it."""
        seen = super().visible_to(user)
        if not user.is_authenticated:
            return seen
        return seen.exclude(bid__procurement__in=seats().bound(user).values("procurement"))

    def shared(self, user: Any) -> Q:
        """One's own organization's, and those that ``user`` has to score after declaring to have no
        interest in them."""
        sat = seats().scoring(user).values("procurement")
        return Q(bid__organization__in=own_organizations(user)) | Q(bid__procurement__in=sat)


class OpenedBid(models.Model):
    """开标结果: what one standing bid held, or why it could not be read."""

    class Outcome(models.TextChoices):
        OPENED = "opened", _("opened and read")
        UNREADABLE = "unreadable", _("could not be decrypted")
        ALTERED = "altered", _("differs from its receipt")

    bid = models.OneToOneField(
        Bid, verbose_name=_("bid"), on_delete=models.PROTECT, related_name="opened"
    )
    opening = models.ForeignKey(
        Opening, verbose_name=_("opening"), on_delete=models.PROTECT, related_name="bids"
    )
    position = models.PositiveSmallIntegerField(_("position"))
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome)
    content = models.JSONField(_("content"), default=dict, blank=True)
    price_yuan = models.DecimalField(
        _("price (yuan)"), max_digits=16, decimal_places=2, null=True, blank=True
    )
    invalid_reason = models.CharField(_("why it is invalid"), max_length=300, blank=True)
    invalid_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("found invalid by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    invalid_at = models.DateTimeField(_("found invalid at"), null=True, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1)

    objects = OpenedBidQuerySet.as_manager()

    class Meta:
        verbose_name = _("opened bid")
        verbose_name_plural = _("opened bids")
        ordering = ["opening", "position"]
        constraints = [
            models.UniqueConstraint(name="openedbid_position_once", fields=["opening", "position"]),
            models.CheckConstraint(
                name="openedbid_price_of_opened",
                condition=Q(outcome="opened", price_yuan__gt=0)
                | ~Q(outcome="opened") & Q(price_yuan=None),
            ),
            models.CheckConstraint(
                name="openedbid_invalid_who_when_why",
                condition=Q(invalid_reason="", invalid_by=None, invalid_at=None)
                | ~Q(invalid_reason="") & Q(invalid_by__isnull=False, invalid_at__isnull=False),
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(
                name="opened_once",
                fields=["bid", "opening", "position", "outcome", "content", "price_yuan"],
            ),
            pgtrigger.Protect(
                name="invalid_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__invalid_at__isnull=False),
            ),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return str(self.bid.organization)

    @property
    def is_valid(self) -> bool:
        """Whether it was read and not found invalid."""
        return self.outcome == self.Outcome.OPENED and self.invalid_at is None


class BidFile(models.Model):
    """投标文件: a file of an opened bid; null where the inspection refused it."""

    opened_bid = models.ForeignKey(
        OpenedBid, verbose_name=_("opened bid"), on_delete=models.PROTECT, related_name="files"
    )
    name = models.CharField(_("name"), max_length=150)
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    size_bytes = models.PositiveIntegerField(_("size"))
    file = models.ForeignKey(
        EvidenceFile,
        verbose_name=_("file"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="bid_files",
    )
    refusal = models.CharField(_("why it is not kept"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("file of a bid")
        verbose_name_plural = _("files of bids")
        ordering = ["opened_bid", "id"]
        constraints = [
            models.CheckConstraint(name="bidfile_hash", condition=Q(sha256__regex=HASH_PATTERN)),
            models.CheckConstraint(
                name="bidfile_kept_or_refused",
                condition=Q(file__isnull=False, refusal="") | Q(file=None) & ~Q(refusal=""),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return self.name


class Repair(models.Model):
    """补正: the one chance of a bidder to repair a formal defect."""

    opened_bid = models.OneToOneField(
        OpenedBid, verbose_name=_("opened bid"), on_delete=models.PROTECT, related_name="repair"
    )
    missing = models.CharField(_("what is missing"), max_length=500)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("repair asked for by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    asked_at = models.DateTimeField(_("repair asked for at"))
    due_at = models.DateTimeField(_("due at"))
    text = models.TextField(_("what was repaired"), max_length=1000, blank=True)
    document = models.ForeignKey(
        EvidenceFile,
        verbose_name=_("file"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="bid_repairs",
    )
    repaired_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("repaired by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    repaired_at = models.DateTimeField(_("repaired at"), null=True, blank=True)

    class Meta:
        verbose_name = _("repair of a bid")
        verbose_name_plural = _("repairs of bids")
        ordering = ["opened_bid"]
        constraints = [
            models.CheckConstraint(
                name="repair_says_what",
                condition=~Q(missing="") & Q(due_at__gt=F("asked_at")),
            ),
            models.CheckConstraint(
                name="repair_by_somebody",
                condition=Q(repaired_at=None, repaired_by=None, text="")
                | Q(repaired_at__isnull=False, repaired_by__isnull=False) & ~Q(text=""),
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(
                name="asked_once",
                fields=["opened_bid", "missing", "asked_by", "asked_at", "due_at"],
            ),
            pgtrigger.Trigger(
                name="once_in_time",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func=REPAIRED,
            ),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.missing
