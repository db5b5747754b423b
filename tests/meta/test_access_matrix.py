"""Every address, asked by everybody: ``access_matrix.csv`` says who gets what.

A row per URL name and method; ``kwargs`` names the object of 海棠区 that is asked for. A cell is
the status expected, or several with ``|``. A name that ends in ``*`` speaks for a package's pages.

To add an address: add its rows, with what each of the columns may see. alice is an officer of the
district, bob of another, charlie nobody, diane directs the center asked for, auditor reads the
trail, neighbour is the reviewer of another street; the tokens are API clients of the district
(``token``) and of another one.
"""

import csv
from contextlib import suppress
from copy import deepcopy
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from django.db import transaction
from django.test import Client
from django.urls import NoReverseMatch, get_resolver, reverse
from django.urls.resolvers import URLResolver

from centers.services import evidence, filings
from evaluation.models import (
    DutyEvidence,
    ItemEvidence,
    ItemExtension,
    OfficialDocument,
    Publication,
    Review,
    ReviewEvidence,
    ReviewExtra,
    Survey,
)
from evaluation.services import waivers
from organizations.services import case_files
from portal.jurisdictions.models import Division
from projects.services import announcements
from tests.factories.centers import (
    AT,
    CenterFactory,
    ObligationFactory,
    SectionFactory,
    SubmittedFilingFactory,
)
from tests.factories.documents import OfficialDocumentFactory, filed
from tests.factories.events import FollowUpFactory, HeldEventFactory
from tests.factories.evidence import paper
from tests.factories.organizations import (
    ActivityTeamFactory,
    CaseFactory,
    InspectionHelpFactory,
    OrganizationFactory,
    WorkRecordFactory,
)
from tests.factories.portal import RoleAssignmentFactory, UserFactory
from tests.factories.procurements import (
    BidFileFactory,
    BudgetBasisFactory,
    CostLineFactory,
    DocumentFactory,
    KeyHolderFactory,
    PlanFactory,
    RepairFactory,
    TieFactory,
    announced,
)
from tests.factories.publications import FeedbackFactory, PublicationFactory, PublishedFactory
from tests.factories.rectifications import ItemFactory, RectificationFactory, ResponseFactory
from tests.factories.rectifications import issue as issue_notice
from tests.factories.reviews import (
    ExtraFactory,
    ReviewFactory,
    ReviewRoundFactory,
    SchemeFactory,
    adopted,
    finished,
)

MATRIX = Path(__file__).with_name("access_matrix.csv")
ACTORS = (
    "anonymous",
    "alice",
    "bob",
    "charlie",
    "diane",
    "auditor",
    "neighbour",
    "token",
    "other_district_token",
)
# Django's own ways into the admin's named pages: an old form of address, and what leads nowhere.
UNNAMED = ("<path:object_id>/", "(?P<url>.*)$")


def walk(resolver, namespaces=()):
    """(qualified name, pattern) of every address."""
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            inner = (*namespaces, entry.namespace) if entry.namespace else namespaces
            yield from walk(entry, inner)
        else:
            yield ":".join((*namespaces, entry.name or "")), str(entry.pattern)


def names():
    return {name for name, _pattern in walk(get_resolver()) if not name.endswith(":")}


def read_matrix():
    with MATRIX.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def groups():
    """Rows by the door they belong to, one test each."""
    found = {}
    for row in read_matrix():
        found.setdefault(row["name"].split("_")[0].split("-")[0], []).append(row)
    return found


def _proved_waiver(center, director, at):
    """Asked for by the director, with a file; the same one however often."""
    return center.waivers.first() or waivers.request(
        center=center,
        rule="ST-03",
        reason="理事长担任法定代表人",
        upload=paper(),
        ends_on=date(2030, 1, 1),
        by=director,
        at=at,
    )


