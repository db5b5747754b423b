"""What the fields of the profile mean."""

from datetime import date
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from centers.models.definitions.definition import (
    NEW_PERSON,
    NOTE,
    Definition,
    Example,
    day,
    flags,
    same,
)

PROFILE = {
    "name": Definition(
        _(
            "The full name on the registration certificate; before registration, the name the"
            " center is known by. No short forms: the account holder is compared with it."
        ),
        hint=_("As on the registration certificate; the account's holder is compared."),
        examples=(Example("海棠区梧桐路街道社会组织服务中心", "海棠区梧桐路街道社会组织服务中心"),),
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
            "Where the center stands with the registration authority."
            " Registered means that it holds a certificate of its own that is still valid."
        ),
        clause="三-0",
        examples=same(
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
        examples=day("2016-05-20", date(2016, 5, 20)),
    ),
    "established_on": Definition(
        _(
            "The first day on which the center served anybody, whether registered or not. Before it"
            " the center is judged by no rule."
        ),
        hint=_("The day the center began to work."),
        examples=day("2016-03-01", date(2016, 3, 1)),
    ),
    "operating_model": Definition(
        _(
            "Who runs the center: itself, an organization entrusted by contract, or a street office"
            " together with its own department. Co-location alone is no joint office."
        ),
        clause="三(四)-3",
        examples=same(
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
        _("The start-up funds on the certificate. Later grants and donations do not change them."),
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
        examples=day("2028-12-31", date(2028, 12, 31)),
    ),
    "last_inspection": Definition(
        _(
            "The conclusion of the annual inspection of the year before, as stamped on the"
            " certificate."
        ),
        hint=_("While it is not out, leave it unknown."),
        examples=same(
            qualified=_("Stamped as qualified"),
            absent=_("Did not hand in the report"),
        ),
    ),
    "basic_cost_yuan": Definition(
        _(
            "What it costs to keep the center open for a year: wages, rent, water and power, office"
            " costs. Projects do not count. The money for basic operation is compared with it."
        ),
        clause="三(三)-2",
        hint=_("Wages, rent and office of one year, in yuan."),
        examples=(
            Example("420000", Decimal("420000.00")),
            Example("42万元", Decimal("420000.00")),
        ),
    ),
    "is_legal_representative_chair": Definition(
        _(
            "Yes if the legal representative named above chairs the council according to the"
            " articles. A district may then accept that the director is somebody else."
        ),
        clause="三(一)-1′",
        examples=flags(
            _("The certificate names the chair of the council"),
            _("The certificate names the director, who does not chair"),
        ),
    ),
    "organization_count": Definition(
        _(
            "Social organizations registered in the street or town that the center serves, without"
            " activity teams and without branches. It tells how much work waits; no rule judges it."
        ),
        hint=_("Registered organizations in the street or town."),
        examples=(Example("86", 86), Example("86家", 86)),
    ),
    "starts_on": Definition(
        _(
            "First day on which everything in this row was so. When the name, the code or the model"
            " changes, end this row and add another."
        ),
        hint=_("First day it holds. Empty: since ever."),
        examples=day("2016-05-20", date(2016, 5, 20)),
    ),
    "ends_on": Definition(
        _("Last day on which this row was so, the day itself included. Empty while it still is."),
        hint=_("Last day it holds, inclusive. Empty: still holds."),
        examples=day("2025-06-30", date(2025, 6, 30)),
    ),
    "note": NOTE,
}
