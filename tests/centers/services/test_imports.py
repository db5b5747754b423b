"""A district's declarations: all of them or none, and nothing twice."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.apps import apps
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from centers import demo, selectors
from centers.models import Center, Filing, Person, Section, StaffRow
from centers.services import filings, imports
from centers.services.imports import Declaration, Name
from centers.signals import facts_changed
from portal.audit.models import AuditEvent
from portal.errors import DomainError
from portal.jurisdictions.models import Division
from tests.factories.centers import CenterFactory

pytestmark = pytest.mark.django_db

LATER = timedelta(hours=1)
ROOM = {"exclusive_area_m2": Decimal("40.00"), "has_signage": True}


def table_counts():
    """Rows of every table, so that nothing can be written unseen."""
    return {model._meta.label: model._base_manager.count() for model in apps.get_models()}


@pytest.fixture
def accept(alice, at):
    """declarations → result, one hour later than the golden ones."""

    def accept_all(*declarations):
        return imports.accept_declarations(declarations=declarations, by=alice, at=at + LATER)

    return accept_all


@pytest.fixture
def declared(golden):
    """(code, changes) → the golden center's declaration once more."""
    scenario = {center["code"]: center for center in demo.golden()}

    def declare(code, **changes):
        return demo.declaration(scenario[code] | changes, golden[code].division)

    return declare


def test_declarations_become_accepted_sections(golden):
    assert len(golden) == 8
    assert set(Filing.objects.values_list("status", "source")) == {("accepted", "demo")}
    assert set(Section.objects.values_list("status", flat=True)) == {"accepted"}
    assert Section.objects.count() == 8 * 7
    assert AuditEvent.objects.filter(action="centers.filing.import").count() == 8


def test_same_declarations_twice_change_nothing(golden, declared, accept):
    before = table_counts()
    result = accept(*(declared(code) for code in golden))
    assert table_counts() == before
    assert result.unchanged == list(golden)
    assert (result.entered, result.changed, result.section_count) == ([], [], 0)


def test_same_declarations_twice_tell_nobody(golden, declared, accept):
    news = []

    def listen(**kwargs):
        news.append(kwargs)

    facts_changed.connect(listen)
    accept(*(declared(code) for code in golden))
    facts_changed.disconnect(listen)
    assert news == []


def test_change_of_one_cell_writes_one_section_of_one_center(golden, declared, accept):
    before = table_counts()
    premises = [{"exclusive": 18, "shared": 60, "ratio": 0.5, "from": "2020-09-01", "to": None}]
    result = accept(
        *(declared(code) for code in golden if code != "C05"), declared("C05", premises=premises)
    )
    assert (result.changed, result.section_count) == (["C05"], 1)
    written = Section.objects.order_by("-id").first()
    assert (written.center, written.kind) == (golden["C05"], "premises")
    after = table_counts()
    changed = {
        label: after[label] - before[label] for label in after if after[label] != before[label]
    }
    # What is told of it is counted where the feed is tested.
    assert changed.pop("feeds.Change")
    assert changed == {
        "centers.Filing": 1,
        "centers.Section": 1,
        "centers.PremisesRow": 1,
        "audit.AuditEvent": 1,
        "evaluation.Run": 1,
        "evaluation.Shard": 1,
    }


def test_changed_section_stands_on_the_one_before(golden, declared, accept):
    before = selectors.accepted_sections(golden["C05"])["premises"]
    accept(declared("C05", signage=True))
    after = selectors.accepted_sections(golden["C05"])["premises"]
    assert after.based_on == before
    assert selectors.rows_of(before)[0].has_signage is False
    assert selectors.rows_of(after)[0].has_signage is True


def test_one_bad_row_writes_nothing_of_any(golden, declared, accept):
    before = table_counts()
    bad = [{"exclusive": -1, "shared": None, "ratio": None, "from": None, "to": None}]
    with pytest.raises((DomainError, IntegrityError)):
        accept(declared("C01", signage=False), declared("C05", premises=bad))
    assert table_counts() == before
    assert selectors.rows_of(selectors.accepted_sections(golden["C01"])["premises"])[0].has_signage


