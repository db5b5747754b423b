"""The heat map: the same figures as the findings, and a way down to every row."""

import re
from datetime import date, timedelta

import pytest
from django.utils import timezone

from evaluation.models import Finding
from evaluation.selectors import heatmaps, places
from evaluation.selectors.findings import Moment
from evaluation.services import packs
from tests.factories.centers import CenterFactory
from tests.factories.evaluation import (
    FindingFactory,
    RunFactory,
    VerdictFactory,
    drops_signage_and_asks_more,
)
from tests.flows.pages import words

pytestmark = pytest.mark.django_db
CITY = "/admin/compliance/heatmap/310000/"
DISTRICT = "/admin/compliance/heatmap/310199/"


def cell_of(context, line, rule):
    """(cell, glyph, word, address) of a rule in a line."""
    column = [each.id for each, _title in context["rules"]].index(rule)
    return context["lines"][line]["cells"][column]


def test_city_counts_every_district_as_the_findings_do(desk, evaluated):
    context = desk.get(CITY).context
    (line,) = context["lines"]
    assert (line["line"].name, line["line"].center_count) == ("海棠区", 8)
    for rule in ("ST-02", "ST-08", "ST-09"):
        cell, *_ = cell_of(context, 0, rule)
        standing = Finding.objects.standing().filter(rule=rule)
        met = standing.filter(outcome="met").count()
        not_met = standing.filter(outcome="not_met").count()
        assert (cell.met, cell.tally.judged) == (met, met + not_met)
        assert cell.unknown == standing.filter(outcome="no_data").count()


def test_district_shows_its_centers_outcomes_and_leads_to_the_row(desk, year_end):
    page = desk.get(f"{DISTRICT}?as_of=2025-12-31")
    names = [line["line"].name for line in page.context["lines"]]
    codes = [line["line"].center.place.code for line in page.context["lines"]]
    assert len(names) == 8
    _cell, glyph, word, url = cell_of(page.context, codes.index("C05"), "ST-09")
    assert (glyph, word) == ("✕", "not met")
    assert url == "/admin/compliance/centers/C05/rules/ST-09/?as_of=2025-12-31"
    shown = words(desk.get(url))
    assert "not counted" in shown
    assert "no signage" in shown


def test_every_link_of_the_way_down_opens_and_leads_up_again(desk, evaluated):
    city = desk.get(CITY).content.decode()
    assert f'href="{DISTRICT}"' in city
    district = desk.get(DISTRICT).content.decode()
    below = re.findall(r'href="(/admin/compliance/centers/C0\d/(?:rules/[^"]+)?)"', district)
    assert len(below) >= 8 * 15
    for path in (below[0], below[1]):
        page = desk.get(path).content.decode()
        assert f'href="{DISTRICT}"' in page
        assert 'href="/admin/compliance/heatmap/310000/"' in page


def test_township_with_several_centers_is_a_rate_and_opens_to_them(
    desk, haitang, wutong, pack, at
):
    run = RunFactory(division=haitang, pack=pack)
    for outcome in ("met", "not_met", "no_data"):
        center = CenterFactory(division=wutong)
        FindingFactory(center=center, run=run, rule="ST-09", outcome=outcome)
        VerdictFactory(center=center, run=run)
    context = desk.get(DISTRICT).context
    cell, glyph, word, url = cell_of(context, 0, "ST-09")
    assert (cell.percent, cell.met, cell.tally.judged, cell.unknown) == ("50", 1, 2, 1)
    assert (glyph, word) == ("◑", "")
    township = desk.get(url)
    assert [cell_of(township.context, n, "ST-09")[2] for n in range(3)] == [
        "met",
        "not met",
        "no data",
    ]


def test_centers_that_are_the_districts_own_are_reached_too(desk, haitang, wutong, pack):
    for division in (haitang, haitang, wutong):
        CenterFactory(division=division)
    context = desk.get(DISTRICT).context
    own = next(line for line in context["lines"] if line["line"].code == "310199")
    assert own["url"] == f"{DISTRICT}?own=1"
    assert len(desk.get(own["url"]).context["lines"]) == 2


def test_rate_of_some_is_never_shown_as_of_all_or_of_none(pack):
    rule = heatmaps.rules_on(date(2026, 1, 1))[0]

    def percent(**counts):
        return heatmaps.Cell(heatmaps.Tally(rule, counts), sum(counts.values())).percent

    assert percent(met=999, not_met=1) == "99"
    assert percent(met=1, not_met=999) == "1"
    assert percent(met=3) == "100"
    assert percent(not_met=3) == "0"
    assert percent(no_data=3) == ""


def test_columns_follow_part_and_class(desk, evaluated):
    rules = [r.id for r, _t in desk.get(f"{DISTRICT}?part=premises&rule_class=M").context["rules"]]
    assert rules == ["ST-07", "ST-09", "ST-10"]


def test_class_without_a_rule_is_said(desk, evaluated):
    assert "No rule in force" in words(desk.get(f"{DISTRICT}?part=premises&rule_class=P"))


@pytest.mark.parametrize(
    ("query", "complaint"),
    [
        ("as_of=2099-01-01", "2099-01-01"),
        ("as_of=tomorrow", "tomorrow"),
        ("known_at=soon", "soon"),
        ("part=everywhere", "everywhere"),
    ],
)
def test_what_cannot_be_read_is_said_with_the_value_and_nothing_is_shown(
    desk, evaluated, query, complaint
):
    page = desk.get(f"{DISTRICT}?{query}")
    assert complaint in words(page)
    assert 'role="alert"' in page.content.decode()
    assert "lines" not in page.context


