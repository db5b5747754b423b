"""What the adviser says, in words: forms, questions, what is missing, papers, and the documents
that say so. Articles are named only where the passage was read."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from organizations.rules import registration as forms
from organizations.rules.adviser import Missing

FORMS = {
    forms.ASSOCIATION: _("association (社会团体)"),
    forms.INSTITUTION: _("social-service institution (民办非企业单位)"),
    forms.FOUNDATION: _("foundation (基金会)"),
    forms.TEAM: _("activity team (群众活动团队)"),
}
ESSENCES = {
    "common_will": _("People or units join for a will they have in common"),
    "services": _("Non-profit services, mainly with assets that are not the state's"),
    "donated_property": _("Public benefit from donated property"),
    "hobby_or_mutual_help": _("A hobby or mutual help of residents"),
}
REACHES = {forms.DISTRICT: _("in the district"), forms.MUNICIPAL: _("in the whole city")}
FUND_KINDS = {
    forms.NON_PUBLIC: _("does not raise money from the public"),
    forms.LOCAL_PUBLIC: _("raises money from the public in the city"),
    forms.NATIONAL_PUBLIC: _("raises money from the public in the whole country"),
}
CATEGORIES = {
    "trade": _("trade associations and chambers of commerce"),
    "science": _("science and technology"),
    "charity": _("public benefit and charity"),
    "community": _("services for urban and rural communities"),
    "other": _("none of these four"),
}
ROLES = {
    "council_chair": _("chair of the council (理事长)"),
    "vice_chair": _("vice chair of the council (副理事长)"),
    "executive": _("head of administration (行政负责人)"),
    "other": _("somebody else"),
}
# Key of a document → its title; the text after the key in a source is its articles.
DOCUMENTS = {
    "SHTT16": "社会团体登记管理条例（2016年修订）",
    "MNFQ98": "民办非企业单位登记管理暂行条例",
    "JJH04": "基金会管理条例",
    "MC69": "社会组织名称管理办法（民政部令第69号）",
    "SHMF25": "上海市社会服务机构登记有关事项的通知（沪民规〔2025〕11号）",
    "SHDJ24": "上海市社会组织直接登记管理若干规定（沪民规〔2024〕5号）",
    "SHGC24": "关于持续推进社区社会组织高质量发展的若干举措（沪民社管发〔2024〕1号）",
    "CSF23": "慈善法（2023年修正）",
    "PG39": "社会组织评估管理办法（民政部令第39号）",
    "SHPG25": "上海市社会组织评估指标（2025年版）",
}
OUTCOMES = {
    "register": _("Nothing is missing: the registration authority can be applied to"),
    "supplement": _("Something is missing: add it first"),
    "file_team": _("Not enough members for an association: begin as a filed activity team"),
    "to_municipality": _("Refer to the municipality: it registers this, a district does not"),
    "needs_unit": _("The supervising unit approves first"),
    "unfit": _("Does not meet the conditions as it is"),
}
TEAM_READY = _("Nothing is missing: the team can be filed with its street or town")
NOTES = {
    "essence_differs": _("By what it is at heart, another form is made for it: %(form)s."),
    "members_too_few": _(
        "An association needs 50 individuals, or 30 units, or 50 of both together; now"
        " %(individuals)s individuals and %(units)s units."
    ),
    "capital_too_small": _("At least %(floor_yuan)s yuan are needed; now %(capital_yuan)s yuan."),
    "capital_floor_of_district": _(
        "The least capital for registration in a district is set by the district's registration"
        " authority: ask there."
    ),
    "state_share_too_large": _(
        "At least two thirds of the assets are not the state's; now a share of %(share)s."
    ),
    "premises": _("Fixed premises with proof of ownership or of the right of use."),
    "place_of_activity": _("A place for its activities."),
    "right_of_use_short": _(
        "The right to use the premises runs for %(months)s months; %(least)s are asked."
    ),
    "staff": _("Staff suited to what it does."),
    "leader": _("A leader or convenor."),
    "council_size": _(
        "The council of a foundation has %(least)s to %(most)s members; now %(count)s."
    ),
    "supervisor": _("At least one supervisor."),
    "legal_rep_is_chair": _("The legal representative of a foundation is the council's chair."),
    "legal_rep_role_unusual": _(
        "The legal representative is usually the chair or vice chair of the council, or the head"
        " of administration."
    ),
    "legal_rep_elsewhere": _(
        "The legal representative heads an association already: tell the authority."
    ),
    "heads_association": _(
        "Whoever is legal representative of an association cannot be that of another one."
    ),
    "heads_other": _(
        "Whoever is legal representative of a foundation cannot be that of another organization."
    ),
    "is_official": _("A serving state official cannot be legal representative of a foundation."),
    "no_branches": _("A social-service institution has no branches."),
    "no_regional_branches": _(
        "An association may have branches within limits, but none by region."
    ),
    "branches_registered": _("Branches of a foundation are registered each on its own."),
    "against_law": _("What it is for is against the law."),
    "similar_exists": _(
        "The same or a similar organization exists in the area, and there is no need for another."
    ),
    "head_lacks_rights": _("The head is, or was, deprived of political rights."),
    "head_lacks_capacity": _("The head has no full legal capacity."),
    "commercial_or_religious": _("A team is neither commercial nor religious."),
    "unit_approval": _("The supervising unit has not approved yet."),
    "name_banned_word": _("The name says “%(word)s”, which is not left to a local organization."),
    "name_without_place": _("The name does not begin with the administrative division."),
    "name_without_ending": _("The name does not end with a word for this form."),
    "name_without_field": _(
        "Between division and form the name lacks the field of work, or a name of its own."
    ),
}
QUESTIONS = {
    "essence": _("What is it at heart?"),
    "wish": _("Which form is wanted?"),
    "reach": _("Where will it work?"),
    "individual_count": _("Individual members"),
    "unit_count": _("Units as members"),
    "capital_yuan": _("Money at the beginning (yuan)"),
    "non_state_share": _("Share of assets that are not the state's (%)"),
    "fund_kind": _("How does the foundation raise money?"),
    "has_premises": _("Are there premises, or a place of activity?"),
    "owns_premises": _("Are the premises its own?"),
    "premises_months": _("Right to use the premises (months)"),
    "has_staff": _("Is there staff suited to it?"),
    "council_count": _("Members of the council"),
    "has_supervisor": _("Is there a supervisor?"),
    "legal_rep_role": _("Who will be legal representative?"),
    "heads_association": _("Is he or she legal representative of an association already?"),
    "heads_other": _("Is he or she legal representative of any other organization?"),
    "is_official": _("Is he or she a serving state official?"),
    "category": _("Which category is it?"),
    "has_unit_approval": _("Has a supervising unit approved?"),
    "wants_branches": _("Are branches wanted?"),
    "is_against_law": _("Is anything of its purpose against the law?"),
    "has_similar": _("Is there the same or a similar organization in the area already?"),
    "head_lacks_rights": _("Is, or was, the head deprived of political rights?"),
    "head_lacks_capacity": _("Does the head lack full legal capacity?"),
    "has_leader": _("Is there a leader or convenor?"),
    "is_commercial_or_religious": _("Is it commercial or religious?"),
    "name": _("Proposed name"),
}
MATERIALS = {
    "name_check": _("check of the name"),
    "unit_approval": _("approval of the supervising unit"),
    "application": _("application"),
    "use_right": _("proof of ownership or of the right of use of the premises"),
    "capital_report": _("capital verification report"),
    "head_profile": _("profile and identity papers of the proposed head"),
    "articles": _("draft of the articles"),
    "advance_notice": _("form of advance notice"),
    "donation_commitment": _("form of the donation commitment"),
    "council_list": _("list of the council, with profiles and identity papers"),
    "filing_form": _("filing form of the team"),
    "member_count": _("number of members"),
    "neighborhood_opinion": _("opinion of the neighborhood committee"),
}
ARTICLES = {
    "name_domicile": _("name and domicile"),
    "purpose_scope": _("purpose and scope of business"),
    "organization": _("organization and management"),
    "legal_representative": _("how the legal representative is chosen and removed"),
    "assets": _("rules for assets"),
    "amendment": _("how the articles are changed"),
    "termination": _("end, and what becomes of what is left"),
    "others": _("anything else that has to be settled"),
}
STEPS = {
    "name_check": _("check of the name"),
    "unit_approval": _("approval of the supervising unit, where one is needed"),
    "application": _("application with its papers"),
    "decision": _("decision of the registration authority within 60 days"),
    "certificate": _("certificate"),
    "seal_account": _("seal and bank account"),
    "specimen": _("specimen of the seal and number of the account to the authority"),
    "notice": _("public notice"),
}
TOPICS = {
    "essence": _("at heart"),
    "authority": _("who registers"),
    "members": _("members"),
    "money": _("money"),
    "premises": _("premises"),
    "staff": _("staff"),
    "governance": _("governance"),
    "legal_representative": _("legal representative"),
    "name": _("name"),
    "branches": _("branches"),
    "decision": _("time for the decision"),
}
NOT_ASKED = _("not asked")
# The table itself: topic → what holds for association, institution, foundation, team.
TABLE: dict[str, tuple[Any, Any, Any, Any]] = {
    "essence": (
        _("people or units join around the will they have in common"),
        _("non-profit services with assets that are mainly not the state's"),
        _("public benefit from donated property"),
        _("hobby or mutual help of residents"),
    ),
    "authority": (
        _("civil affairs of district or municipality"),
        _("civil affairs of district or municipality"),
        _("municipality or ministry only: a district refers on"),
        _("filed with street or town"),
    ),
    "members": (
        _("50 individuals, or 30 units, or 50 of both together"),
        NOT_ASKED,
        NOT_ASKED,
        _("as the district sets; no official figure"),
    ),
    "money": (
        _("30,000 yuan for activities at least"),
        _(
            "property suited to what it does; 100,000 yuan at least if registered by the"
            " municipality, otherwise as the district's authority sets; two thirds not the state's"
        ),
        _(
            "2,000,000 yuan (not raising publicly), 4,000,000 (raising in the city) or 8,000,000"
            " (in the country), paid in cash"
        ),
        NOT_ASKED,
    ),
    "premises": (
        _("fixed domicile with proof of the right of use"),
        _("the premises it needs; owned, or a right of use of one year or more"),
        _("fixed domicile"),
        _("a place of activity"),
    ),
    "staff": (
        _("full-time staff suited to it"),
        _("staff suited to it"),
        _("staff who work for it full time"),
        _("a leader or convenor"),
    ),
    "governance": (
        _("assembly of members or their representatives, and a council"),
        _("council, executive, and supervisors"),
        _("council of 5 to 25, and a supervisor"),
        _("a leader"),
    ),
    "legal_representative": (
        _("not of another association"),
        _("usually chair, vice chair, or head of administration"),
        _("the chair; not of any other organization; no serving state official"),
        _("none"),
    ),
    "name": (
        _("division + field or members + form"),
        _("division + own name + field + form"),
        _("division + own name + field + form"),
        _("free"),
    ),
    "branches": (
        _("within limits, none by region"),
        _("none"),
        _("registered each on its own"),
        NOT_ASKED,
    ),
    "decision": (
        _("60 days from all valid papers"),
        _("60 days from all valid papers"),
        _("60 days from all valid papers"),
        _("as the district sets"),
    ),
}
CHARITY = _(
    "A charitable organization that registers directly is decided on within 30 days; an existing"
    " organization is recognized as charitable within 20 days."
)
PRACTICE = _("practice, no official figure")


def source(of: str) -> str:
    """A source as it is cited: the document's title, and its articles where they were read."""
    if not of:
        return str(PRACTICE)
    key, _space, articles = of.partition(" ")
    title = f"《{DOCUMENTS[key]}》"
    return f"{title} {articles}" if articles else title


def said(note: Missing) -> str:
    """The sentence of a note, with its figures."""
    return str(NOTES[note.code]) % _worded(note.figures)


def _worded(figures: Mapping[str, Any]) -> dict[str, Any]:
    """Names of forms in words, money without needless decimals."""
    return {
        name: FORMS.get(value, value) if name == "form" else _plain(value)
        for name, value in figures.items()
    }


def _plain(value: Any) -> Any:
    return f"{value:,.2f}".removesuffix(".00") if hasattr(value, "as_tuple") else value
