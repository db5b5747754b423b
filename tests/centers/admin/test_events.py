"""The bureau's view of coordination events: list, matrix, minima, workbook."""

import io

import pytest
from openpyxl import load_workbook

from centers.models import MechanismMinimum
from portal.audit.models import AuditEvent
from portal.jurisdictions import services as jurisdictions
from tests.factories.centers import CenterFactory
from tests.factories.events import EventFactory, HeldEventFactory, MechanismMinimumFactory
from tests.factories.portal import RoleAssignmentFactory, UserFactory
from tests.flows.pages import in_english, words

pytestmark = pytest.mark.django_db
LIST = "/admin/centers/coordinationevent/"
MATRIX = LIST + "matrix/?district=310199&year=2026"
MINIMUM = LIST + "minimum/"
EXPORT = LIST + "export/310199/?year=2026"
GIVEN = {"district": "310199", "kind": "visit", "year": 2026, "minimum": 2, "reason": "要点"}


@pytest.fixture
def desk(alice_client):
    return in_english(alice_client)


@pytest.fixture
def neighbour(haitang):
    """A center of another township of 海棠区."""
    street = jurisdictions.add(
        code="310199002", name="银杏街道", kind="subdistrict", parent=haitang
    )
    return CenterFactory(code="C91", name="=1+1", division=street)


@pytest.fixture
def reader_client(client_for, wutong):
    """The reviewer of 梧桐路街道."""
    reader = UserFactory(is_staff=True)
    RoleAssignmentFactory(user=reader, role="township_reviewer", division=wutong)
    return in_english(client_for(reader))


# --- the list -------------------------------------------------------------------------------------


@pytest.fixture
def listed(center, haitang):
    EventFactory(center=center, title="计划的")
    HeldEventFactory(center=center, title="缺纪要的", kind="visit")
    HeldEventFactory(district=haitang, title="完成的", planned_year=2025, minutes="议定")


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("", {"计划的", "缺纪要的", "完成的"}),
        ("?counted=planned", {"计划的"}),
        ("?counted=bare", {"缺纪要的"}),
        ("?counted=done", {"完成的"}),
        ("?counted=cancelled", set()),
        ("?kind__exact=visit", {"缺纪要的"}),
        ("?year=2026", {"计划的", "缺纪要的", "完成的"}),
        ("?year=2025", set()),
        ("?division=310199", {"计划的", "缺纪要的", "完成的"}),
        ("?division=310199001", {"计划的", "缺纪要的"}),
        ("?division=310101", set()),
        ("?q=完成", {"完成的"}),
    ],
)
def test_list_filters(desk, listed, query, titles):
    found = desk.get(LIST + query).context["cl"].result_list
    assert {event.title for event in found} == titles


def test_list_says_as_what_an_event_counts(desk, listed):
    page = words(desk.get(LIST))
    assert "planned: held, minutes missing" in page
    assert "Civil-affairs bureau of 海棠区" in page


def test_an_event_is_read_here_and_changed_on_its_page(desk, center):
    event = HeldEventFactory(center=center, minutes="议定三项")
    response = desk.get(f"{LIST}{event.pk}/change/")
    page = words(response)
    assert "done" in page
    assert "counts in the year 2026" in page
    assert "议定三项" in page
    assert f'href="/desk/events/{event.pk}/"' in response.content.decode()
    assert 'name="status"' not in response.content.decode()


def test_the_township_only_reads(reader_client, center):
    event = EventFactory(center=center)
    page = words(reader_client.get(f"{LIST}{event.pk}/change/"))
    assert "Open its page" in page
    assert "Record, correct or cancel" not in page


# --- the matrix -----------------------------------------------------------------------------------


def test_matrix_tells_each_center_and_the_whole(desk, center, neighbour, haitang):
    MechanismMinimumFactory(district=haitang, kind="exchange", minimum=1)
    HeldEventFactory(center=center, kind="exchange", participants=[neighbour], minutes="议定")
    HeldEventFactory(center=center, kind="exchange")
    page = words(desk.get(MATRIX))
    assert "minimum reached done 1 · planned 1 1 of them held without minutes" in page
    assert "minimum reached: 2 of 2 centers across townships: 1 of 1 done" in page
    assert "not set done 0 · planned 0" in page


