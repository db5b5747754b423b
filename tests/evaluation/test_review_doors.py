"""Who reads which result of a review through which door: the API, the workbook, the pages of the
bureau, of the center, and of everybody."""

import io

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from evaluation.models import Review, ReviewRound
from evaluation.selectors import reviews as reading
from tests.api import Api
from tests.factories.centers import CenterFactory, MembershipFactory
from tests.factories.clients import issue
from tests.factories.portal import RoleAssignmentFactory, UserFactory
from tests.factories.publications import PublishedFactory
from tests.factories.reviews import (
    ReviewFactory,
    ReviewRoundFactory,
    adopted,
    announced,
    finished,
    settled,
)

pytestmark = pytest.mark.django_db
TOTAL = "82.25"


@pytest.fixture
def review(haitang, center):
    """Of C90, where the bureau reviews it still."""
    made = ReviewFactory(
        round=ReviewRoundFactory(district=haitang, scheme=adopted(haitang)), center=center
    )
    for status in ("township", "district"):
        Review.objects.filter(pk=made.pk).update(status=status)
    made.refresh_from_db()
    return made


def bureau_of(client_for, division, role="district_officer"):
    user = UserFactory(is_staff=True)
    RoleAssignmentFactory(user=user, role=role, division=division)
    return client_for(user)


class Doors:
    """What somebody reads of a review through each door, as text; None: it is not there."""

    def __init__(self, client, api, review):
        self.client, self.api, self.review = client, api, review

    def listed(self):
        rows = self.api.json("reviews/")["results"]
        return next((str(row) for row in rows if row["code"] == f"V{self.review.pk}"), None)

    def single(self):
        return self._text(self.api.get(f"reviews/V{self.review.pk}/"))

    def bureau(self):
        place = reverse("admin:evaluation_review_change", args=[self.review.pk])
        return self._text(self.client.get(place))

    def register(self):
        """The register, without what its filters offer."""
        page = self._text(self.client.get(reverse("admin:evaluation_review_changelist")))
        place = reverse("admin:evaluation_review_change", args=[self.review.pk])
        return page if place in page else None

    def workbook(self):
        place = reverse("admin:evaluation_reviewround_workbook", args=[self.review.round_id])
        response = self.client.get(place)
        if response.status_code == 404:
            return None
        book = load_workbook(io.BytesIO(b"".join(response.streaming_content)))
        rows = [row for sheet in book for row in sheet.iter_rows(values_only=True)]
        found = [row for row in rows if self.review.center.code in row]
        return str(found) if found else None

    def desk(self):
        return self._text(self.client.get(reverse("evaluation:review", args=[self.review.pk])))

    def public(self):
        return self._text(
            self.client.get(reverse("public:review-round", args=[self.review.round_id]))
        )

    def _text(self, response):
        if response.status_code in (302, 403, 404):
            return None
        return response.content.decode()


INSIDE = ("bureau", "register", "workbook", "desk")
MACHINES = ("listed", "single")


def service_of(division):
    user = UserFactory(is_service=True)
    RoleAssignmentFactory(user=user, role="api_client", division=division)
    return Api(issue(user, ("reviews",)))


@pytest.fixture
def doors(client_for, haitang, review):
    return Doors(bureau_of(client_for, haitang), service_of(haitang), review)


@pytest.fixture
def strange_doors(client_for, huangpu, review):
    return Doors(bureau_of(client_for, huangpu), service_of(huangpu), review)


@pytest.mark.parametrize("door", [*INSIDE, *MACHINES, "public"])
def test_a_final_result_is_the_same_through_every_door(doors, review, door):
    finished(review, total=TOTAL)
    assert TOTAL in getattr(doors, door)()


@pytest.mark.parametrize("door", [*MACHINES, "public"])
def test_what_is_under_way_is_read_inside_only(doors, door):
    assert getattr(doors, door)() is None


@pytest.mark.parametrize("door", INSIDE)
def test_what_is_under_way_has_no_result_yet(doors, door):
    text = getattr(doors, door)()
    assert text is not None
    assert TOTAL not in text


def test_what_is_announced_is_on_the_public_page_and_not_told_to_machines(doors, review):
    settled(review, total=TOTAL)
    assert doors.public() is None
    announced(review.round)
    # Grades are announced; points are public once they are final.
    assert review.center.name in doors.public()
    assert TOTAL not in doors.public()
    assert (doors.listed(), doors.single()) == (None, None)


