import copy
import tomllib
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from centers.models import FUNCTIONS
from evaluation.rules import KINDS, evaluate
from evaluation.rules.base import DIMENSIONS, GROUPS
from evaluation.rules.facts import CenterFacts, Premises
from evaluation.rules.packs import PackError, parse_pack, read_pack
from evaluation.rules.parameters import typed_values

# Another city's standard: the same kind of test, another figure.
HANGZHOU = """
code = "hangzhou-like"
division = "330100"
version = 1
issuer = "杭州市民政局"
doc_no = "示例〔2023〕1号"
title = "社会组织服务中心建设标准"
effective_from = 2023-01-01

[[rules]]
id = "HZ-01"
clause = "二(一)-1"
quote = "场所面积不少于100平方米"
class = "M"
kind = "floor_area"
dimension = "premises"
title = "场所面积"
title_en = "Floor area"

[parameters.min_area]
type = "decimal"
default = "100.00"
minimum = 0
clause = "二(一)-1"
rules = ["HZ-01"]
title = "场所最小面积（平方米）"
title_en = "Minimum floor area (m²)"

[parameters.area_basis]
type = "choice"
default = "built"
choices = ["usable", "built"]
clause = "二(一)-1"
title = "面积口径"
title_en = "Basis of floor area"

[parameters.shared_area_policy]
type = "choice"
default = "exclusive_only"
choices = ["exclusive_only", "apportioned", "full_shared"]
clause = "二(一)-1"
title = "共用面积计算方式"
title_en = "How shared area counts"

[parameters.area_site_policy]
type = "choice"
default = "sum"
choices = ["sum", "main_only"]
clause = "二(一)-1"
title = "多处场所计算方式"
title_en = "How several sites count"
"""


@pytest.fixture
def data():
    return copy.deepcopy(tomllib.loads(HANGZHOU))


def test_shanghai_pack_document(pack):
    assert (pack.code, pack.version) == ("shanghai-2024-1", 6)
    assert pack.doc_no == "沪民社服发〔2024〕1号"
    assert pack.effective_from == date(2024, 11, 29)


def test_shanghai_pack_rules_and_classes(pack):
    standard = [rule for rule in pack.rules if rule.dimension in DIMENSIONS]
    assert [f"{rule.id} {rule.rule_class}" for rule in standard] == [
        "ST-01 M",
        "ST-02 M",
        "ST-03 G",
        "ST-04 G",
        "ST-05 E",
        "ST-06 E",
        "ST-07 M",
        "ST-08 G",
        "ST-09 M",
        "ST-10 M",
        "ST-11 M",
        "ST-12 M",
        "ST-13 G",
        "ST-14 E",
        "ST-15 M",
    ]
    assert [f"{rule.id} {rule.rule_class}" for rule in pack.district_rules] == [
        f"DD-{number} D" for number in (11, 20, 21, 22, 23, 24, 31, 32, 33, 41, 42)
    ]


def test_shanghai_pack_dimensions(pack):
    dimensions = {}
    for rule in pack.rules:
        dimensions.setdefault(rule.dimension, []).append(rule.id)
    assert set(dimensions) <= set(GROUPS)
    assert {name: dimensions[name] for name in (*DIMENSIONS, "safeguards")} == {
        "governance": ["ST-01", "ST-15"],
        "staffing": ["ST-02", "ST-03", "ST-04", "ST-05", "ST-06"],
        "premises": ["ST-07", "ST-08", "ST-09", "ST-10"],
        "funding": ["ST-11", "ST-12", "ST-13", "ST-14"],
        "safeguards": [rule.id for rule in pack.district_rules],
    }


def test_shanghai_functions_are_those_the_centers_file(pack):
    functions = [rule for rule in pack.rules if rule.dimension == "functions"]
    assert [rule.id for rule in functions] == list(FUNCTIONS)
    assert {rule.id: (rule.subject, rule.clause) for rule in functions} == {
        code: (code, clause) for code, (_title, clause) in FUNCTIONS.items()
    }
    assert {rule.rule_class for rule in functions if rule.id != "FN-33"} == {"D"}
    assert next(rule for rule in functions if rule.id == "FN-33").rule_class == "E"


def test_shanghai_pack_uses_every_kind_once_per_subject(pack):
    used = [(rule.kind, rule.subject) for rule in pack.rules]
    assert sorted(used) == sorted(
        (name, subject) for name, kind in KINDS.items() for subject in kind.subjects or [""]
    )


def test_shanghai_parameters_touch_the_rules_that_read_them(pack):
    declared = {name: set(parameter.rules) for name, parameter in pack.parameters.items()}
    # Applied around the rules, not by them.
    assert declared.pop("entrusted_model_exempt_rules") == {"ST-01", "ST-11", "ST-15"}
    statute = {rule.id for rule in pack.rules if rule.rule_class == "L"}
    assert declared.pop("include_statutory_checks") == statute
    assert declared == {
        name: {rule.id for rule in pack.rules if name in read_by(KINDS[rule.kind])}
        for name in declared
    }