@pytest.fixture
def asked_for(rows_of, alice, diane, center, haitang, wutong, pack, at, settings, tmp_path):
    """The object named in the column ``kwargs`` → the keyword arguments of its address."""
    filing = filings.open_change(center=center, by=diane, at=at)
    drafted = filings.add_section(filing=filing, kind="premises", by=diane, at=at)
    handed_in = SubmittedFilingFactory(center=CenterFactory(division=wutong), opened_by=diane)
    section = SectionFactory(filing=handed_in, status="submitted")
    obligation = ObligationFactory(center=center, round__division=center.division)
    event = HeldEventFactory(center=center)
    follow_up = FollowUpFactory(event=event)
    team = ActivityTeamFactory(division=wutong, status="community")
    settings.MEDIA_ROOT = tmp_path
    attached = evidence.attach(
        section=drafted,
        upload=paper(),
        title="租赁合同",
        kind="contract",
        line=None,
        expires_on=None,
        by=diane,
        at=at,
    )
    arguments = {
        "": dict,
        "center": lambda: {"code": center.code},
        "center rule": lambda: {"code": center.code, "rule": "ST-08"},
        "filing": lambda: {"pk": filing.pk},
        "obligation": lambda: {"pk": obligation.pk},
        "round": lambda: {"pk": rows_of["centers.Round"]().pk},
        "round obligation": lambda: _extendable(rows_of["centers.Obligation"]()),
        "filing kind": lambda: {"pk": filing.pk, "kind": "premises"},
        "attachment": lambda: {"pk": attached.pk},
        "filing section": lambda: {"pk": handed_in.pk, "section_pk": section.pk},
        "event": lambda: {"pk": event.pk},
        "work": lambda: {"pk": WorkRecordFactory(center=center).pk},
        "warning": lambda: {"pk": rows_of["organizations.EarlyWarning"]().pk},
        "warning code": lambda: {"code": f"W{rows_of['organizations.EarlyWarning']().pk}"},
        "team": lambda: {"pk": team.pk},
        "team step": lambda: {"pk": team.pk, "step": "opinion"},
        "team phone": lambda: {"noun": "team", "pk": team.pk, "field": "leader_phone"},
        "inspection": lambda: {"pk": rows_of["organizations.Inspection"]().pk},
        "inspection code": lambda: {"code": f"I{rows_of['organizations.Inspection']().pk}"},
        "inspection help": lambda: {
            "pk": InspectionHelpFactory(
                inspection=rows_of["organizations.Inspection"](), center=center
            ).pk
        },
        "campaign code": lambda: {"code": f"A{rows_of['organizations.Campaign']().pk}"},
        "campaign": lambda: {"pk": rows_of["organizations.Campaign"]().pk},
        "center case-kind": lambda: {"code": center.code, "kind": "consultation"},
        "case": lambda: {"pk": CaseFactory(center=center).pk},
        "training case": lambda: {"pk": _training(center).pk},
        "case file": lambda: {"pk": _case_file(CaseFactory(center=center), diane, at).pk},
        "case code": lambda: {"code": f"K{rows_of['organizations.Case']().pk}"},
        "event follow-up": lambda: {"pk": event.pk, "follow_up_pk": follow_up.pk},
        "accepted print": lambda: {"pk": accepted_filing(center, diane).pk, "suffix": "pdf"},
        "district": lambda: {"code": "310199"},
        "district kind": lambda: {"code": "310199", "kind": "guidance"},
        "duty": lambda: {"pk": rows_of["evaluation.DutyRecord"]().pk},
        "duty file": lambda: proven(rows_of["evaluation.DutyRecord"](), attached),
        "district key": lambda: {"code": "310199", "key": "min_area"},
        "pack": lambda: {"pk": pack.pk},
        "pack_version": lambda: {"code": pack.code, "version": pack.version},
        "activation": lambda: {"pk": pack.activations.get().pk},
        "app": lambda: {"app_label": "centers"},
        "content": lambda: {"content_type_id": 1, "object_id": 1},
        "round code": lambda: {"code": f"R{rows_of['centers.Round']().pk}"},
        "filing code": lambda: {"code": f"F{handed_in.pk}"},
        "organization": lambda: {"pk": rows_of["organizations.Organization"]().pk},
        "organization code": lambda: {"code": f"O{rows_of['organizations.Organization']().pk}"},
        "expert": lambda: {"pk": rows_of["projects.Expert"]().pk},
        "tie": lambda: {"pk": _tie(rows_of["projects.Expert"](), wutong).pk},
        "seat": lambda: {"pk": rows_of["projects.Seat"]().pk},
        "award": lambda: {"pk": rows_of["projects.Award"]().pk},
        "procurement of a panel": lambda: {"pk": rows_of["projects.Seat"]().procurement_id},
        "team code": lambda: {"code": f"T{rows_of['organizations.ActivityTeam']().pk}"},
        "table": lambda: {"table": "organizations"},
        "transfer": lambda: {"pk": rows_of["organizations.Transfer"]().pk},
        "contract": lambda: {"pk": rows_of["projects.Contract"]().pk},
        "contract step": lambda: {"pk": rows_of["projects.Contract"]().pk, "verb": "supervise"},
        "contract file": lambda: _paper_of(rows_of["projects.Contract"](), attached),
        "contract payment": lambda: _payable(rows_of["projects.Payment"]()),
        "procurement": lambda: {"pk": rows_of["projects.Procurement"]().pk},
        "project": lambda: {"pk": rows_of["projects.Project"]().pk},
        "planned project": lambda: _planned(rows_of["projects.Project"](), alice),
        "project line": lambda: _line_of(rows_of["projects.Project"]()),
        "project basis": lambda: {
            "pk": BudgetBasisFactory(project=rows_of["projects.Project"]()).pk
        },
        "project file": lambda: _own_file(rows_of["projects.Project"](), attached),
        "procurement file": lambda: _file_of(rows_of["projects.Procurement"](), attached),
        "procurement invitee": lambda: _invited(rows_of["projects.Invitee"]()),
        "need": lambda: {"pk": rows_of["projects.Need"]().pk},
        "offer": lambda: {"pk": rows_of["projects.Offer"]().pk},
        "need step": lambda: {"pk": rows_of["projects.Need"]().pk, "code": "close"},
        "match step": lambda: {"pk": rows_of["projects.Match"]().pk, "code": "fail"},
        "offer step": lambda: {"pk": rows_of["projects.Offer"]().pk, "code": "withdraw"},
        "lottery step": lambda: {
            "pk": rows_of["projects.LotteryApplication"]().pk,
            "code": "refuse",
        },
        "match": lambda: {"pk": rows_of["projects.Match"]().pk},
        "lottery": lambda: {"pk": rows_of["projects.LotteryApplication"]().pk},
        "challenge": lambda: {"pk": rows_of["projects.Challenge"]().pk},
        "announced": lambda: {"pk": announced(rows_of["projects.Procurement"]()).pk},
        "project code": lambda: {"code": f"P{rows_of['projects.Project']().pk}"},
        "procurement code": lambda: {"code": f"G{rows_of['projects.Award']().procurement_id}"},
        "announcement code": lambda: {"code": f"N{rows_of['projects.Announcement']().pk}"},
        "contract code": lambda: {"code": f"H{rows_of['projects.Contract']().pk}"},
        "announcement": lambda: {"pk": _published(rows_of, alice, at).pk},
        "announcements": lambda: _published(rows_of, alice, at) and {},
        "announced number": lambda: {
            "procurement_no": _published(rows_of, alice, at).procurement.procurement_no
        },
        "center announced": lambda: {
            "code": center.code,
            "pk": announced(rows_of["projects.Procurement"]()).pk,
        },
        "run": lambda: {"pk": rows_of["evaluation.Run"]().pk},
        "rectification": lambda: {"pk": rows_of["evaluation.Rectification"]().pk},
        "rectified review": lambda: {"pk": rows_of["evaluation.Review"]().pk},
        "issued rectification": lambda: {"pk": _issued(center).rectification_id},
        "review code": lambda: {"code": _final(rows_of["evaluation.Review"]())},
        "rectification code": lambda: {"code": f"Z{_issued(center).rectification_id}"},
        "issued item": lambda: {"pk": _issued(center).pk},
        "asked extension": lambda: {"pk": _asked(_issued(center), diane).pk},
        "item file": lambda: {"pk": _item_file(_issued(center), attached).pk},
        "feedback": lambda: {"pk": rows_of["evaluation.Feedback"]().pk},
        "handed feedback": lambda: {"pk": _handed(center, alice).pk},
        "waiver": lambda: {"pk": rows_of["evaluation.Waiver"]().pk},
        "evaluation.Scheme pk": lambda: {"pk": rows_of["evaluation.Scheme"]().pk},
        "evaluation.ReviewRound pk": lambda: {"pk": rows_of["evaluation.ReviewRound"]().pk},
        "evaluation.Review pk": lambda: {"pk": rows_of["evaluation.Review"]().pk},
        "evaluation.Objection pk": lambda: {"pk": rows_of["evaluation.Objection"]().pk},
        "survey": lambda: _surveyed(rows_of["evaluation.Review"](), diane),
        "review evidence": lambda: _proven_review(rows_of["evaluation.Review"](), attached),
        "own review": lambda: {"pk": _own_review(center, wutong).pk},
        "own review evidence": lambda: _proven_review(_own_review(center, wutong), attached),
        "review extra": lambda: _claimed(rows_of["evaluation.Review"](), attached),
        "own review extra": lambda: _claimed(_own_review(center, wutong), attached),
        "public round": lambda: {"pk": _own_review(center, wutong, "publicity").round_id},
        "public objection": lambda: {
            "pk": _own_review(center, wutong, "publicity").round_id,
            "code": center.code,
        },
        "own waiver": lambda: {"pk": _proved_waiver(center, diane, at).pk},
        "issued document": lambda: _paper_for(center, haitang, attached),
        "issued document file": lambda: _paper_for(center, haitang, attached, suffix="pdf"),
        "document kind": lambda: {"kind": "briefing"},
        "district document-kind": lambda: {"code": "310199", "kind": "briefing"},
        "drafted document": lambda: {"pk": rows_of["evaluation.OfficialDocument"]().pk},
        "document delivery": lambda: _delivered(center, haitang, attached),
        "center year": lambda: {"code": center.code, "year": 2026},
        "publication": lambda: {"pk": _draft_of(center).pk},
        "shown publication": lambda: {"pk": _shown(_draft_of(center), attached.file).pk},
        "publication code": lambda: {"code": f"X{rows_of['evaluation.Publication']().pk}"},
        "published center": lambda: {"code": _text(center).center.code},
        "center text": lambda: {
            "code": _text(center).center.code,
            "item": "services",
            "year": 2026,
        },
        "district text": lambda: {
            "code": _text(None, division=center.division.parent, item="publicity").division.code,
            "item": "publicity",
            "year": 2026,
        },
        "city pack": lambda: {"pk": rows_of["evaluation.CityPack"]().pk},
        "city pack code": lambda: {"code": _sent(rows_of["evaluation.CityPack"]())},
        "notice": lambda: {"pk": rows_of["inbox.Notice"]().pk},
        "key": lambda: {"key": "x"},
        "uid key": lambda: {"uidb36": "x", "key": "y"},
        "pk": lambda: {"pk": 1},
        "clause": lambda: {"clause": "三(二)-4"},
        "client": lambda: {"pk": rows_of["clients.Client"]().pk},
        "endpoint": lambda: {"pk": rows_of["webhooks.Endpoint"]().pk},
        "delivery": lambda: {"pk": rows_of["webhooks.Delivery"]().pk},
        "client token": lambda: _token_of(rows_of["clients.Client"]()),
    }
    arguments |= _of_bids(rows_of, attached)
    for label, make in rows_of.items():
        arguments[label] = lambda make=make: {"object_id": make().pk}
    arguments["jurisdictions.Division"] = lambda: {"object_id": wutong.pk}
    arguments["centers.Center"] = lambda: {"object_id": center.pk}
    arguments["axes.AccessAttempt"] = lambda: {"object_id": 1}
    return lambda name: arguments[name]()


