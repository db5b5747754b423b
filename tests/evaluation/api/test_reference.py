"""The standard in force and the divisions."""

from datetime import date, timedelta

from django.utils import timezone

from evaluation.services import packs, parameters
from portal.jurisdictions.models import Division
from tests.conftest import AT
from tests.standard import PACK


def test_standards_quote_each_rule_with_its_parameters(pack, api):
    standard = api.json("standards/")
    assert standard["pack"]["name"] == "shanghai-2024-1 v6"
    assert standard["pack"]["doc_no"] == "沪民社服发〔2024〕1号"
    rules = {rule["rule"]: rule for rule in standard["rules"]}
    assert len(rules) == len(PACK.rules)
    area = rules["ST-08"]
    assert (area["clause"], area["class"], area["dimension"]) == ("三(二)-4", "G", "premises")
    assert "min_area" in area["parameters"]
    declared = {parameter["key"]: parameter for parameter in standard["parameters"]}
    assert declared["min_area"]["default"] == "30.00"
    assert declared["counted_types"]["default"] == sorted(declared["counted_types"]["default"])
    assert [version["version"] for version in standard["versions"]] == [6]


def test_standards_tell_what_own_divisions_set(pack, api, stranger, haitang, alice):
    setting = parameters.override(
        division=haitang,
        key="min_area",
        value="35.00",
        effective_from=date(2026, 1, 1),
        reason="区实施细则",
        doc_no="海民发〔2025〕8号",
        by=alice,
        at=AT,
    )
    (override,) = api.json("standards/")["overrides"]
    assert override["params_version"] == setting.pk
    assert (override["division_code"], override["value"]) == ("310199", "35.00")
    assert api.json("standards/", as_of="2025-12-31")["overrides"] == []
    assert stranger.json("standards/")["overrides"] == []


def test_standards_tell_when_each_version_judges(pack, api, version, alice):
    newer = version()
    packs.activate(
        pack=newer, active_from=date(2026, 7, 1), reason="施行", doc_no="3号", by=alice, at=AT
    )
    rows = {row["version"]: row for row in api.json("standards/")["versions"]}
    assert rows[pack.version]["periods"] == [
        {
            "active_from": "2024-11-29",
            "active_until": "2026-06-30",
            "doc_no": "沪民社服发〔2024〕1号",
        }
    ]
    assert rows[newer.version]["periods"][0]["active_until"] is None
    names = [
        api.json("standards/", as_of=day)["pack"]["version"] for day in ("2026-06-30", "2026-07-01")
    ]
    assert names == [pack.version, newer.version]


def test_standards_tell_what_holds_in_each_division_and_where_from(
    pack, api, stranger, haitang, shanghai, alice
):
    for division, key, value in (
        (shanghai, "min_fulltime_staff", 3),
        (haitang, "min_area", "35.00"),
    ):
        parameters.override(
            division=division,
            key=key,
            value=value,
            effective_from=date(2026, 1, 1),
            reason="细则",
            doc_no="8号",
            by=alice,
            at=AT,
        )

    def held(client, **query):
        rows = client.json("standards/", **query)["in_force"]
        return {(row["division_code"], row["key"]): row for row in rows}

    rows = held(api)
    area = rows["310199", "min_area"]
    assert (area["default"], area["value"], area["origin"]) == ("30.00", "35.00", "district")
    assert (area["effective_from"], area["doc_no"]) == ("2026-01-01", "8号")
    assert rows["310199", "min_fulltime_staff"]["origin"] == "municipality"
    assert rows["310000", "min_area"]["origin"] == "default"
    assert held(api, as_of="2025-12-31")["310199", "min_area"]["value"] == "30.00"
    assert {code for code, _key in held(api, division="310199")} == {"310199"}
    assert ("310199", "min_area") not in held(stranger)


def test_standards_are_told_as_they_were_decided_by_then(pack, api, version, haitang, alice):
    """A value set and a version put in force later, both for a day that has been, are not known."""
    before, after = AT, AT + timedelta(days=2)
    newer, later = version(), AT + timedelta(days=1)
    packs.activate(
        pack=newer, active_from=date(2026, 3, 4), reason="施行", doc_no="3号", by=alice, at=later
    )
    parameters.override(
        division=haitang,
        key="min_area",
        value="35.00",
        effective_from=date(2026, 3, 4),
        reason="细则",
        doc_no="8号",
        by=alice,
        at=later,
    )

    def told(known_at):
        answer = api.json("standards/", as_of="2026-03-05", known_at=known_at.isoformat())
        (area,) = (
            row
            for row in answer["in_force"]
            if (row["division_code"], row["key"]) == ("310199", "min_area")
        )
        judging = {row["version"]: row["periods"] for row in answer["versions"]}
        return {
            "known_at": answer["known_at"],
            "pack": answer["pack"]["version"],
            "value": area["value"],
            "overrides": [row["value"] for row in answer["overrides"]],
            "until": judging[pack.version][0]["active_until"],
            "newer judges": bool(judging[newer.version]),
        }

    assert told(before) == {
        "known_at": "2026-03-02T09:00:00+08:00",
        "pack": pack.version,
        "value": "30.00",
        "overrides": [],
        "until": None,
        "newer judges": False,
    }
    assert told(after) == {
        "known_at": "2026-03-04T09:00:00+08:00",
        "pack": newer.version,
        "value": "35.00",
        "overrides": ["35.00"],
        "until": "2026-03-03",
        "newer judges": True,
    }


def test_known_at_of_standards_needs_a_day_and_a_moment_that_has_been(pack, api):
    problem = api.refused("standards/", 400, known_at=AT.isoformat())
    assert problem["code"] == "known_at_needs_as_of"
    ahead = (timezone.now() + timedelta(days=1)).isoformat()
    problem = api.refused("standards/", 400, as_of="2026-03-05", known_at=ahead)
    assert problem["code"] == "unknown_known_at"


def test_findings_name_the_parameters_version(golden, api, haitang, alice):
    setting = parameters.override(
        division=haitang,
        key="min_area",
        value="35.00",
        effective_from=date(2025, 1, 1),
        reason="区实施细则",
        doc_no="海民发〔2025〕8号",
        by=alice,
        at=AT,
    )
    (row,) = api.rows("compliance/findings/", as_of="2025-12-31", center="C02", rule="ST-08")
    assert (row["outcome"], row["params_version"]) == ("not_met", setting.pk)
    assert row["evidence"]["threshold_m2"] == "35.00"


def test_divisions_are_listed_by_code(pack, api):
    rows = api.rows("divisions/", kind="district", count="true")
    assert rows == sorted(rows, key=lambda row: row["code"])
    assert {"code", "name", "kind", "kind_label", "parent_code", "valid_from", "valid_to"} < set(
        rows[0]
    )
    assert len(rows) == Division.objects.filter(kind="district").count()
    assert {row["parent_code"] for row in rows} == {"310000"}


def test_divisions_below_one(golden, api):
    rows = api.rows("divisions/", division="310199")
    assert rows[0]["code"] == "310199"
    assert {row["parent_code"] for row in rows[1:]} == {"310199"}
