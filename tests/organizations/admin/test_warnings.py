"""The bureau's desk of warnings, observations, figures and credit lists."""

from datetime import date

import pytest
from django.utils import timezone

from organizations.models import (
    AnnualFigures,
    CreditListing,
    EarlyWarning,
    Observation,
    Watch,
)
from organizations.services import watches
from tests.factories.organizations import (
    ActivityTeamFactory,
    CreditListingFactory,
    EarlyWarningFactory,
    ObservationFactory,
    OrganizationFactory,
)
from tests.factories.portal import RoleAssignmentFactory, UserFactory
from tests.flows.pages import in_english, words

pytestmark = pytest.mark.django_db

ADMIN = "/admin/organizations/"
CODE = "52310199MJF1000166"


@pytest.fixture
def organization(wutong):
    return OrganizationFactory(division=wutong, uscc=CODE)


@pytest.fixture
def warning(organization):
    return EarlyWarningFactory(organization=organization)


def page_of(warning):
    return f"{ADMIN}earlywarning/{warning.pk}/"


def test_an_officer_takes_a_warning_through_its_steps(alice_client, warning):
    alice_client.post(page_of(warning) + "acknowledge/", {"version": 1})
    steps = (
        ("verify", {}),
        ("warn", {"level": "urgent"}),
        ("handle", {"handling": "talk"}),
        ("release", {}),
    )
    for version, (verb, values) in enumerate(steps, start=2):
        answer = alice_client.post(
            f"{page_of(warning)}{verb}/", {"text": "已核实", "version": version, **values}
        )
        assert answer.status_code == 302
    warning.refresh_from_db()
    assert (warning.status, warning.level, warning.handling) == ("released", "urgent", "talk")
    page = words(alice_client.get(page_of(warning) + "change/"))
    assert page.count("已核实") >= 4


def test_the_page_offers_what_the_state_allows(alice_client, warning):
    page = words(in_english(alice_client).get(page_of(warning) + "change/"))
    assert "It is true" in page
    assert "There is nothing to it" in page
    assert "Begin to handle it" not in page


def test_a_step_out_of_turn_is_refused_in_words(alice_client, warning):
    answer = alice_client.post(
        page_of(warning) + "release/", {"text": "已办", "version": 1}, follow=True
    )
    assert "线索" in words(answer)
    warning.refresh_from_db()
    assert warning.status == "clue"


def test_a_step_on_what_somebody_changed_is_refused_kept_and_taken_when_sent_again(
    alice_client, warning
):
    typed = {"text": "实地走访，门面已关", "version": 7}
    answer = alice_client.post(page_of(warning) + "dismiss/", typed)
    warning.refresh_from_db()
    assert (answer.status_code, warning.status) == (200, "clue")
    assert "线索" in words(answer)
    form = answer.context["form"]
    assert form["text"].value() == typed["text"]
    again = {name: form[name].value() for name in form.fields}
    assert alice_client.post(page_of(warning) + "dismiss/", again).status_code == 302
    warning.refresh_from_db()
    assert warning.status == "unfounded"


def test_whoever_only_sees_it_takes_no_step(client_for, leader, warning):
    client = client_for(leader)
    assert "由我核实" not in words(client.get(page_of(warning) + "change/"))
    assert client.post(page_of(warning) + "verify/", {"text": "x"}).status_code == 403


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", {"open", "late", "ceased", "closed"}),
        ("?open=open", {"open", "late", "ceased"}),
        ("?open=late", {"late"}),
        ("?open=ceased", {"ceased"}),
        ("?open=closed", {"closed"}),
        ("?division=310199001", {"open", "late", "ceased", "closed"}),
        ("?division=310101", set()),
    ],
)
def test_the_list_is_narrowed_to_what_waits(alice_client, wutong, alice, at, query, shown):
    seen = {"acknowledged_by": alice, "acknowledged_at": at}
    made = {
        "open": {"ack_due_on": date(2099, 1, 1)},
        "late": {"ack_due_on": date(2020, 1, 1)},
        "ceased": {"ceased_on": date(2026, 3, 1), **seen},
        "closed": {"status": "unfounded", "closed_on": date(2026, 3, 1), **seen},
    }
    for name, values in made.items():
        EarlyWarningFactory(organization=OrganizationFactory(division=wutong, name=name), **values)
    answer = alice_client.get(f"{ADMIN}earlywarning/{query}")
    found = {str(warning.subject) for warning in answer.context["cl"].result_list}
    assert found == shown


