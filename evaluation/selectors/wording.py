"""What rules found, in words. Rules speak in codes; every code they may produce has a sentence
here, and a test holds the two sets equal."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy as _n

from centers.models import ProfileRow
from evaluation.rules.base import Item, Rule
from evaluation.selectors import duty_wording

REASONS = {
    # any rule
    "not_established": _("The center was not yet established (%(established_on)s)."),
    "entrusted_model_exempt": _("The district excuses entrusted centers from this rule."),
    "rule_failed": _("The rule could not be computed. The administrators have been told."),
    "rule_failed_{trace_id}": _(
        "Not computed: the rule failed. The administrators have been told (trace %(trace_id)s)."
    ),
    "profile_not_filed": _("The profile was never filed."),
    "staff_not_filed": _("The staff roster was never filed."),
    "premises_not_filed": _("The premises were never filed."),
    "accounts_not_filed": _("The bank accounts were never filed."),
    "funding_not_filed": _("The funding was never filed."),
    "governance_not_filed": _("The council was never filed."),
    "functions_not_filed": _("The functions were never filed."),
    "statutory_not_filed": _("The statutory matters were never filed."),
    "profile_not_in_force": _("No profile row is in force on this date."),
    "center_not_registered": _("The center is not a registered legal entity of its own."),
    # cells that are unknown
    "adequacy_not_reviewed": _("The bureau has not judged whether the premises meet the needs."),
    "amount_unknown": _("An amount is missing."),
    "answer_unknown": _("An answer about a statutory matter is missing."),
    "basic_cost_unknown": _("The basic running cost of a year was not filed."),
    "annual_renewal_unknown": _("It is not said whether a multi-year contract renews annually."),
    "appointment_unknown": _("It is not said whether the council appointed the director."),
    "contract_dates_missing": _("A contract's start or end date is missing."),
    "day_unknown": _("The day of a change is missing."),
    "inspection_unknown": _("The last annual inspection was not filed."),
    "right_unknown": _("The right of use of a place, or its dates, is missing."),
    "share_unknown": _("The share of non-state funds is missing."),
    "supervisor_unknown": _("It is not said whether the center has a supervisor."),
    "count_unknown": _("The figure for %(fiscal_year)s is blank."),
    "employment_type_unknown": _("A form of employment is missing."),
    "equipment_unknown": _("It is not said whether the premises are equipped."),
    "exclusive_area_unknown": _("An exclusive area is missing."),
    "fiscal_year_unknown": _("A fiscal year is missing."),
    "full_time_unknown": _("It is not said whether somebody works full-time."),
    "holder_unknown": _("An account holder is missing."),
    "member_count_unknown": _("The number of council members is missing."),
    "opening_date_unknown": _("An account's opening date is missing."),
    "other_area_basis": _("An area is measured on another basis than the standard asks."),
    "purpose_unknown": _("A purpose is missing."),
    "recruitment_unknown": _("It is not said whether anybody was openly recruited."),
    "registered_name_unknown": _("The registered name is missing."),
    "registration_date_missing": _("The registration date is missing."),
    "registration_status_missing": _("The registration status is missing."),
    "signage_unknown": _("It is not said whether there is signage."),
    # staffing
    "director_in_post": _("A full-time director is in post."),
    "director_not_fulltime": _("The director does not work full-time."),
    "director_type_not_counted": _("The director's form of employment does not count."),
    "post_vacant_since_{since}": _("The director's post has been vacant since %(since)s."),
    "post_never_filled": _("The director's post was never filled."),
    "not_a_legal_entity": _("The center is not a legal entity, so it has no representative."),
    "no_director_in_post": _("Nobody is in the director's post."),
    "director_is_legal_rep": _("The director is the legal representative."),
    "legal_rep_differs": _("The legal representative is somebody other than the director."),
    "legal_rep_unknown": _("The legal representative was not filed."),
    "fulltime_{counted}_of_{required}": _(
        "%(counted)s full-time staff counted, %(required)s required."
    ),
    "community_worker_assigned": _("A community worker is seconded to the center."),
    "no_community_worker": _("No community worker is seconded to the center."),
    "openly_recruited": _("Somebody in post was openly recruited."),
    "not_openly_recruited": _("Nobody in post was openly recruited."),
    # premises
    "no_premises_in_force": _("No premises are in use on this date."),
    "premises_adequate": _("The bureau judged that the premises meet the needs of the work."),
    "premises_not_adequate": _("The bureau judged that the premises do not fully meet the needs."),
    "area_ok": _("%(counted_area_m2)s m² counted, at least %(threshold_m2)s m² asked."),
    "area_{counted_area_m2}_of_{threshold_m2}": _(
        "%(counted_area_m2)s m² counted, less than the %(threshold_m2)s m² asked."
    ),
    "signage_in_place": _("There is signage."),
    "no_signage": _("There is no signage."),
    "equipment_in_place": _("The premises are equipped."),
    "no_equipment": _("The premises are not equipped."),
    # funding
    "own_account": _("An account is open in the center's own name."),
    "no_open_account": _("No bank account is open."),
    "account_holder_differs": _("The account is not in the center's own name."),
    "basic_operation_committed": _("%(counted_yuan)s yuan are committed to basic operation."),
    "no_basic_operation_commitment": _(
        "No government grant or purchase for basic operation covers this date."
    ),
    "commitment_{counted_yuan}_of_{floor_yuan}": _(
        "%(counted_yuan)s yuan are committed to basic operation, less than %(floor_yuan)s yuan."
    ),
    "new_fiscal_year_pending": _(
        "The new year's funding is not signed yet; last year was covered. Open until %(until)s."
    ),
    "annual_purchase": _n(
        "The purchase has annual form (%(days)s day).",
        "The purchase has annual form (%(days)s days).",
        "days",
    ),
    "no_basic_operation_purchase": _("Basic operation is not funded by a purchase."),
    "contract_{days}_days": _n(
        "The purchase contract runs %(days)s day, which is not a year.",
        "The purchase contract runs %(days)s days, which is not a year.",
        "days",
    ),
    "earned_income": _("%(earned_yuan)s yuan were earned in %(fiscal_year)s."),
    "no_earned_income": _("Nothing was earned in %(fiscal_year)s."),
    "earned_income_not_filed": _("Earned income was not filed."),
    # governance
    "registered_institution": _("Registered as a social-service institution."),
    "not_registered": _("The center is not registered."),
    "not_social_service_institution": _(
        "The credit code is not that of a social-service institution."
    ),
    "not_yet_registered": _("The center was not yet registered on this date."),
    "profile_empty": _("The profile was filed without any registration."),
    "council_in_term": _("A council of %(members)s is in term and appointed the director."),
    "no_council": _("There is no council in term."),
    "council_term_ended_{ended_on}": _("The council's term ended on %(ended_on)s."),
    "council_{members}_of_{required}": _n(
        "The council has %(members)s member, fewer than %(required)s.",
        "The council has %(members)s members, fewer than %(required)s.",
        "members",
    ),
    "director_not_appointed": _("The director was not appointed by the council."),
    # functions
    "function_performed": _("%(count)s in %(fiscal_year)s (%(source)s)."),
    "function_{count}_of_{minimum}": _(
        "%(count)s in %(fiscal_year)s (%(source)s), at least %(minimum)s asked."
    ),
    "support_types_offered": _n(
        "%(count)s kind of service in %(fiscal_year)s (%(source)s).",
        "%(count)s kinds of service in %(fiscal_year)s (%(source)s).",
        "count",
    ),
    "support_types_{count}_of_{minimum}": _n(
        "%(count)s kind of service in %(fiscal_year)s (%(source)s), at least %(minimum)s asked.",
        "%(count)s kinds of service in %(fiscal_year)s (%(source)s), at least %(minimum)s asked.",
        "count",
    ),
    "function_not_reported": _("No figure for %(fiscal_year)s was filed."),
    "no_demand": _("There was no demand in %(fiscal_year)s (%(source)s)."),
    "none_due": _(
        "In %(fiscal_year)s no organization of the township was due for the annual inspection."
    ),
    # statute
    "supervisor_in_place": _("There is a supervisory organ."),
    "no_supervisor": _("There is no supervisory organ."),
    "filed_with_authority": _("Seal and bank account are filed with the registration authority."),
    "not_filed_with_authority": _(
        "The seal or the bank account is not filed with the registration authority."
    ),
    "matter_not_declared": _("The statutory matters filed do not mention it."),
    "changes_applied_for": _("Changes applied for in time: %(changes)s."),
    "change_applied_late": _("Changes applied for late or not at all: %(late)s of %(changes)s."),
    "no_change": _("There was no change to apply for."),
    "inspection_{conclusion}": _("The last annual inspection concluded: %(conclusion)s."),
    "inspection_absent": _("The center did not take part in the last annual inspection."),
    "inspection_exempt": _("The center was exempt from the last annual inspection."),
    "donations_in_order": _("Donations and grants were used as agreed, reported and published."),
    "donations_not_in_order": _(
        "A donation or grant was not used as agreed, or not reported and published."
    ),
    "no_donation": _("No donation or grant was filed."),
    "head_changes_audited": _("Every change at the head was audited."),
    "head_change_not_audited": _("A change at the head was not audited."),
    "no_head_change": _("There was no change at the head."),
    "no_branch": _("The center has no branches."),
    "has_branches": _("The center has branches."),
    "within_purpose": _("No profit-making business; the center acts within its purpose."),
    "profit_making": _("There is profit-making business, or acting outside the purpose."),
    "right_of_a_year": _("The premises are owned, or held for a year or more."),
    "right_too_short": _("The right to use the premises is for less than a year."),
    "no_premises_with_right": _("No premises are in use on this date, so there is no domicile."),
    "recorded_only": _("Share of non-state funds: %(non_state_share)s. Recorded, not judged."),
}

EXCLUSIONS = {
    "not_yet_started": _("not yet in force on this date"),
    "ended_before": _("ended before this date"),
    "adequacy_not_reviewed": _("not judged by the bureau yet"),
    "amount_unknown": _("amount missing"),
    "annual_renewal_unknown": _("annual renewal not stated"),
    "appointment_unknown": _("appointment by the council not stated"),
    "contract_dates_missing": _("start or end date missing"),
    "count_unknown": _("figure blank"),
    "answer_unknown": _("answer missing"),
    "basic_cost_unknown": _("basic running cost missing"),
    "day_unknown": _("day missing"),
    "inspection_unknown": _("annual inspection not filed"),
    "right_unknown": _("right of use or its dates missing"),
    "share_unknown": _("share missing"),
    "supervisor_unknown": _("supervisor not stated"),
    "employment_type_unknown": _("form of employment missing"),
    "equipment_unknown": _("equipment not stated"),
    "exclusive_area_unknown": _("exclusive area missing"),
    "fiscal_year_unknown": _("fiscal year missing"),
    "full_time_unknown": _("full-time or not is not stated"),
    "holder_unknown": _("holder missing"),
    "member_count_unknown": _("number of members missing"),
    "opening_date_unknown": _("opening date missing"),
    "other_area_basis": _("measured on another basis"),
    "purpose_unknown": _("purpose missing"),
    "recruitment_unknown": _("open recruitment not stated"),
    "registered_name_unknown": _("registered name missing"),
    "registration_date_missing": _("registration date missing"),
    "registration_status_missing": _("registration status missing"),
    "signage_unknown": _("signage not stated"),
    "not_in_director_post": _("not in the director's post"),
    "acting_director_not_counted": _("an acting director does not count in this district"),
    "not_full_time": _("not full-time"),
    "employment_type_not_counted": _("form of employment does not count"),
    "not_legal_representative": _("not the legal representative"),
    "legal_rep_unknown": _("legal representative not filed"),
    "is_director": _("is the director, who is counted separately"),
    "person_already_counted": _("the same person is counted already"),
    "not_community_worker": _("not a seconded community worker"),
    "not_openly_recruited": _("not openly recruited"),
    "not_adequate": _("judged not to meet the needs fully"),
    "not_main_site": _("not the main site"),
    "no_signage": _("no signage"),
    "no_equipment": _("not equipped"),
    "holder_differs": _("in another name"),
    "form_not_counted": _("neither a government grant nor a government purchase"),
    "form_not_purchase": _("not a government purchase"),
    "form_not_earned_income": _("not earned income"),
    "purpose_is_project": _("for a project, not for basic operation"),
    "amount_is_zero": _("amount is zero"),
    "not_annual": _("not of annual form"),
    "other_fiscal_year": _("another fiscal year"),
    "not_registered": _("not registered"),
    "not_social_service_institution": _("not a social-service institution"),
    "not_yet_registered": _("not yet registered"),
    "superseded": _("another profile row applies"),
    "too_few_members": _("too few members"),
    "not_council_appointed": _("not appointed by the council"),
    "casework_counts": _("the casework of the year counts instead"),
    "no_supervisor": _("no supervisor"),
    "not_filed_with_authority": _("not filed with the authority"),
    "not_yet_occurred": _("not yet occurred on this date"),
    "within_deadline": _("still within the 30 days"),
    "done_late": _("applied for after the 30 days"),
    "not_done": _("not done"),
    "is_absent": _("did not take part"),
    "answered_no": _("answered no"),
    "answered_yes": _("answered yes"),
    "right_too_short": _("right of use shorter than a year"),
}

REMEDIES = {
    "ask_to_judge": _("The bureau judges it when it accepts the section; nothing to fill in."),
    "complete_section": _("Complete the missing cells in “%(section)s”."),
    "file_section": _("File the section “%(section)s”."),
    "register_center": _("Register the center as a social-service institution."),
    "appoint_full_time_director": _("Appoint a full-time director."),
    "make_director_full_time": _("Make the director full-time, or appoint somebody who is."),
    "change_director_employment_type": _(
        "Employ the director in a form that counts, such as a labour contract."
    ),
    "make_director_legal_representative": _(
        "Make the director the legal representative, or ask the bureau for a waiver."
    ),
    "hire_full_time_staff": _("Hire %(missing)s more full-time staff."),
    "assign_community_worker": _("Ask the street or town to second a community worker."),
    "recruit_openly": _("Recruit the director or staff openly, and file it."),
    "file_premises": _("File the premises that are in use."),
    "make_premises_adequate": _("Mend the premises and ask the bureau to judge them again."),
    "add_area": _("Add %(missing_m2)s m² that count."),
    "put_up_signage": _("Put up signage and file it."),
    "provide_equipment": _("Provide the equipment that the work needs and file it."),
    "open_own_account": _("Open a bank account in the center's own name."),
    "rename_account_holder": _("Move the account to the center's registered name."),
    "commit_basic_operation_funding": _(
        "Obtain a government grant or purchase for basic operation that covers this date."
    ),
    "file_new_year_commitment": _("File the new year's commitment by %(until)s."),
    "sign_annual_purchase": _n(
        "Sign the purchase for a whole year (at least %(min_days)s day).",
        "Sign the purchase for a whole year (at least %(min_days)s days).",
        "min_days",
    ),
    "earn_income": _("Earn income from projects or services."),
    "register_as_social_service_institution": _(
        "Register as a social-service institution (credit code beginning with 52)."
    ),
    "elect_council": _n(
        "Elect a council of at least %(min_members)s member.",
        "Elect a council of at least %(min_members)s members.",
        "min_members",
    ),
    "add_council_members": _n(
        "Add %(missing)s council member.",
        "Add %(missing)s council members.",
        "missing",
    ),
    "appoint_director_by_council": _("Let the council appoint the director, and file it."),
    "perform_function": _n(
        "Carry it out %(missing)s more time in the year, and record it.",
        "Carry it out %(missing)s more times in the year, and record it.",
        "missing",
    ),
    "appoint_supervisor": _("Appoint a supervisor or a supervisory board, and file it."),
    "file_with_authority": _("File the seal and the bank account with the registration authority."),
    "apply_for_change": _("Apply for the change within 30 days of the supervising unit's consent."),
    "attend_inspection": _("Take part in the annual inspection, and file its conclusion."),
    "put_donations_in_order": _("Use, report and publish the donation as agreed, and file it."),
    "audit_head_change": _("Have the change at the head audited, and file the day of the report."),
    "close_branches": _("Close the branches."),
    "stop_profit_making": _("Stop what makes a profit or lies outside the purpose."),
    "secure_right_of_use": _("Secure the right of use for a year or more, and file it."),
    "declare_matter": _("File the matter in “statutory matters”."),
    "offer_support_types": _n(
        "Offer %(missing)s more kind of support service, and record it.",
        "Offer %(missing)s more kinds of support service, and record it.",
        "missing",
    ),
}

# Per rule kind: what was measured and what is required, over the figures.
MEASURED = {
    "full_time_staff": _n(
        "%(counted)s person (%(counted_with_director)s with the director)",
        "%(counted)s people (%(counted_with_director)s with the director)",
        "counted",
    ),
    "floor_area": _("%(counted_area_m2)s m²"),
    "basic_operation_funding": _("%(counted_yuan)s yuan"),
    "annual_purchase": _n(
        "%(days)s day",
        "%(days)s days",
        "days",
    ),
    "earned_income": _("%(earned_yuan)s yuan in %(fiscal_year)s"),
    "council_leadership": _n(
        "%(members)s member",
        "%(members)s members",
        "members",
    ),
    "annual_inspection": "%(conclusion)s",
    "capital_share": "%(non_state_share)s",
    "function_count": _("%(count)s in %(fiscal_year)s (%(source)s)"),
    "support_service_types": _n(
        "%(count)s kind in %(fiscal_year)s (%(source)s)",
        "%(count)s kinds in %(fiscal_year)s (%(source)s)",
        "count",
    ),
}
REQUIRED = {
    "registered_institution": _("registered and in force"),
    "full_time_director": _("1 full-time director in post"),
    "director_is_legal_representative": _("director and legal representative are one person"),
    "full_time_staff": _("at least %(min_fulltime_staff)s"),
    "seconded_community_worker": _("at least 1 (encouraged)"),
    "open_recruitment": _("at least 1 (encouraged)"),
    "adequate_premises": _("judged to meet the needs"),
    "floor_area": _("at least %(min_area)s m²"),
    "signage": _("in place"),
    "equipment": _("in place"),
    "independent_account": _("an account in the center's own name"),
    "basic_operation_funding": _("a commitment for basic operation"),
    "annual_purchase": _("%(annual_min_days)s to %(annual_max_days)s days, or renewed annually"),
    "earned_income": _("more than 0 (encouraged)"),
    "council_leadership": _n(
        "at least %(council_min_members)s member, director appointed",
        "at least %(council_min_members)s members, director appointed",
        "council_min_members",
    ),
    "function_count": _("at least %(fn_min_count)s in the year"),
    "support_service_types": _n(
        "at least %(support_service_min_types)s kind in the year",
        "at least %(support_service_min_types)s kinds in the year",
        "support_service_min_types",
    ),
    "supervisory_organ": _("a supervisor or a supervisory board"),
    "authority_filings": _("seal and bank account filed"),
    "changes_applied": _("applied for within 30 days"),
    "annual_inspection": _("attended, with a conclusion"),
    "donation_use": _("used as agreed, reported and published"),
    "head_change_audit": _("audited"),
    "no_branches": _("no branches"),
    "no_profit_making": _("no profit-making, within the purpose"),
    "domicile_right": _("owned, or a right of use of a year or more"),
    "capital_share": _("recorded only"),
}

REASONS |= duty_wording.REASONS
EXCLUSIONS |= duty_wording.EXCLUSIONS
REMEDIES |= duty_wording.REMEDIES
MEASURED |= duty_wording.MEASURED
REQUIRED |= duty_wording.REQUIRED

OUTCOMES = {
    "met": _("met"),
    "not_met": _("not met"),
    "not_applicable": _("not applicable"),
    "no_data": _("no data"),
    "error": _("not computed"),
}
# Classes that have words of their own for met and not met.
OUTCOMES_OF_CLASS = {
    ("E", "met"): _("adopted"),
    ("E", "not_met"): _("not adopted"),
    ("D", "met"): _("carried out"),
    ("D", "not_met"): _("not carried out"),
    ("L", "met"): _("in accordance"),
    ("L", "not_met"): _("not in accordance"),
}
ROLLUPS = {
    "compliant": _("compliant"),
    "basically_compliant": _("basically compliant"),
    "not_compliant": _("not compliant"),
    "incomplete": _("data incomplete"),
    "not_included": _("not included"),
}
CLASSES = {
    "M": _("required"),
    "G": _("general rule"),
    "E": _("encouraged"),
    "P": _("permitted"),
    "D": _("duty of the district"),
    "L": _("statute"),
}
SECTIONS = {
    "profile": _("profile"),
    "staff": _("staff"),
    "premises": _("premises"),
    "accounts": _("bank accounts"),
    "funding": _("funding"),
    "governance": _("governance"),
    "functions": _("functions"),
    "statutory": _("statutory matters"),
    # Not filed: entered piece by piece.
    "work_records": _("work records"),
}
# Parts of the standard, and what stands beside it.
GROUPS = {
    "staffing": _("staffing"),
    "premises": _("premises"),
    "funding": _("funding"),
    "governance": _("governance"),
    "functions": _("functions"),
    "statute": _("statutory duties"),
    "safeguards": _("safeguards"),
}
# Where a figure comes from.
SOURCES = {"casework": _("casework records"), "filed": _("as filed")}


def outcome_label(rule_class: str, outcome: str) -> str:
    """The outcome in words; what is encouraged is adopted or not, never failed."""
    return str(OUTCOMES_OF_CLASS.get((rule_class, outcome), OUTCOMES[outcome]))


def rollup_label(rollup: str, *, is_computed: bool = True) -> str:
    """A roll-up, or a dimension's verdict, in words; where a rule failed, no data are missing."""
    return str(ROLLUPS[rollup] if is_computed else OUTCOMES["error"])