def _sent(pack):
    """The code of the pack, submitted; of a district and a year one stands."""
    standing = type(pack).objects.filter(year=pack.year, status="submitted").first()
    if standing is not None:
        return f"B{standing.pk}"
    found = type(pack).objects.filter(pk=pack.pk, status="built")
    found.update(
        status="submitted", submitted_by=UserFactory(), submitted_at=AT, signer="郭局长"
    )
    return f"B{pack.pk}"


def _final(review):
    """The code of the review, made final once."""
    return f"V{(review if review.status == 'final' else finished(review)).pk}"


def _published(rows_of, officer, at):
    """The notice of a procurement."""
    return announcements.publish(
        procurement=announced(rows_of["projects.Procurement"]()),
        kind="notice",
        title="采购公告",
        content={},
        by=officer,
        at=at,
    )


def _text(center, **values):
    """What stands published of a center, or of the bureau; the same one however often."""
    values = {"division": center.division if center else None, "item": "services"} | values
    there = Publication.objects.published().filter(center=center, **values).first()
    return there or PublishedFactory(center=center, **values)


def _payable(payment):
    return {"pk": payment.contract_id, "verb": "pay", "row": payment.pk}


def _file_of(procurement, attached):
    """A file of the procurement, of the bytes that an attachment brought."""
    document = DocumentFactory(
        project=procurement.project, procurement=procurement, file=attached.file
    )
    return {"pk": procurement.pk, "document_pk": document.pk}


