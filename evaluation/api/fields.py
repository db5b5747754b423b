"""The fields of the compliance data: what each states, in which unit, and what null means."""

from django.utils.translation import gettext_lazy as _

from evaluation.models import Finding, Run, Verdict
from evaluation.rules.base import GROUPS
from evaluation.selectors.ledgers import CAUSES
from portal.api.resources import Field

CENTERS = _("centers")
RULES = _("rules")
PARTS = _("parts")
SECONDS = _("seconds")
CLASSES = (
    ("M", _("required")),
    ("G", _("general")),
    ("E", _("encouraged")),
    ("P", _("permitted")),
    ("D", _("duty of the district")),
    ("L", _("statute")),
)
OUTCOMES = Finding.Outcome.choices
ROLLUPS = Verdict.Rollup.choices
GROUP_NAMES = tuple((each, each) for each in GROUPS)

PLACE = (
    Field("division_code", "code", _("Code of the district the center lies in, six digits.")),
    Field(
        "township_code",
        "code",
        _("Code of the street or town; null for a center of the district itself."),
        nullable=True,
    ),
)
RULE = (
    Field("rule", "code", _("Id of the rule, such as ST-08; it keeps its meaning in every pack.")),
    Field("clause", "text", _("Clause of the standard that the rule reads.")),
)
QUOTE = Field("clause_text", "text", _("The quoted words of the clause."))
RULE_CLASS = Field(
    "class",
    "choice",
    _("How binding the clause is: what is required and general weighs in the roll-up."),
    values=CLASSES,
)
OUTCOME = (
    Field(
        "outcome",
        "choice",
        _(
            "Outcome of the rule: no_data while a fact it needs was never filed, error while it "
            "could not be computed."
        ),
        values=OUTCOMES,
    ),
    Field(
        "outcome_label",
        "text",
        _("The outcome in the language of Accept-Language, worded for the class of the rule."),
    ),
    Field("reason_code", "text", _("Reason with its figures, such as fulltime_1_of_2.")),
)
PARAMS_VERSION = Field(
    "params_version",
    "whole",
    _("The newest parameter setting it was judged with; 0 while no division had set any."),
)
PACK_NAME = Field("pack", "code", _("Name and version of the rule pack that judged."))
COMPUTED_AT = Field("computed_at", "time", _("When it was computed; the same outcome keeps it."))

WAIVER = Field(
    "waiver",
    "object",
    _("The waiver that holds for this rule and center; null without one."),
    nullable=True,
    shape="WaiverInForce",
    fields=(
        Field("id", "whole", _("Number of the waiver.")),
        Field("reason", "text", _("Why the rule is waived, as the bureau wrote it.")),
        Field("from", "day", _("The first day it holds; null from the beginning."), nullable=True),
        Field("until", "day", _("The last day it holds.")),
        Field("requested_as", "code", _("Role of whoever asked for it; people are not named.")),
        Field("requested_at", "time", _("When it was asked for.")),
        Field("approved_as", "code", _("Role of whoever approved it, who is somebody else.")),
        Field("approved_at", "time", _("When it was approved.")),
    ),
)
FINDING = (
    Field("center_code", "code", _("Code of the center.")),
    Field("center_name", "text", _("Name of the center as it is registered in the portal today.")),
    *PLACE,
    Field(
        "as_of",
        "day",
        _(
            "The day the finding speaks of: the later of the day it was computed for and the last "
            "day a run over the whole division confirmed it."
        ),
    ),
    *RULE,
    QUOTE,
    RULE_CLASS,
    *OUTCOME,
    Field(
        "evidence",
        "figures",
        _("The figures the outcome rests on; decimals as text, no personal data."),
    ),
    WAIVER,
    Field("in_grace", "flag", _("Not met, but a period of grace of the standard still runs.")),
    PARAMS_VERSION,
    PACK_NAME,
    Field(
        "data_version",
        "time",
        _("When the newest fact it may rest on was accepted; null while nothing was."),
        nullable=True,
    ),
    COMPUTED_AT,
)


def outcome_counts():
    """Rules counted by their outcome."""
    meanings = {
        "met": _("Rules that are met."),
        "not_met": _("Rules that are not met, waived ones and those in grace among them."),
        "not_applicable": _("Rules that do not apply to this center."),
        "no_data": _("Rules that nobody can judge because facts were never filed."),
        "error": _("Rules that could not be computed: an alarm, no verdict."),
    }
    return tuple(Field(name, "whole", words, unit=RULES) for name, words in meanings.items())