def class_label(rule: Rule) -> str:
    """The rule's class in words; a function is the center's to perform and the district's to
    guide."""
    if rule.rule_class == "D" and rule.dimension == "functions":
        return gettext("function")
    return str(CLASSES[rule.rule_class])


def rule_title(rule: Rule | Item) -> str:
    """The short title of a rule or item in the language in use."""
    return rule.title_en if (get_language() or "").startswith("en") else rule.title


def reason_text(reason: str, figures: Mapping[str, Any]) -> str:
    """The reason as a sentence; a reason without a sentence shows its code."""
    return _fill(REASONS.get(reason, reason), figures)


def exclusion_text(code: str) -> str:
    """Why a row was not counted."""
    return str(EXCLUSIONS.get(code, code))


def remedy_text(code: str, figures: Mapping[str, Any]) -> str:
    """The smallest change as a sentence."""
    return _fill(REMEDIES.get(code, code), figures)


def measured_text(kind: str, figures: Mapping[str, Any], outcome: str, rule_class: str) -> str:
    """What was measured; where there is no figure, the outcome's word."""
    try:
        return _fill(MEASURED[kind], figures)
    except KeyError:
        return outcome_label(rule_class, outcome)


def required_text(kind: str, parameters: Mapping[str, Any]) -> str:
    """What the rule asks for, with the parameters in force."""
    return _fill(REQUIRED[kind], parameters)


