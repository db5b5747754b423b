"""One whole year of reviews through its pages: from the scheme to the archive."""

import io
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from openpyxl import load_workbook

from evaluation.models import Objection, Review, ReviewRound, Scheme
from portal.users.models import User
from tests.factories.evidence import paper
from tests.factories.portal import RoleAssignmentFactory, UserFactory

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


@pytest.fixture
def clock(monkeypatch):
    """Set what the portal takes for now."""

    def to(moment):
        monkeypatch.setattr(timezone, "now", lambda: moment)

    to(MONDAY)
    return to


@pytest.fixture
def people(clock, client_for, alice, chief, leader, diane, wutong):
    township = UserFactory(username="township", is_staff=True)
    RoleAssignmentFactory(user=township, role="township_reviewer", division=wutong)
    named = {
        "alice": alice, "chief": chief, "leader": leader, "diane": diane, "township": township,
    }  # fmt: skip
    return {name: client_for(user) for name, user in named.items()}


def send(client, path, obj=None, **values):
    """Post a form; it has to lead on."""
    if obj is not None:
        obj.refresh_from_db()
        values["version"] = obj.version
    answer = client.post(path, values)
    errors = answer.context and [
        str(answer.context[name].errors)
        for name in ("form", "reply_form")
        if answer.context.get(name)
    ]
    assert answer.status_code == 302, errors or answer.content.decode()[:500]
    return answer


def page(client, path):
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def adopt(client, haitang):
    send(client, "/admin/evaluation/scheme/draft/", district=haitang.pk)
    scheme = Scheme.objects.get()
    place = f"/admin/evaluation/scheme/{scheme.pk}"
    assert "A1" in page(client, f"{place}/change/")
    form = client.get(f"{place}/indicators/").context["rows"]
    sent = {f"{form.prefix}-TOTAL_FORMS": form.total_form_count()}
    sent |= {f"{form.prefix}-INITIAL_FORMS": form.initial_form_count()}
    for row in form.forms:
        for field in row:
            value = field.value()
            if value not in (None, "", False):
                sent[field.html_name] = "on" if value is True else value
    sent[next(name for name, value in sent.items() if value == "制度与档案")] = "制度和档案"
    send(client, f"{place}/indicators/", scheme, **sent)
    assert "制度和档案" in page(client, f"{place}/change/")
    send(client, f"{place}/adopt/", scheme)
    scheme.refresh_from_db()
    assert scheme.status == "adopted"
    return scheme