def _dimension(name, meaning):
    return Field(name, "choice", meaning, nullable=True, values=ROLLUPS)


CENTER = (
    Field("code", "code", _("Code of the center; it never changes.")),
    Field("name", "text", _("Name of the center as it is registered in the portal today.")),
    PLACE[0],
    Field("division_name", "text", _("Name of the district.")),
    PLACE[1],
    Field(
        "township_name",
        "text",
        _("Name of the street or town; null for a center of the district itself."),
        nullable=True,
    ),
    Field(
        "as_of",
        "day",
        _("The day the roll-up speaks of; null while the center was never evaluated."),
        nullable=True,
    ),
    Field(
        "rollup",
        "choice",
        _("Overall conclusion from all required and general rules; null while never evaluated."),
        nullable=True,
        values=ROLLUPS,
    ),
    Field(
        "rollup_label",
        "text",
        _("The overall conclusion in the language of Accept-Language; null while never evaluated."),
        nullable=True,
    ),
    Field(
        "dimensions",
        "object",
        _("A conclusion for each part of the construction standard; null while never evaluated."),
        shape="Dimensions",
        fields=(
            _dimension("staffing", _("Conclusion of the rules on staff.")),
            _dimension("premises", _("Conclusion of the rules on premises.")),
            _dimension("funding", _("Conclusion of the rules on funding.")),
            _dimension("governance", _("Conclusion of the rules on governance.")),
        ),
    ),
    Field(
        "not_computed",
        "list(choice)",
        _("Which conclusions are incomplete because a rule failed to compute; empty otherwise."),
        values=[(each, each) for each in ("rollup", *Verdict.DIMENSIONS)],
    ),
    Field(
        "counts",
        "object",
        _("Rules of the construction standard by outcome; all 0 while never evaluated."),
        shape="OutcomeCounts",
        fields=outcome_counts(),
    ),
    Field(
        "functions",
        "object",
        _("Functions of the center by outcome; all 0 while never evaluated."),
        shape="FunctionCounts",
        fields=(
            *outcome_counts(),
            Field(
                "applicable",
                "whole",
                _("All functions but those that do not apply: the denominator of those met."),
                unit=RULES,
            ),
        ),
    ),
    Field(
        "statute",
        "object",
        _("Statutory duties of the center by outcome; all 0 while never evaluated."),
        shape="StatuteCounts",
        fields=outcome_counts(),
    ),
    Field(
        "computed_at",
        "time",
        _("When the roll-up was computed; null while the center was never evaluated."),
        nullable=True,
    ),
)
FINDINGS = Field(
    "findings",
    "list(object)",
    _(
        "The center's findings by rule, as in compliance/findings/; null without include=findings, "
        "empty while never evaluated."
    ),
    nullable=True,
    shape="ComplianceFinding",
    fields=FINDING,
)

_NOTE = (
    Field("section", "code", _("Section of the filing the row stands in.")),
    Field("position", "whole", _("Place of the row in its section, from 1.")),
    Field(
        "label",
        "text",
        _("What the row says, without names of people; null where it could name one."),
        nullable=True,
    ),
    Field("note", "text", _("Why the row was not counted; empty where it was.")),
)
EXPLANATION = Field(
    "explanation",
    "object",
    _("Why the finding is what it is; null where the pack no longer has the rule."),
    nullable=True,
    shape="Explanation",
    fields=(
        Field("measured", "text", _("What was measured, in words.")),
        Field("required", "text", _("What is required, in words.")),
        Field("reason", "text", _("The reason in a sentence.")),
        Field(
            "counted", "list(object)", _("Filed rows that counted."), shape="RowNote", fields=_NOTE
        ),
        Field(
            "uncounted",
            "list(object)",
            _("Filed rows that did not count, each with the reason."),
            shape="RowNote",
            fields=_NOTE,
        ),
        Field(
            "remedy",
            "text",
            _("The smallest change that would meet the rule; null where there is none to name."),
            nullable=True,
        ),
    ),
)
INFORMATION = Field(
    "information",
    "list(object)",
    _("What the standard asks to be recorded without judging it; empty while never evaluated."),
    shape="Information",
    fields=(
        Field("item", "code", _("Id of the item, INFO-01 to INFO-05.")),
        Field("clause", "text", _("Clause of the standard that asks for it.")),
        QUOTE,
        Field("title", "text", _("Title of the item.")),
        Field(
            "figures",
            "figures",
            _("The figures, decimals as text; null where nothing was ever filed."),
            nullable=True,
        ),
        Field("text", "text", _("The figures in a sentence.")),
    ),
)
EXPLAINED = Field(
    "findings",
    "list(object)",
    _("The center's findings by rule, each explained; empty while never evaluated."),
    shape="ExplainedFinding",
    fields=(*FINDING, EXPLANATION),
)

