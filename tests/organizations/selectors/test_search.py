# ruff: noqa: RUF001 (full-width characters are what the offices type)
"""Finding organizations."""

from datetime import date

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from organizations.models import Organization
from organizations.selectors import search
from organizations.selectors.names import initials_of
from organizations.services import registered_changes
from portal.cells.text import match_key
from portal.jurisdictions.models import Division
from tests.factories.organizations import OrganizationFactory

pytestmark = pytest.mark.django_db
CODE = "52310199MJF1000166"


@pytest.fixture
def named(wutong):
    """(name, …) → an organization with the initials a service would give it."""

    def make(name, **fields):
        fields = {"division": wutong, "initials": initials_of(name), **fields}
        return OrganizationFactory(name=name, **fields)

    return make


def found(text, queryset=None):
    rows = Organization.objects.all() if queryset is None else queryset
    return {row.name for row in search.matching(rows, text)}


@pytest.mark.parametrize(
    "text",
    [
        *("银龄", "互助服务", "银龄互助服务中心（筹）", "心", "海", "海棠区银龄 筹", "  银龄  "),
        *("中心(筹)", "中心[筹]", "银龄 互助", "银龄\u3000中心", "银\u200b龄"),
        *("yl", "htqylhzfwzx", "HTQ", "ＹＬ", "ylhz"),
        *(CODE, CODE.lower(), "MJF1", "000166", "52310199", f" {CODE} "),
        *("银龄 fwzx 310199", ""),
    ],
)
def test_every_word_is_found_in_name_initials_or_code(named, text):
    named("海棠区银龄互助服务中心（筹）", uscc=CODE)
    named("青苗技校", uscc="52310199MJF1000241")
    assert "海棠区银龄互助服务中心（筹）" in found(text)


@pytest.mark.parametrize(
    "text",
    ["银令", "龄银", "互助 协会", "yh", "52310199MJF1000241", "MJF2", "%", "_", "'", "\\", "|"],
)
def test_what_does_not_occur_is_not_found(named, text):
    named("银龄互助", uscc=CODE)
    assert found(text) == set() or text == "|"


@pytest.mark.parametrize(
    "name", ["100%社", "甲_乙社", "老'王社", "丙\\丁社", "𠮷野家社", "Ａ＆Ｂ社"]
)
def test_signs_and_rare_characters_are_ordinary(named, name):
    named(name)
    named("戊己社")
    assert found(name[:-1]) == {name}


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        *(
            ("重庆商会", "cqsh"),
            ("长宁区商会", "cnq"),
            ("闵行区商会", "mhq"),
            ("重固镇商会", "cgz"),
        ),
        *(("行知书院", "xz"), ("行知书院", "hz")),
    ],
)
def test_initials_are_read_as_the_place_is_called(named, name, letters):
    named(name)
    assert found(letters) == {name}


@pytest.fixture
def renamed(named, alice, at):
    """海棠区晨曦社, which was 银龄（互助）社 until 2020 and 重阳社 until 2023."""
    organization = named("银龄（互助）社", uscc=CODE)
    for version, (name, year) in enumerate((("重阳社", 2020), ("海棠区晨曦社", 2023)), start=1):
        registered_changes.rename(
            organization=organization,
            name=name,
            from_on=date(year, 1, 1),
            version=version,
            by=alice,
            at=at,
        )
    organization.refresh_from_db()
    return organization


@pytest.mark.parametrize(
    ("text", "former"),
    [
        ("银龄", ["银龄（互助）社"]),
        ("龄(互", ["银龄（互助）社"]),
        ("重阳 晨曦", ["重阳社"]),
        ("重阳 银龄", ["重阳社", "银龄（互助）社"]),
        ("银龄 cx MJF1", ["银龄（互助）社"]),
        *(("晨曦", []), ("社", []), ("cx", []), (CODE, []), ("", [])),
    ],
)
def test_a_former_name_is_found_and_told_of_where_it_was_needed(renamed, text, former):
    assert found(text) == {"海棠区晨曦社"}
    assert search.former_names([renamed], text).get(renamed.pk, []) == former


