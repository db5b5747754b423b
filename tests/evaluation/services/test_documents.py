"""Official documents: written without typing, numbered once, archived by their hashes."""

import json
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from hashlib import sha256

import pytest

from evaluation.models import Indicator, OfficialDocument
from evaluation.rules.templating import KINDS
from evaluation.selectors import (
    document_figures,
    document_receipts,
    document_subjects,
    document_writing,
)
from evaluation.selectors.document_blocks import Gathered, NotReady
from evaluation.selectors.document_templates import FIELDS, Words, current, default, samples
from evaluation.services import document_templates, documents, rectifications
from evaluation.services.rectification_steps import write
from portal.audit.models import AuditEvent
from portal.errors import Conflict, ReasonMissing
from portal.evidence import services as evidence
from portal.inbox.models import Notice
from tests.factories.centers import CenterFactory, SubmittedFilingFactory
from tests.factories.documents import OfficialDocumentFactory, advanced, reviewed
from tests.factories.rectifications import ItemFactory, RectificationFactory, issue
from tests.factories.reviews import (
    AnswerFactory,
    MarkFactory,
    ReviewFactory,
    ReviewRoundFactory,
    adopted,
)
from tests.threads import at_once

pytestmark = pytest.mark.django_db

QUOTE = "场所面积不宜少于30平方米"
DAY = date(2026, 3, 2)