_CAUSE_NAMES = {
    "first": _("the first evaluation"),
    "filing": _("a filing that was accepted"),
    "work": _("records of work entered or voided"),
    "parameter": _("a parameter"),
    "pack": _("the rule pack"),
    "waiver": _("a waiver"),
    "calendar": _("a date that passed"),
}
PERIOD = (
    Field("id", "whole", _("Number of the entry: newer entries have higher numbers.")),
    *RULE,
    RULE_CLASS,
    *OUTCOME,
    Field("as_of", "day", _("The day it was first computed for.")),
    Field("from", "time", _("When it was computed.")),
    Field(
        "to",
        "time",
        _("When another outcome superseded it; null while it holds, at known_at if that is given."),
        nullable=True,
    ),
    Field(
        "cause",
        "object",
        _("What the change came by."),
        shape="Cause",
        fields=(
            Field(
                "kind",
                "choice",
                _("Kind of cause."),
                values=[(each, _CAUSE_NAMES[each]) for each in CAUSES],
                is_open=True,
            ),
            Field(
                "reference",
                "text",
                _(
                    "Number of the filing, of the work record or of the waiver, document of the "
                    "parameter, name of the pack, or the date; null for the first evaluation."
                ),
                nullable=True,
            ),
        ),
    ),
)

_TALLY = (
    *RULE,
    RULE_CLASS,
    Field("title", "text", _("Title of the rule in the language of Accept-Language.")),
    Field("met", "whole", _("Centers that meet the rule."), unit=CENTERS),
    Field(
        "not_met",
        "whole",
        _("Centers that do not meet it, waived ones among them: a waiver changes no outcome."),
        unit=CENTERS,
    ),
    Field("not_applicable", "whole", _("Centers to which it does not apply."), unit=CENTERS),
    Field("no_data", "whole", _("Centers of which nobody can say."), unit=CENTERS),
    Field("error", "whole", _("Centers for which it could not be computed."), unit=CENTERS),
    Field("judged", "whole", _("met + not_met: the denominator of rate."), unit=CENTERS),
    Field(
        "rate",
        "decimal",
        _("met divided by judged, four decimals; null when judged is 0."),
        nullable=True,
        denominator="judged",
    ),
)
SUMMARY = (
    Field("division_code", "code", _("Code of the district, or of the street or town.")),
    Field("division_name", "text", _("Name of the division.")),
    Field(
        "level",
        "choice",
        _("How centers were grouped."),
        values=(("district", _("by district")), ("township", _("by street or town"))),
    ),
    Field(
        "as_of",
        "day",
        _("The latest day a roll-up counted here speaks of; null while none was evaluated."),
        nullable=True,
    ),
    Field("center_count", "whole", _("Centers of the division that you see."), unit=CENTERS),
    Field("not_evaluated", "whole", _("Centers without an overall conclusion."), unit=CENTERS),
    Field(
        "rollups",
        "object",
        _("Centers by overall conclusion; with not_evaluated they add up to center_count."),
        shape="RollupCounts",
        fields=tuple(
            Field(value, "whole", _("Centers with this overall conclusion."), unit=CENTERS)
            for value in Verdict.Rollup.values
        ),
    ),
    Field(
        "rules",
        "list(object)",
        _("Centers by outcome of each rule of the pack in force on the day."),
        shape="RuleTally",
        fields=_TALLY,
    ),
)

