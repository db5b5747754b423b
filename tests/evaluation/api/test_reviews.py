"""Results of reviews over the API: once final, exact to two decimals, and nobody is named."""

import json

import pytest

from evaluation.models import Review
from portal.feeds.models import Change
from portal.users.models import Dataset
from tests.api import Api
from tests.factories.clients import issue
from tests.factories.portal import RoleAssignmentFactory, UserFactory
from tests.factories.reviews import (
    ReviewFactory,
    ReviewRoundFactory,
    adopted,
    announced,
    finished,
    settled,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def client_of():
    """(division, data sets) → a client whose token opens them there."""

    def open_account(division, *datasets):
        user = UserFactory(is_service=True)
        RoleAssignmentFactory(user=user, role="api_client", division=division)
        return Api(issue(user, datasets or ("reviews",)))

    return open_account


@pytest.fixture
def api(client_of, haitang):
    return client_of(haitang)


@pytest.fixture
def review(haitang, center):
    scheme = adopted(haitang, title="2025年度考评方案")
    return ReviewFactory(round=ReviewRoundFactory(district=haitang, scheme=scheme), center=center)


def test_it_is_read_from_the_day_it_is_final(api, review):
    assert api.rows("reviews/") == []
    settled(review)
    announced(review.round)
    assert api.rows("reviews/") == []
    api.refused(f"reviews/V{review.pk}/", 404)
    Review.objects.filter(pk=review.pk).update(status="final")
    assert [row["code"] for row in api.rows("reviews/")] == [f"V{review.pk}"]


def test_points_have_two_decimals_and_say_what_they_are_divided_by(api, review):
    finished(review)
    document = api.json(f"reviews/V{review.pk}/")
    assert (document["center_code"], document["year"]) == ("C90", 2025)
    assert (document["as_of"], document["scheme"]) == ("2025-12-31", "2025年度考评方案")
    assert (document["total"], document["bonus"]) == ("82.25", "2.00")
    assert (document["grade"], document["grade_label"]) == ("good", "良好")
    assert (document["vetoes"], document["is_beyond_quota"]) == ([], False)
    assert document["published_at"] == "2026-03-01T09:00:00+08:00"
    tasks, nothing = document["sections"]
    assert tasks == {
        "code": "B",
        "name": "职能任务",
        "points": "45.00",
        "got": "38.57",
        "of": "45.00",
        "score": "38.57",
        "left_out": ["B5"],
    }
    assert (nothing["of"], nothing["score"], nothing["got"]) == ("0.00", None, "0.00")
    assert api.rows("reviews/") == [document]


def test_a_token_of_another_district_reads_nothing(client_of, huangpu, review):
    finished(review)
    stranger = client_of(huangpu)
    assert stranger.rows("reviews/") == []
    stranger.refused(f"reviews/V{review.pk}/", 404)


def test_a_token_without_the_data_set_reads_nothing(client_of, haitang, review):
    finished(review)
    others = client_of(haitang, *(set(Dataset.values) - {"reviews"}))
    for form in ("/", ".ndjson", ".csv", f"/V{review.pk}/"):
        others.refused(f"reviews{form}", 403)


def test_nobody_is_named_and_no_mark_is_shown(api, review, alice, diane):
    Review.objects.filter(pk=review.pk).update(
        township_opinion="徐镇办：总体满意", visit_record="张三陪同", reply="李四已补齐"
    )
    finished(review)
    text = json.dumps(api.rows("reviews/"), ensure_ascii=False)
    names = [user.full_name for user in (alice, diane, review.reviewed_by, review.approved_by)]
    for word in (*filter(None, names), "徐镇办", "张三", "李四"):
        assert word not in text


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"center": "C90"}, 1),
        ({"year": 2025, "grade": "good", "division": "310199"}, 1),
        ({"year": 2024}, 0),
        ({"grade": "excellent"}, 0),
        ({"division": "310101"}, 0),
    ],
)
def test_it_is_narrowed(api, review, query, count):
    finished(review)
    assert len(api.rows("reviews/", **query)) == count


@pytest.mark.parametrize("query", [{"grade": "x"}, {"year": "xx"}])
def test_what_is_not_understood_is_refused(api, review, query):
    api.refused("reviews/", 400, **query)


def test_the_feed_is_told_when_it_is_final(review, wutong):
    settled(review)
    assert not Change.objects.filter(resource="reviews").exists()
    announced(review.round)
    Review.objects.filter(pk=review.pk).update(status="final")
    told = Change.objects.filter(resource="reviews").values_list("key", "division_path")
    assert list(told) == [(f"V{review.pk}", wutong.path)]