@pytest.mark.parametrize("door", [*INSIDE, "public"])
def test_a_result_that_is_rechecked_is_shown_by_no_door(doors, review, door):
    settled(review, total=TOTAL)
    announced(review.round)
    Review.objects.filter(pk=review.pk).update(
        status="recheck", recheck_number=1, district_total="70.00"
    )
    assert TOTAL not in getattr(doors, door)()


@pytest.mark.parametrize("door", [*INSIDE, *MACHINES])
@pytest.mark.parametrize("is_final", [True, False])
def test_another_district_finds_nothing(strange_doors, review, door, is_final):
    if is_final:
        finished(review, total=TOTAL)
    assert getattr(strange_doors, door)() is None


def test_the_director_reads_the_own_result_and_no_other(client_for, review, diane, wutong):
    neighbour = CenterFactory(code="C91", division=wutong)
    director = UserFactory()
    MembershipFactory(user=director, center=neighbour, role="center_director")
    finished(review, total=TOTAL)
    place = reverse("evaluation:review", args=[review.pk])
    assert TOTAL in client_for(diane).get(place).content.decode()
    assert client_for(director).get(place).status_code == 404
    assert [row["code"] for row in Api(session=client_for(diane)).rows("reviews/")] == [
        f"V{review.pk}"
    ]
    assert Api(session=client_for(director)).rows("reviews/") == []


def test_the_street_reads_its_review_and_no_round(client_for, review, wutong):
    street = Doors(
        bureau_of(client_for, wutong, "township_reviewer"), Api(), finished(review, total=TOTAL)
    )
    assert TOTAL in street.bureau()
    assert street.workbook() is None


def test_a_result_that_is_rechecked_counts_among_no_grade(client, review, wutong):
    other = ReviewFactory(round=review.round, center=CenterFactory(code="C91", division=wutong))
    settled(review, total="95.00", grade="excellent")
    settled(other, total="61.00", grade="qualified")
    announced(review.round)
    Review.objects.filter(pk=review.pk).update(status="recheck", recheck_number=1)
    found = reading.grades(review.round)
    assert (found.graded, found.reviewed) == (1, 2)
    page = client.get(reverse("public:review-round", args=[review.round_id])).content.decode()
    # Its place in the list does not tell where it stood.
    assert page.index(other.center.name) < page.index(review.center.name)


# --- from one page to the next


def test_a_final_result_leads_to_what_has_to_be_put_right(alice_client, review):
    place = reverse("admin:evaluation_rectification_review", args=[review.pk])
    page = reverse("admin:evaluation_review_change", args=[review.pk])
    assert place not in alice_client.get(page).content.decode()
    finished(review)
    assert place in alice_client.get(page).content.decode()
    assert alice_client.get(place).status_code == 200


def test_only_whoever_rectifies_is_led_there(client_for, haitang, review):
    finished(review)
    auditor = bureau_of(client_for, haitang, "district_auditor")
    page = reverse("admin:evaluation_review_change", args=[review.pk])
    text = auditor.get(page).content.decode()
    assert reverse("admin:evaluation_rectification_review", args=[review.pk]) not in text


def test_the_public_pages_lead_to_results_and_to_the_bureau(client, review):
    PublishedFactory(center=review.center, division=review.center.division)
    home = client.get(reverse("open:home")).content.decode()
    assert reverse("public:review-rounds") in home
    assert reverse("public:feedback") in home
    page = reverse("public:center", args=["C90"])
    form = f"{reverse('public:feedback')}?center=C90"
    result = reverse("public:review-round", args=[review.round_id])
    before = client.get(page).content.decode()
    assert form in before
    assert result not in before
    finished(review)
    assert ReviewRound.objects.get().status == "final"
    assert result in client.get(page).content.decode()
    assert review.center.name in client.get(form).content.decode()


def test_a_center_that_was_left_out_of_a_round_is_not_led_to_it(client, review, wutong):
    other = CenterFactory(code="C91", division=wutong)
    PublishedFactory(center=other, division=wutong)
    left_out = ReviewFactory(round=review.round, center=other)
    Review.objects.filter(pk=left_out.pk).update(status="excluded", exclude_reason="停业")
    finished(review)
    page = client.get(reverse("public:center", args=["C91"])).content.decode()
    assert reverse("public:review-round", args=[review.round_id]) not in page
