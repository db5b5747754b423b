"""The parameters screen: what holds where and by whose word, and the change of one."""

import re
from datetime import date, timedelta
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from centers.models import Center
from evaluation.admin import parameters as pages
from evaluation.models import Finding, ParameterOverride, Run
from evaluation.selectors import parameter_wording, simulations
from evaluation.selectors import parameters as selectors
from evaluation.services import parameters
from portal.audit.models import AuditEvent
from tests.flows.pages import words

pytestmark = pytest.mark.django_db

SHEET = "/admin/compliance/parameters/"
AREA = "/admin/compliance/parameters/310199/min_area/"
CITY_AREA = "/admin/compliance/parameters/310000/min_area/"


@pytest.fixture
def override(haitang, pack, alice, at):
    def set_parameter(key="min_area", value="35.00", **changes):
        return parameters.override(
            **{
                "division": haitang,
                "key": key,
                "value": value,
                "effective_from": date(2026, 1, 1),
                "reason": "区实施细则",
                "doc_no": "海民发〔2025〕9号",
                "by": alice,
                "at": at,
            }
            | changes
        )

    return set_parameter


def given(**changes):
    return {
        "what": "value",
        "value": "40.00",
        "effective_from": timezone.localdate().isoformat(),
        "reason": "提高标准",
        "doc_no": "海民发〔2026〕1号",
        "version": "0",
    } | changes


def test_sheet_shows_every_parameter_with_what_holds_and_where_from(desk, pack, override):
    override()
    page = desk.get(SHEET)
    shown = [
        line.parameter.name for _label, lines in page.context["sheet"].groups for line in lines
    ]
    assert sorted(shown) == sorted(selectors.parsed(pack).parameters)
    text = words(page)
    assert "35.00" in text
    assert "since 2026-01-01" in text
    assert "海民发〔2025〕9号" in text
    assert "the standard" in text


def test_sheet_shows_what_is_to_come(desk, override):
    day = timezone.localdate() + timedelta(days=40)
    override(value="45.00", effective_from=day)
    assert f"{day}: 45.00" in words(desk.get(SHEET))


def test_every_choice_of_the_pack_has_words(pack):
    """Rules are named by their titles, everything else by a phrase."""
    rules = selectors.parsed(pack)
    by_id = {rule.id: rule for rule in rules.rules}
    bare = [
        (name, code)
        for name, each in rules.parameters.items()
        for code, said in parameter_wording.choices(each, by_id)
        if said == code
    ]
    assert bare == []


def test_change_is_made_with_day_reason_and_document(golden, desk, haitang, alice):
    answer = desk.post(AREA, given())
    assert (answer.status_code, answer["Location"]) == (302, AREA)
    row = ParameterOverride.objects.get()
    assert (row.division, row.value, row.set_by) == (haitang, "40.00", alice)
    assert (row.reason, row.doc_no) == ("提高标准", "海民发〔2026〕1号")
    assert Run.objects.filter(trigger="parameters").exists()


def test_preview_says_what_it_means_and_writes_nothing(golden, desk):
    text = words(desk.post(AREA, given(preview="1")))
    assert "is “40.00” in 海棠区 instead of “30.00”" in text
    assert "ST-08" in text
    assert not ParameterOverride.objects.exists()


@pytest.mark.parametrize(
    ("key", "typed", "said"),
    [
        ("min_area", "thirty", "it cannot be read"),
        ("min_area", "-1", "it is below 0"),
        ("min_area", "", "Give a value."),
        ("min_fulltime_staff", "2.5", "it cannot be read"),
        ("council_min_members", "1", "asks for less than “3”"),
        ("funding_new_year_grace_until", "02-30", "it cannot be read"),
    ],
)
def test_what_does_not_fit_is_refused_beside_it_and_stays_typed(desk, pack, key, typed, said):
    page = desk.post(f"/admin/compliance/parameters/310199/{key}/", given(value=typed))
    assert page.status_code == 200
    assert said in words(page)
    assert page.context["form"]["value"].value() == typed
    assert page.context["form"]["reason"].value() == "提高标准"
    assert not ParameterOverride.objects.exists()