def _paper_for(center, district, attached, **more):
    return {"pk": _issued_paper(center, district, attached).pk, **more}


def _delivered(center, district, attached):
    return {"pk": _issued_paper(center, district, attached).deliveries.get().pk}


def _issued_paper(center, district, attached):
    """The one document that was delivered to the center; its file is one that was attached."""
    found = OfficialDocument.objects.filter(docx=attached.file).first()
    return found or filed(OfficialDocumentFactory(district=district), attached.file, center)


def _draft_of(center):
    """The one draft of the center's services."""
    found = Publication.objects.filter(center=center, status="draft").first()
    return found or PublicationFactory(division=center.division, center=center)


def _shown(publication, file):
    """The publication, with a picture of where else it is published."""
    publication.channel, publication.screenshot = "公告栏", file
    publication.save()
    return publication


def _planned(project, officer):
    """A project whose plan was submitted by the officer."""
    PlanFactory(
        project=project,
        status="submitted",
        submitted_by=officer,
        submitted_at=AT,
    )
    return {"pk": project.pk}


def _line_of(project):
    return {"pk": project.pk, "line_pk": CostLineFactory(project=project).pk}


def _own_file(project, attached):
    """A file of the project itself, of the bytes that an attachment brought."""
    document = DocumentFactory(project=project, file=attached.file)
    return {"pk": project.pk, "document_pk": document.pk}


