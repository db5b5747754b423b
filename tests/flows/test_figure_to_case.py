"""From a figure to its records to the case behind one, as the director and as the officer."""

import re
from datetime import UTC, date, datetime

import pytest

from evaluation.selectors.explanations import explain
from organizations.models import STATES
from organizations.rules.casework import COUNTED
from organizations.selectors import figures
from organizations.services import cases
from tests.factories.centers import MembershipFactory
from tests.flows.pages import in_english, words
from tests.organizations.services.test_cases import WAYS

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


@pytest.fixture
def c05(golden, diane):
    diane.memberships.all().delete()
    MembershipFactory(user=diane, center=golden["C05"], role="center_director")
    return golden["C05"]


@pytest.fixture
def training(c05, diane):
    return cases.open_case(
        center=c05,
        kind="training",
        title="财务规范培训",
        opened_on=date(2025, 3, 5),
        status="done",
        by=diane,
        at=AT,
    )


def links(page, text):
    """Addresses of the links that say ``text``."""
    found = re.findall(r'<a[^>]*href="([^"]+)"[^>]*>(.*?)</a>', page.content.decode(), re.DOTALL)
    return [href for href, inner in found if text in inner]


@pytest.mark.parametrize("who", ["diane", "alice"])
def test_a_figure_leads_to_its_record_and_the_record_to_its_case(
    request, client_for, c05, training, who
):
    client = in_english(client_for(request.getfixturevalue(who)))
    record = training.records.get()
    finding = client.get("/desk/centers/C05/findings/FN-13/?as_of=2025-12-31")
    (to_record,) = links(finding, f"No. {record.pk}")
    shown = client.get(to_record)
    assert "Where it comes from 310199-PX-2025-00001 财务规范培训" in words(shown)
    (to_case,) = links(shown, training.case_no)
    assert "Training session · 310199-PX-2025-00001" in words(client.get(to_case))


def test_the_admins_finding_leads_to_the_record_too(client_for, alice, c05, training):
    client = in_english(client_for(alice))
    page = client.get("/admin/compliance/centers/C05/rules/FN-13/?as_of=2025-12-31")
    record = training.records.get()
    assert links(page, f"No. {record.pk}") == [f"/desk/records/{record.pk}/"]


def test_the_years_list_leads_to_the_record(client_for, diane, c05, training):
    page = in_english(client_for(diane)).get("/desk/centers/C05/work/?year=2025")
    assert f"/desk/records/{training.records.get().pk}/" in links(page, "财务规范培训")


def test_strangers_find_neither_record_nor_case(client_for, bob, charlie, c05, training):
    for person in (bob, charlie):
        client = client_for(person)
        assert client.get(f"/desk/records/{training.records.get().pk}/").status_code == 404
        assert client.get(f"/desk/cases/{training.pk}/").status_code == 404


@pytest.mark.parametrize("kind", WAYS)
def test_figure_api_and_finding_say_the_same(client_for, alice, diane, c05, kind):
    """Two cases that count, and one that was dropped or has not come far enough."""
    function = COUNTED[kind].function
    for way in (WAYS[kind], WAYS[kind], ()):
        case = cases.open_case(
            center=c05,
            kind=kind,
            title="一件事",
            opened_on=date(2025, 3, 5),
            details={"opinion": {"led_by": "党工委"}, "support": {"support_kind": "talent"}}.get(
                kind, {}
            ),
            by=diane,
            at=AT,
        )
        for to, details in way:
            cases.move(
                case=case,
                to=to,
                version=case.version,
                happened_on=date(2025, 3, 6),
                details=details,
                by=diane,
                at=AT,
            )
    on = date(2025, 12, 31)
    wanted = figures.Wanted(2025, function)
    (figure,) = figures.figures([c05], on, None, wanted)
    # Of support services the kind counts, and both were of one kind; what counts at opening counts
    # all three.
    expected = {"support": 1}.get(kind, 3 if _counts_at_opening(kind) else 2)
    assert figure.count == expected
    query = f"center=C05&year=2025&function={function}&as_of=2025-12-31"
    answer = client_for(alice).get(f"/api/v1/casework/?{query}").json()
    assert [row["count"] for row in answer["results"]] == [expected]
    finding = next(e for e in explain(c05, on) if e.rule.id == function)
    assert finding.figures["count"] == expected
    assert finding.figures["source"] == "casework"


def _counts_at_opening(kind):
    return COUNTED[kind].status == next(iter(STATES[kind]))