def test_a_review_year(
    people, clock, client_for, haitang, center, pack, settings, tmp_path, client
):
    settings.MEDIA_ROOT = tmp_path
    alice, diane, leader = people["alice"], people["diane"], people["leader"]
    scheme = adopt(alice, haitang)
    send(
        alice,
        "/admin/evaluation/reviewround/prepare/",
        scheme=scheme.pk,
        year=2025,
        title="2025年度绩效考评",
        period_from="2025-01-01",
        period_to="2025-12-31",
        as_of="2025-12-31",
    )
    round_ = ReviewRound.objects.get()
    admin = f"/admin/evaluation/reviewround/{round_.pk}"
    send(alice, f"{admin}/open/", round_, centers=[center.pk])
    review = Review.objects.get()
    desk, bureau = f"/desk/reviews/{review.pk}/", f"/admin/evaluation/review/{review.pk}"

    # The center assesses itself.
    assert "2025年度绩效考评" in page(diane, f"/desk/centers/{center.code}/reviews/")
    text = page(diane, desk)
    assert "制度和档案" in text
    own = {"points_C1": "3", "points_C2": "4", "points_D1": "0"}
    missing = {f"points_{code}": "0" for code in ("A1", "A2", "A3", "A4", "B1", "B2", "B3", "B4")}
    asked = {name for name in diane.get(desk).context["form"].fields if "points" in name}
    typed = {name: value for name, value in (missing | own).items() if name in asked}
    typed |= dict.fromkeys(asked - set(typed), "0")
    send(diane, desk, review, **typed)
    for answer in review.answers.filter(marks__stage="self", needs_evidence=True):
        send(
            diane,
            f"{desk}evidence/",
            answer=answer.pk,
            text=f"{answer.name}佐证",
            upload=paper(words=answer.code.encode()),
        )
    send(diane, f"{desk}submit/", review)

    # The street comments, the bureau reviews and tells.
    assert "E1" in page(people["township"], f"{bureau}/marks/")
    send(people["township"], f"{bureau}/marks/", review, points_E1="4", agrees_C1="yes")
    send(people["township"], f"{bureau}/opinion/", review, opinion="总体满意。")
    assert "佐证" in page(alice, f"{bureau}/marks/")
    given = {f"points_{answer.code}": "0" for answer in review.answers.exclude(code="E1")}
    given |= {"points_C1": "2.5", "points_C2": "4", "note_C1": "档案缺一年"}
    notes = {f"note_{answer.code}": "按平台数据" for answer in review.answers.exclude(code="C1")}
    counted = {a.code for a in review.answers.filter(outcome__in=["scored", "not_applicable"])}
    given = {k: v for k, v in given.items() if k.removeprefix("points_") not in counted}
    send(alice, f"{bureau}/marks/", review, **(notes | given))
    assert "2.5" not in page(diane, desk)
    send(alice, f"{bureau}/tell/", review, visited_on="2026-03-02", visit_record="现场查看。")
    assert "档案缺一年" in page(diane, desk)

    # The center asks for a recheck, another person rechecks, the leader approves.
    send(diane, f"{desk}reply/", review, agrees="no", text="档案已补齐。")
    assert alice.get(f"{bureau}/marks/").status_code == 403
    send(people["chief"], f"{bureau}/marks/", review, points_C1="3", note_C1="已核实")
    send(people["chief"], f"{bureau}/settle/", review, opinion="档案齐全。")
    assert client.get(f"/open/reviews/{round_.pk}/").status_code == 404
    send(leader, f"{bureau}/approve/", review)
    send(leader, f"{admin}/announce/", round_)

    # Everybody reads it; a resident objects.
    public = f"/open/reviews/{round_.pk}/"
    assert center.name in page(client, public)
    review.refresh_from_db()
    assert str(review.final_total) in page(client, public)
    objection_page = f"{public}{center.code}/objection/"
    send(client, objection_page, kind="resident", text="服务次数不实", contact="13800000000")
    made = Objection.objects.get()
    place = f"/admin/evaluation/objection/{made.pk}"
    assert "13800000000" not in page(people["chief"], f"{place}/change/")
    assert "13800000000" in people["chief"].post(f"{place}/contact/", follow=True).content.decode()
    send(people["chief"], f"{place}/answer/", made, upholds="no", text="经核实，次数属实。")

    clock(MONDAY + timedelta(days=21))
    alice, leader = (client_for(User.objects.get(username=name)) for name in ("alice", "leader"))
    send(leader, f"{admin}/publish/", round_)
    send(alice, f"{admin}/archive/", round_)
    review.refresh_from_db()
    round_.refresh_from_db()
    assert (review.status, round_.status) == ("final", "archived")
    assert review.answers.get(code="C1").marks.get(stage="recheck").points == Decimal(3)
    assert center.name in page(client, public)
    assert "archived" not in page(client, "/open/reviews/")
    book = load_workbook(io.BytesIO(b"".join(alice.get(f"{admin}/workbook/").streaming_content)))
    cells = [cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row]
    assert float(review.final_total) in [c for c in cells if isinstance(c, int | float)]
    assert any("档案缺一年" in str(cell) for cell in cells)
    assert not any("13800000000" in str(cell) or "王主任" in str(cell) for cell in cells)
    assert round_.snapshot_sha256 in page(alice, f"{admin}/change/")
