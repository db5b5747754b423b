"""Steps at the bureau's desk that do not fit any more, and who objected."""

import pytest
from django.urls import reverse

from evaluation.models import Objection, ReviewRound
from evaluation.services import objections
from portal.audit.models import AuditEvent
from portal.sealing import seal
from tests.factories.reviews import (
    AT,
    ObjectionFactory,
    ReviewFactory,
    ReviewRoundFactory,
    adopted,
)

pytestmark = pytest.mark.django_db
MOBILE = "13800000000"


@pytest.fixture
def over(haitang, alice):
    """A round that was cancelled."""
    return ReviewRoundFactory(
        district=haitang, scheme=adopted(haitang), status="cancelled", cancel_reason="重来"
    )


@pytest.fixture
def objection(haitang, center, chief):
    """To a review that was announced without having been made."""
    scheme = adopted(haitang)
    announced = {"status": "publicity", "publicity_from": AT, "publicity_until": AT}
    round_ = ReviewRoundFactory(district=haitang, scheme=scheme)
    review = ReviewFactory(
        round=round_, center=center, status="excluded", exclude_reason="年内新设"
    )
    ReviewRound.objects.filter(pk=round_.pk).update(**announced)
    sealed = seal(MOBILE, purpose=objections.PURPOSE)
    return ObjectionFactory(review=review, contact=sealed)


def test_a_step_that_does_not_fit_leads_back_with_the_reason(alice_client, over):
    place = reverse("admin:evaluation_reviewround_deadlines", args=[over.pk])
    answer = alice_client.get(place, follow=True)
    assert answer.redirect_chain[-1][0].endswith(f"/reviewround/{over.pk}/change/")
    assert "已不适用" in answer.content.decode() or "does not fit" in answer.content.decode()


def test_what_was_typed_into_it_stays_and_nothing_is_changed(alice_client, over):
    place = reverse("admin:evaluation_reviewround_deadlines", args=[over.pk])
    typed = {
        "version": over.version,
        "self_due_on": "2026-01-05",
        "township_due_on": "2026-01-06",
        "district_due_on": "2026-01-07",
    }
    answer = alice_client.post(place, typed)
    assert answer.status_code == 200
    assert "2026-01-05" in answer.content.decode()
    assert ReviewRound.objects.get().self_due_on == over.self_due_on


def test_who_objected_is_shown_for_a_reason_and_nowhere_kept(alice_client, objection):
    place = reverse("admin:evaluation_objection_contact", args=[objection.pk])
    for page in (alice_client.get(place), alice_client.post(place, {"reason": " "})):
        assert MOBILE not in page.content.decode()
    shown = alice_client.post(place, {"reason": "电话核实"})
    assert MOBILE in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    assert MOBILE not in str(shown.cookies)
    assert MOBILE not in alice_client.get(place).content.decode()
    event = AuditEvent.objects.get(action="evaluation.review.read_objector")
    assert event.reason == "电话核实"


def test_what_was_forgotten_is_asked_for_in_vain(alice_client, objection):
    Objection.objects.filter(pk=objection.pk).update(contact=b"")
    place = reverse("admin:evaluation_objection_contact", args=[objection.pk])
    answer = alice_client.post(place, {"reason": "电话核实"})
    assert answer.status_code == 200
    assert not AuditEvent.objects.filter(action="evaluation.review.read_objector").exists()