def read_by(kind):
    return {*kind.parameters, *kind.options}


def test_what_no_rule_reads_says_what_does_in_both_languages(pack):
    for parameter in pack.parameters.values():
        assert bool(parameter.rules) != bool(parameter.use), parameter.name
        assert bool(parameter.use) == bool(parameter.use_en), parameter.name
        assert parameter.clause or parameter.use, parameter.name


# The registry of the domain reference, §11.3: name and default; None is no default.
REGISTRY = {
    "director_counts_toward_fulltime": False,
    "min_fulltime_staff": 2,
    "acting_director_counts": True,
    "director_vacancy_grace_days": 0,
    "legal_rep_chair_auto_waiver": False,
    "min_area": Decimal("30.00"),
    "area_basis": "usable",
    "shared_area_policy": "apportioned",
    "area_site_policy": "sum",
    "account_name_match": "normalized",
    "funding_floor": None,
    "funding_basis": "committed",
    "funding_cost_coverage_ratio": None,
    "funding_new_year_grace_until": (3, 31),
    "annual_min_days": 330,
    "annual_max_days": 366,
    "multi_year_with_annual_renewal_counts": True,
    "multi_year_max_days": 1096,
    "council_min_members": 3,
    "council_min_meetings_per_year": 2,
    "entrusted_model_exempt_rules": frozenset(),
    "fn_min_count": 1,
    "support_service_min_types": 6,
    "min_fund_sources": 2,
    "include_statutory_checks": False,
    "listed_org_excluded_from_grading": True,
    "demand_driven_rules": frozenset({"FN-11", "FN-14", "FN-16", "FN-31", "FN-44"}),
    "encouragement_scoring": "none",
    "default_as_of": "last_month_end",
    "team_min_members": None,
    "team_filing_valid_months": None,
    "team_upkeep_months": 12,
    "inactive_months": 12,
    "abnormal_lead_days": 90,
    # Beyond the registry: what the other warnings of §3.7 need.
    "inspection_grace_days": 0,
    "balance_change_ratio": None,
    "public_unspent_ratio": None,
    "contact_failures": 2,
    "change_days": 30,
    "major_event_days": 0,
    "certificate_lead_days": 90,
    "warning_ack_general_days": 10,
    "warning_ack_attention_days": 5,
    "warning_ack_urgent_days": 2,
    "self_days": 15,
    "township_days": 10,
    "district_days": 20,
    "appeal_days": 5,
    "recheck_days": 10,
    "publicity_days": 5,
    "rectify_days": 30,
    "min_sample": 30,
    "excellent_quota": None,
    "no_data_policy": "zero",
    "amount_sanity_max": Decimal(100_000_000),
    "log_retention_days": 365,
}


@pytest.mark.parametrize("name", REGISTRY)
def test_registry_of_parameters_is_whole(pack, name):
    assert pack.parameters[name].default == REGISTRY[name]


def test_item_of_an_unknown_kind_is_refused(data):
    keys = {"id": "INFO-01", "clause": "二", "quote": "可", "title": "项", "title_en": "Item"}
    data["items"] = [keys | {"kind": "weather"}]
    with pytest.raises(PackError, match=r"^items\[1\]\.kind: unknown: weather$"):
        parse_pack(data)
    data["items"] = [keys | {"kind": "co_location"}]
    assert parse_pack(data).items[0].kind == "co_location"


def test_a_pack_need_not_declare_what_a_kind_reads_by_choice(pack):
    """A version loaded before the option came goes on judging."""
    for kind in KINDS.values():
        assert not set(kind.parameters) & set(kind.options)


@pytest.mark.parametrize(("area", "outcome"), [("100.00", "met"), ("99.99", "not_met")])
def test_another_city_needs_no_code(data, area, outcome):
    pack = parse_pack(data)
    facts = CenterFacts(date(2025, 12, 31), premises=(Premises(1, Decimal(area)),))
    outcomes = evaluate(facts, pack.rules, typed_values(pack.parameters))
    assert outcomes["HZ-01"].outcome == outcome
    assert outcomes["HZ-01"].figures["threshold_m2"] == "100.00"


@pytest.mark.parametrize("key", ["clause", "quote", "class", "kind", "dimension", "title"])
@pytest.mark.parametrize("value", [None, "", "  ", 3])
def test_rule_without_a_text_is_refused_with_its_place(data, key, value):
    data["rules"][0].pop(key)
    if value is not None:
        data["rules"][0][key] = value
    with pytest.raises(PackError) as caught:
        parse_pack(data)
    assert caught.value.place == f"rules[1] HZ-01.{key}"


def test_rule_without_id_is_refused_by_number(data):
    del data["rules"][0]["id"]
    with pytest.raises(PackError, match=r"^rules\[1\]\.id: "):
        parse_pack(data)


