"""Publications: drafted from facts, redacted, published as they stand, replaced, withdrawn."""

from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from django.db import InternalError, connection, transaction

from evaluation.models import Publication, Run
from evaluation.rules import disclosing as d
from evaluation.selectors import disclosure, disclosure_sources
from evaluation.services import publications
from portal.audit.models import AuditEvent
from portal.errors import Conflict, ReasonMissing
from portal.inbox.models import Notice
from tests.factories.centers import MembershipFactory, PersonFactory
from tests.factories.evidence import photo
from tests.factories.organizations import ActivityTeamFactory, OrganizationFactory
from tests.factories.portal import UserFactory
from tests.factories.procurements import signed
from tests.factories.reviews import ReviewFactory, ReviewRoundFactory, adopted
from tests.threads import at_once

pytestmark = pytest.mark.django_db

HOURS = {"hours": "周一至周五9:00-17:00"}
MOBILE = "13912345678"


@pytest.fixture
def one(golden):
    return golden["C01"]


@pytest.fixture
def draft(one, alice, at):
    def prepare(item="contact", year=2026, center=None, by=alice, at=at, **values):
        return publications.prepare(
            center=center or one, item=item, year=year, by=by, at=at, **values
        )

    return prepare


@pytest.fixture
def write(alice, at):
    def edit(publication, texts=None, title="", at=at, **values):
        return publications.edit(
            publication=publication,
            version=publication.version,
            title=title,
            texts=HOURS if texts is None else texts,
            by=alice,
            at=at,
            **values,
        )

    return edit


@pytest.fixture
def publish(draft, write, alice, at):
    def out(publication=None, at=at, texts=None):
        publication = publication or draft(at=at)
        write(publication, texts, at=at)
        return publications.publish(
            publication=publication,
            version=publication.version,
            is_checked=True,
            by=alice,
            at=at,
        )

    return out


def said(publication):
    return disclosure_sources.values_of(publication.content)


# --- drafts


def test_facts_are_there_without_typing(draft, one):
    publication = draft()
    assert said(publication)["name"] == one.name
    assert (publication.status, publication.number) == ("draft", 1)
    assert [each["key"] for each in publication.content["fields"] if not each["value"]] == [
        "hours",
        "transport",
    ]


def test_a_draft_that_is_there_is_handed_back(draft):
    assert draft().pk == draft().pk


def test_only_open_fields_come_into_a_text(draft):
    for item, entry in d.CATALOGUE.items():
        if entry.when == d.ON_CONTRACT or item == "review":
            continue
        subject = "H1" if item == "teams" else ""
        keys = {each["key"] for each in draft(item, subject=subject).content["fields"]}
        assert not keys & {each.key for each in entry.kept_back}


def test_what_is_not_to_be_typed_is_passed_over(draft, write):
    publication = draft()
    write(publication, HOURS | {"name": "别的名字", "personal_phones": MOBILE, "x": "y"})
    assert said(publication)["name"] != "别的名字"
    assert MOBILE not in str(publication.content)
    assert "x" not in said(publication)


def test_what_nobody_may_read_is_taken_out_and_said(draft, write, one):
    PersonFactory(center=one, name="欧阳小明")
    publication = draft()
    hidden = write(publication, {"hours": f"找欧阳小明，{MOBILE}", "transport": "地铁"})
    assert set(hidden) == {"mobile", "name"}
    assert MOBILE not in str(publication.content)
    assert "欧阳小明" not in str(publication.content)
    assert said(publication)["transport"] == "地铁"


def test_of_two_who_edit_the_later_is_told(draft, write, alice, at):
    publication = draft()
    stale = Publication.objects.get(pk=publication.pk)
    write(publication)
    with pytest.raises(Conflict):
        write(stale, {"hours": "别的"})
    assert said(Publication.objects.get(pk=publication.pk))["hours"] == HOURS["hours"]


