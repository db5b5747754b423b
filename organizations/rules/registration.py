"""What the registration rules ask of each form of organization: the figures, the papers, and the
documents that say so."""

from decimal import Decimal
from fractions import Fraction

ASSOCIATION = "association"
INSTITUTION = "social_service_institution"
FOUNDATION = "foundation"
TEAM = "team"
FORMS = (ASSOCIATION, INSTITUTION, FOUNDATION, TEAM)
REGISTERED_FORMS = (ASSOCIATION, INSTITUTION, FOUNDATION)

# What it is at heart → the form made for it.
ESSENCES = {
    "common_will": ASSOCIATION,
    "services": INSTITUTION,
    "donated_property": FOUNDATION,
    "hobby_or_mutual_help": TEAM,
}
DISTRICT, MUNICIPAL = "district", "municipal"
REACHES = (DISTRICT, MUNICIPAL)
NON_PUBLIC, LOCAL_PUBLIC, NATIONAL_PUBLIC = "non_public", "local_public", "national_public"
FUND_KINDS = (NON_PUBLIC, LOCAL_PUBLIC, NATIONAL_PUBLIC)
# Four categories are registered without a supervising unit; everything else is approved by one.
DIRECT_CATEGORIES = ("trade", "science", "charity", "community")
OTHER_CATEGORY = "other"
ROLES = ("council_chair", "vice_chair", "executive", "other")

LEAST_INDIVIDUALS = 50
LEAST_UNITS = 30
LEAST_MIXED = 50
ASSOCIATION_YUAN = Decimal(30_000)
MUNICIPAL_INSTITUTION_YUAN = Decimal(100_000)
FOUNDATION_YUAN = {
    NON_PUBLIC: Decimal(2_000_000),
    LOCAL_PUBLIC: Decimal(4_000_000),
    NATIONAL_PUBLIC: Decimal(8_000_000),
}
# Two thirds have no decimal form.
LEAST_NON_STATE = Fraction(2, 3)
LEAST_PREMISES_MONTHS = 12
COUNCIL = (5, 25)

BANNED_WORDS = ("中国", "全国", "中华", "国际", "世界")
ENDINGS = {
    ASSOCIATION: ("协会", "学会", "商会", "联合会", "促进会", "研究会", "联谊会", "校友会", "会"),
    INSTITUTION: (
        *("中心", "服务社", "工作室", "研究院", "研究所", "学校", "幼儿园", "医院", "博物馆"),
        *("院", "所", "社", "园", "馆", "站", "校", "部"),
    ),
    FOUNDATION: ("基金会",),
}
# What stands between the place and the ending, in characters: a field of work; and a name of its
# own before it where the form has one.
LEAST_BETWEEN = {ASSOCIATION: 2, INSTITUTION: 4, FOUNDATION: 2}

# Rows of the table of forms, in its order.
TOPICS = (
    *("essence", "authority", "members", "money", "premises", "staff", "governance"),
    *("legal_representative", "name", "branches", "decision"),
)
# Documents, and the articles that a citation names; "" is practice, which cites nothing.
ASSOCIATIONS, INSTITUTIONS = "SHTT16 10-14, 17", "MNFQ98 8-13"
FOUNDATIONS = "JJH04 6, 8, 11, 20-23"
NAMES, SHANGHAI, DIRECT = "MC69 8", "SHMF25", "SHDJ24 2"
UNIT_BEFORE, CHARITY, PRACTICE = "MNFQ98 3", "CSF23 10", ""
LAW = {ASSOCIATION: ASSOCIATIONS, INSTITUTION: INSTITUTIONS, FOUNDATION: FOUNDATIONS}
REFUSALS = {ASSOCIATION: "SHTT16 13", INSTITUTION: "MNFQ98 11", FOUNDATION: FOUNDATIONS}
SOURCES = {
    ASSOCIATION: (ASSOCIATIONS, NAMES),
    INSTITUTION: (INSTITUTIONS, SHANGHAI, NAMES),
    FOUNDATION: (FOUNDATIONS,),
    TEAM: ("SHGC24",),
}

MATERIALS = {
    ASSOCIATION: (
        *("application", "unit_approval", "capital_report", "use_right", "head_profile"),
        "articles",
    ),
    INSTITUTION: (
        *("name_check", "unit_approval", "application", "use_right", "capital_report"),
        *("head_profile", "articles", "advance_notice", "donation_commitment"),
    ),
    FOUNDATION: (
        *("application", "articles", "capital_report", "use_right", "head_profile"),
        *("council_list", "unit_approval"),
    ),
    TEAM: ("filing_form", "member_count", "neighborhood_opinion"),
}
ARTICLES = (
    *("name_domicile", "purpose_scope", "organization", "legal_representative", "assets"),
    *("amendment", "termination", "others"),
)
# How a service institution is set up.
STEPS = (
    *("name_check", "unit_approval", "application", "decision", "certificate"),
    *("seal_account", "specimen", "notice"),
)
