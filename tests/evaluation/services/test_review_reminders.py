"""Who is told of objections, rechecks and deadlines of reviews."""

from datetime import timedelta

import pytest

from evaluation.services import objections, review_reminders, reviews
from portal.inbox.models import Notice

pytestmark = pytest.mark.django_db


def told(review, what):
    """Names of whoever was told of ``what``."""
    found = Notice.objects.filter(key__startswith=f"review:{review.pk}:{what}")
    return sorted(found.values_list("user__username", flat=True))


def objected(walk, text="不实"):
    return objections.file(review=walk.fresh(), kind="resident", text=text, contact="", at=walk.at)


def answer(walk, objection, *, upholds):
    objections.answer(
        objection=objection, upholds=upholds, text="已核实。", version=1, by=walk.chief, at=walk.at
    )


def remind(walk, on):
    return review_reminders.remind(on=on, at=walk.at)


def test_an_objection_is_told_to_who_may_answer_it(walk):
    walk.to_announced()
    for text in ("甲", "乙"):
        made = objected(walk, text)
        assert told(walk.review, f"objection:{made.pk}:objection") == ["chief"]
    (notice, _other) = Notice.objects.filter(user=walk.chief, key__contains=":objection:")
    assert "/objection/" in notice.url_path


def test_the_center_is_told_of_the_answer_and_of_the_recheck(walk):
    walk.to_announced()
    first, second = objected(walk, "甲"), objected(walk, "乙")
    answer(walk, first, upholds=False)
    assert told(walk.review, f"objection:{first.pk}:answered") == ["diane"]
    assert told(walk.review, "rechecked") == []
    answer(walk, second, upholds=True)
    assert told(walk.review, f"objection:{second.pk}:answered") == ["diane"]
    assert told(walk.review, "rechecked") == ["diane"]


def test_an_objection_past_its_day_is_told_once(walk):
    walk.to_announced()
    made = objected(walk)
    remind(walk, made.due_on)
    assert told(walk.review, f"objection:{made.pk}:unanswered") == []
    for days in (1, 2):
        assert remind(walk, made.due_on + timedelta(days=days)) == 1
    assert told(walk.review, f"objection:{made.pk}:unanswered") == ["chief"]
    answer(walk, made, upholds=False)
    assert remind(walk, made.due_on + timedelta(days=3)) == 0


def test_every_step_is_told_before_its_day_and_after_it(walk):
    round_ = walk.fresh().round
    assert remind(walk, round_.self_due_on - timedelta(days=4)) == 0
    remind(walk, round_.self_due_on)
    assert (told(walk.review, "soon:self"), told(walk.review, "late")) == (["diane"], [])
    remind(walk, round_.self_due_on + timedelta(days=1))
    assert told(walk.review, "late:self") == ["diane"]
    walk.assess()
    remind(walk, round_.township_due_on + timedelta(days=1))
    assert told(walk.review, "late:township") == ["township"]
    walk.comment()
    remind(walk, round_.district_due_on + timedelta(days=1))
    assert told(walk.review, "late:district") == ["alice", "chief"]
    walk.tell()
    remind(walk, walk.fresh().reply_due_on)
    assert told(walk.review, "soon:reply") == ["diane"]
    walk.take(reviews.reply, walk.diane, agrees=False, text="有异议")
    remind(walk, walk.fresh().recheck_due_on + timedelta(days=1))
    assert told(walk.review, "late:recheck") == ["chief"]
