"""考评方案: what centers are reviewed by. Indicators, extras and grades are rows."""

from decimal import Decimal
from typing import Any, Self

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from centers.models.event import who_and_when
from evaluation.models.guards import in_districts_of, kept, only_while, perhaps, person
from portal.jurisdictions.models import Division
from portal.transitions import jumps
from portal.users.roles import Capability

SCHEME_MOVES = {
    "draft": frozenset({"adopted", "dropped"}),
    "adopted": frozenset({"retired"}),
}
# Level 1 sums to 100, each of its sections to its own points, and some grade begins at 0.
WEIGHED = """
IF (SELECT COALESCE(sum(points), 0) FROM evaluation_indicator
    WHERE scheme_id = NEW.id AND parent_id IS NULL) <> 100 THEN
    RAISE EXCEPTION 'the sections do not sum to 100'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'scheme_weights_100';
END IF;
IF EXISTS (SELECT 1 FROM evaluation_indicator section
           WHERE section.scheme_id = NEW.id AND section.parent_id IS NULL
           AND section.points <> (SELECT COALESCE(sum(points), 0) FROM evaluation_indicator item
                                  WHERE item.parent_id = section.id)) THEN
    RAISE EXCEPTION 'the indicators of a section do not sum to its points'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'scheme_section_weights';
END IF;
IF NOT EXISTS (SELECT 1 FROM evaluation_band WHERE scheme_id = NEW.id AND from_points = 0) THEN
    RAISE EXCEPTION 'no grade begins at 0'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'scheme_grades_from_0';
END IF;
RETURN NEW;
"""
OF_A_SECTION = """
IF NEW.parent_id IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM evaluation_indicator section
    WHERE section.id = NEW.parent_id AND section.scheme_id = NEW.scheme_id
    AND section.parent_id IS NULL) THEN
    RAISE EXCEPTION 'an indicator belongs to a section of its scheme'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'indicator_of_a_section';
END IF;
RETURN NEW;
"""
WHILE_DRAFT = ("scheme", ["draft"], "the scheme is adopted")


class SchemeQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """Schemes of the districts whose compliance ``user`` sees as a whole."""
        if user.is_superuser:
            return self
        return self.filter(in_districts_of(user, Capability.COMPLIANCE_VIEW))

    def adopted(self) -> Self:
        """What a round can be opened by."""
        return self.filter(status="adopted")