def _paper_of(contract, attached):
    """A file of the contract, of the bytes that an attachment brought."""
    document = DocumentFactory(
        project=contract.project, contract=contract, file=attached.file
    )
    return {"pk": contract.pk, "document_pk": document.pk}


def _invited(invitee):
    return {"pk": invitee.procurement_id, "invitee_pk": invitee.pk}


def _of_bids(rows_of, attached):
    """Bids, their keys and what became of them; their files are those an attachment brought."""

    def key_holder():
        return KeyHolderFactory(procurement=rows_of["projects.Procurement"]())

    def repair():
        asked = RepairFactory(opened_bid=rows_of["projects.OpenedBid"]())
        who = {"text": "已补", "repaired_by": attached.added_by, "document": attached.file}
        type(asked).objects.filter(pk=asked.pk).update(repaired_at=AT, **who)
        return asked

    def bid_file():
        return BidFileFactory(opened_bid=rows_of["projects.OpenedBid"](), file=attached.file)

    def sealed_bid():
        bid = rows_of["projects.Bid"]()
        return {"pk": bid.procurement_id, "number": bid.number}

    return {
        "bidder": lambda: {"pk": rows_of["projects.Bidder"]().pk},
        "sealed procurement": lambda: {"pk": rows_of["projects.Procurement"]().pk},
        "opened procurement": lambda: {"pk": rows_of["projects.Opening"]().procurement_id},
        "key holder": lambda: {"pk": key_holder().pk},
        "sealed bid": sealed_bid,
        "opened bid": lambda: {"pk": rows_of["projects.OpenedBid"]().pk},
        "bid file": lambda: {"pk": bid_file().pk},
        "repaired bid": lambda: {"pk": repair().pk},
        "project document": lambda: {"pk": 1},
    }


