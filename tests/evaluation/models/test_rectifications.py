"""What the database refuses of rectifications, documents, publications and packs."""

from datetime import date
from functools import partial

import pytest
from django.db import Error, IntegrityError, transaction

from evaluation.models import CityPack, Publication, Rectification
from portal.errors import constraint_of
from tests.factories.centers import CenterFactory
from tests.factories.city_packs import CityPackFactory
from tests.factories.documents import OfficialDocumentFactory
from tests.factories.evidence import EvidenceFileFactory
from tests.factories.publications import (
    AT,
    FeedbackFactory,
    PublicationFactory,
    PublishedFactory,
)
from tests.factories.rectifications import (
    ItemFactory,
    RectificationFactory,
    ResponseFactory,
    issue,
)

pytestmark = pytest.mark.django_db


def put(obj, **values):
    """Write by hand, as SQL would."""
    type(obj).objects.filter(pk=obj.pk).update(**values)


def refused(write):
    """By which constraint or trigger the write is refused."""
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        write()
    return constraint_of(refusal.value)


def test_items_join_a_notice_while_it_is_a_draft_and_close_before_it(center):
    rectification = RectificationFactory(center=center)
    item = ItemFactory(rectification=rectification)
    again = RectificationFactory(center=center)
    twice = lambda: ItemFactory(rectification=again)  # noqa: E731
    assert refused(twice) == "rectification_of_a_rule_once"
    issue(rectification)
    late = lambda: ItemFactory(rectification=rectification, rule="ST-08")  # noqa: E731
    assert refused(late) == "item_of_a_draft"
    closed = lambda: put(rectification, status="closed", closed_at=AT)  # noqa: E731
    assert refused(closed) == "rectification_items_closed"
    put(item, status="closed", closed_how="evaluation", closed_at=AT)
    closed()
    assert Rectification.objects.get(pk=rectification.pk).status == "closed"


def test_an_item_is_of_the_center_of_its_notice_and_its_first_day_stands_once_issued(center):
    rectification = RectificationFactory(center=center)
    other = CenterFactory(division=center.division)
    elsewhere = lambda: ItemFactory(rectification=rectification, center=other)  # noqa: E731
    assert refused(elsewhere) == "item_of_the_center"
    item = ItemFactory(rectification=rectification)
    put(item, first_due_on=date(2026, 3, 30))
    issue(rectification)
    moved = lambda: put(item, first_due_on=date(2026, 3, 29))  # noqa: E731
    assert refused(moved) == "first_day_of_a_draft"
    put(item, due_on=date(2026, 4, 30))


def test_one_of_feedback_is_opened_from_it(center, haitang):
    feedback = FeedbackFactory(district=haitang, center=center)
    other = lambda: RectificationFactory(center=center, feedback=feedback)  # noqa: E731
    assert refused(other) == "rectification_of_feedback"
    assert RectificationFactory(center=center, source="feedback", feedback=feedback)


def test_a_paper_is_about_one_thing_and_that_of_its_kind(center, haitang):
    rectification = RectificationFactory(center=center)
    about = partial(OfficialDocumentFactory, district=haitang, rectification=rectification)
    assert refused(lambda: about(kind="briefing")) == "document_is_about_one"
    without = lambda: OfficialDocumentFactory(  # noqa: E731
        district=haitang, kind="rectification_notice"
    )
    assert refused(without) == "document_is_about_one"
    assert about(kind="rectification_notice").rectification == rectification


def test_a_response_is_verified_by_a_second_person(center, alice, chief, diane):
    rectification = RectificationFactory(center=center, opened_by=alice)
    item = ItemFactory(rectification=rectification)
    issue(rectification)
    response = ResponseFactory(item=item, answered_by=diane)
    by = lambda who: put(response, result="done", verified_by=who, verified_at=AT)  # noqa: E731
    assert refused(lambda: by(diane)) == "response_not_verified_by_itself"
    assert refused(lambda: by(alice)) == "response_verified_by_another"
    by(chief)
    response.refresh_from_db()
    assert response.verified_by == chief


def issued(document, by, **values):
    told = {"status": "issued", "issued_by": by, "issued_at": AT, "dated_on": AT.date()}
    files = {"docx": EvidenceFileFactory(), "pdf": EvidenceFileFactory()}
    put(document, **{**told, **files, **values})


def test_a_number_is_given_once_a_word_and_year_and_an_issued_paper_stands(haitang, chief):
    numbered = {"number_year": 2026, "sequence": 7}
    first, second = (OfficialDocumentFactory(district=haitang) for _n in range(2))
    assert refused(lambda: issued(first, chief)) == "document_issued_is_numbered"
    by_itself = lambda: issued(first, first.drafted_by, **numbered)  # noqa: E731
    assert refused(by_itself) == "document_issued_by_another"
    issued(first, chief, **numbered)
    assert refused(lambda: issued(second, chief, **numbered)) == "document_number_once"
    later = {"number_year": 2027, "sequence": 7}
    assert refused(lambda: issued(second, chief, **later)) == "document_number_of_its_year"
    issued(second, chief, dated_on=date(2027, 3, 1), **later)
    first.refresh_from_db()
    assert first.doc_no == "海民社〔2026〕7号"
    with pytest.raises(Error), transaction.atomic():
        put(first, title="别的")


def test_a_published_text_stands_and_one_of_a_kind(center, wutong):
    of = {"division": wutong, "center": center}
    published = PublishedFactory(**of)
    assert refused(lambda: PublishedFactory(**of)) == "publication_one_stands"
    PublicationFactory(**of)
    with pytest.raises(Error), transaction.atomic():
        put(published, content={})
    put(
        published,
        status="withdrawn",
        withdrawn_by=published.drafted_by,
        withdrawn_at=AT,
        withdraw_note="信息有误，更正后重新公开。",
    )
    assert Publication.objects.ever_published().get().status == "withdrawn"


def test_a_pack_is_submitted_by_another_than_whoever_built_it_and_stands(haitang, leader):
    pack = CityPackFactory(division=haitang)
    submitted = {"status": "submitted", "submitted_at": AT, "signer": "郭局长"}
    own = lambda: put(pack, submitted_by=pack.built_by, **submitted)  # noqa: E731
    assert refused(own) == "city_pack_submitted_by_another"
    put(pack, submitted_by=leader, **submitted)
    for change in ({"content": "{}"}, {"signer": "别人"}):
        with pytest.raises(Error), transaction.atomic():
            put(pack, **change)
    assert CityPack.objects.submitted().get() == pack
