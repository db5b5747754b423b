"""Shanghai's divisions, and what codes are accepted."""

import csv
from collections import Counter

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from portal.jurisdictions import services
from portal.jurisdictions.models import Division, code_validator

pytestmark = pytest.mark.django_db

FULL_WIDTH = "310199".translate({ord(d): ord(d) + 0xFEE0 for d in "0123456789"})
# Streets, towns, townships per district: domain §2.2.
DISTRICTS = {
    "310101": ("黄浦区", 10, 0, 0),
    "310104": ("徐汇区", 12, 1, 0),
    "310105": ("长宁区", 9, 1, 0),
    "310106": ("静安区", 13, 1, 0),
    "310107": ("普陀区", 8, 2, 0),
    "310109": ("虹口区", 8, 0, 0),
    "310110": ("杨浦区", 12, 0, 0),
    "310112": ("闵行区", 4, 9, 0),
    "310113": ("宝山区", 3, 9, 0),
    "310114": ("嘉定区", 3, 7, 0),
    "310115": ("浦东新区", 12, 24, 0),
    "310116": ("金山区", 1, 9, 0),
    "310117": ("松江区", 6, 11, 0),
    "310118": ("青浦区", 3, 8, 0),
    "310120": ("奉贤区", 3, 8, 0),
    "310151": ("崇明区", 0, 16, 2),
}


def test_shanghai_has_its_districts_and_townships(shanghai):
    kinds = Counter(Division.objects.values_list("kind", flat=True))
    assert kinds == {
        "municipality": 1,
        "district": 16,
        "subdistrict": 107,
        "town": 106,
        "township": 2,
        "special_zone": 19,
    }


def test_townships_leave_special_zones_out(shanghai):
    assert Division.objects.townships().count() == 215


def test_each_district_has_the_townships_of_the_official_list(shanghai):
    found = {}
    for district in Division.objects.filter(kind="district"):
        kinds = Counter(district.children.values_list("kind", flat=True))
        found[district.code] = (
            district.name,
            *(kinds[kind] for kind in ("subdistrict", "town", "township")),
        )
    assert found == DISTRICTS


def test_every_path_is_the_parents_path_and_the_own_code(shanghai):
    for division in Division.objects.select_related("parent"):
        above = division.parent.path if division.parent else ""
        assert division.path == f"{above}{division.code}/"


def test_townships_lie_in_the_district_of_their_code(shanghai):
    for division in Division.objects.exclude(kind="municipality").select_related("parent"):
        assert division.district_code == division.code[:6]
        if division.parent.kind == "district":
            assert division.district_code == division.parent.code


def test_within_is_the_division_and_all_below(shanghai, huangpu):
    below = Division.objects.within(huangpu.path)
    assert below.count() == 11
    assert {division.district_code for division in below} == {"310101"}


def test_add_twice_is_one_division(haitang, shanghai):
    again = services.add(code="310199", name="别名", kind="district", parent=shanghai)
    assert (again, again.name) == (haitang, "海棠区")


def test_the_fictional_district_is_not_among_the_real_ones(shanghai):
    assert not Division.objects.filter(code__startswith="310199").exists()


def test_retired_codes_are_accepted_in_credit_codes(shanghai):
    accepted = services.accepted_codes()
    retired = {"310102", "310103", "310108", "310119", "310230"}
    assert retired | set(DISTRICTS) | {"310000"} <= accepted
    assert "310199" not in accepted
    assert not accepted & set(Division.objects.townships().values_list("code", flat=True))


def test_a_district_entered_later_is_accepted(haitang):
    assert "310199" in services.accepted_codes()


def test_retired_codes_are_no_divisions(shanghai):
    with (services.DATA / "retired_codes.csv").open(encoding="utf-8") as file:
        retired = {row["code"] for row in csv.DictReader(file)}
    assert not Division.objects.filter(code__in=retired).exists()


@pytest.mark.parametrize("code", ["310199", "310199001", "310199001001"])
def test_code_of_six_nine_or_twelve_digits(code):
    code_validator(code)


@pytest.mark.parametrize("code", ["", "31019", "3101990", "31019900x", "310199\n", FULL_WIDTH])
def test_code_of_another_form_is_refused(code):
    with pytest.raises(ValidationError):
        code_validator(code)


def test_only_a_municipality_has_no_parent(shanghai):
    with pytest.raises(IntegrityError):
        Division.objects.create(code="320000", name="甲", kind="district", path="320000/")


def test_divisions_are_public_to_whoever_is_logged_in(shanghai, charlie):
    assert Division.objects.visible_to(charlie).count() == 251
