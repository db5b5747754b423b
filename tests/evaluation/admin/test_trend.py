"""The trend and the map of districts: figures, tables behind them, and who sees what."""

import io

import pytest
from django.utils import timezone
from openpyxl import load_workbook

from evaluation.models import Finding, Verdict
from evaluation.selectors import trends
from portal.audit.models import AuditEvent
from portal.jurisdictions.selectors import tiles
from tests.factories.centers import CenterFactory
from tests.factories.evaluation import FindingFactory, RunFactory, VerdictFactory
from tests.flows.pages import words

pytestmark = pytest.mark.django_db
DISTRICT = "/admin/compliance/trend/310199/"
MAP = "/admin/compliance/map/"


def test_district_opens_at_its_own_trend(desk, evaluated):
    page = desk.get("/admin/compliance/trend/")
    assert page.context["place"].division.name == "海棠区"
    assert len(page.context["points"]) == 12
    shown = words(page)
    assert "filled: as recorded" in shown
    assert "judged since, by what is known now" in shown


@pytest.mark.parametrize("months", [6, 24])
def test_months_are_chosen(desk, evaluated, months):
    assert len(desk.get(f"{DISTRICT}?months={months}").context["points"]) == months


def test_months_that_are_not_offered_are_refused(desk, evaluated):
    page = desk.get(f"{DISTRICT}?months=7")
    assert 'role="alert"' in page.content.decode()
    assert "points" not in page.context


def test_rules_follow_the_part(desk, evaluated):
    rules = desk.get(f"{DISTRICT}?part=premises").context["rules"]
    assert [row["rule"].id for row in rules] == ["ST-07", "ST-08", "ST-09", "ST-10"]


def test_every_drawn_value_stands_in_the_table(desk, evaluated):
    context = desk.get(DISTRICT).context
    for chart in context["charts"]:
        for line, (_label, shares) in zip(chart["lines"], chart["rows"], strict=True):
            assert len(line.dots) == sum(share.percent is not None for share in shares)


def test_export_holds_every_month_and_rule_and_is_audited(desk, evaluated, alice):
    response = desk.get(f"{DISTRICT}export/?months=6")
    assert response.filename.startswith("Trend-")
    book = load_workbook(io.BytesIO(b"".join(response.streaming_content)))
    assert book.sheetnames == ["About", "Roll-up and dimensions", "Rates by rule"]
    _about, verdicts, rules = book.worksheets
    heads = [cell.value for cell in verdicts[1][:3]]
    assert heads == ["end of month", "source", "centers evaluated"]
    assert verdicts.max_row == 7
    assert rules.max_row == 1 + 6 * len({rule.value for rule in rules["C"][1:]})
    (event,) = AuditEvent.objects.filter(action="evaluation.trend.export")
    assert event.actor_id == alice.pk


def test_export_is_chinese_in_a_chinese_session(alice_client, evaluated):
    response = alice_client.get(f"{DISTRICT}export/")
    book = load_workbook(io.BytesIO(b"".join(response.streaming_content)))
    headers = [cell.value for sheet in book.worksheets for cell in sheet[1]]
    assert not [each for each in headers if each.isascii()]


def test_a_month_of_which_most_centers_have_no_data_says_so(desk, wutong, pack):
    """One of three centers was judged at the end of the last month."""
    run = RunFactory(division=wutong, pack=pack)
    on = trends.month_ends(timezone.localdate(), 1)[0]
    for rollup in ("compliant", "incomplete", "incomplete"):
        center = CenterFactory(division=wutong)
        VerdictFactory(center=center, run=run, series_on=on, as_of=on, rollup=rollup)
    page = desk.get(DISTRICT)
    chart = page.context["charts"][0]
    assert (len(chart["thin"]), chart["lines"][0].dots[-1].is_thin) == (1, True)
    shown = words(page)
    assert "mostly no data" in shown
    assert "100% 1/1 ? 2 no data mostly no data" in shown