def test_the_register_is_looked_through_on_demand(alice_client, haitang):
    assert alice_client.get(ADMIN + "earlywarning/look/").status_code == 200
    assert not Watch.objects.exists()
    alice_client.post(ADMIN + "earlywarning/look/")
    assert Watch.objects.get().district == haitang


def test_a_district_under_way_keeps_no_other_from_being_looked_through(
    client_for, alice, haitang, huangpu
):
    RoleAssignmentFactory(user=alice, role="district_officer", division=huangpu)
    client = in_english(client_for(alice))
    first, last = sorted([haitang, huangpu], key=lambda district: district.code)
    watches.request(district=first, by=alice, at=timezone.now())
    answer = client.post(ADMIN + "earlywarning/look/", follow=True)
    assert set(Watch.objects.values_list("district", flat=True)) == {first.pk, last.pk}
    assert f"{first.name}: the register is being looked through already." in words(answer)


def test_an_observation_is_noted_by_code_or_number(alice_client, organization, wutong):
    values = {"kind": "complaint", "happened_on": "2026-02-10", "text": "来电"}
    for typed in (CODE, f"o{organization.pk}"):
        alice_client.post(ADMIN + "observation/observe/", {**values, "organization": typed})
    team = ActivityTeamFactory(division=wutong)
    alice_client.post(ADMIN + "observation/observe/", {**values, "team": f"T{team.pk}"})
    subjects = [each.subject for each in Observation.objects.order_by("pk")]
    assert subjects == [organization, organization, team]


@pytest.mark.parametrize(
    "typed",
    [
        {"organization": "O999999999"},
        {"organization": "O99999999999999999999"},
        {"organization": "52310199MJF1000241"},
        {"organization": "某中心"},
        {"team": "T0"},
        {"team": "队"},
        {},
    ],
)
def test_what_names_nothing_here_is_refused_and_kept(alice_client, organization, typed):
    answer = alice_client.post(
        ADMIN + "observation/observe/",
        {"kind": "complaint", "happened_on": "2026-02-10", "text": "居民来电", **typed},
    )
    assert answer.status_code == 200
    assert "居民来电" in answer.content.decode()
    assert not Observation.objects.exists()


def test_an_organization_of_another_district_cannot_be_named(bob_client, organization):
    answer = bob_client.post(
        ADMIN + "observation/observe/",
        {"organization": CODE, "kind": "complaint", "happened_on": "2026-02-10", "text": "x"},
    )
    assert answer.status_code == 200
    assert not Observation.objects.exists()


def offered(client, path):
    """Which steps the page of an object offers."""
    page = client.get(path + "change/").content.decode()
    steps = ("settle", "void", "ignore", "heed")
    return [step for step in steps if f'href="{path}{step}/"' in page]


def test_a_page_offers_what_the_row_allows(alice_client, organization, haitang):
    seen = f"{ADMIN}observation/{ObservationFactory(organization=organization).pk}/"
    assert offered(alice_client, seen) == ["settle", "void"]
    alice_client.post(seen + "settle/", {"settled_on": "2026-02-20", "reason": "已答复"})
    assert offered(alice_client, seen) == ["void"]
    alice_client.post(seen + "void/", {"reason": "记错"})
    assert offered(alice_client, seen) == []
    listed = f"{ADMIN}creditlisting/{CreditListingFactory(district=haitang).pk}/"
    assert offered(alice_client, listed) == ["ignore"]
    alice_client.post(listed + "ignore/", {"reason": "误列"})
    assert offered(alice_client, listed) == ["heed"]