def test_a_former_name_is_no_name_of_another(renamed, named):
    other = named("丁社")
    assert found("重阳 丁") == set()
    assert search.former_names([renamed, other], "重阳") == {renamed.pk: ["重阳社"]}


def test_former_names_are_read_in_one_query(renamed, named, django_assert_num_queries):
    rows = [renamed, named("甲社"), named("乙社")]
    for text, count in (("重阳", 1), ("社", 0), ("", 0)):
        with django_assert_num_queries(count):
            search.former_names(rows, text)


def test_search_stays_within_what_it_is_given(named, alice, bob):
    named("银龄社")
    assert found("银龄", Organization.objects.visible_to(alice)) == {"银龄社"}
    assert found("银龄", Organization.objects.visible_to(bob)) == set()


def test_a_new_name_written_without_initials_is_found_once_they_are_made(named):
    organization = named("银龄社")
    Organization.objects.filter(pk=organization.pk).update(name="重阳社")
    assert (found("yl"), found("cy"), found("重阳")) == (set(), set(), {"重阳社"})


def test_count_stops_at_its_limit(named):
    for number in range(3):
        named(f"银龄{number}社")
    rows = Organization.objects.all()
    assert search.counted(rows, 3) == (3, False)
    assert search.counted(rows, 2) == (2, True)


def test_search_of_a_large_register_uses_the_index(wutong):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO organizations_organization (name, initials, org_type, division_id, status,"
            " supervising_unit, version, old_certificate_no, scope, legal_representative,"
            " contact_name, domicile, actual_address)"
            " SELECT '编号' || n || CASE WHEN n %% 1000 = 0 THEN '重阳敬老院' ELSE '协会' END,"
            " 'bh' || n,"
            " 'association', %s, 'normal', '', 1, '', '', '', '', '', ''"
            " FROM generate_series(1, 20000) n",
            [wutong.pk],
        )
        cursor.execute("ANALYZE organizations_organization")
        cursor.execute(
            "INSERT INTO organizations_organizationname"
            " (organization_id, name, from_on, to_on, doc_no, entered_at)"
            " SELECT id, '晚霞敬老会', '2010-01-01', '2019-12-31', '', now()"
            " FROM organizations_organization ORDER BY id LIMIT 30"
        )
        cursor.execute("ANALYZE organizations_organization")
    for text, count in (("重阳敬老", 20), ("编号7777协", 1), ("bh7777", 1), ("晚霞敬老", 30)):
        asked = search.matching(Organization.objects.order_by("-id"), text)
        assert len(asked) == count
        assert "organization_grams" in asked.all()[:50].explain(), text
    common = search.matching(Organization.objects.order_by("-id"), "编号 协会")
    page = search.FoundPaginator(common, 50).page(1)
    assert [row.name for row in page][:2] == ["编号19999协会", "编号19998协会"]
    assert "organization_grams" not in search.walked(common)[:50].explain()


def test_reading_on_finds_the_same(named):
    for number in range(5):
        named(f"银龄{number}社")
        named(f"重阳{number}社")
    asked = search.matching(Organization.objects.order_by("-id"), "社 银龄")
    assert list(search.walked(asked)) == list(asked)
    assert len(asked) == 5


class TestNameKey(TestCase):
    """The database compares names as ``portal.cells`` does."""

    @given(
        st.text(
            st.sampled_from(
                "海棠社A1ｂＣ（）()[]【】〔〕{} \u3000\u00a0\u200b\ufeff-—－–‐㎡①Éßé𠮷'%_\\|"
            ),
            min_size=1,
            max_size=30,
        )
    )
    def test_it_is_the_match_key(self, name):
        place = Division.objects.order_by("pk").first()
        row = OrganizationFactory(division=place, name=name)
        row.refresh_from_db()
        assert row.name_key == match_key(name)