@pytest.fixture(autouse=True)
def _vault(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def rectification(center, alice, pack):
    """A notice with two items, issued by alice."""
    made = RectificationFactory(center=center, opened_by=alice)
    basis = {"clause": "三(二)", "quote": QUOTE, "as_of": "2025-12-31"}
    ItemFactory(
        rectification=made,
        rule="ST-08",
        position=1,
        fact="截至2025年12月31日，场所面积为24.00平方米",
        requirement="将场所面积增加到30平方米以上",
        basis=basis,
    )
    ItemFactory(rectification=made, rule="ST-09", position=2, due_on=date(2026, 4, 30))
    return issue(made)


@pytest.fixture
def notice(rectification, alice, at):
    return documents.draft(
        kind="rectification_notice", rectification=rectification, by=alice, at=at
    )


@pytest.fixture
def words(haitang, alice, at):
    """kind → the default words with the word 海民社, entered."""

    def enter(kind="rectification_notice", **changes):
        standing = document_templates_of(haitang, kind)
        changed = {**standing, "word": "海民社", **changes}
        return document_templates.enter(
            district=haitang, words=Words(kind=kind, **changed), based_on=0, by=alice, at=at
        )

    return enter


def document_templates_of(district, kind):
    found = default(district, kind)
    return {name: getattr(found, name) for name in FIELDS}


@pytest.fixture
def review(haitang, center):
    """One of two reviews of a round, with an indicator of 100 points."""
    review_round = ReviewRoundFactory(district=haitang, scheme=adopted(haitang))
    found = ReviewFactory(round=review_round, center=center)
    indicator = Indicator.objects.get(scheme=review_round.scheme, parent__isnull=False)
    AnswerFactory(review=found, indicator=indicator)
    return found


def text_of(document):
    return document_writing.lines_of(document)


def tables_of(document):
    return [block["rows"] for block in document.content if block["kind"] == "grid"]


def number(document, by, at, typed="", dated_on=DAY):
    return documents.issue(document=document, number=typed, dated_on=dated_on, by=by, at=at)


def test_a_notice_says_what_was_found_with_clause_figure_and_quote(notice, center):
    text = text_of(notice)
    assert notice.title == f"关于{center.name}有关事项的整改通知书"
    assert document_writing.head_of(notice) == {
        "issuer": "海棠区民政局",
        "addressee": center.name,
        "copies_to": "梧桐路街道办事处",
    }
    assert "## 场所面积" in text
    assert (
        "截至2025年12月31日，场所面积为24.00平方米。与《关于加强本市街镇社会组织服务中心建设的"
        f"指导意见》三（二）“{QUOTE}”的要求存在差距。"
    ) in text
    assert "1.将场所面积增加到30平方米以上。整改期限：2026年3月31日前（含当日）。" in text
    assert "于2026年4月30日前（含当日）全部完成" in text
    assert "违反" not in text


def test_a_quote_that_the_fact_repeats_is_not_said_twice(rectification, alice, at):
    item = rectification.items.get(position=1)
    type(item).objects.filter(pk=item.pk).update(fact=f"与“{QUOTE}”的要求存在差距")
    drafted = documents.draft(
        kind="rectification_notice", rectification=rectification, by=alice, at=at
    )
    assert text_of(drafted).count(QUOTE) == 1


def test_every_kind_about_a_round_is_written_from_it(review, haitang, alice, at, pack):
    draft = partial(documents.draft, by=alice, at=at)
    review_round, center = review.round, review.center
    left_out = ReviewFactory(round=review_round, center=CenterFactory(division=center.division))
    type(left_out).objects.filter(pk=left_out.pk).update(status="excluded", exclude_reason="新设")
    notice = draft(kind="review_notice", round=review_round)
    assert "各中心于2026年3月20日前完成自评" in text_of(notice)
    assert tables_of(notice)[0] == [["1", center.name, center.division.name]]
    assert tables_of(notice)[1][0][2] == "100.00"
    type(review).objects.filter(pk=review.pk).update(status="township")
    type(review).objects.filter(pk=review.pk).update(status="district")
    MarkFactory(answer=review.answers.get(), stage="district", points=Decimal("86.500"))
    review.refresh_from_db()
    reviewed(review, "reply")
    type(review).objects.filter(pk=review.pk).update(reply_due_on=date(2026, 5, 13))
    review.refresh_from_db()
    result = draft(kind="review_result", review=review)
    assert "初评得分为86.50分" in text_of(result)
    assert "于2026年5月13日前" in text_of(result)
    assert [row[2:] for row in tables_of(result)[0]] == [["100.00", "86.50"]]
    reviewed(review, "approved")
    announced = draft(kind="publicity_draft", round=advanced(review_round, "publicity"))
    assert "公示期为2026年5月20日至2026年5月26日" in text_of(announced)
    assert tables_of(announced) == [[["1", center.name, "良好"]]]
    bulletin = draft(kind="review_bulletin", round=advanced(review_round, "final"))
    assert tables_of(bulletin) == [[["1", center.name, "86.50", "良好"]]]
    assert "参加考评的中心共1家，平均得分86.50分" in text_of(bulletin)
    assert "不参加本次考评的1家" in text_of(bulletin)
    archive = draft(kind="review_archive", round=advanced(review_round, "archived"))
    assert "a" * 64 in text_of(archive)


def test_the_opinion_of_a_recheck_has_what_the_recheck_marked(review, alice, at):
    answer = review.answers.get()
    rows = type(review).objects.filter(pk=review.pk)
    rows.update(status="township")
    rows.update(status="district")
    MarkFactory(answer=answer, stage="district", points=Decimal(80))
    review.refresh_from_db()
    reviewed(review, "reply", total="80.00")
    rows.update(status="recheck", recheck_number=1, reply="有补充材料")
    MarkFactory(answer=answer, stage="recheck", points=Decimal("86.5"))
    review.refresh_from_db()
    draft = partial(documents.draft, kind="recheck_opinion", by=alice, at=at)
    with pytest.raises(NotReady):
        draft(review=review)
    rows.update(
        rechecked_by=alice, rechecked_at=at, recheck_opinion="补充材料有效", status="settled"
    )
    review.refresh_from_db()
    opinion = draft(review=review)
    assert "有补充材料" in text_of(opinion)
    assert "补充材料有效" in text_of(opinion)
    assert [row[1:] for row in tables_of(opinion)[0]] == [["100.00", "80.00", "86.50"]]


def test_a_briefing_has_the_standing_figures_of_the_district(evaluated, haitang, alice, at):
    period = (date(2025, 1, 1), date(2025, 3, 31))
    briefing = documents.draft(kind="briefing", district=haitang, period=period, by=alice, at=at)
    assert briefing.title == "关于2025年第一季度海棠区街镇社会组织服务中心建设情况的专报"
    assert "共有街镇社会组织服务中心8家" in text_of(briefing)
    rollups, rules = tables_of(briefing)
    assert sum(int(count) for _name, count in rollups) == 8
    assert all(sum(map(int, row[1:5])) <= 8 for row in rules)
    assert any(row[5].endswith("%") for row in rules)


def test_the_cover_of_a_filing_names_its_sections(center, diane, alice, at):
    filing = SubmittedFilingFactory(center=center, opened_by=diane)
    cover = documents.draft(kind="filing_cover", filing=filing, by=alice, at=at)
    assert f"报送编号：{filing.pk}" in text_of(cover)
    assert dict(cover.content[2]["items"])["中心名称"] == center.name
    assert "王主任" not in json.dumps(cover.content, ensure_ascii=False)


@pytest.mark.parametrize(
    "kind", ["review_result", "recheck_opinion", "review_bulletin", "publicity_draft"]
)
def test_what_is_not_so_far_is_not_written(review, alice, at, kind):
    about = {"review": review} if kind.startswith("re") and "bulletin" not in kind else {}
    with pytest.raises(NotReady):
        documents.draft(kind=kind, by=alice, at=at, **(about or {"round": review.round}))
    assert not OfficialDocument.objects.exists()


def test_one_notice_stands_at_a_time(notice, rectification, alice, leader, at):
    draft = partial(
        documents.draft, kind="rectification_notice", rectification=rectification, by=alice, at=at
    )
    with pytest.raises(documents.AlreadyDrafted):
        draft()
    documents.drop(document=notice, version=notice.version, by=alice, at=at)
    second = draft()
    number(second, leader, at, "海民社〔2026〕7号")
    with pytest.raises(documents.AlreadyDrafted):
        draft()


def test_an_issued_document_is_archived_by_the_hashes_of_its_files(notice, leader, at):
    number(notice, leader, at, "海民社〔2026〕7号")
    assert notice.doc_no == "海民社〔2026〕7号"
    for file in (notice.docx, notice.pdf):
        with evidence.open_for_reading(file=file) as stream:
            assert sha256(stream.read()).hexdigest() == file.sha256
    event = AuditEvent.objects.get(action="evaluation.document.issue")
    assert event.changes["pdf"] == [None, notice.pdf.sha256]


def test_the_files_are_those_that_the_words_give_again(notice, leader, at):
    number(notice, leader, at, "海民社〔2026〕7号")
    again = OfficialDocument.objects.get(pk=notice.pk)
    paper = document_writing.paper_of(
        again,
        number=document_writing.Numbered("海民社", 2026, 7),
        dated_on=again.dated_on,
        made_at=again.issued_at,
    )
    for suffix, file in (("docx", again.docx), ("pdf", again.pdf)):
        assert sha256(document_writing.file_of(paper, suffix)).hexdigest() == file.sha256


def test_issuing_uses_up_no_quota_of_uploads(notice, leader, at):
    number(notice, leader, at, "海民社〔2026〕7号")
    assert not notice.pdf.is_metered


@pytest.mark.parametrize(
    ("typed", "doc_no"),
    [
        ("海民社〔2026〕7号", "海民社〔2026〕7号"),
        ("海民社[2026]7号", "海民社〔2026〕7号"),
        ("海民社（2026）7 号", "海民社〔2026〕7号"),
        ("海民社【2026】7号", "海民社〔2026〕7号"),
        ("7", "海民社〔2026〕7号"),
        ("", "海民社〔2026〕1号"),
    ],
)
def test_numbers_are_repaired_or_given(words, rectification, alice, leader, at, typed, doc_no):
    words()
    drafted = documents.draft(
        kind="rectification_notice", rectification=rectification, by=alice, at=at
    )
    number(drafted, leader, at, typed)
    assert drafted.doc_no == doc_no


@pytest.mark.parametrize(
    "typed",
    [
        "海民社〔2026〕07号",
        "海民社〔26〕7号",
        "海民办〔2026〕7号",
        "海民社〔2025〕7号",
        "七号",
        "0",
    ],
)
def test_what_is_no_number_is_refused(words, rectification, alice, leader, at, typed):
    words()
    drafted = documents.draft(
        kind="rectification_notice", rectification=rectification, by=alice, at=at
    )
    with pytest.raises(documents.NumberRefused):
        number(drafted, leader, at, typed)
    drafted.refresh_from_db()
    assert (drafted.status, drafted.sequence, drafted.pdf) == ("draft", None, None)


def test_without_a_word_the_number_is_typed_whole(notice, leader, at):
    for typed in ("", "7"):
        with pytest.raises(documents.NumberRefused):
            number(notice, leader, at, typed)


def test_the_next_number_follows_the_highest(words, haitang, rectification, alice, leader, at):
    OfficialDocumentFactory(district=haitang, number_year=2026, sequence=9)
    OfficialDocumentFactory(district=haitang, number_year=2025, sequence=30)
    words()
    drafted = documents.draft(
        kind="rectification_notice", rectification=rectification, by=alice, at=at
    )
    number(drafted, leader, at)
    assert drafted.doc_no == "海民社〔2026〕10号"


def test_a_number_is_given_once(notice, haitang, leader, at):
    OfficialDocumentFactory(district=haitang, number_year=2026, sequence=7)
    with pytest.raises(documents.NumberTaken, match="海民社〔2026〕7号"):
        number(notice, leader, at, "海民社〔2026〕7号")
    notice.refresh_from_db()
    assert (notice.status, notice.version) == ("draft", 1)


@pytest.mark.django_db(transaction=True)
def test_two_at_once_get_two_numbers(haitang, leader, at):
    drafted = [
        OfficialDocumentFactory(district=haitang, content=[{"kind": "head", "issuer": "局"}])
        for _one in range(2)
    ]
    done = at_once([partial(number, document, leader, at) for document in drafted])
    assert {document.sequence for document in done} == {1, 2}


@pytest.mark.django_db(transaction=True)
def test_two_who_issue_the_same_document_issue_it_once(haitang, leader, at):
    drafted = OfficialDocumentFactory(district=haitang, content=[{"kind": "head", "issuer": "局"}])
    copies = [OfficialDocument.objects.get(pk=drafted.pk) for _one in range(2)]
    done = at_once([partial(number, copy, leader, at) for copy in copies])
    assert sorted(isinstance(result, Conflict) for result in done) == [False, True]
    assert list(OfficialDocument.objects.values_list("sequence", flat=True)) == [1]


def test_whoever_drafted_a_numbered_document_does_not_issue_it(notice, alice, at):
    with pytest.raises(documents.DocumentBySameHand):
        number(notice, alice, at, "海民社〔2026〕7号")


def test_a_cover_is_issued_by_whoever_wrote_it_and_bears_no_number(center, diane, alice, at):
    filing = SubmittedFilingFactory(center=center, opened_by=diane)
    cover = documents.draft(kind="filing_cover", filing=filing, by=alice, at=at)
    number(cover, alice, at)
    assert (cover.status, cover.doc_no, cover.deliveries.count()) == ("issued", "", 0)


def test_a_document_is_not_dated_later_than_today(notice, leader, at):
    with pytest.raises(documents.DatedLater):
        number(notice, leader, at, "海民社〔2026〕7号", dated_on=DAY + timedelta(days=1))


def test_words_are_edited_while_it_is_a_draft_and_tables_stay(review, alice, leader, at):
    drafted = documents.draft(kind="review_notice", round=review.round, by=alice, at=at)
    tables = tables_of(drafted)
    values = {
        "title": "关于考评的通知",
        "text": "各中心请注意{{year}}。\n@table2\n@signature",
        "addressee": "各中心",
        "copies_to": "",
    }
    edit = partial(documents.edit, document=drafted, by=alice, at=at)
    edit(version=1, **values)
    assert text_of(drafted) == "各中心请注意{{year}}。\n@table1\n@signature"
    assert tables_of(drafted) == [tables[1]]
    with pytest.raises(Conflict):
        edit(version=1, **values)
    with pytest.raises(document_writing.WordsRefused, match="table9"):
        edit(version=2, **{**values, "text": "@table9"})
    number(drafted, leader, at, "海民社〔2026〕7号")
    with pytest.raises(Conflict):
        edit(version=drafted.version, **values)


def test_an_issued_notice_is_delivered_to_its_center_and_received_once(
    notice, leader, diane, alice, at
):
    number(notice, leader, at, "海民社〔2026〕7号")
    told = Notice.objects.get(user=diane)
    assert told.url_path == f"/desk/documents/{notice.pk}/"
    delivery = notice.deliveries.get()
    documents.confirm_receipt(delivery=delivery, by=diane, at=at + timedelta(hours=1))
    documents.confirm_receipt(delivery=delivery, by=alice, at=at + timedelta(hours=2))
    delivery.refresh_from_db()
    assert (delivery.received_by, delivery.received_at) == (diane, at + timedelta(hours=1))
    assert AuditEvent.objects.filter(action="evaluation.document.receive").count() == 1


def test_the_notice_of_a_drafted_rectification_issues_it_and_is_its_receipt(
    center, diane, alice, leader, at, pack
):
    made = RectificationFactory(center=center, opened_by=alice)
    ItemFactory(rectification=made, position=1, rule="")
    drafted = documents.draft(kind="rectification_notice", rectification=made, by=alice, at=at)
    number(drafted, leader, at, "海民社〔2026〕7号")
    made.refresh_from_db()
    assert (made.status, made.issued_by) == ("issued", leader)
    documents.confirm_receipt(delivery=drafted.deliveries.get(), by=diane, at=at)
    made.refresh_from_db()
    assert made.received_by == diane


def test_a_document_of_a_round_is_delivered_to_centers_of_the_district(
    review, huangpu, alice, leader, at
):
    drafted = documents.draft(kind="review_notice", round=review.round, by=alice, at=at)
    deliver = partial(documents.deliver, document=drafted, by=alice, at=at)
    with pytest.raises(documents.NotDelivered):
        deliver(centers=[review.center])
    number(drafted, leader, at, "海民社〔2026〕7号")
    stranger = CenterFactory(division=huangpu)
    assert deliver(centers=[review.center, stranger]) == 1
    assert deliver(centers=[review.center]) == 0
    assert [each.center for each in drafted.deliveries.all()] == [review.center]


def test_a_withdrawn_document_keeps_its_number_and_says_why(notice, leader, diane, at):
    number(notice, leader, at, "海民社〔2026〕7号")
    withdraw = partial(documents.withdraw, document=notice, by=leader, at=at)
    with pytest.raises(ReasonMissing):
        withdraw(reason=" ", version=notice.version)
    withdraw(reason="事实有误", version=notice.version)
    assert (notice.status, notice.doc_no) == ("withdrawn", "海民社〔2026〕7号")
    assert Notice.objects.filter(user=diane, key__endswith=f"withdrawn:{notice.center_id}").exists()


def test_a_receipt_is_known_again_and_not_after_one_letter(notice, leader, at):
    number(notice, leader, at, "海民社〔2026〕7号")
    text = document_receipts.text_of(notice)
    told = document_receipts.verify(text)
    assert told["doc_no"] == "海民社〔2026〕7号"
    assert told["pdf_sha256"] == notice.pdf.sha256
    assert document_receipts.verify(text.replace("7号", "8号")) is None
    assert document_receipts.verify(text[:-3]) is None
    with evidence.open_for_reading(file=notice.pdf) as stream:
        content = stream.read()
    assert document_receipts.is_of(told, [content])
    assert not document_receipts.is_of(told, [content[:-1]])


def test_a_template_is_the_districts_own_and_each_change_a_version(
    words, haitang, huangpu, rectification, alice, leader, at
):
    first = words(title="{{center}}整改通知书")
    drafted = documents.draft(
        kind="rectification_notice", rectification=rectification, by=alice, at=at
    )
    assert (drafted.template, drafted.word) == (first, "海民社")
    assert drafted.title.endswith("中心整改通知书")
    assert current(haitang, "rectification_notice").template == first
    assert current(huangpu, "rectification_notice").template is None
    with pytest.raises(Conflict):
        words(title="另一个标题")


def test_a_template_that_names_what_there_is_not_is_refused(words):
    for changes in (
        {"body": "{{director_phone}}"},
        {"body": "@results"},
        {"title": "{{__class__}}"},
        {"copies_to": "{{center"},
    ):
        with pytest.raises(document_writing.WordsRefused):
            words(**changes)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_what_the_portal_brings_can_be_previewed_and_laid_out(haitang, kind, at):
    standing = default(haitang, kind)
    document_writing.checked(standing)
    title, content = document_writing.written(standing, Gathered(*samples(haitang, standing)))
    document = OfficialDocument(kind=kind, title=title, content=content)
    paper = document_writing.paper_of(document, number=None, dated_on=DAY, made_at=at)
    assert document_writing.file_of(paper, "pdf").startswith(b"%PDF")
    assert "{" not in title + document_writing.lines_of(document)


def test_a_briefing_counts_nothing_that_is_only_drafted(center, haitang, alice, at, pack):
    made = RectificationFactory(center=center, opened_by=alice)
    ItemFactory(rectification=made)
    period = (date(2026, 1, 1), DAY)
    count = lambda: document_figures.briefing(haitang, period, DAY).values["open_items"]  # noqa: E731
    assert count() == "0"
    issue(made)
    assert count() == "1"


def test_days_stand_in_a_notice_as_papers_write_them(center, alice, at, pack):
    made = RectificationFactory(center=center, opened_by=alice)
    fact = "2026-03-02检查，2026-01-05起无人值班，编号12-2026-03-02。"
    ItemFactory(rectification=made, fact=fact)
    drafted = documents.draft(kind="rectification_notice", rectification=made, by=alice, at=at)
    assert "2026年3月2日检查，2026年1月5日起无人值班，编号12-2026-03-02。" in text_of(drafted)


@pytest.fixture
def drafted_by_hand(center, alice, at, pack):
    """A draft with one item that follows no rule, and its notice."""
    made = RectificationFactory(center=center, opened_by=alice)
    ItemFactory(rectification=made, position=1, rule="")
    return documents.draft(kind="rectification_notice", rectification=made, by=alice, at=at)


def test_the_days_of_a_notice_count_from_the_day_on_which_it_is_issued(drafted_by_hand, leader, at):
    later = at + timedelta(days=7)
    number(drafted_by_hand, leader, later, "海民社〔2026〕7号", later.date())
    item = drafted_by_hand.rectification.items.get()
    # Thirty days after Monday 9 March 2026.
    assert (item.due_on, item.first_due_on) == (date(2026, 4, 8), date(2026, 4, 8))
    drafted_by_hand.refresh_from_db()
    text = text_of(drafted_by_hand)
    assert "整改期限：2026年4月8日前（含当日）。" in text
    assert "于2026年4月8日前（含当日）全部完成" in text
    assert "3月31日" not in text


def test_a_notice_whose_days_were_changed_by_hand_is_written_anew(
    drafted_by_hand, alice, leader, at
):
    words = text_of(drafted_by_hand).replace("2026年3月31日", "2026年5月31日")
    head = {"addressee": "中心", "copies_to": ""}
    edited = partial(documents.edit, document=drafted_by_hand, version=1, by=alice, at=at)
    edited(title=drafted_by_hand.title, text=words, **head)
    with pytest.raises(documents.ItemsChanged):
        number(drafted_by_hand, leader, at, "海民社〔2026〕7号")
    drafted_by_hand.refresh_from_db()
    assert drafted_by_hand.status == "draft"
    assert drafted_by_hand.rectification.items.get().due_on == date(2026, 3, 31)


def test_a_notice_is_issued_only_while_its_items_are_as_it_says(drafted_by_hand, alice, leader, at):
    item = drafted_by_hand.rectification.items.select_related("rectification").get()
    changed = {"requirement": "安排两人值班。", "responsible": "", "due_on": item.due_on}
    rectifications.edit_item(
        item=item, fact=item.fact, version=item.version, by=alice, at=at, **changed
    )
    with pytest.raises(documents.ItemsChanged):
        number(drafted_by_hand, leader, at, "海民社〔2026〕7号")
    drafted_by_hand.refresh_from_db()
    assert (drafted_by_hand.status, drafted_by_hand.rectification.status) == ("draft", "draft")
    documents.drop(
        document=drafted_by_hand, version=drafted_by_hand.version, by=alice, at=at
    )
    again = documents.draft(
        kind="rectification_notice", rectification=drafted_by_hand.rectification, by=alice, at=at
    )
    number(again, leader, at, "海民社〔2026〕7号")
    assert "安排两人值班。" in text_of(again)


def test_what_fails_again_gets_a_second_notice(notice, rectification, alice, leader, at):
    number(notice, leader, at, "海民社〔2026〕7号")
    draft = partial(
        documents.draft, kind="rectification_notice", rectification=rectification, by=alice
    )
    later = at + timedelta(days=60)
    with pytest.raises(documents.AlreadyDrafted):
        draft(at=later)
    item = rectification.items.get(position=1)
    closed = {"closed_how": "evaluation", "closed_at": at}
    rows = rectification.items.filter(pk=item.pk)
    rows.update(status="closed", **closed)
    rows.update(
        status="open", closed_how="", closed_at=None, reopened=1, due_on=date(2026, 6, 1)
    )
    figures = {"reason": "", "due_on": "2026-06-01"}
    write(item, "reopened", by=None, at=later, note="面积又减少了", figures=figures)
    assert rectification in document_subjects.subjects(alice, "rectification_notice")
    second = draft(at=later)
    assert "该事项此前已整改销号，现再次不达标：面积又减少了。" in text_of(second)
    assert "整改期限：2026年6月1日前" in text_of(second)
    assert rectification not in document_subjects.subjects(alice, "rectification_notice")
    with pytest.raises(documents.AlreadyDrafted):
        draft(at=later)