def test_a_rate_that_rests_on_most_centers_says_nothing_of_it(desk, wutong, pack):
    run = RunFactory(division=wutong, pack=pack)
    on = trends.month_ends(timezone.localdate(), 1)[0]
    for rollup in ("compliant", "not_compliant", "incomplete"):
        center = CenterFactory(division=wutong)
        VerdictFactory(center=center, run=run, series_on=on, as_of=on, rollup=rollup)
    chart = desk.get(DISTRICT).context["charts"][0]
    assert chart["lines"][0].dots[-1].said.endswith("50% (1/2), no data: 1")
    assert not chart["lines"][0].dots[-1].is_thin


def test_municipal_viewer_sees_districts_and_no_township(client_as, evaluated, shanghai):
    viewer = client_as("municipal_viewer", shanghai)
    assert viewer.get("/admin/compliance/trend/").context["place"].division.code == "310000"
    assert viewer.get(DISTRICT).status_code == 200
    township = evaluated["C05"].division.code
    assert viewer.get(f"/admin/compliance/trend/{township}/").status_code == 404


def test_other_district_has_no_trend_of_it(bob_client, evaluated):
    assert bob_client.get(DISTRICT).status_code == 404
    assert bob_client.get(f"{DISTRICT}export/").status_code == 404


def test_map_leads_who_sees_sums_only_to_the_trend_and_says_why(client_as, evaluated, shanghai):
    viewer = client_as("municipal_officer", shanghai)
    page = viewer.get(MAP)
    (tile,) = [tile for tile in page.context["tiles"] if tile["centers"]]
    assert (tile["url"], tile["is_sum_only"]) == (DISTRICT, True)
    assert "Your role sees sums" in words(page)


def test_map_places_the_sixteen_districts_and_the_unknown_below(haitang):
    codes = [f"3101{n:02}" for n in (*range(1, 21), 51, 99)]
    placed = tiles(codes)
    assert len(set(placed.values())) == len(placed)
    lowest = max(row for code, (row, _column) in placed.items() if code in tiles(["310116"]))
    assert placed["310199"][0] > lowest


def tile_of(page, name):
    return next(t for t in page.context["tiles"] if t["district"].name == name)


def test_tile_counts_as_the_verdicts_do_and_leads_down(desk, evaluated):
    tile = tile_of(desk.get(MAP), "海棠区")
    rollups = list(Verdict.objects.standing().values_list("rollup", flat=True))
    good = sum(rollup in ("compliant", "basically_compliant") for rollup in rollups)
    assert (tile["share"].met, tile["centers"]) == (good, 8)
    assert tile["url"] == "/admin/compliance/heatmap/310199/"
    assert len(desk.get(MAP).context["tiles"]) == 17


@pytest.mark.parametrize("show", ["compliant", "staffing", "ST-08"])
def test_figure_of_the_map_is_chosen(desk, evaluated, show):
    page = desk.get(f"{MAP}?show={show}")
    share = tile_of(page, "海棠区")["share"]
    if show == "ST-08":
        met = Finding.objects.standing().filter(rule="ST-08", outcome="met").count()
    elif show == "staffing":
        good = ("compliant", "basically_compliant")
        met = Verdict.objects.standing().filter(staffing__in=good).count()
    else:
        met = Verdict.objects.standing().filter(rollup="compliant").count()
    assert share.met == met


def test_figure_that_is_not_offered_is_refused(desk, evaluated):
    page = desk.get(f"{MAP}?show=ST-99")
    assert "ST-99" in words(page)
    assert "tiles" not in page.context


def test_officer_of_another_district_sees_no_figure_of_it(bob_client, evaluated):
    tile = tile_of(bob_client.get(MAP), "海棠区")
    assert (tile["share"], tile["url"], tile["is_seen"]) == (None, "", False)


@pytest.mark.parametrize("path", [DISTRICT, MAP, f"{MAP}?show=ST-09"])
def test_query_count_is_the_same_for_one_and_three(
    path, desk, haitang, wutong, pack, assert_same_queries
):
    run = RunFactory(division=haitang, pack=pack)

    def more():
        center = CenterFactory(division=wutong)
        FindingFactory(center=center, run=run)
        VerdictFactory(center=center, run=run)

    more()
    assert_same_queries(desk, path, more)