def test_time_that_has_not_come_is_refused(desk, evaluated):
    soon = (timezone.now() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    page = desk.get(f"{DISTRICT}?known_at={soon}")
    assert "has not come yet" in words(page)


def test_before_anything_was_known_everything_is_no_data(desk, evaluated):
    page = desk.get(f"{DISTRICT}?as_of=2025-12-31&known_at=2025-12-31T09:00")
    assert "by what was known at 2025-12-31 09:00" in words(page)
    assert {cell_of(page.context, n, "ST-09")[2] for n in range(8)} == {"no data"}


def test_page_says_which_moment_it_shows(desk, year_end):
    assert "The standing results" in words(desk.get(DISTRICT))
    official = words(desk.get(f"{DISTRICT}?as_of=2025-12-31"))
    assert "The official results of 2025-12-31" in official
    live = words(desk.get(f"{DISTRICT}?as_of=2025-12-30"))
    assert "judged just now and decides nothing" in live


@pytest.mark.parametrize("role", ["municipal_viewer", "municipal_officer"])
def test_who_sees_sums_only_reads_why_and_is_led_to_the_trend(
    client_as, evaluated, shanghai, role
):
    viewer = client_as(role, shanghai)
    page = viewer.get("/admin/compliance/heatmap/")
    (line,) = page.context["lines"]
    assert line["url"] == "/admin/compliance/trend/310199/"
    assert {url for *_cell, url in line["cells"]} == {""}
    assert "Your role sees sums" in words(page)
    assert viewer.get(line["url"]).status_code == 200


def test_who_may_go_down_is_told_of_no_limit(desk, evaluated):
    assert "Your role sees sums" not in words(desk.get("/admin/compliance/heatmap/310000/"))


def test_municipal_viewer_sees_sums_and_no_center(client_as, evaluated, shanghai):
    viewer = client_as("municipal_viewer", shanghai)
    page = viewer.get("/admin/compliance/heatmap/")
    assert page.context["lines"][0]["line"].name == "海棠区"
    text = page.content.decode()
    assert "/admin/compliance/centers/" not in text
    assert DISTRICT not in text
    assert viewer.get(DISTRICT).status_code == 404
    assert viewer.get("/admin/compliance/centers/C05/").status_code == 403


def test_other_district_sees_nothing_of_it(bob_client, evaluated):
    assert bob_client.get(DISTRICT).status_code == 404
    assert bob_client.get("/admin/compliance/centers/C05/").status_code == 404
    assert bob_client.get("/admin/compliance/centers/C05/rules/ST-09/").status_code == 404
    assert bob_client.get(CITY).context["lines"] == []


def test_reviewer_of_a_street_begins_at_the_street(client_as, evaluated):
    street = evaluated["C05"].division
    reviewer = client_as("township_reviewer", street)
    page = reviewer.get("/admin/compliance/heatmap/")
    assert [line["line"].code for line in page.context["lines"]] == ["C05"]
    assert reviewer.get(DISTRICT).status_code == 404


def test_bars_add_up_to_the_centers(desk, evaluated):
    bars = desk.get(DISTRICT).context["bars"]
    assert [row["total"] for row in bars["rows"]] == [8] * 5
    for row in bars["rows"]:
        assert sum(float(piece["width"]) for piece in row["pieces"]) == pytest.approx(100, abs=0.1)


@pytest.mark.parametrize("query", ["", "?as_of=2026-01-05"])
@pytest.mark.parametrize("path", [CITY, DISTRICT, "/admin/compliance/heatmap/310199001/"])
def test_query_count_is_the_same_for_one_and_three(
    path, query, desk, haitang, wutong, pack, assert_same_queries
):
    run = RunFactory(division=haitang, pack=pack)

    def more():
        center = CenterFactory(division=wutong)
        FindingFactory(center=center, run=run)
        VerdictFactory(center=center, run=run)

    more()
    more()
    assert_same_queries(desk, path + query, more)


def test_lines_go_on_on_the_next_page(alice, haitang, wutong, pack, monkeypatch, at):
    monkeypatch.setattr(heatmaps, "LINES_PER_PAGE", 2)
    for code in ("C91", "C92", "C93"):
        CenterFactory(code=code, division=wutong)
    place = places.find(alice, "310199001", counts_centers=True)
    moment = Moment(at=at)
    rules = heatmaps.rules_on(at.date())
    first = heatmaps.heat_map(place, rules, moment, is_live=False)
    rest = heatmaps.heat_map(place, rules, moment, is_live=False, after=first.after)
    assert [line.code for line in (*first.lines, *rest.lines)] == ["C91", "C92", "C93"]
    assert (first.after, rest.after) == ("C92", "")


@pytest.mark.parametrize("path", [DISTRICT, "/admin/compliance/map/"])
def test_columns_are_those_of_the_pack_known_then(path, desk, golden, version, alice):
    """Yesterday nobody knew of the pack that was activated today for the whole year."""
    now = timezone.now()
    packs.activate(
        pack=version(change=drops_signage_and_asks_more),
        active_from=date(2026, 1, 1),
        reason="新版标准施行",
        doc_no="3号",
        by=alice,
        at=now,
    )
    known_at = (timezone.localtime(now) - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    then = desk.get(f"{path}?as_of=2026-01-05&known_at={known_at}")
    assert "ST-09" in then.content.decode()
    assert "ST-09" not in desk.get(f"{path}?as_of=2026-01-05").content.decode()
