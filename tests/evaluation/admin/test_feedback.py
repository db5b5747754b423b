"""Feedback at the bureau's desk and at the center's."""

import pytest
from django.urls import reverse

from evaluation.models import Feedback
from evaluation.services import feedbacks
from tests.flows.pages import in_english

pytestmark = pytest.mark.django_db

PHONE = "13812345678"


@pytest.fixture
def feedback(haitang, center, pack, at):
    return feedbacks.write(
        district=haitang,
        center=center,
        kind="complaint",
        text="周一上午没有开门。",
        contact=PHONE,
        at=at,
    )[0]


def page(name, pk):
    return reverse(f"admin:evaluation_feedback_{name}", args=[pk])


def step(client, feedback, name, **values):
    feedback.refresh_from_db()
    return client.post(page(name, feedback.pk), {"version": feedback.version, **values})


def test_from_the_list_to_the_answer(desk, feedback, center, alice, diane, client_for):
    changelist = reverse("admin:evaluation_feedback_changelist")
    assert feedback.feedback_no in desk.get(f"{changelist}?open=late").content.decode()
    step(desk, feedback, "take-up", handler=alice.pk)
    assert "DD-42" in desk.get(page("change", feedback.pk)).content.decode()
    step(desk, feedback, "hand", center=center.pk)
    director = in_english(client_for(diane))
    assert (
        feedback.feedback_no in director.get(reverse("evaluation:feedback-list")).content.decode()
    )
    reply = reverse("evaluation:feedback-reply", args=[feedback.pk])
    feedback.refresh_from_db()
    assert PHONE not in director.get(reply).content.decode()
    director.post(reply, {"text": "当日停电。", "version": feedback.version})
    assert "当日停电。" in desk.get(page("change", feedback.pk)).content.decode()
    answer = {"text": "已恢复。", "is_public": "on"}
    assert step(desk, feedback, "answer", **answer).status_code == 200
    step(desk, feedback, "answer", **answer, is_checked="on")
    feedback.refresh_from_db()
    assert (feedback.status, feedback.is_answer_public) == ("answered", True)


def test_a_rectification_that_is_opened_from_it_leads_back_to_it(desk, feedback, alice):
    place = desk.get(page("change", feedback.pk)).context["rectify_url"]
    form = desk.get(place).context["form"]
    assert (form["source"].value(), form["feedback"].value()) == ("feedback", str(feedback.pk))
    words = {"fact": "周一上午没有开门。", "requirement": "按时开门。", "owner": alice.pk}
    desk.post(place, {"source": "feedback", "feedback": feedback.pk, **words})
    made = feedback.rectifications.get()
    assert made.rectification_no in desk.get(page("change", feedback.pk)).content.decode()
    own = reverse("admin:evaluation_rectification_change", args=[made.pk])
    assert page("change", feedback.pk) in desk.get(own).content.decode()


def test_contact_details_are_shown_for_a_reason_only(desk, feedback):
    shown = desk.get(page("change", feedback.pk)).content.decode()
    assert PHONE not in shown
    assert PHONE not in desk.post(page("contact", feedback.pk), {"reason": ""}).content.decode()
    answer = desk.post(page("contact", feedback.pk), {"reason": "回电核实"})
    assert PHONE in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]


def test_what_was_typed_stays_when_a_step_is_refused(desk, feedback):
    answer = desk.post(
        page("answer", feedback.pk), {"version": feedback.version, "text": "已恢复。"}
    )
    assert "已恢复。" in answer.content.decode()
    assert Feedback.objects.get().status == "received"


def test_a_stranger_to_the_district_sees_none(feedback, bob_client):
    assert bob_client.get(page("change", feedback.pk)).status_code == 404
