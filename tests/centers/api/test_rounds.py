"""Rounds and obligations as machines read them."""

from datetime import UTC, date, datetime

import pytest
from django.utils.timezone import localdate

from centers.api.rounds import OBLIGATION_FIELDS, ROUND_FIELDS, ObligationList
from centers.models import Obligation, Section
from centers.selectors import obligations
from tests.factories.centers import (
    CenterFactory,
    ExtensionFactory,
    FilingFactory,
    ObligationFactory,
    RoundFactory,
    SectionFactory,
    SubmittedFilingFactory,
)

FILED = datetime(2026, 4, 2, 1, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(haitang):
    """The annual report of 2025, due on 2026-03-31."""
    return RoundFactory(division=haitang, title="2025年度报告")


@pytest.fixture
def owed(asked, wutong):
    """Obligations: handed in late, accepted in time, being prepared, nothing."""
    found = [
        ObligationFactory(round=asked, center=CenterFactory(code=f"C1{n}", division=wutong))
        for n in range(4)
    ]
    late, early, draft, _nothing = found
    SubmittedFilingFactory(
        center=late.center, obligation=late, submitted_at=FILED, first_submitted_at=FILED
    )
    filing = SubmittedFilingFactory(
        center=early.center,
        obligation=early,
        submitted_at=datetime(2026, 3, 2, tzinfo=UTC),
        first_submitted_at=datetime(2026, 3, 2, tzinfo=UTC),
    )
    section = SectionFactory(filing=filing)
    for status in ("submitted", "accepted"):
        Section.objects.filter(pk=section.pk).update(
            status=status, decided_by=filing.opened_by, decided_at=FILED
        )
    type(filing).objects.filter(pk=filing.pk).update(status="accepted")
    FilingFactory(center=draft.center, obligation=draft)
    return found


def test_a_round_counts_by_one_denominator(asked, owed, api):
    row = api.json(f"rounds/R{asked.pk}/", as_of="2026-04-10")
    assert list(row) == [field.name for field in ROUND_FIELDS]
    assert (row["expected"], row["filed"], row["accepted"]) == (4, 2, 1)
    assert (row["on_time"], row["late"], row["overdue"]) == (1, 1, 2)
    assert (row["filed_rate"], row["on_time_rate"], row["accepted_rate"]) == (
        "0.5000",
        "0.2500",
        "0.2500",
    )
    assert row["sections"] == ["premises"]
    assert api.json("rounds/", as_of="2026-04-10")["results"] == [row]


def test_a_past_day_knows_nothing_of_what_came_later(asked, owed, api):
    row = api.json(f"rounds/R{asked.pk}/", as_of="2026-04-01")
    assert (row["expected"], row["filed"], row["accepted"], row["overdue"]) == (4, 1, 0, 3)
    before = api.json(f"rounds/R{asked.pk}/", as_of="2026-01-04")
    assert (before["expected"], before["filed_rate"]) == (0, None)


def test_today_is_what_the_bureaus_page_counts(asked, owed, api):
    row = api.json(f"rounds/R{asked.pk}/")
    page = obligations.tally(Obligation.objects.filter(round=asked), localdate())
    assert (row["expected"], row["filed"], row["late"], row["overdue"], row["accepted"]) == (
        page.expected,
        page.received,
        page.late,
        page.overdue,
        page.accepted,
    )


def test_a_township_counts_its_own_centers(asked, owed, issue, wutong):
    row = issue(wutong).json(f"rounds/R{asked.pk}/", as_of="2026-04-10")
    assert row["expected"] == 4
    ObligationFactory(round=asked, center=CenterFactory(division=asked.division))
    assert issue(wutong).json(f"rounds/R{asked.pk}/", as_of="2026-04-10")["expected"] == 4


def test_a_cancelled_round_expects_nothing(asked, owed, api, alice):
    type(asked).objects.filter(pk=asked.pk).update(
        cancelled_by=alice, cancelled_at=FILED, cancel_reason="重复"
    )
    row = api.json(f"rounds/R{asked.pk}/")
    assert row["cancelled_at"] == "2026-04-02T09:00:00+08:00"
    assert (row["expected"], row["on_time_rate"]) == (0, None)
    assert api.rows("obligations/") == []


def test_rounds_come_newest_first_and_by_kind(asked, haitang, api, stranger):
    other = RoundFactory(division=haitang, kind="quarterly")
    codes = [f"R{other.pk}", f"R{asked.pk}"]
    assert [row["code"] for row in api.rows("rounds/", page_size=1)] == codes
    assert [row["code"] for row in api.rows("rounds/", kind="annual")] == codes[1:]
    assert stranger.rows("rounds/") == []
    assert stranger.refused(f"rounds/R{asked.pk}/", 404)
    for code in (str(asked.pk), "R0", "R", f"F{asked.pk}", "R99999999999999999999"):
        assert api.refused(f"rounds/{code}/", 404)


def test_obligations_say_how_each_center_stood(asked, owed, api):
    rows = api.rows("obligations/", as_of="2026-04-10")
    assert [list(row) for row in rows] == [[field.name for field in OBLIGATION_FIELDS]] * 4
    late, early, draft, nothing = rows
    assert [row["center_code"] for row in rows] == ["C10", "C11", "C12", "C13"]
    assert (late["state"], late["filed_on"], late["is_late"]) == ("submitted", "2026-04-02", True)
    assert (early["state"], early["is_late"], early["is_overdue"]) == ("accepted", False, False)
    assert (nothing["state"], nothing["is_overdue"]) == ("overdue", True)
    assert early["filing"].startswith("F")
    assert draft["filing"] is None
    assert api.rows("obligations/", as_of="2026-04-01")[0]["filed_on"] is None


def test_obligations_come_by_round_and_center(asked, owed, haitang, api):
    second = RoundFactory(division=haitang)
    ObligationFactory(round=second, center=owed[0].center)
    keys = [(row["round"], row["center_code"]) for row in api.rows("obligations/", page_size=2)]
    assert keys == [(f"R{asked.pk}", f"C1{n}") for n in range(4)] + [(f"R{second.pk}", "C10")]
    assert len(api.rows("obligations/", round=f"R{second.pk}")) == 1
    assert len(api.rows("obligations/", center="C10")) == 2
    overdue = api.rows("obligations/", state="overdue", as_of="2026-04-10", round=f"R{asked.pk}")
    assert [row["center_code"] for row in overdue] == ["C12", "C13"]
    assert api.refused("obligations/", 400, round="12")["code"] == "unknown_value"
    assert api.json("obligations/", count="true")["count"] == 5


def test_the_feed_finds_obligations_by_round_and_center(asked, owed, rf, alice):
    request = rf.get("/")
    request.user = alice
    reading = ObligationList.reading(request, {"round": None, "center_code": None})
    known, unknown = f"R{asked.pk}/C10", [f"R{asked.pk}/C99", "R0/C10", "C10", "R1/"]
    assert reading.documents([known, *unknown]) == {
        known: {"round": f"R{asked.pk}", "center_code": "C10"}
    }
    assert ObligationList.narrowed_to(known) == f"?round=R{asked.pk}&center=C10"


def test_more_time_moves_the_dates(asked, owed, api):
    ExtensionFactory(obligation=owed[3], due_on=date(2026, 4, 15), locks_on=date(2026, 5, 15))
    row = api.rows("obligations/", center="C13", as_of="2026-04-10")[0]
    assert (row["is_extended"], row["due_on"], row["locks_on"]) == (
        True,
        "2026-04-15",
        "2026-05-15",
    )
    assert (row["state"], row["is_overdue"]) == ("open", False)


def test_rounds_cost_a_few_queries(asked, owed, haitang, api, django_assert_max_num_queries):
    for _ in range(2):
        RoundFactory(division=haitang)
    api.get("rounds/")
    with django_assert_max_num_queries(8):
        assert len(api.json("rounds/")["results"]) == 3