def test_a_text_is_not_longer_than_a_page_takes(draft, write):
    with pytest.raises(publications.TextTooLong):
        write(draft(), {"hours": "长" * (publications.LONGEST_TEXT + 1)})


def test_what_is_unknown_is_not_drafted(draft):
    with pytest.raises(publications.ItemUnknown):
        draft("publicity")
    with pytest.raises(publications.NothingToTell):
        draft("purchases", subject="没有的合同")
    with pytest.raises(publications.NothingToTell):
        draft("review", subject="2025")
    with pytest.raises(publications.NothingToTell):
        draft("teams")


def test_teams_are_told_by_name_kind_and_place_alone(draft, one):
    ActivityTeamFactory(
        division=one.division, name="晨光太极队", leader_name="李四海", place="某小区3号101室"
    )
    publication = draft("teams", subject="H1")
    assert publication.content["table"]["rows"] == [["晨光太极队", "文化体育类", "东弄居委会"]] or (
        publication.content["table"]["rows"][0][::2] == ["晨光太极队", "东弄居委会"]
    )
    assert "李四海" not in str(publication.content)
    assert "101室" not in str(publication.content)


def test_a_contract_of_the_center_is_told_by_its_number(draft, one):
    supplier = OrganizationFactory(division=one.division, uscc=one.uscc)
    contract = signed(project__division=one.division, bidders=[supplier])
    publication = draft("purchases", subject=contract.contract_no)
    assert said(publication)["price_yuan"] == f"{contract.price_yuan:.2f}"
    assert (publication.arose_on, publication.due_on) == (date(2026, 1, 1), date(2026, 1, 5))
    assert "bids" not in said(publication)


# --- published


def test_published_stands_whatever_becomes_of_the_facts(publish, one, draft, at):
    publication = publish()
    frozen = (publication.content, publication.sha256)
    type(one).objects.filter(pk=one.pk).update(name="改名后的中心")
    fresh = Publication.objects.get(pk=publication.pk)
    assert (fresh.content, fresh.sha256) == frozen
    assert fresh.published_on == date(2026, 3, 2)
    with pytest.raises(InternalError), transaction.atomic():
        Publication.objects.filter(pk=fresh.pk).update(content={"fields": []})


def test_its_hash_is_of_what_residents_read(publish):
    publication = publish()
    assert publication.sha256 == disclosure_sources.digest_of(publication)
    publication.title += "。"
    assert publication.sha256 != disclosure_sources.digest_of(publication)


def test_a_newer_text_replaces_the_older_and_carries_on_what_was_typed(publish, draft, at):
    old = publish()
    new = draft(at=at + timedelta(days=1))
    assert (new.number, said(new)["hours"]) == (2, HOURS["hours"])
    publish(new, at=at + timedelta(days=1))
    old.refresh_from_db()
    assert (old.status, new.status) == ("replaced", "published")


def test_what_is_missing_is_named_and_nothing_published(draft, alice, at):
    publication = draft()
    with pytest.raises(publications.TextIncomplete, match="服务时间"):
        publications.publish(
            publication=publication, version=publication.version, is_checked=True, by=alice, at=at
        )
    assert Publication.objects.get().status == "draft"


def test_nobody_publishes_without_having_looked(draft, write, alice, at):
    publication = draft()
    write(publication)
    with pytest.raises(publications.NotChecked):
        publications.publish(
            publication=publication, version=publication.version, is_checked=False, by=alice, at=at
        )


def test_a_text_changed_meanwhile_is_not_published_unseen(draft, write, alice, at):
    publication = draft()
    write(publication)
    seen = publication.version
    write(publication, {"hours": "每天"})
    with pytest.raises(Conflict):
        publications.publish(
            publication=publication, version=seen, is_checked=True, by=alice, at=at
        )


