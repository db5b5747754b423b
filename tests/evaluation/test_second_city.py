"""Another city's standard is a file: Hangzhou's pack judges a portal of Hangzhou."""

from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils.timezone import localdate

from centers import demo
from evaluation.models import Activation, Finding, Pack, Shard, Verdict
from evaluation.rules.packs import PackError
from evaluation.selectors import parameters as selectors
from evaluation.services import evaluations, packs, parameters
from portal.jurisdictions import services as jurisdictions
from tests.factories.portal import RoleAssignmentFactory, UserFactory
from tests.flows.pages import in_english

pytestmark = pytest.mark.django_db

FILE = Path(__file__).parents[1] / "data" / "hangzhou-2020-1.toml"
RULES = ["HZ-01", "HZ-02", "HZ-03", "HZ-04"]


@pytest.fixture
def municipality(settings):
    settings.MUNICIPALITY = "330100"
    return jurisdictions.add(code="330100", name="杭州市", kind="municipality", parent=None)


@pytest.fixture
def xihu(municipality):
    return jurisdictions.add(
        code="330199", name="湖滨区", kind="district", parent=municipality
    )


@pytest.fixture
def hangzhou(municipality, at):
    """The pack, loaded as an operator would."""
    call_command("load_packs", FILE, stdout=StringIO())
    return Pack.objects.get(division_code="330100")


@pytest.fixture
def officer(municipality):
    user = UserFactory(is_staff=True, full_name="吴市级")
    RoleAssignmentFactory(user=user, role="municipal_officer", division=municipality)
    return user


@pytest.fixture
def centers(hangzhou, xihu, at):
    """The golden centers, as if they were of Hangzhou; code → center."""
    user = UserFactory(is_staff=True)
    RoleAssignmentFactory(user=user, role="district_officer", division=xihu)
    demo.accept(demo.golden(), district=xihu, by=user, at=at)
    for pk in Shard.objects.filter(state="pending").order_by("pk").values_list("pk", flat=True):
        evaluations.compute(shard_id=pk, at=at)
    return demo.Center.objects.in_bulk(field_name="code")


def test_it_loads_and_judges_from_its_day_of_effect(hangzhou):
    activation = Activation.objects.get(pack=hangzhou)
    assert activation.active_from == date(2020, 6, 1)
    assert activation.doc_no == "杭民发〔2020〕1号（示例）"
    assert selectors.pack_in_force(date(2026, 3, 2)) == hangzhou


def test_it_judges_nobody_in_shanghai(pack, at):
    packs.load_files(paths=[FILE], at=at)
    assert selectors.pack_in_force(date(2026, 3, 2)) == pack


def test_centers_are_judged_by_its_rules_and_figures(centers):
    """C02 has 30 m², enough in Shanghai; here 100 m² are required, so nobody's is."""
    found = Finding.objects.standing().filter(center=centers["C02"])
    assert sorted(found.values_list("rule", flat=True)) == RULES
    area = found.get(rule="HZ-01")
    assert (area.outcome, area.figures["threshold_m2"]) == ("not_met", "100.00")
    assert Verdict.objects.standing().get(center=centers["C02"]).rollup == "not_compliant"


def test_what_it_only_encourages_has_no_weight(centers):
    """HZ-04 encourages what Shanghai requires; of funding nothing else is asked."""
    assert set(Finding.objects.standing().filter(rule="HZ-04").values_list("outcome", flat=True))
    verdicts = Verdict.objects.standing().values_list("funding", "governance")
    assert set(verdicts) == {("not_included", "not_included")}


def test_a_district_of_it_sets_parameters_within_its_required_clauses(
    centers, xihu, officer, at
):
    values = {
        "division": xihu,
        "key": "min_area",
        "effective_from": localdate(at),
        "reason": "细则",
        "doc_no": "1号",
        "by": officer,
        "at": at,
    }
    assert parameters.override(value="120.00", **values).value == "120.00"
    with pytest.raises(parameters.ParameterRefused, match="100"):
        parameters.override(value="90.00", **values)


def test_its_pages_speak_of_it(centers, officer, client_for):
    client = in_english(client_for(officer))
    page = client.get(reverse("compliance:packs")).content.decode()
    assert "杭民发〔2020〕1号（示例）" in page
    page = client.get(reverse("compliance:parameters")).content.decode()
    assert "100.00" in page


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ('kind = "floor_area"', 'kind = "roof_area"', "HZ-01"),
        ('class = "E"', 'class = "Z"', "HZ-04"),
        ('default = "100.00"', 'default = "a hundred"', "min_area.default"),
        ('rules = ["HZ-01"]', 'rules = ["HZ-99"]', "min_area.rules"),
        ("[parameters.account_name_match]", "[parameters.account_match]", "HZ-04"),
        ('clause = "四-1"', 'clause = ""', "clause"),
        ("effective_from = 2020-06-01", 'effective_from = "soon"', "effective_from"),
        ('issuer = "杭州市民政局"\n', "", "issuer"),
        ("version = 1", "version = 1\nauthor = 1", "author"),
        ("[[rules]]", "[[rules", "hangzhou"),
    ],
)
def test_a_wrong_pack_is_refused_with_the_place(tmp_path, at, old, new, place):
    text = FILE.read_text("utf-8")
    assert old in text
    path = tmp_path / "hangzhou.toml"
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(PackError, match=place):
        packs.load_files(paths=[path], at=at)
    with pytest.raises(CommandError, match=place):
        call_command("load_packs", path)
    assert not Pack.objects.exists()


def test_of_several_files_one_wrong_keeps_out_all(tmp_path, at):
    broken = tmp_path / "broken.toml"
    broken.write_text(FILE.read_text("utf-8").replace('class = "M"', 'class = "X"'), "utf-8")
    with pytest.raises(PackError):
        packs.load_files(paths=[FILE, broken], at=at)
    assert not Pack.objects.exists()
