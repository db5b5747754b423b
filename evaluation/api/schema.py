"""What the OpenAPI document says of each answer. No serializer below ever sees a row."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers as s

from evaluation.models import Finding, Run, Verdict
from evaluation.rules.base import GROUPS, RULE_CLASSES
from evaluation.selectors.ledgers import CAUSES
from portal.api import schema
from portal.api.schema import JSON, day, page, shape, text, texts, time, whole

ROLLUPS = ", ".join(Verdict.Rollup.values)
CODE = OpenApiParameter("code", str, OpenApiParameter.PATH, description="Code of the center.")
# The generator writes pk in a path as id.
RUN_ID = OpenApiParameter("id", int, OpenApiParameter.PATH, description="Number of the run.")
PATHS = {
    "compliance_center": [CODE],
    "compliance_center_history": [CODE],
    "compliance_run": [RUN_ID],
}
TAGS = {"standards": "reference"}


def describe(operation, shape, parameters, example, *, media_type=JSON):
    """Describe a ``get`` of compliance data."""
    path, tag = PATHS.get(operation, []), TAGS.get(operation, "compliance")
    return schema.describe(
        operation, shape, parameters, example, media_type=media_type, path=path, tag=tag
    )


def outcome_counts():
    """Fields that count findings by outcome."""
    return {outcome: whole() for outcome in Finding.Outcome.values}


def dimensions():
    """One verdict per dimension."""
    options = {"allow_null": True, "help_text": f"One of {ROLLUPS}; null when never evaluated."}
    return shape("Dimensions", **{name: s.CharField(**options) for name in Verdict.DIMENSIONS})


def rule_fields():
    """How a finding names its rule."""
    return {
        "rule": text("Rule id, such as ST-08."),
        "clause": text("Clause of the standard."),
        "class_": s.ChoiceField(choices=[(each, each) for each in RULE_CLASSES]),
    }


def outcome_fields():
    """How a finding names its outcome."""
    return {
        "outcome": s.ChoiceField(choices=Finding.Outcome.choices),
        "outcome_label": text("In the language of Accept-Language; 未采纳 for what is encouraged."),
        "reason_code": text("Reason with its figures, such as fulltime_1_of_2."),
    }


def finding_fields():
    """A finding, as domain reference §1.5 has it."""
    return {
        "center_code": text(),
        "center_name": text(),
        "division_code": text("The district, six digits."),
        "township_code": text(allow_null=True),
        "as_of": day("The day the finding speaks of."),
        **rule_fields(),
        "clause_text": text("The quoted words of the clause."),
        **outcome_fields(),
        "evidence": s.DictField(help_text="Figures; decimals as text, no personal data."),
        "waiver": shape(
            "WaiverInForce",
            allow_null=True,
            id=whole(),
            reason=text(),
            **{"from": day("Null: from the beginning.", allow_null=True)},
            until=day("Inclusive."),
            requested_as=text("Role of whoever asked for it; people are not named here."),
            requested_at=time(),
            approved_as=text("Role of whoever approved it, who is somebody else."),
            approved_at=time(),
        ),
        "in_grace": s.BooleanField(),
        "params_version": whole("0 while no division changed a parameter."),
        "pack": text("Name and version of the rule pack."),
        "data_version": time("When the newest fact was accepted.", allow_null=True),
        "computed_at": time(),
    }


def center_fields():
    """A center with its roll-up."""
    return {
        "code": text(),
        "name": text(),
        "division_code": text("The district, six digits."),
        "division_name": text(),
        "township_code": text(allow_null=True),
        "township_name": text(allow_null=True),
        "as_of": day("Null while the center was never evaluated.", allow_null=True),
        "rollup": s.ChoiceField(choices=Verdict.Rollup.choices, allow_null=True),
        "rollup_label": text(allow_null=True),
        "dimensions": dimensions(),
        "not_computed": s.ListField(
            child=s.ChoiceField(choices=["rollup", *Verdict.DIMENSIONS]),
            help_text="Which of them are incomplete because a rule failed: an alarm, no verdict.",
        ),
        # Of the construction standard alone: what the roll-up and the dimensions rest on.
        "counts": shape("OutcomeCounts", **outcome_counts()),
        "functions": shape(
            "FunctionCounts",
            **outcome_counts(),
            applicable=whole("All but not_applicable: met of applicable is how §10.5 counts."),
        ),
        "statute": shape("StatuteCounts", **outcome_counts()),
        "computed_at": time(allow_null=True),
    }


def run_fields():
    """One run and how far it is."""
    return {
        "id": whole(),
        "division_code": text("Whose centers it judges."),
        "division_name": text(),
        "as_of": day("The day it was asked for."),
        "series": day("The day whose results it moves; null: the standing ones.", allow_null=True),
        "trigger": s.ChoiceField(choices=Run.Trigger.choices),
        "trigger_label": text(),
        "status": s.ChoiceField(choices=Run.Status.choices),
        "status_label": text(),
        "pack": text("Name and version of the rule pack."),
        "requested_at": time(),
        "resumed_at": time(allow_null=True),
        "cancelled_at": time("Null unless it is cancelled now.", allow_null=True),
        "finished_at": time(allow_null=True),
        "findings_changed": whole("Findings written so far: only what changed."),
        "progress": shape(
            "RunProgress",
            parts=whole(),
            parts_done=whole(),
            parts_failed=whole("Given up after three attempts."),
            parts_computing=whole(),
            parts_waiting=whole(),
            centers=whole(),
            centers_done=whole(),
            percent=whole("Centers done of all, rounded down."),
            centers_per_second=text("Since it started or went on.", allow_null=True),
            elapsed_seconds=whole("Since it started or went on."),
            remaining_seconds=whole("At that pace; null when not running.", allow_null=True),
        ),
    }


def row_note():
    """A filed row, or a record of work, that an explanation names."""
    return shape(
        "RowNote",
        many=True,
        section=text("The section filed; `work_records` for records of work."),
        position=whole("1-based place in the section; of a record of work its number."),
        label=text(
            "What the row says; of a record of work the day, what was done and its kind.",
            allow_null=True,
        ),
        note=text("Why the row was not counted; empty where it was."),
    )


def explanation():
    """Why a finding is what it is."""
    return shape(
        "Explanation",
        measured=text(),
        required=text(),
        reason=text(),
        counted=row_note(),
        uncounted=row_note(),
        remedy=text("The smallest change that would meet the rule.", allow_null=True),
    )


def pack_fields():
    """One version of a standard."""
    return {
        "name": text(),
        "code": text(),
        "version": whole(),
        "effective_from": day(),
        "sha256": text(),
        "loaded_at": time(),
    }


CENTER_PAGE = page(
    "ComplianceCenterPage", shape("ComplianceCenter", many=True, **center_fields())
)
CENTER_DETAIL = shape(
    "CenterDetail",
    **center_fields(),
    findings=shape("ExplainedFinding", many=True, **finding_fields(), explanation=explanation()),
    information=shape(
        "Information",
        many=True,
        item=text("INFO-01 to INFO-05."),
        clause=text(),
        clause_text=text(),
        title=text(),
        figures=s.DictField(allow_null=True, help_text="Decimals as text; null where never filed."),
        text=text("The figures in a sentence."),
    ),
)
PERIOD_PAGE = page(
    "PeriodPage",
    shape(
        "Period",
        many=True,
        **rule_fields(),
        **outcome_fields(),
        as_of=day("The day it was first computed for."),
        **{"from": time("Computed."), "to": time("Superseded; null: it holds.", allow_null=True)},
        cause=shape(
            "Cause",
            kind=s.ChoiceField(
                choices=[(kind, kind) for kind in CAUSES],
                help_text="What changed it: the first evaluation, a filing that was accepted, "
                "records of work, a parameter, the rule pack, a waiver, or a date that passed.",
            ),
            reference=text(
                "The filing's number, the work record's, the parameter's document, the rule pack, "
                "the waiver's number or the date.",
                allow_null=True,
            ),
        ),
    ),
)
FINDING_PAGE = page("FindingPage", shape("Finding", many=True, **finding_fields()))
NDJSON = OpenApiTypes.STR
CSV = OpenApiTypes.STR
CSV_COLUMNS = (
    *(name.removesuffix("_") for name in finding_fields() if name != "waiver"),
    *("waiver_id", "waiver_reason", "waiver_until", "waiver_requested_as", "waiver_requested_at"),
    *("waiver_approved_as", "waiver_approved_at"),
)
SUMMARY_PAGE = page(
    "SummaryPage",
    shape(
        "DivisionSummary",
        many=True,
        division_code=text(),
        division_name=text(),
        level=text("district or township"),
        as_of=day(allow_null=True),
        center_count=whole(),
        not_evaluated=whole("Centers without a roll-up."),
        rollups=shape("RollupCounts", **{each: whole() for each in Verdict.Rollup.values}),
        rules=shape(
            "RuleTally",
            many=True,
            **rule_fields(),
            title=text(),
            **outcome_counts(),
            judged=whole("met + not_met: the denominator of rate."),
            rate=text("met ÷ judged, four decimals; null when judged is 0.", allow_null=True),
        ),
    ),
)
DISTRICT_PAGE = page(
    "DistrictPage",
    shape(
        "DistrictYear",
        many=True,
        division_code=text("The district, six digits."),
        division_name=text(),
        year=whole(),
        as_of=day("The day the year was judged on: its last one once it is over."),
        duties=shape(
            "Duty",
            many=True,
            **rule_fields(),
            clause_text=text("The quoted words of the clause."),
            title=text(),
            **outcome_fields(),
            figures=s.DictField(help_text="Decimals as text, no personal data."),
            in_grace=s.BooleanField(help_text="Not met so far, and the year is not over."),
            params_version=whole("0 while no division changed a parameter."),
            pack=text("Name and version of the rule pack."),
            computed_at=time(),
        ),
    ),
)
RUN_PAGE = page("RunPage", shape("Run", many=True, **run_fields()))
RUN_DETAIL = shape(
    "RunDetail",
    **run_fields(),
    failed_parts=shape(
        "FailedPart",
        many=True,
        part=whole(),
        centers=whole(),
        attempts=whole(),
        error=text("Type of the exception."),
    ),
)
STANDARDS = shape(
    "Standards",
    as_of=day(),
    pack=shape("PackInForce", **pack_fields(), issuer=text(), doc_no=text()),
    rules=shape(
        "Rule",
        many=True,
        **rule_fields(),
        clause_text=text(),
        class_label=text(),
        dimension=text(f"One of {', '.join(GROUPS)}."),
        level=text("center or district: whom the rule judges."),
        kind=text(),
        subject=text("What a kind of many subjects judges here, such as a function; else empty."),
        title=text(),
        basis=text("The statute behind a rule of class L; else empty."),
        parameters=texts(),
    ),
    parameters=shape(
        "Parameter",
        many=True,
        key=text(),
        type=text(),
        clause=text(),
        title=text(),
        default=s.JSONField(),
        is_nullable=s.BooleanField(),
        minimum=text(allow_null=True),
        maximum=text(allow_null=True),
        choices=texts(),
        use=text("What reads a parameter that no rule does; else empty."),
    ),
    overrides=shape(
        "ParameterOverride",
        many=True,
        params_version=whole("The version that findings name."),
        division_code=text(),
        key=text(),
        value=s.JSONField(),
        is_reset=s.BooleanField(help_text="No value: from that day the level above holds again."),
        effective_from=day(),
        doc_no=text(),
    ),
    in_force=shape(
        "ParameterInForce",
        many=True,
        division_code=text("A municipality or district."),
        key=text(),
        default=s.JSONField(),
        value=s.JSONField(help_text="What holds on as_of; null is no limit."),
        origin=text("default, municipality or district: who set the value."),
        params_version=whole("The override it comes from; 0 for the default."),
        effective_from=day(allow_null=True),
        doc_no=text(allow_null=True),
    ),
    versions=shape(
        "Pack",
        many=True,
        **pack_fields(),
        periods=shape(
            "PackPeriod",
            many=True,
            active_from=day("The first day it judges."),
            active_until=day("The last day; null until further notice.", allow_null=True),
            doc_no=text("The document that decided it."),
        ),
    ),
)