def test_all_changed_centers_are_told_of_once(golden, declared, accept, at):
    news = []

    def listen(center_ids, at, **kwargs):
        news.append((center_ids, at))

    facts_changed.connect(listen)
    accept(declared("C01", signage=False), declared("C02"), declared("C05", signage=True))
    facts_changed.disconnect(listen)
    assert news == [([golden["C01"].pk, golden["C05"].pk], at + LATER)]


def test_a_kind_that_is_absent_stays_as_it_was(golden, declared, accept):
    declaration = declared("C01")
    del declaration.sections["premises"]
    assert accept(declaration).unchanged == ["C01"]
    assert "premises" in selectors.accepted_sections(golden["C01"])


def test_filed_as_none_is_an_empty_section_and_never_filed_is_no_section(wutong, pack, accept):
    accept(Declaration(name="甲", division=wutong, sections={"staff": []}))
    standing = selectors.accepted_sections(Center.objects.get(name="甲"))
    assert list(standing) == ["staff"]
    assert selectors.rows_of(standing["staff"]) == []


def test_filed_as_none_again_is_unchanged(wutong, pack, accept):
    declaration = Declaration(name="甲", division=wutong, sections={"staff": []})
    accept(declaration)
    assert accept(declaration).section_count == 0


def test_people_are_resolved_by_code(wutong, pack, accept):
    rows = [
        {"person": Name("王芳", "P1"), "post": "director"},
        {"person": Name("王芳", "P2"), "post": "staff"},
        {"person": Name("王芳", "P1"), "post": "finance"},
    ]
    accept(Declaration(name="甲", division=wutong, sections={"staff": rows}))
    codes = StaffRow.objects.order_by("position").values_list("person__code", flat=True)
    assert list(codes) == ["P1", "P2", "P1"]


def test_people_are_resolved_by_name_where_nobody_is_numbered(wutong, pack, accept):
    profile = {"name": "甲", "legal_representative": Name("王芳")}
    rows = [{"person": Name("王芳"), "post": "director"}, {"person": Name("李敏"), "post": "staff"}]
    accept(Declaration(name="甲", division=wutong, sections={"profile": [profile], "staff": rows}))
    assert sorted(Person.objects.values_list("name", flat=True)) == ["李敏", "王芳"]
    director = StaffRow.objects.get(post="director")
    center = Center.objects.get(name="甲")
    legal = selectors.rows_of(selectors.accepted_sections(center)["profile"])[0]
    assert director.person == legal.legal_representative


def test_people_of_one_name_at_two_centers_are_two(wutong, pack, accept):
    rows = {"staff": [{"person": Name("王芳", "P1"), "post": "director"}]}
    accept(*(Declaration(name=name, division=wutong, sections=rows) for name in ("甲", "乙")))
    assert Person.objects.filter(code="P1").count() == 2


def test_a_new_center_gets_the_next_code(wutong, pack, accept):
    result = accept(*(Declaration(name=name, division=wutong) for name in ("甲", "乙")))
    assert result.entered == ["310199001-01", "310199001-02"]
    assert result.changed == result.unchanged == []


def test_a_center_is_found_by_credit_code_even_under_a_new_name(golden, declared, accept):
    declaration = declared("C01", name="海棠区梧桐路街道社会组织服务中心（新）")
    result = accept(declaration)
    golden["C01"].refresh_from_db()
    assert (result.changed, golden["C01"].name) == (["C01"], declaration.name)


def test_a_center_without_credit_code_is_found_by_township_and_name(center, pack, accept):
    sections = {"premises": [ROOM]}
    declaration = Declaration(name=center.name, division=center.division, sections=sections)
    assert accept(declaration).changed == [center.code]


def test_same_name_in_another_township_is_another_center(center, haitang, pack, accept):
    yinxing = Division.objects.create(
        code="310199002",
        name="银杏街道",
        kind="subdistrict",
        parent=haitang,
        path=f"{haitang.path}310199002/",
    )
    assert accept(Declaration(name=center.name, division=yinxing)).entered == ["310199002-01"]


