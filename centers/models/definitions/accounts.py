"""What the fields of the bank account mean."""

from datetime import date

from django.utils.translation import gettext_lazy as _

from centers.models.definitions.definition import NOTE, Definition, Example, day

ACCOUNTS = {
    "holder": Definition(
        _(
            "The name the account stands in, as the bank's opening permit writes it. An account of"
            " the street or of the operator is filed as it is; it does not count as the center's"
            " own."
        ),
        clause="三(三)-1",
        hint=_("The name the account stands in, exactly as the bank writes it."),
        examples=(Example("海棠区梧桐路街道社会组织服务中心", "海棠区梧桐路街道社会组织服务中心"),),
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
        examples=day("2016-06-01", date(2016, 6, 1)),
    ),
    "ends_on": Definition(
        _("The last day the account was open. Empty while it is."),
        clause="三(三)-1",
        hint=_("The day the account was closed. Empty: still open."),
        examples=day("2025-09-30", date(2025, 9, 30)),
    ),
    "note": NOTE,
}