def test_refusal_speaks_chinese(alice_client, pack):
    text = words(alice_client.post(AREA, given(value="-1")))
    assert "“场所最小面积（平方米）”（min_area）未更改" in text
    assert "小于下限0" in text


def test_two_people_one_is_told(desk, pack, override):
    opened = desk.get(AREA).context["form"]["version"].value()
    override(value="38.00")
    page = desk.post(AREA, given(version=opened))
    assert "meanwhile 林经办 set it to “38.00”" in words(page)
    assert page.context["form"]["value"].value() == "40.00"
    assert ParameterOverride.objects.count() == 1
    again = page.context["form"]["version"].value()
    assert desk.post(AREA, given(version=again)).status_code == 302


@pytest.mark.parametrize(
    ("key", "answer", "stored"),
    [
        ("director_counts_toward_fulltime", {"value": "true"}, True),
        ("min_fulltime_staff", {"value": "3"}, 3),
        ("shared_area_policy", {"value": "full_shared"}, "full_shared"),
        ("counted_types", {"value": ["labour_contract", "volunteer"]}, None),
        ("funding_new_year_grace_until", {"value": "04-30"}, "04-30"),
        ("funding_new_year_grace_until", {"what": "no_limit"}, None),
        ("entrusted_model_exempt_rules", {"value": ["ST-01"]}, ["ST-01"]),
    ],
)
def test_every_type_is_asked_in_its_own_way(desk, pack, key, answer, stored):
    wanted = ["labour_contract", "volunteer"] if key == "counted_types" else stored
    made = desk.post(f"/admin/compliance/parameters/310199/{key}/", given(**answer))
    assert made.status_code == 302
    assert ParameterOverride.objects.get().value == wanted


def test_own_value_is_given_up(desk, pack, override, haitang):
    row = override()
    assert desk.post(AREA, given(what="inherit", version=row.pk)).status_code == 302
    today = timezone.localdate()
    setting = selectors.settings_for([haitang.path], pack, today)[haitang.path]
    assert f"{setting.values['min_area']}" == "30.00"
    assert "as the level above" in words(desk.get(AREA))


def test_history_says_what_holds_and_what_was_replaced(desk, override):
    override(value="35.00")
    override(value="36.00", effective_from=date(2026, 2, 1))
    states = [entry.state for entry in desk.get(AREA).context["detail"].history]
    assert states == ["holds", "past"]


def test_a_figure_too_loose_to_hold_is_told(desk, override, shanghai):
    override("council_min_members", 4)
    override("council_min_members", 5, division=shanghai)
    page = desk.get("/admin/compliance/parameters/310199/council_min_members/")
    assert "4 was set here and does not hold" in words(page)
    assert page.context["detail"].line.value == "5"


@pytest.mark.parametrize("role", ["district_leader", "township_reviewer", "municipal_viewer"])
def test_readers_read_and_do_not_change(client_as, pack, role):
    client = client_as(role)
    page = client.get(AREA)
    assert page.status_code == 200
    assert page.context["form"] is None
    assert client.post(AREA, given()).status_code == 403


def test_the_municipality_is_set_by_its_officer_alone(client_as, client_for, pack, shanghai, desk):
    assert desk.get(CITY_AREA).context["form"] is None
    assert desk.post(CITY_AREA, given()).status_code == 403
    officer = client_as("municipal_officer", division=shanghai)
    assert officer.get(SHEET).context["division"] == shanghai
    assert officer.post(CITY_AREA, given()).status_code == 302


def test_a_strange_district_and_an_unknown_parameter_are_not_there(desk, bob_client, pack):
    assert bob_client.get(AREA).status_code == 404
    assert desk.get("/admin/compliance/parameters/310199/min_aera/").status_code == 404
    assert desk.get(SHEET + "?division=310101").status_code == 404