def test_publishing_judges_the_duty_again_and_tells_the_director(publish, one):
    director = MembershipFactory(center=one, user=UserFactory(), role="center_director").user
    publication = publish()
    assert Run.objects.filter(trigger="duty").exists()
    assert Notice.objects.get(user=director).key == f"publication:{publication.pk}:publish"
    actions = AuditEvent.objects.filter(target_id=publication.pk).values_list("action", flat=True)
    assert list(actions.order_by("pk")) == [
        "evaluation.publication.prepare",
        "evaluation.publication.edit",
        "evaluation.publication.publish",
    ]


# --- taken away


def test_withdrawn_says_why_and_stays_on_file(publish, alice, at):
    publication = publish()
    with pytest.raises(ReasonMissing):
        publications.withdraw(
            publication=publication, version=publication.version, note=" ", by=alice, at=at
        )
    publications.withdraw(
        publication=publication,
        version=publication.version,
        note=f"地址有误，问{MOBILE}",
        by=alice,
        at=at,
    )
    assert publication.status == "withdrawn"
    assert MOBILE not in publication.withdraw_note
    assert said(publication)["hours"] == HOURS["hours"]
    with pytest.raises(Conflict):
        publications.withdraw(
            publication=publication, version=publication.version, note="又", by=alice, at=at
        )


def test_a_draft_can_be_given_up_and_begun_anew(draft, alice, at):
    publication = draft()
    publications.drop(publication=publication, version=publication.version, by=alice, at=at)
    assert draft().number == 2


# --- results of reviews


@pytest.fixture
def review_round(haitang, one, alice):
    return ReviewRoundFactory(district=haitang, scheme=adopted(haitang), year=2025)


@pytest.fixture
def announced(review_round, golden, alice, at):
    """The round with C01 and C02 approved, announced from 2 to 9 March, and its publications."""
    graded = {"C01": ("good", "88.00"), "C02": ("excellent", "93.50")}
    with by_hand():
        for code, (grade, total) in graded.items():
            ReviewFactory(
                round=review_round,
                center=golden[code],
                status="approved",
                grade=grade,
                final_total=total,
                approved_by=alice,
                approved_at=at,
                reviewed_by=UserFactory(),
                reviewed_at=at,
                district_total=total,
            )
        type(review_round).objects.filter(pk=review_round.pk).update(
            status="publicity", publicity_from=date(2026, 3, 2), publicity_until=date(2026, 3, 9)
        )
    review_round.refresh_from_db()
    return publications.of_round(review_round=review_round, by=alice, at=at)


@pytest.fixture
def finish(review_round, alice, at):
    """Make the round final as its service would, nine days later; its publications."""

    def over(later=at + timedelta(days=9)):
        with by_hand():
            review_round.reviews.update(status="final")
            type(review_round).objects.filter(pk=review_round.pk).update(
                status="final", published_by=alice, published_at=later
            )
        review_round.refresh_from_db()
        return publications.of_round(review_round=review_round, by=alice, at=later)

    return over


