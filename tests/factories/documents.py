"""Official documents and their templates."""

from datetime import UTC, date, datetime

import factory

from evaluation.models import DocumentDelivery, DocumentTemplate, OfficialDocument
from evaluation.selectors import document_writing
from evaluation.selectors.document_blocks import Gathered, grid, heading, texts
from evaluation.selectors.document_templates import default, samples
from portal.jurisdictions.models import Division
from tests.factories.portal import UserFactory

AT = datetime(2026, 3, 1, 1, 0, tzinfo=UTC)


class TemplateFactory(factory.django.DjangoModelFactory):
    """A version of the words of a briefing; ``district`` is given."""

    class Meta:
        model = DocumentTemplate

    kind = "briefing"
    number = factory.Sequence(lambda n: n % 30_000 + 1)
    word = "海民社"
    issuer = "海棠区民政局"
    title = "情况专报"
    body = "现将有关情况报告如下。"
    entered_by = factory.SubFactory(UserFactory)
    entered_at = AT


class OfficialDocumentFactory(factory.django.DjangoModelFactory):
    """A drafted briefing; ``district`` is given."""

    class Meta:
        model = OfficialDocument

    kind = "briefing"
    title = factory.Sequence(lambda n: f"情况专报{n}")
    content = []
    word = "海民社"
    drafted_by = factory.SubFactory(UserFactory)
    drafted_at = AT


# From self-assessment to a final result, with what the database asks of each stage.
STAGES = ("self", "township", "district", "reply", "settled", "approved", "final")


def reviewed(review, until="final", *, total="86.50", grade="good"):
    """The review, taken from where it stands to a stage by people of the bureau."""
    officer, leader = UserFactory(), UserFactory()
    values = {
        "reply": {"reviewed_by": officer, "reviewed_at": AT, "district_total": total},
        "approved": {
            "approved_by": leader,
            "approved_at": AT,
            "final_total": total,
            "grade": grade,
        },
    }
    ahead = STAGES[STAGES.index(review.status) + 1 : STAGES.index(until) + 1]
    for stage in ahead:
        rows = type(review).objects.filter(pk=review.pk)
        rows.update(status=stage, **values.get(stage, {}))
    review.refresh_from_db()
    return review


def advanced(review_round, until):
    """The round, taken to a status as far as its reviews allow."""
    order = ("open", "publicity", "final", "archived")
    values = {
        "publicity": {"publicity_from": date(2026, 5, 20), "publicity_until": date(2026, 5, 26)},
        "final": {"published_by": review_round.created_by, "published_at": AT},
        "archived": {"snapshot": "{}", "snapshot_sha256": "a" * 64},
    }
    for status in order[order.index(review_round.status) + 1 : order.index(until) + 1]:
        if status == "final":
            review_round.reviews.filter(status="approved").update(status="final")
        rows = type(review_round).objects.filter(pk=review_round.pk)
        rows.update(status=status, **values[status])
    review_round.refresh_from_db()
    return review_round


def filed(document, file, *centers, sequence=1):
    """The document, issued with a number and one file for both, and delivered to centers."""
    rows = OfficialDocument.objects.filter(pk=document.pk)
    rows.update(
        status="issued",
        number_year=2026,
        sequence=sequence,
        dated_on=date(2026, 3, 1),
        issued_by=UserFactory(),
        issued_at=AT,
        docx=file,
        pdf=file,
    )
    for center in centers:
        DocumentDelivery.objects.create(document=document, center=center, delivered_at=AT)
    document.refresh_from_db()
    return document


def _results(rows):
    names = ["梧桐路街道", "银杏街道", "香樟镇", "紫藤镇"]
    lines = [
        [str(n), names[n % 4], f"海棠区{names[n % 4]}社会组织服务中心", f"{95 - n % 30}.50", "良好"]
        for n in range(1, rows + 1)
    ]
    return [grid(["序号", "街镇", "中心", "得分", "等次"], lines)]


def sample_paper(kind, rows=3):
    """What the portal brings for a kind, laid out with tables of so many rows, or so many items."""
    district = Division(name="海棠区", kind="district")
    words = default(district, kind)
    values, blocks = samples(district, words)
    said = "截至2025年12月31日，场所面积为24.00平方米，与有关要求存在差距，请对照整改。"
    items = [[heading(f"事项{n}"), *texts(said * 2)] for n in range(1, rows + 1)]
    own = {
        "items": [block for item in items for block in item],
        "requirements": [block for n in range(1, rows + 1) for block in texts(f"{n}.{said}")],
        "facts": [
            {"kind": "pairs", "items": [["中心编号", "C05"], ["校验码", "0123456789abcdef" * 4]]},
            *_results(rows),
        ],
    }
    gathered = Gathered(values, {name: own.get(name, _results(rows)) for name in blocks})
    title, content = document_writing.written(words, gathered)
    return document_writing.paper_of(
        OfficialDocument(kind=kind, title=title, content=content),
        number=document_writing.Numbered("海民社", 2026, 7),
        dated_on=date(2026, 3, 1),
        made_at=AT,
    )
