"""What each kind of case knows beyond the common columns: one table per kind.

To add a kind: its states in ``case.py``, a ``Detail`` here, a line in ``DETAIL_MODELS``.
"""

from decimal import Decimal

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from organizations.models.case import Case
from organizations.models.organization import Organization
from organizations.models.work_record import WorkRecord

ONE = Decimal(1)
EARLIEST_YEAR, LATEST_YEAR = 2000, 2100
OF_KIND = """
SELECT kind INTO found FROM organizations_case WHERE id = NEW.case_id;
IF found NOT IN ({kinds}) THEN
    RAISE EXCEPTION 'pgtrigger: a case of kind % has no such detail', found;
END IF;
RETURN NEW;
"""


def of_kind(*kinds: str) -> pgtrigger.Trigger:
    """Refuses a row of a case that is of none of the kinds."""
    return pgtrigger.Trigger(
        name="of_its_kind",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update,
        declare=[("found", "text")],
        func=OF_KIND.format(kinds=", ".join(f"'{kind}'" for kind in kinds)),
    )


def kept() -> pgtrigger.Protect:
    """Nothing of a case is deleted."""
    return pgtrigger.Protect(name="kept", operation=pgtrigger.Delete)


def hours_positive(name: str) -> models.CheckConstraint:
    """Hours, where anybody counted them, are more than none."""
    return models.CheckConstraint(
        name=name,
        condition=Q(hours=None) | Q(hours__gt=0),
        violation_error_message=_("Hours are more than 0."),
    )


class Detail(models.Model):
    """What one case of one kind knows; ``LONG`` are texts that the trail does not repeat."""

    LONG: tuple[str, ...] = ()

    case = models.OneToOneField(
        Case,
        verbose_name=_("case"),
        primary_key=True,
        on_delete=models.PROTECT,
        related_name="%(class)s",
    )

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self.case)