@contextmanager
def by_hand():
    """Rows are written as they are, as over many steps."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        yield
        cursor.execute("SET session_replication_role = origin")


def test_an_announced_round_is_published_once(announced, review_round, one, alice, at):
    again = publications.of_round(review_round=review_round, by=alice, at=at)
    assert [each.pk for each in announced] == [each.pk for each in again]
    (listed,) = announced
    assert (listed.item, listed.center, listed.status) == ("publicity", None, "published")
    assert listed.content["table"]["rows"][0][0] == one.name
    assert len(listed.content["table"]["headers"]) == 2
    assert "88.00" not in str(listed.content)


def test_final_results_replace_what_was_announced(announced, finish, review_round, one):
    made = finish()
    (listed,) = announced
    listed.refresh_from_db()
    assert listed.status == "replaced"
    told = [(each.item, each.center and each.center.code, each.status) for each in made]
    assert told == [
        ("review", None, "published"),
        ("review", "C01", "published"),
        ("review", "C02", "published"),
    ]
    whole, first, _second = made
    assert [row[1:] for row in whole.content["table"]["rows"]] == [
        ["良好", "88.00"],
        ["优秀", "93.50"],
    ]
    assert "objections_until" not in said(whole)
    assert (said(first)["review_grade"], said(first)["review_total"]) == ("良好", "88.00")
    assert {each.round for each in made} == {review_round}
    # Twenty working days from the end of objections, whenever the bureau published.
    assert {(each.arose_on, each.due_on) for each in made} == {
        (date(2026, 3, 9), date(2026, 4, 7))
    }
    assert all(each.is_on_time for each in made)
    states = {line.entry.item: line.state for line in disclosure.lines(one, 2026, date(2026, 5, 1))}
    assert states["review"] == "on_time"


def test_results_published_long_after_they_were_there_are_late(announced, finish, one, at):
    made = finish(at + timedelta(days=60))
    assert not any(each.is_on_time for each in made)
    states = {line.entry.item: line.state for line in disclosure.lines(one, 2026, date(2026, 6, 1))}
    assert states["review"] == "late"


def test_final_results_are_published_once_and_judged_once(announced, finish):
    before = Run.objects.filter(trigger="duty").count()
    made = finish()
    assert Run.objects.filter(trigger="duty").count() == before + 1
    assert [each.pk for each in finish()] == [each.pk for each in made]
    assert Run.objects.filter(trigger="duty").count() == before + 1


def test_an_announcement_that_was_withdrawn_stays_withdrawn(announced, finish, alice, at):
    (listed,) = announced
    publications.withdraw(
        publication=listed, version=listed.version, note="名单有误", by=alice, at=at
    )
    made = finish()
    listed.refresh_from_db()
    assert (listed.status, listed.withdraw_note) == ("withdrawn", "名单有误")
    assert {each.status for each in made} == {"published"}


def test_a_grade_that_was_withdrawn_is_not_put_up_again(announced, finish, alice, at):
    grade = finish()[1]
    publications.withdraw(
        publication=grade, version=grade.version, note="有误", by=alice, at=at + timedelta(days=10)
    )
    again = finish()
    assert {each.pk: each.status for each in again}[grade.pk] == "withdrawn"
    assert not Publication.objects.published().filter(center=grade.center).exists()


# --- elsewhere


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def prove(publication, alice, at, channel="中心公告栏", upload=None):
    return publications.prove(
        publication=publication,
        channel=channel,
        upload=upload,
        version=publication.version,
        by=alice,
        at=at,
    )


def test_a_picture_shows_where_else_a_text_is_published(publish, alice, at):
    publication = publish()
    frozen = (publication.content, publication.sha256, publication.published_at)
    prove(publication, alice, at + timedelta(days=1), upload=photo())
    fresh = Publication.objects.get(pk=publication.pk)
    assert (fresh.channel, fresh.screenshot.media_type) == ("中心公告栏", "image/jpeg")
    assert (fresh.content, fresh.sha256, fresh.published_at) == frozen
    event = AuditEvent.objects.get(action="evaluation.publication.prove")
    assert event.changes["screenshot"] == [None, fresh.screenshot.sha256]


def test_the_picture_of_a_text_that_is_out_is_not_exchanged(publish, alice, at):
    publication = publish()
    prove(publication, alice, at)
    prove(publication, alice, at, channel="公众号", upload=photo())
    shown = publication.screenshot_id
    with pytest.raises(publications.ProofStands):
        prove(publication, alice, at, upload=photo("另一张.jpg"))
    assert Publication.objects.get(pk=publication.pk).screenshot_id == shown


def test_the_picture_of_a_draft_is_exchanged_and_stays_with_the_text(draft, publish, alice, at):
    publication = draft()
    prove(publication, alice, at, upload=photo())
    first = publication.screenshot_id
    prove(publication, alice, at, upload=photo("另一张.jpg"))
    assert publication.screenshot_id != first
    second = publication.screenshot_id
    assert publish(publication).screenshot_id == second
    assert Publication.objects.get(pk=publication.pk).channel == "中心公告栏"


def test_where_else_has_to_be_said_and_the_text_to_be_there(draft, alice, at):
    publication = draft()
    with pytest.raises(ReasonMissing):
        prove(publication, alice, at, channel=" ")
    stale = Publication.objects.get(pk=publication.pk)
    prove(publication, alice, at)
    with pytest.raises(Conflict):
        prove(stale, alice, at)
    publications.drop(publication=publication, version=publication.version, by=alice, at=at)
    with pytest.raises(Conflict):
        prove(publication, alice, at)


# --- in time


def test_the_list_of_a_center_says_how_each_item_stands(publish, one, at):
    before = {line.entry.item: line.state for line in disclosure.lines(one, 2026, date(2026, 5, 1))}
    assert len(before) == 14
    assert (before["contact"], before["services"], before["recruitment"]) == (
        "missing",
        "pending",
        "",
    )
    # Whoever is registered has articles.
    assert before["articles"] == "missing"
    publish()
    after = {line.entry.item: line for line in disclosure.lines(one, 2026, date(2026, 5, 1))}
    assert after["contact"].state == "on_time"
    assert after["contact"].publication.title


def test_the_rate_names_its_denominator_and_is_known_as_it_was(publish, one, haitang, at):
    start, end = date(2026, 1, 1), date(2026, 12, 31)
    before = disclosure.rate(one, start, end)
    publish()
    now = disclosure.rate(one, start, end)
    assert (now.on_time, now.due) == (before.on_time + 1, before.due)
    known = disclosure.rate(one, start, end, known_at=at - timedelta(seconds=1))
    assert known.on_time == 0
    whole = disclosure.rate(haitang, start, end)
    assert whole.due > now.due
    assert whole.on_time == now.on_time


def test_a_text_of_older_facts_tells_of_no_newer_change(draft, write, one, refile, alice, at):
    text = draft()
    write(text)
    refile("C01", at + timedelta(days=1), township="梧桐路新村")
    publications.publish(
        publication=text,
        version=text.version,
        is_checked=True,
        by=alice,
        at=at + timedelta(days=2),
    )
    asked = [
        line.state
        for line in disclosure.lines(one, 2026, date(2026, 6, 1))
        if line.entry.item == "contact"
    ]
    assert asked == ["on_time", "missing"]


def test_of_what_was_withdrawn_before_its_day_the_rate_knows_nothing(publish, one, alice, at):
    publication = publish()
    start, end = date(2026, 1, 1), date(2026, 12, 31)
    assert disclosure.rate(one, start, end).on_time == 1
    publications.withdraw(
        publication=publication,
        version=publication.version,
        note="有误",
        by=alice,
        at=at + timedelta(days=1),
    )
    assert disclosure.rate(one, start, end).on_time == 0
    assert disclosure.rate(one, start, end, known_at=at).on_time == 1


def test_many_centers_cost_as_much_as_one(golden, django_assert_max_num_queries):
    centers = disclosure.centers_of(golden["C01"].division.parent)
    assert len(centers) > 3
    with django_assert_max_num_queries(20):
        disclosure.lines_of(centers, 2026, date(2026, 5, 1))
    with django_assert_max_num_queries(20):
        disclosure.rates(centers, date(2026, 1, 1), date(2026, 12, 31))


@pytest.mark.django_db(transaction=True)
def test_of_two_who_publish_at_once_one_wins(golden, alice, at):
    publication = publications.prepare(
        center=golden["C01"], item="contact", year=2026, by=alice, at=at
    )
    publications.edit(publication=publication, version=1, title="", texts=HOURS, by=alice, at=at)

    def publish():
        mine = Publication.objects.get(pk=publication.pk)
        return publications.publish(publication=mine, version=2, is_checked=True, by=alice, at=at)

    outcomes = at_once([publish, publish])
    assert sum(isinstance(each, Conflict) for each in outcomes) == 1
    assert Publication.objects.get().status == "published"
