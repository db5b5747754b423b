"""Whose an item of the list is decides who drafts it, publishes it and takes it away."""

import pytest
from django.urls import reverse

from evaluation.models import Publication
from evaluation.permissions import can_draft_publication, can_publish
from evaluation.rules import disclosing as d
from evaluation.services import publications
from tests.factories.portal import RoleAssignmentFactory, UserFactory
from tests.factories.publications import PublicationFactory, PublishedFactory
from tests.factories.reviews import ReviewRoundFactory, adopted

pytestmark = pytest.mark.django_db

OWN = (d.CENTER, d.TOWNSHIP, d.DISTRICT)


@pytest.fixture
def people(alice, diane, wutong):
    """Name → user: the officer, the street or town of the center, and its director."""
    township = UserFactory(username="township", is_staff=True)
    RoleAssignmentFactory(user=township, role="township_reviewer", division=wutong)
    return {"officer": alice, "township": township, "director": diane}


def able(people, can, *args, **named):
    return {name for name, user in people.items() if can(user, *args, **named)}


def test_owners_are_those_of_the_list():
    of = {owner: {item for item in Publication.Item if d.owner_of(item) == owner} for owner in OWN}
    assert of[d.DISTRICT] == set(Publication.OF_BUREAU)
    assert of[d.TOWNSHIP] == set(Publication.OF_TOWNSHIP)


@pytest.mark.parametrize(
    ("item", "drafting", "publishing"),
    [
        ("contact", {"officer", "township", "director"}, {"officer", "director"}),
        ("teams", {"officer", "township"}, {"officer"}),
        ("purchases", {"officer"}, {"officer"}),
        ("review", {"officer"}, {"officer"}),
    ],
)
def test_the_owner_of_an_item_drafts_and_publishes_it(people, center, item, drafting, publishing):
    assert able(people, can_draft_publication, center=center, item=item) == drafting
    text = PublicationFactory(division=center.division, center=center, item=item)
    assert able(people, can_publish, text) == publishing


def test_what_came_of_a_round_is_the_bureaus_alone(people, center, haitang):
    round_ = ReviewRoundFactory(district=haitang, scheme=adopted(haitang), year=2025)
    text = PublicationFactory(division=center.division, center=center, item="grades", round=round_)
    listed = PublicationFactory(division=haitang, item="publicity", round=round_)
    assert able(people, can_publish, text) == {"officer"}
    assert able(people, can_publish, listed) == {"officer"}


def test_a_director_does_not_withdraw_what_the_bureau_published(diane, center, client_for):
    text = PublishedFactory(division=center.division, center=center, item="review", subject="2025")
    address = reverse("evaluation:publication-withdraw", args=[text.pk])
    client = client_for(diane)
    sent = {"version": text.version, "note": "不想公开"}
    assert client.post(address, sent).status_code == 403
    text.refresh_from_db()
    assert text.status == "published"
    page = client.get(reverse("evaluation:publication", args=[text.pk])).content.decode()
    assert address not in page


@pytest.mark.parametrize("item", ["review", "purchases", "teams"])
def test_a_director_does_not_draft_what_others_owe(diane, center, client_for, item):
    client = client_for(diane)
    listed = client.get(reverse("evaluation:publication-year", args=[center.code, 2026]))
    assert f'name="item" value="{item}"' not in listed.content.decode()
    assert 'name="item" value="contact"' in listed.content.decode()
    answer = client.post(
        reverse("evaluation:publication-prepare", args=[center.code]),
        {"item": item, "year": "2026", "subject": "H1"},
    )
    assert answer.status_code == 403
    draft = PublicationFactory(division=center.division, center=center, item=item)
    for name, sent in (("publication", {"title": "优秀"}), ("publication-drop", {})):
        address = reverse(f"evaluation:{name}", args=[draft.pk])
        assert client.post(address, sent | {"version": draft.version}).status_code == 403
    assert Publication.objects.get().status == "draft"


def test_the_title_of_what_the_bureau_owes_is_not_typed(alice, center, client_for, at):
    draft = PublicationFactory(
        division=center.division, center=center, item="purchases", subject="HT-1", title="采购项目"
    )
    address = reverse("evaluation:publication", args=[draft.pk])
    client = client_for(alice)
    assert 'name="title"' not in client.get(address).content.decode()
    assert client.post(address, {"version": draft.version, "title": "优秀"}).status_code == 302
    draft.refresh_from_db()
    assert (draft.title, draft.version) == ("采购项目", 2)
    publications.edit(
        publication=draft, version=draft.version, title="优秀", texts={}, by=alice, at=at
    )
    assert draft.title == "采购项目"


def test_of_no_center_a_director_drafts_nothing(diane, haitang, center):
    for item in ("", "contact", "publicity"):
        assert not can_draft_publication(diane, haitang, item=item)
        assert not can_draft_publication(diane, item=item)