DISTRICT = (
    Field("division_code", "code", _("Code of the district, six digits.")),
    Field("division_name", "text", _("Name of the district.")),
    Field("year", "whole", _("The calendar year the duties are of.")),
    Field("as_of", "day", _("The day the year was judged on: its last one once it is over.")),
    Field(
        "duties",
        "list(object)",
        _("What was found of each duty of the district's bureau."),
        shape="Duty",
        fields=(
            *RULE,
            QUOTE,
            RULE_CLASS,
            Field("title", "text", _("Title of the duty in the language of Accept-Language.")),
            *OUTCOME,
            Field(
                "figures",
                "figures",
                _(
                    "The figures the outcome rests on, decimals as text; centers are named only "
                    "to those who see them one by one."
                ),
            ),
            Field("in_grace", "flag", _("Not met so far, and the year is not over.")),
            PARAMS_VERSION,
            PACK_NAME,
            COMPUTED_AT,
        ),
    ),
)

RUN = (
    Field("id", "whole", _("Number of the run: newer runs have higher numbers.")),
    Field("division_code", "code", _("Code of the division whose centers it judges.")),
    Field("division_name", "text", _("Name of the division.")),
    Field("as_of", "day", _("The day it was asked for.")),
    Field(
        "series",
        "day",
        _("The day whose official results it moves; null for the standing results."),
        nullable=True,
    ),
    Field(
        "trigger", "choice", _("What started it."), values=Run.Trigger.choices, is_open=True
    ),
    Field("trigger_label", "text", _("What started it, in words.")),
    Field("status", "choice", _("How it stands."), values=Run.Status.choices, is_open=True),
    Field("status_label", "text", _("How it stands, in words.")),
    PACK_NAME,
    Field("requested_at", "time", _("When it was asked for.")),
    Field("resumed_at", "time", _("When it was taken up again; null if never."), nullable=True),
    Field("cancelled_at", "time", _("Null unless it is cancelled now."), nullable=True),
    Field("finished_at", "time", _("When its last part was done; null until then."), nullable=True),
    Field(
        "findings_changed",
        "whole",
        _("Findings written so far: only what changed is written."),
        unit=_("findings"),
    ),
    Field(
        "progress",
        "object",
        _("How far it is."),
        shape="RunProgress",
        fields=(
            Field("parts", "whole", _("Parts the centers were divided into."), unit=PARTS),
            Field("parts_done", "whole", _("Parts that are done."), unit=PARTS),
            Field("parts_failed", "whole", _("Parts given up after three attempts."), unit=PARTS),
            Field("parts_computing", "whole", _("Parts being computed now."), unit=PARTS),
            Field("parts_waiting", "whole", _("Parts not begun."), unit=PARTS),
            Field("centers", "whole", _("Centers it judges."), unit=CENTERS),
            Field("centers_done", "whole", _("Centers judged so far."), unit=CENTERS),
            Field("percent", "whole", _("centers_done of centers, rounded down."), unit="%"),
            Field(
                "centers_per_second",
                "decimal",
                _("Pace since it started or went on; null before the first part is done."),
                nullable=True,
                unit=CENTERS,
            ),
            Field(
                "elapsed_seconds", "whole", _("Time since it started or went on."), unit=SECONDS
            ),
            Field(
                "remaining_seconds",
                "whole",
                _("Time left at that pace; null when it is not running."),
                nullable=True,
                unit=SECONDS,
            ),
        ),
    ),
)
FAILED_PARTS = Field(
    "failed_parts",
    "list(object)",
    _("Parts that were given up, at most 100 of them."),
    shape="FailedPart",
    fields=(
        Field("part", "whole", _("Number of the part, from 1.")),
        Field(
            "centers", "whole", _("Centers in it, which keep their earlier results."), unit=CENTERS
        ),
        Field("attempts", "whole", _("How often it was tried.")),
        Field("error", "code", _("Type of the failure.")),
    ),
)