def test_an_observation_is_settled_and_voided(alice_client, organization):
    observation = ObservationFactory(organization=organization)
    path = f"{ADMIN}observation/{observation.pk}/"
    alice_client.post(path + "settle/", {"settled_on": "2026-02-20", "reason": "已答复"})
    observation.refresh_from_db()
    assert observation.settled_on == date(2026, 2, 20)
    again = alice_client.post(path + "settle/", {"settled_on": "2026-02-21", "reason": "再"})
    assert "2026-02-20" in words(again)
    alice_client.post(path + "void/", {"reason": "记错"})
    observation.refresh_from_db()
    assert observation.void_reason == "记错"


def test_figures_are_entered_and_a_contradiction_is_said(alice_client, organization):
    path = ADMIN + "annualfigures/enter/"
    typed = {"organization": CODE, "year": 2025, "is_change_explained": "unknown"}
    wrong = {**typed, "public_received_yuan": "1", "public_unspent_yuan": "2"}
    assert "2" in words(alice_client.post(path, wrong))
    assert not AnnualFigures.objects.exists()
    alice_client.post(path, {**typed, "net_assets_yuan": "-12.50"})
    figures = AnnualFigures.objects.get()
    assert (str(figures.net_assets_yuan), figures.is_change_explained) == ("-12.50", None)


def test_an_entry_is_typed_matched_set_aside_and_counted_again(alice_client, haitang, organization):
    alice_client.post(
        ADMIN + "creditlisting/enter/",
        {
            "district": haitang.pk,
            "uscc": CODE.lower(),
            "name": "甲",
            "kind": "abnormal",
            "listed_on": "2026-02-10",
        },
    )
    listing = CreditListing.objects.get()
    assert listing.organization == organization
    path = f"{ADMIN}creditlisting/{listing.pk}/"
    alice_client.post(path + "ignore/", {"reason": "误列"})
    listing.refresh_from_db()
    assert listing.ignore_reason == "误列"
    alice_client.post(path + "heed/", {"reason": "属实"})
    listing.refresh_from_db()
    assert listing.ignored_at is None


def test_an_entry_without_a_match_is_matched_by_hand(alice_client, haitang, wutong):
    listing = CreditListingFactory(district=haitang)
    organization = OrganizationFactory(division=wutong)
    alice_client.post(
        f"{ADMIN}creditlisting/{listing.pk}/match/", {"organization": f"O{organization.pk}"}
    )
    listing.refresh_from_db()
    assert listing.organization == organization


@pytest.mark.parametrize(
    ("state", "count"), [("standing", 0), ("unmatched", 1), ("ignored", 0), ("removed", 0)]
)
def test_entries_are_found_by_what_they_are_good_for(alice_client, haitang, state, count):
    CreditListingFactory(district=haitang)
    answer = alice_client.get(f"{ADMIN}creditlisting/?state={state}")
    assert len(answer.context["cl"].result_list) == count


def test_a_township_sees_its_warnings_and_keeps_none(client_for, wutong, warning, haitang):
    reviewer = UserFactory(is_staff=True)
    RoleAssignmentFactory(user=reviewer, role="township_reviewer", division=wutong)
    EarlyWarningFactory(organization=OrganizationFactory(division=haitang))
    client = client_for(reviewer)
    answer = client.get(ADMIN + "earlywarning/")
    assert list(answer.context["cl"].result_list) == [warning]
    assert EarlyWarning.objects.count() == 2
    assert client.get(ADMIN + "observation/observe/").status_code == 403


def test_a_list_is_taken_over_whole_or_not_at_all(alice_client, haitang, organization):
    row = f"{CODE}\t甲\t异常名录\t2026-02-10"
    path = ADMIN + "creditlisting/take/"
    wrong = alice_client.post(path, {"district": haitang.pk, "rows": f"{row}\n乙\t丙"})
    assert wrong.status_code == 200
    assert CODE in wrong.content.decode()
    assert not CreditListing.objects.exists()
    bad_code = row.replace(CODE, "52310199MJF1000167")
    assert (
        alice_client.post(path, {"district": haitang.pk, "rows": f"{row}\n{bad_code}"}).status_code
        == 200
    )
    assert not CreditListing.objects.exists()
    for _time in range(2):
        assert alice_client.post(path, {"district": haitang.pk, "rows": row}).status_code == 302
    assert CreditListing.objects.get().organization == organization
