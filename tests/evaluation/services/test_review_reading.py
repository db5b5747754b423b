"""What of a review is read by whom, on its pages."""

from decimal import Decimal

import pytest
from django.urls import reverse

from evaluation.services import review_marks
from tests.factories.evidence import paper

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _vault(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def page(client, name, *args):
    return client.get(reverse(name, args=args))


def claimed(walk, kind, by, facts, upload=None):
    """A bonus or a veto of the scheme, with its file."""
    review = walk.fresh()
    return review_marks.claim(
        review=review,
        extra=review.round.scheme.extras.get(kind=kind),
        points=Decimal(2) if kind == "bonus" else None,
        facts=facts,
        upload=upload,
        by=by,
        at=walk.at,
    )


def test_a_veto_is_the_bureaus_until_the_center_was_told(walk, client_for):
    claimed(walk, "bonus", walk.diane, "获市级品牌")
    walk.assess()
    walk.comment()
    claimed(walk, "veto", walk.alice, "伪造台账待查")
    change = ("admin:evaluation_review_change", walk.review.pk)
    street = page(client_for(walk.township), *change).content.decode()
    assert ("获市级品牌" in street, "伪造台账待查" in street) == (True, False)
    assert "伪造台账待查" in page(client_for(walk.alice), *change).content.decode()
    for each in walk.fresh().extras.all():
        review_marks.decide(claim=each, accepts=False, reason="查无实据", by=walk.alice, at=walk.at)
    walk.tell()
    assert "伪造台账待查" in page(client_for(walk.township), *change).content.decode()


def test_what_a_center_claims_is_its_own_while_it_assesses_itself(walk, client_for):
    claimed(walk, "bonus", walk.diane, "获市级品牌")
    change = ("admin:evaluation_review_change", walk.review.pk)
    assert "获市级品牌" not in page(client_for(walk.alice), *change).content.decode()


def test_a_file_that_was_voided_does_not_answer(walk, client_for):
    proof = review_marks.attach(
        review=walk.fresh(), text="制度", upload=paper(), by=walk.diane, at=walk.at
    )
    walk.assess()
    desk = ("evaluation:review-evidence-file", walk.review.pk, proof.pk)
    bureau = ("admin:evaluation_review_evidence", walk.review.pk, proof.pk)
    assert page(client_for(walk.diane), *desk).status_code == 200
    walk.comment()
    review_marks.void(evidence=proof, reason="传错了", by=walk.alice, at=walk.at)
    assert page(client_for(walk.diane), *desk).status_code == 404
    assert page(client_for(walk.alice), *bureau).status_code == 404
