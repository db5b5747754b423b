"""What each field of a filing means: one record for the form, the workbook's guide and the tests.

A record says what counts and what does not, names the clause that asks for it, and gives worked
examples; a test types every example into the field and compares what it says. A new column needs
its record here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from centers.models.filing import Section
from centers.models.functions import FUNCTIONS
from centers.models.rows import ROW_MODELS


@dataclass(frozen=True)
class Example:
    """``typed`` into the field says ``value``; ``case`` tells what is filed by it, or nothing."""

    typed: str
    value: Any
    case: Any = ""


@dataclass(frozen=True)
class Definition:
    """``text`` defines the field in a sentence or two, ``hint`` reminds in a few words.

    ``clause`` is the clause of the standard that asks for it, or "".
    """

    text: Any
    clause: str = ""
    hint: Any = ""
    examples: tuple[Example, ...] = field(default=())


def _same(*codes: Any, **cases: Any) -> tuple[Example, ...]:
    """Examples of a list of choices: code → the case that is filed by it."""
    return tuple(Example(code, code, case) for code, case in (*codes, *cases.items()))


def _flags(yes: Any, no: Any = "") -> tuple[Example, ...]:
    found = [Example("true", True, yes)]
    return (*found, Example("false", False, no)) if no else tuple(found)


def _day(text: str, value: date) -> tuple[Example, ...]:
    return (Example(text, value),)


NOTE = Definition(
    _("Anything a reader must know to understand this row, such as why a figure changed."),
    examples=(Example("2026年1月迁入新址", "2026年1月迁入新址"),),
)
NEW_PERSON = Definition(
    _(
        "Full name of somebody the center never filed before. Whoever is in the list is chosen"
        " there, so that one person stays one person."
    ),
    hint=_("Only for somebody who is not in the list yet."),
    examples=(Example("赵小雨", "赵小雨"),),
)

PROFILE = {
    "name": Definition(
        _(
            "The full name on the registration certificate; before registration, the name the"
            " center is known by. No short forms: the account holder is compared with it."
        ),
        hint=_("As on the registration certificate; the account's holder is compared."),
        examples=(
            Example("海棠区梧桐路街道社会组织服务中心", "海棠区梧桐路街道社会组织服务中心"),
        ),
    ),
    "uscc": Definition(
        _(
            "The unified social credit code on the certificate, 18 characters with its check"
            " character. Blank while the center is not registered; the operator's code is never"
            " filed here."
        ),
        clause="三-0",
        hint=_("18 characters; a social-service institution's begins with 52."),
        examples=(
            Example("52310199MJF1000166", "52310199MJF1000166"),
            Example("52310199mjf100032u", "52310199MJF100032U"),
        ),
    ),
    "registration_status": Definition(
        _(
            "Where the center stands with the registration authority on this row's dates."
            " Registered means that it holds a certificate of its own that is still valid."
        ),
        clause="三-0",
        examples=_same(
            registered=_("The certificate stands in the center's name"),
            preparing=_("Applied for, certificate not issued yet"),
        ),
    ),
    "registered_on": Definition(
        _(
            "The date of establishment registration on the certificate, not the date of its last"
            " exchange."
        ),
        clause="三-0",
        hint=_("The date on the registration certificate."),
        examples=_day("2016-05-20", date(2016, 5, 20)),
    ),
    "established_on": Definition(
        _(
            "The first day on which the center served anybody, whether registered or not. Before it"
            " the center is judged by no rule."
        ),
        hint=_("The day the center began to work."),
        examples=_day("2016-03-01", date(2016, 3, 1)),
    ),
    "operating_model": Definition(
        _(
            "Who runs the center: itself, an organization entrusted by contract, or a street office"
            " together with its own department. Co-location alone is no joint office."
        ),
        clause="三(四)-3",
        examples=_same(
            self_run=_("The center has its own council and staff"),
            entrusted=_("The street signed a contract with another organization to run it"),
        ),
    ),
    "operator_name": Definition(
        _(
            "Full registered name of the organization that runs an entrusted center. Blank in every"
            " other model."
        ),
        clause="三(四)-3",
        hint=_("Only for an entrusted center."),
        examples=(Example("海棠区社会组织促进会", "海棠区社会组织促进会"),),
    ),
    "legal_representative": Definition(
        _(
            "The person whom the certificate names as legal representative. The rule compares this"
            " person with the director by person, never by name."
        ),
        clause="三(一)-1′",
        hint=_("As on the registration certificate."),
    ),
    "person_name": NEW_PERSON,
    "registered_capital_yuan": Definition(
        _(
            "The start-up funds on the certificate, in yuan and not in ten thousands. Later grants"
            " and donations do not change it."
        ),
        hint=_("In yuan, such as 30000."),
        examples=(Example("30000", Decimal("30000.00")), Example("3万元", Decimal("30000.00"))),
    ),
    "supervising_unit": Definition(
        _(
            "The unit that supervises the center's business according to the certificate, usually"
            " the street office or the town government."
        ),
        examples=(Example("梧桐路街道办事处", "梧桐路街道办事处"),),
    ),
    "phone": Definition(
        _(
            "The number residents and organizations call, answered in office hours. A private"
            " mobile number does not belong here."
        ),
        hint=_("The center's own number."),
        examples=(Example("021-51234567", "021-51234567"),),
    ),
    "address": Definition(
        _(
            "The domicile on the certificate, or the place of contact. The rooms that count as"
            " premises are filed in their own section."
        ),
        examples=(Example("海棠区梧桐路18号", "海棠区梧桐路18号"),),
    ),
    "grade": Definition(
        _(
            "The grade the civil affairs department gave in the assessment of social organizations."
            " Prizes and internal scores are no grade."
        ),
        examples=(
            Example("4A", "4A", _("The plaque and notice say 4A")),
            Example("none", "none", _("Never assessed")),
        ),
    ),
    "grade_until": Definition(
        _("The last day on which the grade is valid, as the notice says; usually five years."),
        hint=_("Last day of the grade."),
        examples=_day("2028-12-31", date(2028, 12, 31)),
    ),
    "last_inspection": Definition(
        _(
            "The conclusion of the annual inspection of the year before, as stamped on the"
            " certificate. While it is not out, leave it unknown."
        ),
        examples=_same(
            qualified=_("Stamped as qualified"),
            absent=_("Did not hand in the report"),
        ),
    ),
    "starts_on": Definition(
        _(
            "First day on which everything in this row was so. When the name, the code or the model"
            " changes, end this row and add another."
        ),
        hint=_("First day it holds. Empty: since ever."),
        examples=_day("2016-05-20", date(2016, 5, 20)),
    ),
    "ends_on": Definition(
        _("Last day on which this row was so, the day itself included. Empty while it still is."),
        hint=_("Last day it holds, inclusive. Empty: still holds."),
        examples=_day("2025-06-30", date(2025, 6, 30)),
    ),
    "note": NOTE,
}

STAFF = {
    "person": Definition(
        _(
            "Who works at the center. One row per person and post; whoever changes the post or the"
            " employment gets a second row, and nobody who left is deleted."
        ),
        clause="三(一)-2",
        hint=_("Somebody the center filed before."),
    ),
    "person_name": NEW_PERSON,
    "post": Definition(
        _(
            "What the person does by appointment. There is one director; somebody who leads by a"
            " resolution until a director is found is an acting director."
        ),
        clause="三(一)-1",
        hint=_("The director heads the center; an acting one was put in by resolution."),
        examples=_same(
            director=_("Appointed to head the center"),
            acting_director=_("The deputy leads until the council appoints somebody"),
        ),
    ),
    "employment_type": Definition(
        _(
            "With whom the person has the contract or post. Labour contract, seconded community"
            " worker and staff assigned by the operator count as full-time posts unless the"
            " district decides otherwise; part-timers, volunteers and serving officials do not."
        ),
        clause="三(一)-2",
        hint=_("Serving officials and part-timers are not full-time staff."),
        examples=_same(
            labour_contract=_("The contract is with the center itself"),
            seconded_community_worker=_("A community worker of the street sent to the center"),
            concurrent_official=_("A civil servant of the street who also heads the center"),
        ),
    ),
    "is_full_time": Definition(
        _(
            "Yes if the person works for this center only, on all working days. Half days, another"
            " job beside it or several centers are no."
        ),
        clause="三(一)-2",
        hint=_("Works for the center only, on all working days."),
        examples=_flags(
            _("Five days a week at the center"),
            _("Also works at the street office"),
        ),
    ),
    "is_council_appointed": Definition(
        _(
            "Whether a resolution of the council appointed the director. Asked of director and"
            " acting director only; an assignment by the street is no appointment by the council."
        ),
        clause="三(四)-1",
        hint=_("Asked of the director only."),
        examples=_flags(
            _("The minutes of the council name the director"),
            _("The street named the director by itself"),
        ),
    ),
    "is_openly_recruited": Definition(
        _(
            "Yes if the post was announced in public and others could apply. An internal transfer"
            " or a recommendation is no."
        ),
        clause="三(一)-4",
        hint=_("Found by a public notice."),
        examples=_flags(
            _("A notice stood on the recruitment site"),
            _("Sent by the street"),
        ),
    ),
    "starts_on": Definition(
        _("First day in this post and this form of employment, not the first day of the career."),
        clause="三(一)-2",
        hint=_("First day in the post."),
        examples=_day("2024-03-01", date(2024, 3, 1)),
    ),
    "ends_on": Definition(
        _(
            "Last day in the post, the day itself included. Empty while the person is in post;"
            " whoever left keeps the row with this date."
        ),
        clause="三(一)-2",
        hint=_("Last day in the post. Empty: still in post."),
        examples=_day("2025-10-15", date(2025, 10, 15)),
    ),
    "education": Definition(
        _("The highest degree that was completed; studies under way do not count."),
        hint=_("Highest degree, such as bachelor."),
        examples=(Example("本科", "本科"),),
    ),
    "social_work_certificate": Definition(
        _(
            "The highest certificate of the national examination for social workers. A training"
            " certificate is none."
        ),
        clause="三(四)-2",
        examples=_same(
            assistant=_("Passed the examination for assistants"),
            none=_("Holds none"),
        ),
    ),
    "note": NOTE,
}

PREMISES = {
    "address": Definition(
        _("Street, number, floor and room of one place. Two places are two rows."),
        clause="三(二)-4",
        examples=(Example("梧桐路18号2楼201室", "梧桐路18号2楼201室"),),
    ),
    "exclusive_area_m2": Definition(
        _(
            "Floor area that the center alone uses, in m², measured on the basis named beside it."
            " Rooms used by turns are shared; corridors of the building do not count."
        ),
        clause="三(二)-4",
        hint=_("Used by the center alone, in m²."),
        examples=(
            Example("30.5", Decimal("30.50")),
            Example("30平方米", Decimal("30.00")),
            Example("0", Decimal("0.00"), _("Only shared rooms")),
        ),
    ),
    "shared_area_m2": Definition(
        _(
            "Floor area of the rooms the center uses together with others, as a whole and in m²."
            " Not the whole building; it counts only by the agreed share."
        ),
        clause="三(二)-4",
        hint=_("Used together with others, in m². Counts by the share ratio."),
        examples=(Example("60", Decimal("60.00")),),
    ),
    "share_ratio": Definition(
        _(
            "The agreed share of the shared area, between 0 and 1 or in per cent. Without it the"
            " shared area counts as 0."
        ),
        clause="三(二)-4",
        hint=_("The center's share of the shared area: 0.25 or 25%."),
        examples=(Example("0.25", Decimal("0.25")), Example("25%", Decimal("0.25"))),
    ),
    "area_basis": Definition(
        _(
            "What the areas of this row measure: usable area inside the rooms, or built area with"
            " walls and a part of the common space, as on the property certificate."
        ),
        clause="三(二)-4",
        examples=_same(
            usable=_("Measured from wall to wall"),
            built=_("Taken from the property certificate"),
        ),
    ),
    "has_signage": Definition(
        _(
            "Yes if a sign at the door or in the hall names the center and shows the way. A sheet"
            " of paper on a desk is no."
        ),
        clause="三(二)-5",
        hint=_("A sign leads to the center and names it."),
        examples=_flags(
            _("A plate at the door and an arrow in the hall"),
            _("The plate is ordered and not up yet"),
        ),
    ),
    "has_equipment": Definition(
        _(
            "Yes if desks, computer, telephone and room for consultation are there and work. What"
            " is borrowed by the day does not count."
        ),
        clause="三(二)-6",
        hint=_("The facilities and equipment that the work needs are there."),
        examples=_flags(
            _("Two desks, a computer, a telephone, a meeting table"),
            _("No computer yet"),
        ),
    ),
    "starts_on": Definition(
        _(
            "First day on which the center worked in this place in this size. When the size"
            " changes, end the row and add another."
        ),
        clause="三(二)-4",
        hint=_("First day of use."),
        examples=_day("2020-01-01", date(2020, 1, 1)),
    ),
    "ends_on": Definition(
        _(
            "Last day of use, the day itself included. Empty while the place is in use; the end of"
            " the lease is another field."
        ),
        clause="三(二)-4",
        hint=_("Last day of use. Empty: still in use."),
        examples=_day("2025-12-31", date(2025, 12, 31)),
    ),
    "is_relatively_independent": Definition(
        _(
            "Yes if the center can be reached and locked by itself. Recorded only: no rule judges"
            " it."
        ),
        clause="三(二)-3",
        examples=_flags(
            _("A room with a door of its own"),
            _("Two desks in the common hall"),
        ),
    ),
    "right_kind": Definition(
        _("By what right the center uses the place, as the document says."),
        examples=_same(
            leased=_("A lease with rent"),
            free_use=_("The street lends the rooms"),
        ),
    ),
    "right_from_on": Definition(
        _("First day of the lease or permission, not the day of its signature."),
        examples=_day("2024-01-01", date(2024, 1, 1)),
    ),
    "right_to_on": Definition(
        _("Last day of the lease or permission, the day itself included. Empty if it has no end."),
        examples=_day("2026-12-31", date(2026, 12, 31)),
    ),
    "co_location": Definition(
        _(
            "Service places of the street or of civil affairs in the same building or courtyard"
            " with which the center shares rooms or activities. Recorded only: no rule judges it."
        ),
        clause="三(二)-1",
        examples=(
            Example(
                "party_service_center",
                ["party_service_center"],
                _("Inside the party-masses service center"),
            ),
        ),
    ),
    "adequacy": Definition(
        _(
            "Whether the place meets the needs of the work. The bureau judges it when it accepts"
            " the section; the center does not fill it in."
        ),
        clause="三(二)-2",
    ),
    "note": NOTE,
}

ACCOUNTS = {
    "holder": Definition(
        _(
            "The name the account stands in, as the bank's opening permit writes it. An account of"
            " the street or of the operator is filed as it is; it does not count as the center's"
            " own."
        ),
        clause="三(三)-1",
        hint=_("The name the account stands in, exactly as the bank writes it."),
        examples=(
            Example("海棠区梧桐路街道社会组织服务中心", "海棠区梧桐路街道社会组织服务中心"),
        ),
    ),
    "bank": Definition(
        _("Bank and branch that keep the account. The account number is never filed."),
        clause="三(三)-1",
        hint=_("Bank and branch. The account number is never asked."),
        examples=(Example("海棠银行梧桐路支行", "海棠银行梧桐路支行"),),
    ),
    "starts_on": Definition(
        _("The day the account was opened."),
        clause="三(三)-1",
        hint=_("The day the account was opened."),
        examples=_day("2016-06-01", date(2016, 6, 1)),
    ),
    "ends_on": Definition(
        _("The last day the account was open. Empty while it is."),
        clause="三(三)-1",
        hint=_("The day the account was closed. Empty: still open."),
        examples=_day("2025-09-30", date(2025, 9, 30)),
    ),
    "note": NOTE,
}

FUNDING = {
    "fiscal_year": Definition(
        _(
            "The budget year the money belongs to, 1 January to 31 December. A contract over two"
            " years is filed in the year it begins."
        ),
        hint=_("Four digits, such as 2025."),
        examples=(Example("2025", 2025), Example("2025年度", 2025)),
    ),
    "form": Definition(
        _(
            "By which way the money comes: an allocation is a grant, a contract with services in"
            " return is a purchase. Fees and project income earned from others are earned income."
        ),
        clause="三(三)-2",
        hint=_("Earned income: one row per year, with 0 when nothing was earned."),
        examples=_same(
            grant=_("Budget approval of the street without a contract"),
            purchase=_("Service contract with the street"),
            earned_income=_("Fees for training other organizations"),
        ),
    ),
    "purpose": Definition(
        _(
            "What the money is for. Wages, rent, water, power and office costs of the center are"
            " basic operation; a named project with its own aims is a project; mixed is both."
        ),
        clause="三(三)-2",
        hint=_("Project money does not count as basic operation."),
        examples=_same(
            basic_operation=_("Wages and office costs"),
            project=_("A course for the elderly"),
        ),
    ),
    "amount_yuan": Definition(
        _(
            "The sum promised by the contract or approval, in yuan and not in ten thousands; for"
            " earned income, the sum of the year. Promised but unpaid money counts here."
        ),
        clause="三(三)-2",
        hint=_("In yuan, such as 480000."),
        examples=(
            Example("480000元", Decimal("480000.00")),
            Example("48万元", Decimal("480000.00")),
            Example("0元", Decimal("0.00"), _("Nothing was earned in the year")),
        ),
    ),
    "basic_amount_yuan": Definition(
        _(
            "Of a mixed amount, the part for basic operation, in yuan; never more than the whole."
            " Blank for the other purposes."
        ),
        clause="三(三)-2",
        hint=_("Only for a mixed purpose: the part for basic operation."),
        examples=(Example("30万元", Decimal("300000.00")),),
    ),
    "received_yuan": Definition(
        _(
            "What has reached the account by the day of filing, in yuan. 0 if nothing has; blank if"
            " it is not known."
        ),
        clause="三(三)-2",
        hint=_("What has arrived so far, in yuan."),
        examples=(Example("24万元", Decimal("240000.00")),),
    ),
    "starts_on": Definition(
        _("First day of the period the contract or approval covers, not the day of its signature."),
        clause="三(三)-3",
        hint=_("First day of the contract or approval."),
        examples=_day("2025-01-01", date(2025, 1, 1)),
    ),
    "ends_on": Definition(
        _("Last day of the period the contract or approval covers, the day itself included."),
        clause="三(三)-3",
        hint=_("Last day of the contract or approval, inclusive."),
        examples=_day("2025-12-31", date(2025, 12, 31)),
    ),
    "is_declared_annual": Definition(
        _(
            "Yes if the contract is written as a purchase for one year. The rule itself counts the"
            " days of the period."
        ),
        clause="三(三)-3",
        examples=_flags(
            _("From 1 January to 31 December"),
            _("A contract for half a year"),
        ),
    ),
    "is_annual_renewal": Definition(
        _(
            "Asked of contracts over several years: yes if each year is renewed or settled by"
            " itself."
        ),
        clause="三(三)-3",
        hint=_("Only for contracts over several years."),
        examples=_flags(
            _("Three years, signed anew every year"),
            _("Three years in one"),
        ),
    ),
    "payer": Definition(
        _("Who pays: the unit that signs or approves, by its full name."),
        clause="三(三)-2",
        examples=(Example("梧桐路街道办事处", "梧桐路街道办事处"),),
    ),
    "contract_name": Definition(
        _("Title of the contract or of the approving document."),
        examples=(
            Example("2025年社会组织服务中心运营项目合同", "2025年社会组织服务中心运营项目合同"),
        ),
    ),
    "contract_no": Definition(
        _("Number of the contract, or the document number of the approval."),
        examples=(Example("梧街办〔2025〕3号", "梧街办〔2025〕3号"),),
    ),
    "route": Definition(
        _("How the supplier was chosen where the money is a purchase."),
        clause="三(三)-3",
        hint=_("Such as open tender or competitive consultation."),
        examples=(Example("竞争性磋商", "竞争性磋商"),),
    ),
    "note": NOTE,
}

GOVERNANCE = {
    "member_count": Definition(
        _(
            "People on the council in this term, the chair included. Supervisors and invited guests"
            " do not count."
        ),
        clause="三(四)-1",
        hint=_("Members of the council, the chair included."),
        examples=(Example("5", 5), Example("5人", 5)),
    ),
    "starts_on": Definition(
        _("The day the council was elected or the term began according to the articles."),
        clause="三(四)-1",
        hint=_("First day of the term."),
        examples=_day("2023-06-01", date(2023, 6, 1)),
    ),
    "ends_on": Definition(
        _("The last day of the term according to the articles. A new term is a new row."),
        clause="三(四)-1",
        hint=_("Last day of the term."),
        examples=_day("2027-05-31", date(2027, 5, 31)),
    ),
    "has_supervisor": Definition(
        _(
            "Whether a supervisor or a board of supervisors is in office. A member of the council"
            " cannot be one."
        ),
        examples=_flags(
            _("One supervisor is registered"),
            _("None was elected"),
        ),
    ),
    "note": NOTE,
}

YEARLY = {
    "FN-11": Definition(
        _(
            "Inquiries about registering, changing or closing an organization that the center"
            " answered and recorded in the year. Each matter counts once, however often it was"
            " asked about; 0 if nobody asked."
        )
    ),
    "FN-12": Definition(
        _(
            "Organizations of the township that the center helped with the annual inspection or"
            " report of the year. One organization counts once; a notice sent to all is no help."
        )
    ),
    "FN-13": Definition(
        _(
            "Training sessions the center held or helped to hold, with a list of those who came. A"
            " course of three half-days is one session; meetings do not count."
        )
    ),
    "FN-14": Definition(
        _(
            "Organizations the center prepared or accompanied for the grade assessment. 0 if none"
            " was eligible in the year."
        )
    ),
    "FN-15": Definition(
        _(
            "Activities by which the center helped mass activity teams to form, find room or run"
            " themselves. Performances of the teams themselves do not count."
        )
    ),
    "FN-16": Definition(
        _(
            "Activity teams filed through the center in the year, or active teams it keeps on file"
            " at the end of the year, whichever is more. A team counts once."
        )
    ),
    "FN-17": Definition(
        _(
            "Services to party-building in organizations, together with the party unit in charge:"
            " founding a branch, assigning a liaison, joint activities. Each occasion counts once."
        )
    ),
    "FN-18": Definition(
        _(
            "Early-warning reports the center handed in. A zero report, that nothing was noticed,"
            " counts as one."
        )
    ),
    "FN-21": Definition(
        _(
            "Community organizations and start-ups that were in incubation on any day of the year."
            " An organization that only rents a desk does not count."
        )
    ),
    "FN-22": Definition(
        _(
            "Occasions on which organizations or filed teams took part in community governance or"
            " service through the center. One event counts once, however many took part."
        )
    ),
    "FN-23": Definition(
        _(
            "Needs and offers that the center brought together and that led to an agreement. A fair"
            " at which nothing was agreed does not count."
        )
    ),
    "FN-24": Definition(
        _(
            "Different kinds of support the center gave in the year, not occasions. The document"
            " names six: people, skills, projects, finance, publicity, resources."
        )
    ),
    "FN-25": Definition(
        _(
            "Organizations and projects that the center cultivated as models or brands, or that"
            " were chosen as such in the year."
        )
    ),
    "FN-31": Definition(
        _(
            "Disputes in the community that organizations helped to settle through the center. Each"
            " dispute counts once; 0 if there was none."
        )
    ),
    "FN-32": Definition(
        _(
            "Written opinions that organizations gave in consultation on a matter of the residents'"
            " interest. Remarks in a meeting without a record do not count."
        )
    ),
    "FN-33": Definition(
        _(
            "Evaluations by organizations of how a public policy works in the community."
            " Encouraged: 0 is never counted against the center."
        )
    ),
    "FN-34": Definition(
        _(
            "Occasions on which a public policy was explained to residents or organizations."
            " Posters and forwarded messages alone do not count."
        )
    ),
    "FN-41": Definition(
        _(
            "Public-welfare projects the center planned on social relief, the elderly, the disabled"
            " or children. A project run over two years counts in the year it was planned."
        )
    ),
    "FN-42": Definition(
        _(
            "Organizations that the center referred to a government unit that looked for one. One"
            " organization and one request count once."
        )
    ),
    "FN-43": Definition(
        _(
            "Papers with unit costs or estimates that the center supplied as the basis of a budget"
            " for bought services. Oral advice does not count."
        )
    ),
    "FN-44": Definition(
        _(
            "Public-welfare projects that the center helped to review, supervise or evaluate. One"
            " project counts once; 0 if there was none in the township."
        )
    ),
    "FN-45": Definition(
        _(
            "Organizations that the center guided through a public-welfare tender: reading the"
            " call, preparing the bid. Forwarding a call alone does not count."
        )
    ),
}
FIGURES = (
    Example("12", 12),
    Example("0", 0, _("There was none in the year")),
)

DEFINITIONS: Mapping[str, Mapping[str, Definition]] = {
    Section.Kind.PROFILE: PROFILE,
    Section.Kind.STAFF: STAFF,
    Section.Kind.PREMISES: PREMISES,
    Section.Kind.ACCOUNTS: ACCOUNTS,
    Section.Kind.FUNDING: FUNDING,
    Section.Kind.GOVERNANCE: GOVERNANCE,
    Section.Kind.FUNCTIONS: {
        code: replace(YEARLY[code], clause=clause, examples=FIGURES)
        for code, (_title, clause) in FUNCTIONS.items()
    },
}


def of(kind: str, field: str) -> Definition:
    """The definition of a field of a kind of section; of the functions, by its code."""
    return DEFINITIONS[kind][field]


def label_of(kind: str, field: str) -> Any:
    """What the field is called."""
    if field in FUNCTIONS:
        return FUNCTIONS[field][0]
    labels = {column.name: column.verbose_name for column in ROW_MODELS[kind]._meta.fields}
    return labels.get(field, _("new person's name"))


def asked_by(clause: str) -> list[tuple[str, str]]:
    """(kind, field) of what a clause asks for, in the order of the forms."""
    return [
        (kind, name)
        for kind, fields in DEFINITIONS.items()
        for name, definition in fields.items()
        if definition.clause == clause
    ]