_PACK = (
    Field("name", "code", _("Name and version, as findings give it.")),
    Field("code", "code", _("Code of the standard.")),
    Field("version", "whole", _("Version of the rule pack, from 1.")),
    Field("effective_from", "day", _("The day from which the document is in force.")),
    Field("sha256", "code", _("Digest of the pack's content, which never changes.")),
    Field("loaded_at", "time", _("When it was loaded into the portal.")),
)
PERIODS = Field(
    "periods",
    "list(object)",
    _("When it judges here; empty for a version that was never activated."),
    shape="PackPeriod",
    fields=(
        Field("active_from", "day", _("The first day it judges.")),
        Field(
            "active_until", "day", _("The last day; null until further notice."), nullable=True
        ),
        Field("doc_no", "text", _("Number of the document that decided it.")),
    ),
)
VERSION = (*_PACK, PERIODS)
ISSUED = (
    Field("issuer", "text", _("Who issued the standard.")),
    Field("doc_no", "text", _("Number of the standard's document.")),
)
PACK_RULES = Field(
    "rules",
    "list(object)",
    _("The rules of the pack in the order of the standard."),
    shape="Rule",
    fields=(
        *RULE,
        QUOTE,
        RULE_CLASS,
        Field("class_label", "text", _("How binding the clause is, in words.")),
        Field(
            "dimension",
            "choice",
            _("Part of the standard, or what stands beside it."),
            values=GROUP_NAMES,
            is_open=True,
        ),
        Field(
            "level",
            "choice",
            _("Whom the rule judges."),
            values=(("center", _("a center")), ("district", _("a district's bureau"))),
        ),
        Field("kind", "code", _("Kind of test.")),
        Field(
            "subject",
            "code",
            _("What a kind of many subjects judges here, such as a function; else empty."),
        ),
        Field("title", "text", _("Title of the rule in the language of Accept-Language.")),
        Field("basis", "text", _("The statute behind a rule of class L; else empty.")),
        Field("parameters", "list(text)", _("Keys of the parameters the rule reads.")),
    ),
)
PACK_PARAMETERS = Field(
    "parameters",
    "list(object)",
    _("The parameters a division may set, each with its default."),
    shape="Parameter",
    fields=(
        Field("key", "code", _("Key of the parameter.")),
        Field("type", "code", _("bool, int, decimal, choice, list or month_day.")),
        Field("clause", "text", _("Clause of the standard that leaves it open.")),
        Field("title", "text", _("Title in the language of Accept-Language.")),
        Field("default", "value", _("Value without any setting; null is no limit.")),
        Field("is_nullable", "flag", _("Whether it may be set to no limit.")),
        Field("minimum", "decimal", _("Least value; null without one."), nullable=True),
        Field("maximum", "decimal", _("Greatest value; null without one."), nullable=True),
        Field("choices", "list(text)", _("Values it takes; empty where any of its type will do.")),
        Field("use", "text", _("What reads a parameter that no rule does; else empty.")),
    ),
)
STANDARDS = (
    Field("as_of", "day", _("The day asked for; today without one.")),
    Field(
        "known_at",
        "time",
        _("By what was decided at this time; null for all that is decided now."),
        nullable=True,
    ),
    Field(
        "pack",
        "object",
        _("The version that judges on the day."),
        shape="PackInForce",
        fields=(*_PACK, *ISSUED),
    ),
    PACK_RULES,
    PACK_PARAMETERS,
    Field(
        "overrides",
        "list(object)",
        _("Every setting by divisions around yours, until the day, in the order it was made."),
        shape="ParameterOverride",
        fields=(
            Field("params_version", "whole", _("Number of the setting, which findings name.")),
            Field("division_code", "code", _("Who set it.")),
            Field("key", "code", _("Key of the parameter.")),
            Field("value", "value", _("The value set; null is no limit.")),
            Field(
                "is_reset",
                "flag",
                _("No value: from that day the level above holds again."),
            ),
            Field("effective_from", "day", _("From which day it holds.")),
            Field("doc_no", "text", _("Number of the document that decided it.")),
        ),
    ),
    Field(
        "in_force",
        "list(object)",
        _("What holds on the day in the municipality and in the districts around yours."),
        shape="ParameterInForce",
        fields=(
            Field("division_code", "code", _("The municipality or a district.")),
            Field("key", "code", _("Key of the parameter.")),
            Field("default", "value", _("Value without any setting.")),
            Field("value", "value", _("What holds; null is no limit.")),
            Field(
                "origin",
                "choice",
                _("Who set the value that holds."),
                values=(
                    ("default", _("the standard")),
                    ("municipality", _("the municipality")),
                    ("district", _("the district")),
                ),
            ),
            Field("params_version", "whole", _("The setting it comes from; 0 for the default.")),
            Field(
                "effective_from", "day", _("From which day it holds; null for the default."),
                nullable=True,
            ),
            Field(
                "doc_no", "text", _("Document of the setting; null for the default."),
                nullable=True,
            ),
        ),
    ),
    Field(
        "versions",
        "list(object)",
        _("Every version that is loaded, in force or not."),
        shape="Pack",
        fields=VERSION,
    ),
)
STANDARD_VERSION = (*VERSION, *ISSUED, PACK_RULES, PACK_PARAMETERS)

