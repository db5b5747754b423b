"""Words of the disclosure list: items, owners, occasions, states, and fields."""

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from evaluation.models.publication import Item
from evaluation.rules import disclosing as d

OWNERS = {
    d.CENTER: _("center"),
    d.TOWNSHIP: _("street or town"),
    d.DISTRICT: _("district bureau"),
}
OCCASIONS = {
    d.ON_CHANGE: _("at each change"),
    d.YEARLY: _("once a year"),
    d.ON_CONTRACT: _("after each contract and acceptance"),
    d.ON_RESULT: _("after each result"),
    d.ALWAYS: _("has to stand always"),
    d.HALF_YEARLY: _("after each half year"),
    d.AS_NEEDED: _("when recruiting"),
}
STATES = {
    d.ON_TIME: _("published in time"),
    d.LATE: _("published late"),
    d.MISSING: _("due and not published"),
    d.PENDING: _("still to be published"),
    d.OUT: _("published, without a due day"),
    "": _("nothing due"),
}
# State → shape and tone of its mark.
MARKS = {
    d.ON_TIME: ("✓", "good"),
    d.LATE: ("◐", "fair"),
    d.MISSING: ("!", "bad"),
    d.PENDING: ("○", "none"),
    d.OUT: ("✓", "none"),
    "": ("·", "none"),
}
LEVELS = {
    d.ACTIVE: _("open to everybody"),
    d.ON_REQUEST: _("disclosed on request"),
    d.INTERNAL: _("stays inside"),
}
FIELDS = {
    "name": _("name"),
    "address": _("address"),
    "phone": _("telephone"),
    "hours": _("opening hours"),
    "transport": _("how to get there"),
    "personal_phones": _("telephones of individuals"),
    "uscc": _("credit code"),
    "registration_status": _("registration status"),
    "registered_on": _("registered on"),
    "registered_capital_yuan": _("registered capital (yuan)"),
    "supervising_unit": _("supervising unit"),
    "business_scope": _("scope of business"),
    "basic_cost_yuan": _("basic running cost of a year (yuan)"),
    "articles_changed_on": _("articles last changed on"),
    "articles_text": _("articles, or where they can be read"),
    "council_minutes": _("minutes of the council"),
    "legal_representative": _("legal representative"),
    "directors": _("director"),
    "council_member_count": _("council members"),
    "has_supervisor": _("has a supervisor"),
    "council_members": _("names and posts of council members and supervisors"),
    "staff_names": _("names of the staff"),
    "identity_numbers": _("identity numbers"),
    "services": _("services offered"),
    "guide": _("how to get them"),
    "report": _("report on the work of the year"),
    "income_yuan": _("income of the year (yuan)"),
    "inspection": _("last annual inspection"),
    "accounts": _("accounts in full"),
    "donated_yuan": _("donations and grants of the year (yuan)"),
    "donation_use": _("what they were used for"),
    "donors": _("names of donors"),
    "lottery_yuan": _("welfare-lottery money of the year (yuan)"),
    "lottery_use": _("what the lottery money was used for"),
    "lottery_papers": _("papers of the lottery project"),
    "contract_no": _("contract no."),
    "project": _("project"),
    "purchaser": _("purchaser"),
    "price_yuan": _("price (yuan)"),
    "period": _("period"),
    "acceptance": _("result of the acceptance"),
    "performance_grade": _("grade of the performance"),
    "bids": _("bids of others"),
    "last_inspection": _("last annual inspection"),
    "grade": _("grade"),
    "grade_until": _("grade valid until"),
    "warnings": _("early warnings"),
    "review_year": _("year reviewed"),
    "review_grade": _("review grade"),
    "review_total": _("final points"),
    "marks": _("points of each indicator"),
    "opinions": _("opinions within the bureau"),
    "vacancy": _("vacancy"),
    "conditions": _("conditions"),
    "apply_by": _("apply until"),
    "applicants": _("applicants"),
    "complaint_channel": _("where to complain at the center"),
    "district_channel": _("where to complain at the district bureau"),
    "complaints": _("complaints that were made"),
    "team_count": _("number of teams"),
    "teams": _("list of teams"),
    "team_leaders": _("leaders of the teams"),
    "team_members": _("members of the teams"),
    "district": _("district"),
    "objections_until": _("objections until"),
}
HIDDEN = {
    "mobile": _("a mobile number"),
    "identity": _("an identity number"),
    "account": _("an account number"),
    "email": _("a mailbox"),
    "messenger": _("a name in WeChat or QQ"),
    "name": _("the name of a person"),
}
KNOWN_SUBJECTS = {"H1": _("first half year"), "H2": _("second half year")}


def item_label(item: str) -> str:
    """An item of the list in words."""
    return str(Item(item).label)


def subject_label(subject: str) -> str:
    """Which one of an item, in words; codes as they are."""
    return str(KNOWN_SUBJECTS.get(subject, subject))


def title_of(item: str, year: int, subject: str, name: str) -> str:
    """The title a text begins with: whose, which item, of what year."""
    parts = [name, item_label(item), subject_label(subject) or str(year)]
    return _t("%(name)s: %(item)s (%(which)s)") % dict(
        zip(("name", "item", "which"), parts, strict=True)
    )


def hidden_text(kinds: tuple[str, ...]) -> str:
    """What was taken out of a text, as a list."""
    return "、".join(str(HIDDEN[kind]) for kind in kinds)