class Scheme(models.Model):
    """考评方案: indicators of 100 points, extras and grades of a district; frozen once adopted, and
    changed as a copy."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("scheme being drafted")
        ADOPTED = "adopted", _("scheme adopted")
        RETIRED = "retired", _("scheme retired")
        DROPPED = "dropped", _("draft given up")

    class NoData(models.TextChoices):
        """What an indicator is worth whose figure is missing."""

        ZERO = "zero", _("counts as 0 points")
        EXCLUDE = "exclude_and_rescale", _("left out, and the section rescaled")
        MANUAL = "manual", _("the reviewer decides")

    TRANSITIONS = SCHEME_MOVES

    district = models.ForeignKey(
        Division, verbose_name=_("district"), on_delete=models.PROTECT, related_name="+"
    )
    title = models.CharField(_("title"), max_length=80)
    doc_no = models.CharField(_("document no."), max_length=60, blank=True)
    no_data_policy = models.CharField(
        _("missing figures"), max_length=20, choices=NoData, default=NoData.ZERO
    )
    # Share of the reviewed centers that may be excellent; null: any.
    excellent_quota = models.DecimalField(
        _("largest share of excellent"), max_digits=4, decimal_places=3, null=True, blank=True
    )
    bonus_max = models.DecimalField(
        _("most bonus points"), max_digits=4, decimal_places=2, default=Decimal(5)
    )
    copied_from = models.ForeignKey(
        "self",
        verbose_name=_("copied from"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="copies",
    )
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAFT)
    drafted_by = person(_("drafted by"))
    drafted_at = models.DateTimeField(_("drafted at"))
    adopted_by = perhaps(_("adopted by"))
    adopted_at = models.DateTimeField(_("adopted at"), null=True, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1)

    objects = SchemeQuerySet.as_manager()

    class Meta:
        verbose_name = _("review scheme")
        verbose_name_plural = _("review schemes")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(name="scheme_titled", condition=~Q(title="")),
            models.CheckConstraint(
                name="scheme_quota_is_a_share",
                condition=Q(excellent_quota=None)
                | Q(excellent_quota__gt=0, excellent_quota__lte=1),
            ),
            models.CheckConstraint(name="scheme_bonus_not_negative", condition=Q(bonus_max__gte=0)),
            models.CheckConstraint(
                name="scheme_adopted_who_and_when",
                condition=who_and_when("adopted_by", "adopted_at"),
            ),
            models.CheckConstraint(
                name="scheme_adopted_by_somebody",
                condition=Q(status__in=["adopted", "retired"], adopted_at__isnull=False)
                | Q(status__in=["draft", "dropped"], adopted_at=None),
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="scheme_transitions", field="status", transitions=jumps(SCHEME_MOVES)
            ),
            pgtrigger.Trigger(
                name="scheme_weighed",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__status="draft", new__status="adopted"),
                func=WEIGHED,
            ),
            pgtrigger.Protect(
                name="scheme_frozen",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.status <> 'draft' AND (OLD.district_id, OLD.title, OLD.doc_no,"
                    " OLD.no_data_policy, OLD.excellent_quota, OLD.bonus_max, OLD.adopted_at)"
                    " IS DISTINCT FROM (NEW.district_id, NEW.title, NEW.doc_no,"
                    " NEW.no_data_policy, NEW.excellent_quota, NEW.bonus_max, NEW.adopted_at)"
                ),
            ),
            kept(),
        ]

    def __str__(self) -> str:
        return self.title


class Indicator(models.Model):
    """考评指标: a section of a scheme (without ``parent``), or an indicator within one.

    ``settings`` holds what its way of scoring needs: ``rules`` (ids of the rules whose findings
    count, in order), ``target``, ``steps`` [[from, share]], ``levels`` [[name, share]],
    ``per_event``. Numbers as strings.
    """

    class Scoring(models.TextChoices):
        ITEMS = "items", _("equal items, those not applicable left out")
        RATIO = "ratio", _("share of a target")
        THRESHOLD = "threshold", _("by steps")
        BOOLEAN = "boolean", _("yes or no")
        RUBRIC = "rubric", _("level chosen by the reviewer")
        DEDUCT = "deduct", _("points off per event")

    class Source(models.TextChoices):
        MANUAL = "manual", _("scored by hand")
        FINDINGS = "findings", _("findings of the standard")
        FUNCTIONS = "functions", _("findings of the functions")
        PROJECTS = "projects", _("projects of the center")
        TIMELINESS = "timeliness", _("filings in time")
        DISCLOSURE = "disclosure", _("disclosure in time")
        FEEDBACK = "feedback", _("complaints handled in time")
        SURVEY = "survey", _("satisfaction survey")

    class Scorer(models.TextChoices):
        DISTRICT = "district", _("the district bureau")
        TOWNSHIP = "township", _("the street or town")

    scheme = models.ForeignKey(
        Scheme,
        verbose_name=_("review scheme"),
        on_delete=models.PROTECT,
        related_name="indicators",
    )
    parent = models.ForeignKey(
        "self",
        verbose_name=_("section of the scheme"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="indicators",
    )
    position = models.PositiveSmallIntegerField(_("position"))
    code = models.CharField(_("code"), max_length=6)
    name = models.CharField(_("name"), max_length=60)
    clause = models.CharField(_("clause"), max_length=20, blank=True)
    points = models.DecimalField(_("full points"), max_digits=5, decimal_places=2)
    scoring = models.CharField(_("way of scoring"), max_length=10, choices=Scoring, blank=True)
    source = models.CharField(
        _("where the figure comes from"), max_length=12, choices=Source, blank=True
    )
    settings = models.JSONField(_("settings"), default=dict, blank=True)
    standard = models.TextField(_("scoring standard"), max_length=1000, blank=True)
    scorer = models.CharField(
        _("scored by"), max_length=10, choices=Scorer, default=Scorer.DISTRICT
    )
    needs_evidence = models.BooleanField(_("evidence needed"), default=True)

    class Meta:
        verbose_name = _("review indicator")
        verbose_name_plural = _("review indicators")
        ordering = ["scheme", "code"]
        constraints = [
            models.UniqueConstraint(name="indicator_code_once", fields=["scheme", "code"]),
            models.CheckConstraint(name="indicator_named", condition=~Q(code="") & ~Q(name="")),
            models.CheckConstraint(name="indicator_weighs", condition=Q(points__gt=0)),
            models.CheckConstraint(
                name="indicator_scored_somehow",
                condition=Q(parent=None, scoring="", source="")
                | Q(parent__isnull=False) & ~Q(scoring="") & ~Q(source="") & ~Q(standard=""),
            ),
            # As ``rules.reviewing.FITTING`` has it.
            models.CheckConstraint(
                name="indicator_scored_by_what_counts_it",
                condition=Q(source="")
                | Q(
                    source="manual",
                    scoring__in=["rubric", "boolean", "deduct", "ratio", "threshold"],
                )
                | Q(source__in=["findings", "functions"], scoring="items")
                | Q(
                    source__in=["projects", "timeliness", "disclosure", "feedback", "survey"],
                    scoring__in=["ratio", "threshold"],
                ),
            ),
        ]
        triggers = [
            only_while("indicator_of_a_draft", *WHILE_DRAFT),
            pgtrigger.Trigger(
                name="indicator_of_a_section",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=OF_A_SECTION,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Extra(models.Model):
    """加分项、否决项: what adds points, or decides the grade by itself."""

    class Kind(models.TextChoices):
        BONUS = "bonus", _("bonus")
        VETO = "veto", _("veto")

    scheme = models.ForeignKey(
        Scheme, verbose_name=_("review scheme"), on_delete=models.PROTECT, related_name="extras"
    )
    position = models.PositiveSmallIntegerField(_("position"))
    kind = models.CharField(_("kind"), max_length=5, choices=Kind)
    name = models.CharField(_("name"), max_length=60)
    standard = models.TextField(_("scoring standard"), max_length=500, blank=True)
    # At most, of a bonus.
    points = models.DecimalField(
        _("full points"), max_digits=4, decimal_places=2, null=True, blank=True
    )

    class Meta:
        verbose_name = _("bonus or veto of a scheme")
        verbose_name_plural = _("bonuses and vetoes of schemes")
        ordering = ["scheme", "kind", "position"]
        constraints = [
            models.UniqueConstraint(name="extra_name_once", fields=["scheme", "name"]),
            models.CheckConstraint(
                name="extra_bonus_has_points",
                condition=Q(kind="bonus", points__gt=0) | Q(kind="veto", points=None),
            ),
        ]
        triggers = [only_while("extra_of_a_draft", *WHILE_DRAFT)]

    def __str__(self) -> str:
        return self.name


class Band(models.Model):
    """等次: a grade, and from how many points on it is given."""

    class Grade(models.TextChoices):
        EXCELLENT = "excellent", _("rated excellent")
        GOOD = "good", _("rated good")
        QUALIFIED = "qualified", _("rated qualified")
        UNQUALIFIED = "unqualified", _("rated unqualified")

    scheme = models.ForeignKey(
        Scheme, verbose_name=_("review scheme"), on_delete=models.PROTECT, related_name="bands"
    )
    grade = models.CharField(_("review grade"), max_length=12, choices=Grade)
    from_points = models.DecimalField(_("from so many points"), max_digits=5, decimal_places=2)

    class Meta:
        verbose_name = _("review grade")
        verbose_name_plural = _("review grades")
        ordering = ["scheme", "-from_points"]
        constraints = [
            models.UniqueConstraint(name="band_grade_once", fields=["scheme", "grade"]),
            models.UniqueConstraint(name="band_begins_once", fields=["scheme", "from_points"]),
            models.CheckConstraint(
                name="band_within_100", condition=Q(from_points__gte=0, from_points__lte=100)
            ),
        ]
        triggers = [only_while("band_of_a_draft", *WHILE_DRAFT)]

    def __str__(self) -> str:
        return str(self.get_grade_display())