_ROLLUPS_BEFORE, _ROLLUPS_AFTER = (
    Field(
        name,
        "object",
        meaning,
        shape="RollupCounts",
        fields=SUMMARY[6].fields,
    )
    for name, meaning in (
        ("rollups_before", _("Centers by overall conclusion as it stands.")),
        ("rollups_after", _("Centers by overall conclusion as supposed.")),
    )
)


def _amount(name, meaning):
    return Field(
        name,
        "object",
        meaning,
        shape="Amount",
        fields=(
            Field("total", "decimal", _("How much is missing in all centers together.")),
            Field("centers", "whole", _("Centers that lack something."), unit=CENTERS),
            Field("unknown", "whole", _("Centers of which nobody can say."), unit=CENTERS),
        ),
    )


SIMULATION = (
    Field("division_code", "code", _("The division asked about.")),
    Field("base_as_of", "day", _("The day it is held against.")),
    Field("as_of", "day", _("The day that is supposed.")),
    Field(
        "known_at",
        "time",
        _("What is supposed was judged by what was known then; null: by what is known now."),
        nullable=True,
    ),
    Field("pack_before", "code", _("The rule pack in force on base_as_of.")),
    Field("pack_after", "code", _("The rule pack that is supposed.")),
    Field("parameters", "figures", _("The parameter values that are supposed, by key.")),
    Field("center_count", "whole", _("Centers judged."), unit=CENTERS),
    Field(
        "changed_count",
        "whole",
        _("Centers for which a rule or the overall conclusion would change."),
        unit=CENTERS,
    ),
    _ROLLUPS_BEFORE,
    _ROLLUPS_AFTER,
    Field(
        "shortfalls",
        "list(object)",
        _("What centers lack to meet each rule that measures."),
        shape="Shortfall",
        fields=(
            RULE[0],
            Field(
                "unit",
                "choice",
                _("What is missing is counted in this."),
                values=(
                    ("people", _("people")),
                    ("members", _("members")),
                    ("m2", _("m²")),
                    ("yuan", _("yuan")),
                ),
                is_open=True,
            ),
            _amount("before", _("As it stands.")),
            _amount("after", _("As supposed.")),
            Field("difference", "decimal", _("Total after less total before.")),
        ),
    ),
    Field(
        "districts",
        "list(object)",
        _("The same by district."),
        shape="SimulatedDistrict",
        fields=(
            Field("division_code", "code", _("Code of the district, six digits.")),
            Field("center_count", "whole", _("Centers judged."), unit=CENTERS),
            Field("changed_count", "whole", _("Centers that would change."), unit=CENTERS),
            _ROLLUPS_BEFORE,
            _ROLLUPS_AFTER,
        ),
    ),
    Field(
        "centers",
        "list(object)",
        _(
            "The centers that would change, by code; null where you see the division only in "
            "sums, or where the token does not open the data set compliance too."
        ),
        nullable=True,
        shape="SimulatedCenter",
        fields=(
            Field("code", "code", _("Code of the center.")),
            Field("name", "text", _("Name of the center.")),
            Field(
                "rollup_before", "choice", _("Overall conclusion as it stands."), values=ROLLUPS
            ),
            Field("rollup_after", "choice", _("Overall conclusion as supposed."), values=ROLLUPS),
            Field(
                "changes",
                "list(object)",
                _("The rules that would stand elsewhere."),
                shape="SimulatedChange",
                fields=(
                    RULE[0],
                    Field(
                        "outcome_before",
                        "choice",
                        _("Outcome as it stands; null where the pack has no such rule."),
                        nullable=True,
                        values=OUTCOMES,
                    ),
                    Field(
                        "outcome_after",
                        "choice",
                        _("Outcome as supposed; null where the pack has no such rule."),
                        nullable=True,
                        values=OUTCOMES,
                    ),
                    Field(
                        "reason_before",
                        "text",
                        _("Reason as it stands; null where the pack has no such rule."),
                        nullable=True,
                    ),
                    Field(
                        "reason_after",
                        "text",
                        _("Reason as supposed; null where the pack has no such rule."),
                        nullable=True,
                    ),
                ),
            ),
        ),
    ),
)
