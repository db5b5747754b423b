"""Filings as machines read them: where they stand, never what is in them."""

import pytest

from centers.api.filings import FIELDS
from centers.models import Filing
from centers.services import filings
from tests.conftest import AT
from tests.factories.centers import FilingFactory, hand_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def begun(center, diane):
    """A change of premises that the center is preparing."""
    filing = filings.open_change(center=center, by=diane, at=AT)
    section = filings.add_section(filing=filing, kind="premises", by=diane, at=AT)
    filings.save_section(
        section=section,
        version=section.version,
        rows=[{"address": "梧桐路1号", "exclusive_area_m2": "35.00"}],
        by=diane,
        at=AT,
    )
    return filing


def test_what_a_center_has_not_handed_over_is_its_own(begun, api):
    assert api.rows("filings/") == []
    assert api.refused(f"filings/F{begun.pk}/", 404)
    assert api.json("filings/", count="true")["count"] == 0


def test_a_filing_that_was_handed_in(begun, diane, api):
    begun.refresh_from_db()
    hand_in(begun, by=diane, at=AT)
    row = api.json(f"filings/F{begun.pk}/")
    assert list(row) == [field.name for field in FIELDS]
    assert (row["status"], row["source"], row["round"]) == ("submitted", "desk", None)
    assert row["first_submitted_at"] == row["submitted_at"] == "2026-03-02T09:00:00+08:00"
    assert (row["submission_count"], row["content_hash"]) == (1, None)
    (section,) = row["sections"]
    assert (section["kind"], section["status"]) == ("premises", "submitted")
    assert (section["reported"], section["decided_at"]) == ("reported", None)


def test_withdrawn_filings_are_gone(center, api):
    FilingFactory(center=center, status="withdrawn")
    assert api.rows("filings/") == []


def test_accepted_filings_keep_their_hash_and_their_sections(golden, api):
    rows = api.rows("filings/", source="demo", page_size=3)
    assert len(rows) == len(golden)
    numbers = [int(row["code"].removeprefix("F")) for row in rows]
    assert numbers == sorted(numbers, reverse=True)
    for row in rows:
        assert row["status"] == "accepted"
        assert {section["status"] for section in row["sections"]} == {"accepted"}
        assert "missing" not in {section["reported"] for section in row["sections"]}
    hashes = dict(Filing.objects.values_list("pk", "content_hash"))
    assert [row["content_hash"] or "" for row in rows] == [hashes[number] for number in numbers]


def test_filters_narrow_the_list(golden, begun, diane, api):
    begun.refresh_from_db()
    hand_in(begun, by=diane, at=AT)
    assert [row["code"] for row in api.rows("filings/", status="submitted")] == [f"F{begun.pk}"]
    assert [row["code"] for row in api.rows("filings/", center="C90")] == [f"F{begun.pk}"]
    township = golden["C05"].division.code
    assert {row["center_code"] for row in api.rows("filings/", division=township)} == {"C05"}
    assert api.get("filings/", status="draft").json()["code"] == "unknown_value"


def test_another_districts_filings_are_not_there(golden, api, stranger):
    code = api.json("filings/", page_size=1)["results"][0]["code"]
    assert stranger.rows("filings/") == []
    assert stranger.refused(f"filings/{code}/", 404)


def test_the_cost_does_not_grow_with_the_rows(golden, api, django_assert_max_num_queries):
    api.get("filings/")
    for size in (1, 8):
        with django_assert_max_num_queries(9):
            api.json("filings/", page_size=size)