def test_sheet_costs_the_same_however_much_was_set(desk, override):
    def cost():
        with CaptureQueriesContext(connection) as captured:
            desk.get(SHEET)
        return len(captured)

    override()
    desk.get(SHEET)
    one = cost()
    override(value="36.00")
    override("min_fulltime_staff", 3)
    assert cost() == one


def test_preview_leads_to_the_centers_that_would_change(golden, desk):
    page = desk.post(AREA, given(preview="1")).content.decode()
    address = unescape(re.search(r'href="([^"]*/simulation/[?][^"]*)"', page)[1])
    assert "set.min_area=" in address
    answer = desk.get(address)
    assert list(answer.context["asked"].after.values) == ["min_area"]


def test_preview_names_the_centers_that_flip_and_writes_nothing(golden, desk):
    def rows():
        return (
            ParameterOverride.objects.count(),
            Run.objects.count(),
            Finding.objects.count(),
            AuditEvent.objects.count(),
        )

    stored = rows()
    page = desk.post(AREA, given(preview="1"))
    effect = page.context["effect"]
    flipped = {
        center["place"].code: [line["rule"].id for line in center["lines"]]
        for center in effect["changed"]
    }
    narrow = {"C02", "C03", "C05", "C06", "C07", "C08"}
    assert flipped
    assert set(flipped) <= narrow | {"C04"}
    assert set(map(tuple, flipped.values())) == {("ST-08",)}
    text = words(page)
    first = next(iter(effect["changed"]))["place"]
    assert f"{first.code} {first.name}" in text
    assert "ST-08 Floor area ✓ met → ✕ not met" in text
    assert f"{len(flipped)} of 8 centers change." in text
    assert rows() == stored


def test_preview_says_where_nothing_changes(golden, desk):
    text = words(desk.post(AREA, given(preview="1", value="30.01")))
    assert "ST-08" in text
    text = words(desk.post(AREA, given(preview="1", value="29.00")))
    assert "8 centers were judged both ways, and nothing changes." in text


def test_preview_names_the_first_and_counts_the_rest(golden, desk, monkeypatch):
    monkeypatch.setattr(pages, "FLIPS_SHOWN", 1)
    effect = desk.post(AREA, given(preview="1")).context["effect"]
    assert len(effect["changed"]) == 1
    assert effect["rest"] == effect["flips"].count - 1 > 0


def test_a_district_that_keeps_its_own_value_does_not_flip_by_the_municipalitys(
    golden, override, shanghai
):
    def flips():
        setting = simulations.Setting(
            shanghai, "min_area", "40.00", is_reset=False, day=date(2026, 3, 1)
        )
        return simulations.flips(Center.objects.all(), setting, 50).count

    assert flips() > 0
    override(value="30.00")
    assert flips() == 0


def test_a_value_given_up_flips_back_to_the_level_above(golden, override, haitang):
    override(value="40.00")
    setting = simulations.Setting(haitang, "min_area", None, is_reset=True, day=date(2026, 3, 1))
    found = simulations.flips(Center.objects.all(), setting, 50)
    assert found.count
    assert {change.direction for each in found.first for change in each.changes} == {"better"}


def test_preview_of_what_no_rule_of_centers_reads_offers_no_comparison(golden, desk):
    address = "/admin/compliance/parameters/310199/dd_exchange_min_count/"
    page = desk.post(address, given(preview="1", value="3"))
    assert "changed" not in page.context["effect"]
    assert "/simulation/?" not in page.content.decode()


def test_preview_costs_the_same_for_one_center_and_eight(golden, haitang):
    setting = simulations.Setting(
        haitang, "min_area", "40.00", is_reset=False, day=date(2026, 3, 1)
    )

    def cost(codes):
        with CaptureQueriesContext(connection) as captured:
            simulations.flips(Center.objects.filter(code__in=codes), setting, 50)
        return len(captured)

    assert cost(["C02"]) == cost(list(golden))