def enumerated(words: Sequence[str]) -> str:
    """Words in a row, as the language separates them."""
    return ", ".join(words) if (get_language() or "").startswith("en") else "、".join(words)


def period(starts_on: Any, ends_on: Any) -> str:
    """A period as people write it; what is open is said in words, and nothing of two open ends."""
    if starts_on is None and ends_on is None:
        return ""
    return gettext("%(start)s to %(end)s") % {
        "start": date_format(starts_on, "Y-m-d") if starts_on else gettext("no stated start"),
        "end": date_format(ends_on, "Y-m-d") if ends_on else gettext("now"),
    }


def duration(length: timedelta) -> str:
    """A length of time in its two largest units."""
    seconds = round(length.total_seconds())
    minutes, hours = seconds // 60, seconds // 3600
    if hours:
        return gettext("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": minutes % 60}
    if minutes:
        return gettext("%(minutes)s min %(seconds)s s") % {
            "minutes": minutes,
            "seconds": seconds % 60,
        }
    return gettext("%(seconds)s s") % {"seconds": seconds}


# Figures that are codes, and their words.
_WORDED: Mapping[str, Mapping[str, Any]] = {
    "section": SECTIONS,
    "source": SOURCES,
    "conclusion": dict(ProfileRow.InspectionConclusion.choices),
}


def _fill(template: Any, figures: Mapping[str, Any]) -> str:
    words = {name: str(_WORDED[name][figures[name]]) for name in _WORDED if name in figures}
    return str(template % {**figures, **words})