def test_an_open_filing_of_the_center_does_not_stop_the_import(center, diane, pack, accept, at):
    """The center's draft becomes outdated and says so; the bureau's import is not held up."""
    draft = Filing.objects.create(center=center, source="desk", opened_by=diane, opened_at=at)
    sections = {"premises": [ROOM]}
    declaration = Declaration(name=center.name, division=center.division, sections=sections)
    assert accept(declaration).changed == [center.code]
    draft.refresh_from_db()
    assert draft.status == "draft"


def test_a_section_nobody_filled_in_is_not_filed_as_none_by_an_import(
    center, diane, pack, accept, at
):
    draft = Filing.objects.create(center=center, source="desk", opened_by=diane, opened_at=at)
    blank = filings.add_section(filing=draft, kind="premises", by=diane, at=at)
    sections = {"premises": [ROOM]}
    accept(Declaration(name=center.name, division=center.division, sections=sections))
    blank.refresh_from_db()
    assert blank.reported(0) == Section.Reported.MISSING


def test_what_was_imported_as_none_says_so(wutong, pack, accept):
    accept(Declaration(name="新中心", division=wutong, sections={"accounts": []}))
    assert Section.objects.get().reported(0) == Section.Reported.CONFIRMED_ZERO


def test_a_credit_code_reaches_no_center_of_another_district(golden, huangpu, declared, accept):
    """Somebody else's credit code in a district's workbook must not open that district's center."""
    township = Division.objects.filter(parent=huangpu).first()
    before = selectors.accepted_sections(golden["C01"])
    stranger = Declaration(
        name="外区中心", division=township, uscc=golden["C01"].uscc, sections={"premises": [ROOM]}
    )
    with pytest.raises(DomainError):
        accept(stranger)
    golden["C01"].refresh_from_db()
    assert selectors.accepted_sections(golden["C01"]) == before
    assert golden["C01"].name == "海棠区梧桐路街道社会组织服务中心"


def test_import_of_many_rows_costs_no_more_queries_than_of_one(wutong, pack, accept):
    def queries(name, count):
        staff = [{"person": Name(f"人{n}", f"{name}{n}"), "post": "staff"} for n in range(count)]
        rooms = [ROOM] * count
        sections = {"staff": staff, "premises": rooms, "accounts": [{"holder": "甲"}] * count}
        declaration = Declaration(name=name, division=wutong, sections=sections)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            accept(declaration)
        return len(captured)

    assert queries("A", 1) == queries("B", 20)


def test_unchanged_import_of_many_rows_costs_no_more_queries_than_of_one(wutong, pack, accept):
    def queries(name, count):
        staff = [{"person": Name(f"人{n}", f"{name}{n}"), "post": "staff"} for n in range(count)]
        declaration = Declaration(name=name, division=wutong, sections={"staff": staff})
        accept(declaration)
        with CaptureQueriesContext(connection) as captured:
            assert accept(declaration).section_count == 0
        return len(captured)

    assert queries("A", 1) == queries("B", 20)


def test_import_costs_the_same_for_every_further_center(wutong, pack, accept):
    def queries(*names):
        declarations = [
            Declaration(name=name, division=wutong, sections={"premises": [ROOM]}) for name in names
        ]
        with CaptureQueriesContext(connection) as captured:
            accept(*declarations)
        return len(captured)

    one, two, three = queries("A"), queries("B", "C"), queries("D", "E", "F")
    assert three - two == two - one


def test_the_register_repeats_the_profile(golden):
    names = {center.code: (center.name, center.uscc) for center in Center.objects.all()}
    assert names == {center["code"]: (center["name"], center["uscc"]) for center in demo.golden()}


def test_every_demonstration_center_is_unchanged_when_declared_again(
    haitang, pack, alice, accept, at
):
    declared = [*demo.golden(), *demo.invented()]
    demo.accept(declared, district=haitang, by=alice, at=at)
    divisions = {
        center.code: center.division for center in Center.objects.select_related("division")
    }
    before = table_counts()
    result = accept(*(demo.declaration(c, divisions[c["code"]]) for c in declared))
    assert result.changed == []
    assert table_counts() == before


def test_a_known_center_keeps_its_code(wutong, pack, accept):
    CenterFactory(code="T1", name="甲", division=wutong, uscc="52310199MJF1000241")
    result = accept(Declaration(name="甲", division=wutong, uscc="52310199MJF1000241", code="T9"))
    assert result.unchanged == ["T1"]
