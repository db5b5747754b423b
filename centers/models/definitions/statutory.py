"""What the fields of the statutory matters mean. They are law, beside the standard."""

from datetime import date
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from centers.models.definitions.definition import NOTE, Definition, Example, day, flags, same

# A center is registered as a social-service institution, and its law binds it.
CLAUSE = "三-0"

STATUTORY = {
    "matter": Definition(
        _(
            "What the law asks of a registered center, one row per occasion. The articles named in"
            " the examples are those of the Provisional Regulations on the Registration of Private"
            " Non-enterprise Units; the origin of the start-up funds is asked by the registration"
            " guide of Shanghai. A center that is not registered files none."
        ),
        clause=CLAUSE,
        hint=_("One row per occasion; what happened twice has two rows."),
        examples=same(
            seal_filing=_("Article 14: the specimen of the seal lies with the authority"),
            account_filing=_("Article 14: the account number lies with the authority"),
            registered_change=_("Article 15: a new name, domicile or legal representative"),
            articles_change=_("Article 15: the council rewrote the articles"),
            donation_use=_("Article 21: a gift of the community foundation was spent"),
            head_change_audit=_("Article 22: the legal representative or the director left"),
            branches=_("Article 13: says whether there are any"),
            profit_making=_("Articles 4 and 25: says whether there is any"),
            capital=_("Who put in the start-up funds, when the center was founded"),
        ),
    ),
    "occurred_on": Definition(
        _(
            "Of a change: the day the supervising unit agreed in writing. Of a change at the head:"
            " the day the new one took over. Of a filing: the day the seal was made or the account"
            " opened; of a donation: the day it arrived; both may be blank. Branches,"
            " profit-making business and start-up funds have no day."
        ),
        clause=CLAUSE,
        hint=_("Of a change always: day of the consent, or day the head changed."),
        examples=day("2025-03-01", date(2025, 3, 1)),
    ),
    "done_on": Definition(
        _(
            "The day the authority received the filing or the application, the day of the audit"
            " report, or the day the use of a donation was published. The regulation gives 30 days"
            " from the consent to the application. Blank while it is not done."
        ),
        clause=CLAUSE,
        hint=_("Filed, applied for, audited or published on. Empty: not yet."),
        examples=day("2025-03-20", date(2025, 3, 20)),
    ),
    "is_so": Definition(
        _(
            "The answer where the matter is a question. Filings: were they made? Donations: were"
            " they used as agreed, reported and published? Branches: are there any? Profit-making:"
            " is there such business, or does the center act outside its purpose? Of changes,"
            " audits and start-up funds it is not asked."
        ),
        clause=CLAUSE,
        hint=_("Asked of filings, donations, branches and profit-making business."),
        examples=flags(
            _("Seal: the authority confirmed the specimen"),
            _("Branches: there are none"),
        ),
    ),
    "non_state_share": Definition(
        _(
            "The part of the start-up funds that is not state money, between 0 and 1 or in per"
            " cent. Money of the street or the town is state money. It is recorded and not judged:"
            " many centers were founded by their street."
        ),
        clause=CLAUSE,
        hint=_("Only for the start-up funds: 0.7 or 70%."),
        examples=(
            Example("70%", Decimal("0.7")),
            Example("0", Decimal(0), _("The street paid the whole")),
        ),
    ),
    "starts_on": Definition(
        _(
            "First day from which the answer was so, such as the day the center was registered."
            " Changes and audits have none."
        ),
        hint=_("First day it was so. Empty: since ever."),
        examples=day("2016-05-20", date(2016, 5, 20)),
    ),
    "ends_on": Definition(
        _("Last day on which the answer was so, the day itself included. Empty while it still is."),
        hint=_("Last day it was so, inclusive. Empty: still is."),
        examples=day("2025-06-30", date(2025, 6, 30)),
    ),
    "note": NOTE,
}