def _issued(center):
    """An item that the center has to put right."""
    item = ItemFactory(rectification=RectificationFactory(center=center), rule="")
    issue_notice(item.rectification)
    return item


def _asked(item, director):
    return ItemExtension.objects.create(
        item=item,
        due_before=item.due_on,
        due_after=date(2026, 4, 30),
        reason="材料未到",
        asked_by=director,
        asked_at=AT,
    )


def _item_file(item, attached):
    """A file that proves a response, of the bytes that an attachment brought."""
    by = attached.added_by
    response = ResponseFactory(item=item, answered_by=by)
    return ItemEvidence.objects.create(
        response=response, file=attached.file, added_by=by, added_at=AT
    )


def _handed(center, officer):
    """Feedback that the center was asked about."""
    district = Division.objects.get(code=center.division.district_code)
    return FeedbackFactory(
        district=district, status="handling", handler=officer, handed_to=center
    )


def _own_review(center, township, status="open"):
    """The center's review in a round of its district; the same one however often."""
    announced = {"publicity_from": AT.date(), "publicity_until": date(2099, 1, 1)}
    if found := Review.objects.filter(center=center).first():
        return found
    district = township.parent
    round_ = ReviewRoundFactory(
        district=district,
        scheme=adopted(district),
        year=2024,
        status=status,
        **(announced if status == "publicity" else {}),
    )
    return ReviewFactory(round=round_, center=center)


def _surveyed(review, person):
    """The round of the review, and what its survey found."""
    made = Survey.objects.create(
        round=review.round,
        center=review.center,
        group="residents",
        asked=0,
        valid_answers=0,
        entered_by=person,
        entered_at=AT,
    )
    return {"pk": review.round_id, "survey_pk": made.pk}


def _proven_review(review, attached):
    """The review, and a file that its center added."""
    made = ReviewEvidence.objects.create(
        review=review, stage="self", file=attached.file, added_by=attached.added_by, added_at=AT
    )
    return {"pk": review.pk, "evidence_pk": made.pk}


def _claimed(review, attached):
    """The review, and a bonus that its center claims with a file; the same one however often."""
    made = review.extras.first() or ReviewExtra.objects.create(
        review=review,
        extra=ExtraFactory(scheme=SchemeFactory(district=review.round.district)),
        kind="bonus",
        name="品牌项目",
        facts="获奖",
        claimed_points=1,
        file=attached.file,
        entered_by=attached.added_by,
        entered_at=AT,
    )
    return {"pk": review.pk, "extra_pk": made.pk}


def _tie(expert, division):
    return TieFactory(expert=expert, organization=OrganizationFactory(division=division))


def _training(center):
    return CaseFactory(center=center, kind="training", status="planned")


def _case_file(case, director, at):
    """A file that was attached to the case."""
    return case_files.attach(case=case, upload=paper(), title="签到表", by=director, at=at)


def accepted_filing(center, director):
    """A filing with one section, both accepted."""
    filing = SubmittedFilingFactory(center=center, opened_by=director, source="import")
    SectionFactory(filing=filing, status="accepted", decided_by=director, decided_at=AT)
    filing.status = "accepted"
    filing.save()
    return filing


def proven(record, attached):
    """The record's own file, of the bytes that an attachment brought."""
    by = attached.added_by
    DutyEvidence.objects.create(record=record, file=attached.file, added_by=by, added_at=AT)
    return {"pk": record.pk, "key": attached.file_id}


