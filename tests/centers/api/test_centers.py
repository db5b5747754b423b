"""Centers as machines read them."""

from datetime import date, timedelta

import pytest

from centers.api.centers import FIELDS, STATED
from centers.models import Center
from tests.conftest import AT
from tests.factories.centers import CenterFactory

pytestmark = pytest.mark.django_db


def test_every_field_stands_in_the_contracts_order(golden, api):
    rows = api.rows("centers/", as_of="2025-12-31")
    assert [row["code"] for row in rows] == sorted(golden)
    for row in rows:
        assert list(row) == [field.name for field in FIELDS]
        assert [section["kind"] for section in row["sections"]][:2] == ["profile", "staff"]
        assert len(row["sections"]) == 8


def test_a_golden_center_as_it_declared_itself(golden, api):
    row = api.json("centers/C05/", as_of="2025-12-31")
    assert row["division_name"] == "海棠区"
    assert row["township_code"] == golden["C05"].division.code
    assert row["registration_status"] == "registered"
    assert row["registration_status_label"]
    assert row["exclusive_area_m2"] == "18.00"
    assert row["staff_count"] > 0
    codes = [section["filing"] for section in row["sections"] if section["filing"]]
    assert codes
    assert all(code.startswith("F") for code in codes)
    assert row["data_version"] == "2026-03-02T09:00:00+08:00"


def test_labels_follow_the_language(golden, api):
    headers = {"Accept-Language": "en"}
    english = api.get("centers/C05/", headers=headers).json()
    chinese = api.get("centers/C05/", headers={"Accept-Language": "zh-hans"}).json()
    assert english["sections"][1]["kind_label"] == "staff"
    assert chinese["sections"][1]["kind_label"] == "人员"


def test_never_filed_is_null_and_filed_as_none_is_zero(center, api, accept):
    before = api.json("centers/C90/")
    assert (before["name"], before["uscc"]) == (center.name, None)
    assert before["staff_count"] is None
    assert before["exclusive_area_m2"] is None
    assert before["data_version"] is None
    assert {section["reported"] for section in before["sections"]} == {"missing"}
    assert {before[name] for name in STATED} == {None}
    accept(center, "premises", [])
    after = api.json("centers/C90/")
    assert (after["premises_count"], after["exclusive_area_m2"]) == (0, "0.00")
    premises = {section["kind"]: section for section in after["sections"]}["premises"]
    assert premises["reported"] == "confirmed_zero"
    assert premises["accepted_at"] == "2026-03-02T09:00:00+08:00"


def test_a_day_and_what_was_known_then(center, api, accept):
    area = {"exclusive_area_m2": "20.00", "starts_on": date(2026, 1, 1)}
    accept(center, "premises", [area])
    accept(
        center, "premises", [area | {"exclusive_area_m2": "40.00"}], at=AT + timedelta(hours=1)
    )
    assert api.json("centers/C90/")["exclusive_area_m2"] == "40.00"
    assert api.json("centers/C90/", as_of="2025-12-31")["premises_count"] == 0
    known = api.json("centers/C90/", as_of="2026-03-02", known_at=AT.isoformat())
    assert known["exclusive_area_m2"] == "20.00"
    listed = api.json("centers/", as_of="2026-03-02", known_at=AT.isoformat())
    assert listed["results"] == [known]


@pytest.mark.parametrize("path", ["centers/", "centers.ndjson", "centers/C90/", "casework.csv"])
def test_known_at_without_a_day_is_refused(center, api, path):
    problem = api.refused(path, 400, known_at="2026-01-05T09:12:00+08:00")
    assert problem["code"] == "known_at_needs_as_of"


def test_filters_narrow_the_list(golden, api):
    township = golden["C05"].division.code
    assert [row["code"] for row in api.rows("centers/", division=township)] == ["C05"]
    assert [row["code"] for row in api.rows("centers/", center="C03")] == ["C03"]
    uscc = Center.objects.exclude(uscc=None).order_by("code")[0]
    assert [row["code"] for row in api.rows("centers/", uscc=uscc.uscc)] == [uscc.code]
    assert api.json("centers/", count="true", page_size=3)["count"] == len(golden)


def test_another_districts_center_is_not_there(golden, stranger):
    assert stranger.rows("centers/") == []
    assert stranger.refused("centers/C05/", 404)["code"] == "not_found"
    assert stranger.refused("centers/C05/facts/", 404)["code"] == "not_found"


def test_a_districts_own_center_has_no_township(haitang, api):
    CenterFactory(code="C00", division=haitang)
    row = api.json("centers/C00/")
    assert (row["division_code"], row["division_name"]) == ("310199", "海棠区")
    assert (row["township_code"], row["township_name"]) == (None, None)


def test_a_token_of_another_data_set_does_not_open_centers(haitang, golden, issue):
    only = issue(haitang, "compliance")
    for path in ("centers/", "centers/C05/", "centers/C05/facts/", "rounds/", "casework/"):
        assert only.refused(path, 403)["code"] == "scope_missing"