@pytest.mark.parametrize(
    ("key", "value"), [("class", "X"), ("kind", "square_metres"), ("dimension", "money")]
)
def test_rule_with_an_unknown_word_is_refused(data, key, value):
    data["rules"][0][key] = value
    with pytest.raises(PackError) as caught:
        parse_pack(data)
    assert (caught.value.place, caught.value.problem) == (
        f"rules[1] HZ-01.{key}",
        f"unknown: {value}",
    )


def test_kind_without_subjects_takes_none(data):
    data["rules"][0]["subject"] = "FN-11"
    with pytest.raises(PackError) as caught:
        parse_pack(data)
    assert caught.value.place == "rules[1] HZ-01.subject"


def test_kind_with_subjects_needs_one_of_them(data, monkeypatch):
    kind = replace(KINDS["floor_area"], subjects=("indoors", "outdoors"))
    monkeypatch.setitem(KINDS, "floor_area", kind)
    for subject, problem in (("", "must be a text and not empty"), ("roof", "unknown: roof")):
        data["rules"][0]["subject"] = subject
        with pytest.raises(PackError) as caught:
            parse_pack(data)
        place = "rules[1] HZ-01.subject"
        assert (caught.value.place, caught.value.problem) == (place, problem)
    data["rules"][0]["subject"] = "indoors"
    assert parse_pack(data).rules[0].subject == "indoors"


def test_rules_of_a_center_and_of_a_district_stand_apart(data, monkeypatch):
    monkeypatch.setitem(KINDS, "exchange", replace(KINDS["floor_area"], level="district"))
    of_district = data["rules"][0] | {"id": "HZ-02", "kind": "exchange", "dimension": "safeguards"}
    data["rules"].append(of_district)
    pack = parse_pack(data)
    assert [rule.id for rule in pack.rules] == ["HZ-01", "HZ-02"]
    assert [rule.id for rule in pack.center_rules] == ["HZ-01"]
    assert [rule.id for rule in pack.district_rules] == ["HZ-02"]


def test_duplicate_rule_id_is_refused(data):
    data["rules"].append(dict(data["rules"][0]))
    with pytest.raises(PackError, match=r"^rules\[2\] HZ-01: duplicate id$"):
        parse_pack(data)


def test_kind_without_its_parameter_is_refused(data):
    del data["parameters"]["min_area"]
    with pytest.raises(PackError, match=r"^rules\[1\] HZ-01: .*min_area$"):
        parse_pack(data)


@pytest.mark.parametrize(
    ("key", "value", "place"),
    [
        ("type", "number", "parameters.min_area.type"),
        ("clause", "", "parameters.min_area.clause"),
        ("default", "much", "parameters.min_area.default"),
        ("default", "-1", "parameters.min_area.default"),
        ("minimum", 1.5, "parameters.min_area.minimum"),
        ("rules", ["HZ-02"], "parameters.min_area.rules"),
        ("rules", "HZ-01", "parameters.min_area.rules"),
        ("is_nullable", "no", "parameters.min_area.is_nullable"),
        ("maximun", 5, "parameters.min_area.maximun"),
    ],
)
def test_parameter_errors_name_their_place(data, key, value, place):
    data["parameters"]["min_area"][key] = value
    with pytest.raises(PackError) as caught:
        parse_pack(data)
    assert caught.value.place == place


def test_parameter_without_default_must_be_nullable(data):
    del data["parameters"]["min_area"]["default"]
    with pytest.raises(PackError, match=r"^parameters\.min_area\.default: "):
        parse_pack(data)
    data["parameters"]["min_area"]["is_nullable"] = True
    assert parse_pack(data).parameters["min_area"].default is None


def test_parameter_without_numbers_has_no_range(data):
    data["parameters"]["area_basis"]["minimum"] = 1
    with pytest.raises(PackError, match=r"^parameters\.area_basis\.minimum: "):
        parse_pack(data)


@pytest.mark.parametrize(
    ("key", "value", "place"),
    [
        ("code", None, "pack.code"),
        ("version", 0, "pack.version"),
        ("version", True, "pack.version"),
        ("effective_from", "2023-01-01", "pack.effective_from"),
        ("rules", [], "rules"),
        ("rules", ["HZ-01"], "rules[1]"),
        ("parameters", [], "parameters"),
        ("issued", 1, "pack.issued"),
    ],
)
def test_document_errors_name_their_place(data, key, value, place):
    data[key] = value
    with pytest.raises(PackError) as caught:
        parse_pack(data)
    assert caught.value.place == place


def test_read_pack_names_the_file_that_is_no_toml(tmp_path):
    path = tmp_path / "broken.toml"
    path.write_text("code = ", encoding="utf-8")
    with pytest.raises(PackError, match=r"^broken\.toml: "):
        read_pack(path)