def _token_of(client):
    """The client, and the one token it has."""
    return {"pk": client.pk, "token_key": client.user.auth_token_set.get().token_key}


def _extendable(obligation):
    return {"pk": obligation.round_id, "obligation_pk": obligation.pk}


@pytest.fixture
def clients(client_for, client_of, alice, bob, charlie, diane, auditor, haitang, huangpu, wutong):
    """Actor → a function (method, path) → status."""
    neighbour = UserFactory(is_staff=True)
    yinxing = type(wutong).objects.create(
        code="310199002",
        name="银杏街道",
        kind="subdistrict",
        parent=haitang,
        path=f"{haitang.path}310199002/",
    )
    RoleAssignmentFactory(user=neighbour, role="township_reviewer", division=yinxing)
    people = {
        "alice": alice,
        "bob": bob,
        "charlie": charlie,
        "diane": diane,
        "auditor": auditor,
        "neighbour": neighbour,
    }
    found = {"anonymous": Client()} | {name: client_for(user) for name, user in people.items()}
    for name, division in (("token", haitang), ("other_district_token", huangpu)):
        found[name] = Client(headers={"authorization": f"Bearer {client_of(division)[1]}"})
    return found


def status(client, method, path):
    """The answer's status; whatever was written, or logged out, is undone."""
    cookies = deepcopy(client.cookies)
    with transaction.atomic():
        answer = getattr(client, method.lower())(path)
        transaction.set_rollback(True)
    client.cookies = cookies
    return str(answer.status_code)


def test_every_address_has_a_row():
    listed = [row["name"] for row in read_matrix()]
    missing = [name for name in names() if not any(fnmatchcase(name, entry) for entry in listed)]
    assert sorted(missing) == []


def test_every_row_has_an_address():
    stale = [
        row["name"]
        for row in read_matrix()
        if not any(fnmatchcase(n, row["name"]) for n in names())
    ]
    assert stale == []


def test_our_own_addresses_are_listed_one_by_one():
    """Only the pages of a package may be grouped."""
    grouped = {row["name"] for row in read_matrix() if "*" in row["name"]}
    assert grouped <= {"account_*", "mfa_*"}


def test_no_row_is_written_twice():
    keys = [(row["name"], row["method"]) for row in read_matrix()]
    assert sorted(keys) == sorted(set(keys))


def test_every_address_of_ours_is_asked_with_get_and_post():
    asked = {}
    for row in read_matrix():
        asked.setdefault(row["name"], set()).add(row["method"])
    assert {name: methods for name, methods in asked.items() if methods != {"GET", "POST"}} == {}


def test_unnamed_addresses_are_the_admins_own():
    unnamed = {pattern for name, pattern in walk(get_resolver()) if name.endswith(":")}
    assert unnamed == set(UNNAMED)


@pytest.mark.django_db
@pytest.mark.parametrize("group", groups())
def test_everybody_gets_what_the_matrix_says(group, asked_for, clients):
    wrong = []
    for row in groups()[group]:
        for name in sorted(n for n in names() if fnmatchcase(n, row["name"])):
            for path in paths(name, row, asked_for):
                for actor in ACTORS:
                    found = status(clients[actor], row["method"], path)
                    if found not in row[actor].split("|"):
                        wrong.append(f"{row['method']} {name} {actor}: {found}, not {row[actor]}")
    assert wrong == []


def paths(name, row, asked_for):
    """The row's address; a grouped name takes whichever arguments it has."""
    if "*" not in row["name"]:
        wanted = row["kwargs"].removesuffix(" day")
        query = "?as_of=2025-12-31" if wanted != row["kwargs"] else ""
        return [reverse(name, kwargs=asked_for(wanted)) + query]
    found = []
    for entry in ("", "key", "uid key", "pk"):
        with suppress(NoReverseMatch):
            found.append(reverse(name, kwargs=asked_for(entry)))
    return found[:1]