def test_matrix_and_center_page_show_the_same_figures(desk, center, haitang):
    MechanismMinimumFactory(district=haitang, minimum=3)
    HeldEventFactory(center=center, minutes="议定")
    matrix = desk.get(MATRIX).context["lines"][0].triples
    own = desk.get(f"/desk/centers/{center.code}/events/?year=2026").context["triples"]
    assert matrix == own


def test_a_township_reads_totals_of_what_it_sees(reader_client, center, neighbour, haitang):
    """Counts and the number of centers beside them speak of the same centers."""
    EventFactory(center=center, kind="visit")
    HeldEventFactory(center=neighbour, kind="visit", minutes="议定")
    HeldEventFactory(district=haitang, kind="visit", minutes="议定")
    totals = {total.kind: total for total in reader_client.get(MATRIX).context["totals"]}
    visits = totals["visit"]
    assert (visits.planned, visits.done, visits.centers) == (1, 0, 1)


def test_matrix_without_minima_or_centers_says_so(desk, haitang):
    page = words(desk.get(MATRIX))
    assert "There is no center in this district yet." in page
    assert "No minimum is set for this year, so no center is judged by it." in page


def test_matrix_of_a_district_out_of_reach_is_ones_own(desk, center, huangpu):
    CenterFactory(division=huangpu, code="H01")
    response = desk.get(LIST + "matrix/?district=310101&year=2026")
    assert response.context["district"].code == "310199"
    assert "H01" not in words(response)


def test_township_sees_its_own_centers_and_sets_nothing(reader_client, center, neighbour):
    response = reader_client.get(MATRIX)
    assert [line.center for line in response.context["lines"]] == [center]
    assert "Set a minimum" not in words(response)
    assert "Plan an event of the bureau" not in words(response)


# --- minima ---------------------------------------------------------------------------------------


def test_minimum_is_set_and_stands_in_the_history(desk, center, alice):
    response = desk.post(MINIMUM, {**GIVEN, "doc_no": "〔2026〕3号"}, follow=True)
    new = MechanismMinimum.objects.get()
    assert (new.minimum, new.set_by) == (2, alice)
    page = words(response)
    assert "Set. It holds at once." in page
    assert "Mutual visit 2 要点 〔2026〕3号" in page


def test_minimum_is_lifted_by_a_blank(desk, center, haitang):
    MechanismMinimumFactory(district=haitang, kind="visit")
    page = words(desk.post(MINIMUM, {**GIVEN, "minimum": ""}, follow=True))
    assert "Mutual visit lifted" in page
    assert "Minimum for each center not set" in page


@pytest.mark.parametrize(
    "wrong", [{"minimum": "-1"}, {"year": "1999"}, {"reason": " "}, {"district": "310101"}]
)
def test_minimum_refuses_what_makes_no_sense(desk, haitang, wrong):
    response = desk.post(MINIMUM, GIVEN | wrong)
    assert response.status_code == 200
    assert response.context["form"].errors.keys() == wrong.keys()
    assert not MechanismMinimum.objects.exists()


# --- the workbook ---------------------------------------------------------------------------------


def test_export_is_the_matrix_as_text_and_figures(desk, center, neighbour, haitang, alice):
    MechanismMinimumFactory(district=haitang, minimum=4)
    HeldEventFactory(center=center, minutes="议定")
    HeldEventFactory(center=neighbour)
    response = desk.get(EXPORT)
    book = load_workbook(io.BytesIO(b"".join(response.streaming_content)))
    head, *rows = book["2026年协同活动"].iter_rows(values_only=True)
    first, second, whole = (dict(zip(head, row, strict=True)) for row in rows)
    assert first["中心编号"] == "C90"
    assert (first["会商/年度最低次数"], first["会商/计划"], first["会商/完成"]) == (4, 0, 1)
    assert (second["会商/计划"], second["会商/完成"]) == (1, 0)
    assert second["会商/其中已举办未附纪要"] == 1
    assert first["互访/年度最低次数"] == "未设定"
    assert (whole["会商/计划"], whole["会商/完成"]) == (1, 1)
    cell = book["2026年协同活动"].cell(row=3, column=2)
    assert (cell.value, cell.data_type) == ("=1+1", "s")
    assert AuditEvent.objects.get(action="centers.mechanisms.export").actor_id == alice.pk


def test_export_of_another_district_is_not_found(bob_client, center):
    assert bob_client.get(EXPORT).status_code == 404