class ConsultationDetail(Detail):
    """登记咨询: what somebody wants to found, what is missing, and what was advised.

    Who asked is kept only with consent, sealed, and forgotten later.
    """

    class Channel(models.TextChoices):
        ON_SITE = "on_site", _("on site")
        PHONE = "phone", _("by telephone")
        ONLINE = "online", _("online")

    class Intended(models.TextChoices):
        """The forms of the register, and the team that is filed only."""

        ASSOCIATION = "association", _("association")
        INSTITUTION = "social_service_institution", _("social-service institution")
        FOUNDATION = "foundation", _("foundation")
        TEAM = "team", _("activity team (filed, not registered)")

    class NameCheck(models.TextChoices):
        PASSED = "passed", _("free, as the authority said")
        REFUSED = "refused", _("not free, as the authority said")
        WAITING = "waiting", _("asked, not answered yet")

    class Outcome(models.TextChoices):
        """Where the center's advice ends; the decision is never the center's."""

        SUPPLEMENT = "supplement", _("materials to be supplemented")
        REGISTER = "register", _("advised to apply for registration")
        FILE_TEAM = "file_team", _("advised to be filed as an activity team first")
        TO_DISTRICT = "to_district", _("referred to the district's counter")
        TO_MUNICIPALITY = "to_municipality", _("referred to the municipality (foundation)")
        NEEDS_UNIT = "needs_unit", _("a supervising unit has to agree first")
        UNFIT = "unfit", _("does not meet the conditions")
        REGISTERED = "registered", _("registered, as the authority notified")
        WITHDRAWN = "withdrawn", _("given up by the applicant")

    LONG = ("purpose", "advice")
    # Sealed field → what it is sealed for.
    SEALED = {
        "enquirer_name": "organizations.consultation.enquirer_name",
        "enquirer_phone": "organizations.consultation.enquirer_phone",
    }

    channel = models.CharField(
        _("channel"), max_length=10, choices=Channel, default=Channel.ON_SITE
    )
    consent_given = models.BooleanField(_("the enquirer agreed to be kept on file"), default=False)
    enquirer_name_sealed = models.BinaryField(_("enquirer"), null=True, blank=True)
    enquirer_phone_sealed = models.BinaryField(_("enquirer's telephone"), null=True, blank=True)
    intended_type = models.CharField(
        _("intended form"), max_length=30, choices=Intended, null=True, blank=True
    )
    proposed_name = models.CharField(_("proposed name"), max_length=60, blank=True)
    name_check = models.CharField(
        _("check of the name"), max_length=10, choices=NameCheck, null=True, blank=True
    )
    purpose = models.TextField(_("purpose and scope"), max_length=500, blank=True)
    is_direct_registration = models.BooleanField(_("direct registration"), null=True, blank=True)
    supervising_unit = models.CharField(_("supervising unit"), max_length=60, blank=True)
    founder_count = models.PositiveIntegerField(_("founders or members"), null=True, blank=True)
    capital_yuan = models.DecimalField(
        _("proposed capital (yuan)"), max_digits=16, decimal_places=2, null=True, blank=True
    )
    non_state_share = models.DecimalField(
        _("share of non-state assets (0 to 1)"),
        max_digits=5,
        decimal_places=4,
        null=True,
        blank=True,
    )
    premises_area_m2 = models.DecimalField(
        _("area of the premises (m²)"), max_digits=10, decimal_places=2, null=True, blank=True
    )
    premises_months = models.PositiveSmallIntegerField(
        _("right of use of the premises (months)"), null=True, blank=True
    )
    legal_rep_role = models.CharField(
        _("office of the proposed legal representative"), max_length=40, blank=True
    )
    has_party_commitment = models.BooleanField(
        _("commitment to party-building"), null=True, blank=True
    )
    outcome = models.CharField(_("outcome"), max_length=20, choices=Outcome, null=True, blank=True)
    advice = models.TextField(_("advice"), max_length=4000, blank=True)
    resulting_organization = models.ForeignKey(
        Organization,
        verbose_name=_("organization that came of it"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="consultations",
    )

    class Meta:
        verbose_name = _("registration consultation")
        verbose_name_plural = _("registration consultations")
        constraints = [
            models.CheckConstraint(
                name="consultation_person_with_consent",
                condition=Q(consent_given=True)
                | Q(enquirer_name_sealed=None, enquirer_phone_sealed=None),
            ),
            models.CheckConstraint(
                name="consultation_share_of_one",
                condition=Q(non_state_share=None)
                | Q(non_state_share__gte=0, non_state_share__lte=ONE),
                violation_error_message=_("A share lies between 0 and 1, such as 0.6667."),
            ),
            models.CheckConstraint(
                name="consultation_amounts",
                condition=(Q(capital_yuan=None) | Q(capital_yuan__gte=0))
                & (Q(premises_area_m2=None) | Q(premises_area_m2__gte=0)),
                violation_error_message=_("Capital and area are 0 or more."),
            ),
        ]
        triggers = [of_kind("consultation"), kept()]


class TrainingDetail(Detail):
    """培训: what was taught, by whom, and how it was received."""

    class Topic(models.TextChoices):
        LAW = "law", _("policy and law")
        FINANCE = "finance", _("finance")
        PROJECT = "project", _("projects")
        PARTY = "party", _("party-building")
        SAFETY = "safety", _("safety")
        INSPECTION = "inspection", _("filling in the annual inspection")
        CAPACITY = "capacity", _("capacity building")

    topic = models.CharField(
        pgettext_lazy("training", "topic"), max_length=12, choices=Topic, default=Topic.CAPACITY
    )
    hours = models.DecimalField(_("hours"), max_digits=5, decimal_places=1, null=True, blank=True)
    trainer = models.CharField(_("trainer"), max_length=60, blank=True)
    place = models.CharField(_("place"), max_length=80, blank=True)
    headcount = models.PositiveIntegerField(_("people present"), null=True, blank=True)
    satisfaction = models.DecimalField(
        _("satisfaction (0 to 5)"), max_digits=3, decimal_places=2, null=True, blank=True
    )

    class Meta:
        verbose_name = _("training")
        verbose_name_plural = _("trainings")
        constraints = [
            hours_positive("training_hours_positive"),
            models.CheckConstraint(
                name="training_satisfaction_of_five",
                condition=Q(satisfaction=None) | Q(satisfaction__gte=0, satisfaction__lte=5),
                violation_error_message=_("Satisfaction lies between 0 and 5."),
            ),
        ]
        triggers = [of_kind("training"), kept()]


class GradingDetail(Detail):
    """社会组织评估: which grade is applied for, and which the authority notified.

    Neither points nor the bands that make grades of them are kept. The authority's committee counts
    and grades; the bands differ from place to place and nobody published Shanghai's; and whatever
    turned points into a grade here would be a grade by the center, which grants none. ``scheme``
    names the indicators that the organization prepares for.
    """

    class Grade(models.TextChoices):
        FIVE = "5A", "5A"
        FOUR = "4A", "4A"
        THREE = "3A", "3A"
        TWO = "2A", "2A"
        ONE = "1A", "1A"

    scheme = models.CharField(_("scheme of the evaluation"), max_length=40, blank=True)
    applied_grade = models.CharField(
        _("grade applied for"), max_length=2, choices=Grade, null=True, blank=True
    )
    notified_grade = models.CharField(
        _("grade notified by the authority"), max_length=2, choices=Grade, null=True, blank=True
    )
    notified_on = models.DateField(_("notified on"), null=True, blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)

    class Meta:
        verbose_name = _("grade evaluation")
        verbose_name_plural = _("grade evaluations")
        constraints = [
            models.CheckConstraint(
                name="grading_notified_grade_and_day",
                condition=Q(notified_grade=None, notified_on=None, valid_until=None)
                | Q(notified_grade__isnull=False, notified_on__isnull=False),
                violation_error_message=_(
                    "Give the grade that the authority notified together with its day."
                ),
            ),
            models.CheckConstraint(
                name="grading_valid_after_notified",
                condition=Q(valid_until=None) | Q(valid_until__gt=F("notified_on")),
                violation_error_message=_("A grade is valid until a day after its notice."),
            ),
        ]
        triggers = [of_kind("grading"), kept()]


class IncubationDetail(Detail):
    """孵化培育: what is nurtured, by whom, until it stands alone."""

    field = models.CharField(_("field of work"), max_length=40, blank=True)
    mentor = models.CharField(_("mentor"), max_length=40, blank=True)
    services = ArrayField(
        models.CharField(max_length=10, choices=WorkRecord.SupportKind),
        verbose_name=_("services used"),
        default=list,
        blank=True,
    )
    has_premises = models.BooleanField(_("uses premises of the center"), null=True, blank=True)
    graduated_on = models.DateField(_("graduated on"), null=True, blank=True)

    class Meta:
        verbose_name = _("incubation")
        verbose_name_plural = _("incubations")
        triggers = [of_kind("incubation"), kept()]


class SupportDetail(Detail):
    """支持服务: one service of 二(二)-4."""

    support_kind = models.CharField(
        _("kind of support service"), max_length=10, choices=WorkRecord.SupportKind
    )
    hours = models.DecimalField(_("hours"), max_digits=5, decimal_places=1, null=True, blank=True)

    class Meta:
        verbose_name = _("support service")
        verbose_name_plural = _("support services")
        constraints = [hours_positive("support_hours_positive")]
        triggers = [of_kind("support"), kept()]


class PartyDetail(Detail):
    """党建服务: what was done. Never a list of party members."""

    class Activity(models.TextChoices):
        SET_UP = "set_up", _("helping to set up a party unit")
        LIAISON = "liaison", _("instructor or liaison sent")
        STUDY = "study", _("study or activity")
        VISIT = "visit", _("visit")
        OTHER = "other", pgettext_lazy("activity", "other")

    activity = models.CharField(
        pgettext_lazy("party", "activity"),
        max_length=10,
        choices=Activity,
        default=Activity.STUDY,
    )

    class Meta:
        verbose_name = _("party-building service")
        verbose_name_plural = _("party-building services")
        triggers = [of_kind("party"), kept()]


class ParticipationDetail(Detail):
    """参与社区治理和服务: organizations or teams taking part. The list of who came says which."""

    class Area(models.TextChoices):
        GOVERNANCE = "governance", _("community governance")
        SERVICE = "service", _("community service")

    area = models.CharField(
        pgettext_lazy("participation", "part taken in"),
        max_length=10,
        choices=Area,
        null=True,
        blank=True,
    )
    field = models.CharField(_("field of work"), max_length=40, blank=True)
    place = models.CharField(_("place"), max_length=80, blank=True)
    partner = models.CharField(_("together with"), max_length=60, blank=True)
    hours = models.DecimalField(_("hours"), max_digits=5, decimal_places=1, null=True, blank=True)
    people = models.PositiveIntegerField(_("people taking part"), null=True, blank=True)
    served_count = models.PositiveIntegerField(_("people served"), null=True, blank=True)

    class Meta:
        verbose_name = _("participation in governance")
        verbose_name_plural = _("participations in governance")
        constraints = [hours_positive("participation_hours_positive")]
        triggers = [of_kind("participation"), kept()]


class NurtureDetail(Detail):
    """群众活动团队培育: one activity to nurture teams. The list of who came says which."""

    class Method(models.TextChoices):
        PRACTICE = "practice", pgettext_lazy("nurture", "practice and training")
        GUIDANCE = "guidance", pgettext_lazy("nurture", "visit and guidance")
        EXCHANGE = "exchange", pgettext_lazy("nurture", "show or exchange")
        SUPPLY = "supply", pgettext_lazy("nurture", "place, material or money provided")
        OTHER = "other", pgettext_lazy("nurture", "in another way")

    method = models.CharField(
        pgettext_lazy("nurture", "nurtured by"),
        max_length=10,
        choices=Method,
        null=True,
        blank=True,
    )
    activity = models.CharField(pgettext_lazy("nurture", "activity"), max_length=60, blank=True)
    instructor = models.CharField(_("instructor's unit and office"), max_length=60, blank=True)
    place = models.CharField(_("place"), max_length=80, blank=True)
    hours = models.DecimalField(_("hours"), max_digits=5, decimal_places=1, null=True, blank=True)
    people = models.PositiveIntegerField(_("people taking part"), null=True, blank=True)

    class Meta:
        verbose_name = _("nurture of activity teams")
        verbose_name_plural = _("nurtures of activity teams")
        constraints = [hours_positive("nurture_hours_positive")]
        triggers = [of_kind("nurture"), kept()]


class BrandDetail(Detail):
    """先进典型和品牌: who is nominated for what."""

    class Subject(models.TextChoices):
        ORGANIZATION = "organization", _("model organization")
        PROJECT = "project", _("brand project")
        BRAND = "brand", _("brand organization")

    class Level(models.TextChoices):
        TOWNSHIP = "township", _("street or town")
        DISTRICT = "district", _("district")
        MUNICIPAL = "municipal", _("municipality")

    subject = models.CharField(
        _("nominated as"), max_length=12, choices=Subject, default=Subject.BRAND
    )
    level = models.CharField(
        pgettext_lazy("brand", "level"), max_length=10, choices=Level, default=Level.TOWNSHIP
    )
    year = models.PositiveSmallIntegerField(_("year of the selection"), null=True, blank=True)
    selection = models.CharField(_("name of the selection"), max_length=60, blank=True)
    recommended_by = models.CharField(_("recommended by"), max_length=60, blank=True)
    vote_count = models.PositiveIntegerField(_("votes of the public"), null=True, blank=True)
    panel_score = models.DecimalField(
        _("points of the panel"), max_digits=6, decimal_places=2, null=True, blank=True
    )
    publicized_on = models.DateField(_("announced for comment on"), null=True, blank=True)
    comments_until = models.DateField(_("comments until"), null=True, blank=True)
    award = models.CharField(_("title given"), max_length=60, blank=True)
    selected_on = models.DateField(_("selected on"), null=True, blank=True)

    class Meta:
        verbose_name = _("nomination")
        verbose_name_plural = _("nominations")
        constraints = [
            models.CheckConstraint(
                name="brand_year",
                condition=Q(year=None) | Q(year__gte=EARLIEST_YEAR, year__lte=LATEST_YEAR),
                violation_error_message=_("A year has four digits, such as 2026."),
            ),
            models.CheckConstraint(
                name="brand_panel_score",
                condition=Q(panel_score=None) | Q(panel_score__gte=0),
                violation_error_message=_("Points are 0 or more."),
            ),
            models.CheckConstraint(
                name="brand_comments_after_announcement",
                condition=Q(comments_until=None)
                | Q(publicized_on__isnull=False, comments_until__gte=F("publicized_on")),
                violation_error_message=_(
                    "Comments are taken from the day of the announcement: give that day, and a "
                    "last one that does not lie before it."
                ),
            ),
        ]
        triggers = [of_kind("brand"), kept()]


class DisputeDetail(Detail):
    """矛盾纠纷: that the center took part. No field for a name exists, on purpose."""

    class Category(models.TextChoices):
        NEIGHBORS = "neighbors", _("between neighbors")
        PROPERTY = "property", _("property management")
        FAMILY = "family", _("family")
        ELDERCARE = "eldercare", _("care of the elderly")
        PARKING = "parking", _("parking")
        OTHER = "other", pgettext_lazy("dispute", "other")

    class Stage(models.TextChoices):
        SIGN = "sign", _("signs of one")
        BROKEN_OUT = "broken_out", _("broken out")
        ESCALATED = "escalated", _("escalated")

    category = models.CharField(
        pgettext_lazy("dispute", "category"),
        max_length=12,
        choices=Category,
        default=Category.OTHER,
    )
    place = models.CharField(_("neighborhood or village"), max_length=60, blank=True)
    source = models.CharField(_("where it came from"), max_length=60, blank=True)
    method = models.CharField(_("way of helping"), max_length=60, blank=True)
    stage = models.CharField(
        pgettext_lazy("dispute", "stage"), max_length=12, choices=Stage, default=Stage.SIGN
    )
    internal_code = models.CharField(_("internal code"), max_length=20, blank=True)
    party_count = models.PositiveSmallIntegerField(_("number of parties"), null=True, blank=True)

    class Meta:
        verbose_name = _("dispute")
        verbose_name_plural = _("disputes")
        triggers = [of_kind("dispute"), kept()]


class OpinionDetail(Detail):
    """协商意见: a common problem, the opinion formed on it, and what became of it."""

    class Level(models.TextChoices):
        ESTATE = "estate", _("housing estate")
        NEIGHBORHOOD = "neighborhood", _("neighborhood or village")
        TOWNSHIP = "township", _("street or town")

    class Participant(models.TextChoices):
        RESIDENTS = "residents", _("residents")
        ORGANIZATIONS = "organizations", _("social organizations")
        TEAMS = "teams", _("activity teams")
        OWNERS = "owners", _("owners' committee")
        PROPERTY = "property", _("property management company")
        POLICE = "police", _("police")
        COMMITTEE = "committee", _("residents' or villagers' committee")
        UNITS = "units", _("units in the area")
        DEPARTMENTS = "departments", _("government departments")
        OTHERS = "others", pgettext_lazy("participants", "others")

    class Adopted(models.TextChoices):
        YES = "yes", _("adopted")
        PARTLY = "partly", _("adopted in part")
        NO = "no", _("not adopted")
        PENDING = "pending", _("to be decided later")

    LONG = ("opinion", "reply")

    problem = models.CharField(_("common problem"), max_length=200, blank=True)
    level = models.CharField(
        pgettext_lazy("opinion", "level"),
        max_length=12,
        choices=Level,
        default=Level.NEIGHBORHOOD,
    )
    led_by = models.CharField(_("led by"), max_length=60)
    convenor = models.CharField(_("convenor"), max_length=60, blank=True)
    participants = ArrayField(
        models.CharField(max_length=15, choices=Participant),
        verbose_name=_("who took part"),
        default=list,
        blank=True,
    )
    meeting_count = models.PositiveSmallIntegerField(_("meetings"), null=True, blank=True)
    opinion = models.TextField(_("opinion"), max_length=4000, blank=True)
    submitted_to = models.CharField(_("submitted to"), max_length=60, blank=True)
    submitted_on = models.DateField(_("submitted on"), null=True, blank=True)
    reply_due_on = models.DateField(_("reply due on"), null=True, blank=True)
    replied_on = models.DateField(_("replied on"), null=True, blank=True)
    reply = models.TextField(_("reply"), max_length=4000, blank=True)
    adopted = models.CharField(_("adopted?"), max_length=10, choices=Adopted, null=True, blank=True)
    resolved_on = models.DateField(_("resolved on"), null=True, blank=True)
    announced_on = models.DateField(_("result announced on"), null=True, blank=True)

    class Meta:
        verbose_name = _("consultation opinion")
        verbose_name_plural = _("consultation opinions")
        constraints = [
            models.CheckConstraint(name="opinion_is_led", condition=~Q(led_by="")),
            models.CheckConstraint(
                name="opinion_days_in_order",
                condition=(Q(replied_on=None) | Q(replied_on__gte=F("submitted_on")))
                & (Q(reply_due_on=None) | Q(reply_due_on__gte=F("submitted_on"))),
                violation_error_message=_("A reply comes on the day of submission or later."),
            ),
            models.CheckConstraint(
                name="opinion_reply_of_a_submission",
                condition=Q(submitted_on__isnull=False)
                | Q(replied_on=None, reply_due_on=None, adopted=None),
                violation_error_message=_(
                    "What was never submitted is not replied to: give the day of submission."
                ),
            ),
        ]
        triggers = [of_kind("opinion"), kept()]


class PolicyDetail(Detail):
    """公共政策评估与宣传: which policy, how, and what came of it."""

    LONG = ("findings", "suggestions", "reply")

    policy = models.CharField(_("policy"), max_length=120, blank=True)
    policy_doc_no = models.CharField(_("document no. of the policy"), max_length=60, blank=True)
    method = models.CharField(_("method or form"), max_length=40, blank=True)
    audience_count = models.PositiveIntegerField(
        _("people asked or reached"), null=True, blank=True
    )
    findings = models.TextField(_("findings"), max_length=4000, blank=True)
    suggestions = models.TextField(_("suggestions"), max_length=4000, blank=True)
    submitted_to = models.CharField(_("submitted to"), max_length=60, blank=True)
    reply = models.TextField(_("reply"), max_length=4000, blank=True)

    class Meta:
        verbose_name = _("work on a policy")
        verbose_name_plural = _("works on policies")
        triggers = [of_kind("policy_evaluation", "publicity"), kept()]


DETAIL_MODELS: dict[str, type[Detail]] = {
    "consultation": ConsultationDetail,
    "grading": GradingDetail,
    "training": TrainingDetail,
    "nurture": NurtureDetail,
    "party": PartyDetail,
    "incubation": IncubationDetail,
    "participation": ParticipationDetail,
    "support": SupportDetail,
    "brand": BrandDetail,
    "dispute": DisputeDetail,
    "opinion": OpinionDetail,
    "policy_evaluation": PolicyDetail,
    "publicity": PolicyDetail,
}
