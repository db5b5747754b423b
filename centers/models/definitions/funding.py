"""What the fields of the funding mean."""

from datetime import date
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from centers.models.definitions.definition import NOTE, Definition, Example, day, flags, same

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
        examples=same(
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
        examples=same(
            basic_operation=_("Wages and office costs"),
            project=_("A course for the elderly"),
        ),
    ),
    "amount_yuan": Definition(
        _(
            "The sum promised by the contract or approval; for earned income, the sum of the year."
            " Promised but unpaid money counts here."
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
            "Of a mixed amount, the part for basic operation; never more than the whole. Blank for"
            " the other purposes."
        ),
        clause="三(三)-2",
        hint=_("Only for a mixed purpose: the part for basic operation, in yuan."),
        examples=(Example("30万元", Decimal("300000.00")),),
    ),
    "received_yuan": Definition(
        _(
            "What has reached the account by the day of filing. 0 if nothing has; blank if it is"
            " not known."
        ),
        clause="三(三)-2",
        hint=_("What has arrived so far, in yuan."),
        examples=(Example("24万元", Decimal("240000.00")),),
    ),
    "starts_on": Definition(
        _("First day of the period the contract or approval covers, not the day of its signature."),
        clause="三(三)-3",
        hint=_("First day of the contract or approval."),
        examples=day("2025-01-01", date(2025, 1, 1)),
    ),
    "ends_on": Definition(
        _("Last day of the period the contract or approval covers, the day itself included."),
        clause="三(三)-3",
        hint=_("Last day of the contract or approval, inclusive."),
        examples=day("2025-12-31", date(2025, 12, 31)),
    ),
    "is_declared_annual": Definition(
        _(
            "Yes if the contract is written as a purchase for one year. The rule itself counts the"
            " days of the period."
        ),
        clause="三(三)-3",
        examples=flags(
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
        examples=flags(
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
