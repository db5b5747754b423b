"""Publications: a redacted copy is drafted, looked at, published, replaced or withdrawn.

What was published never changes, whatever becomes of the facts; a newer text replaces it.
"""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import date, datetime
from typing import Any

from django.core.files import File
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from centers.models import Center, Membership
from evaluation.models import Pack, Publication, Review, ReviewRound
from evaluation.rules import disclosing as d
from evaluation.selectors import disclosure, disclosure_sources, disclosure_words
from evaluation.services import evaluations
from portal.audit import services as audit
from portal.errors import Conflict, DomainError, constraint_of, given
from portal.evidence import services as evidence
from portal.inbox import services as inbox
from portal.jurisdictions.models import Division
from portal.transitions import edit as write
from portal.transitions import lock, transition
from portal.users.models import User
from portal.users.roles import Capability, roles_with
from projects.selectors.announced import LANGUAGE

Status, Item = Publication.Status, Publication.Item
LONGEST_TEXT = 3_000
LONGEST_CHANNEL = 100
_record = audit.Trail[Publication]("evaluation.publication", lambda one: one.division.path)

TEXTS = {
    "publish": gettext_noop("“%(title)s” was published."),
    "withdraw": gettext_noop("“%(title)s” was withdrawn from the public: %(note)s"),
}


class ItemUnknown(DomainError):
    """No item of the list, or one that is not published center by center."""


class NothingToTell(DomainError):
    """The item rests on a contract, a result or a half year, and there is none of that name."""


class TextIncomplete(DomainError):
    """Something without which the item says nothing is missing."""


class NotChecked(DomainError):
    """Somebody publishes without having said that the text was looked through."""


class ProofStands(DomainError):
    """A text that is out has its picture already."""


class TextTooLong(DomainError):
    """A text that is longer than a page of the public site takes."""


@transaction.atomic
def prepare(
    *, center: Center, item: str, year: int, by: User, at: datetime, subject: str = ""
) -> Publication:
    """Draft the text of an item from what is known now; what was typed for the text before it is
    carried over. The draft that is there already is handed back as it is.

    Raises ``ItemUnknown`` and ``NothingToTell``.
    """
    if item not in d.CATALOGUE:
        raise ItemUnknown(_("This is no item of the list."))
    there = _of(center, item, year, subject).filter(status=Status.DRAFT).first()
    if there is not None:
        return there
    content = disclosure_sources.source(center, item, year, subject, at)
    _check_there_is_something(item, subject, content)
    last = _of(center, item, year, subject).exclude(status=Status.DROPPED).order_by("pk").last()
    typed = _typed(item, disclosure_sources.values_of(last.content) if last else {})
    with override(LANGUAGE):
        title = disclosure_words.title_of(item, year, subject, center.name)
    asked = disclosure.due_of(center, item, year, subject, localdate(at))
    new = Publication(
        division=center.division,
        center=center,
        item=item,
        year=year,
        subject=subject,
        number=_next_number(_of(center, item, year, subject)),
        title=last.title if last and not _is_of_bureau(item) else title,
        content=_redacted(_filled(content, typed), center, localdate(at)),
        arose_on=asked.arose_on if asked else None,
        due_on=asked.due_on if asked else None,
        drafted_by=by,
        drafted_at=at,
    )
    try:
        with transaction.atomic():
            new.save(force_insert=True)
    except IntegrityError as error:
        if constraint_of(error) != "publication_one_draft":
            raise
        raise Conflict(_("Meanwhile somebody else began a draft of this item.")) from error
    _record(new, "prepare", by=by, at=at, changes={"item": [None, item]})
    return new


@transaction.atomic
def edit(
    *,
    publication: Publication,
    version: int,
    title: str,
    texts: Mapping[str, str],
    by: User,
    at: datetime,
) -> tuple[str, ...]:
    """Write the title and the typed fields of a draft, and take the facts anew. What nobody may
    read is taken out; the kinds of it are returned. ``texts`` of other fields are passed over, and
    so is the ``title`` of what the bureau owes: it is the same for every center.

    Raises ``TextTooLong`` and ``Conflict``.
    """
    _check_draft(publication)
    center = publication.center
    if center is None:
        raise ItemUnknown(_("What the bureau announces of a round is not written by hand."))
    if any(len(text) > LONGEST_TEXT for text in texts.values()):
        raise TextTooLong(
            _("A text is longer than %(limit)s characters. Shorten it or say where to read it.")
            % {"limit": LONGEST_TEXT}
        )
    asked = (publication.item, publication.year, publication.subject)
    content = disclosure_sources.source(center, *asked, at)
    typed = _typed(publication.item, texts)
    kinds: list[str] = []
    clean = _redacted(_filled(content, typed), center, localdate(at), kinds)
    hide = _hide(center, center.division, localdate(at), kinds)
    typed_title = "" if _is_of_bureau(publication.item) else title.strip()
    heading = hide(typed_title) or publication.title
    due = disclosure.due_of(center, *asked, localdate(at))
    write(
        publication,
        version=version,
        title=heading[:150],
        content=clean,
        arose_on=due.arose_on if due else None,
        due_on=due.due_on if due else None,
    )
    hidden = tuple(dict.fromkeys(kinds))
    _record(publication, "edit", by=by, at=at, changes={"hidden": [None, ", ".join(hidden)]})
    return hidden


@transaction.atomic
def publish(
    *, publication: Publication, version: int, is_checked: bool, by: User, at: datetime
) -> Publication:
    """Put a draft before everybody as it stands; the text that stood until now is replaced.

    Raises ``NotChecked``, ``TextIncomplete`` and ``Conflict``.
    """
    if not is_checked:
        raise NotChecked(
            _("Confirm that you looked through the preview: what is published stays as it is.")
        )
    missing = disclosure_sources.missing_in(publication)
    if missing:
        raise TextIncomplete(_("Fill in first: %(fields)s.") % {"fields": "、".join(missing)})
    _publish(publication, version=version, by=by, at=at)
    _judge_again(publication.division, at)
    _tell_center(publication, "publish", by=by, at=at)
    return publication


def _publish(publication: Publication, *, version: int, by: User, at: datetime) -> None:
    """Hold the place, take the old text down, put up the new one."""
    Division.objects.select_for_update(no_key=True).get(pk=publication.division_id)
    lock(publication, Status.PUBLISHED, version=version)
    same = Publication.objects.filter(
        division=publication.division_id,
        center=publication.center_id,
        item=publication.item,
        year=publication.year,
        subject=publication.subject,
    )
    for old in same.filter(status=Status.PUBLISHED):
        _replace(old, by=by, at=at)
    sha256 = disclosure_sources.digest_of(publication)
    transition(
        publication,
        Status.PUBLISHED,
        version=version,
        sha256=sha256,
        published_by=by,
        published_at=at,
        published_on=localdate(at),
    )
    _record(publication, "publish", by=by, at=at, changes={"sha256": [None, sha256]})


def _replace(old: Publication, *, by: User, at: datetime) -> None:
    transition(old, Status.REPLACED)
    _record(old, "replace", by=by, at=at, changes={"status": ["published", "replaced"]})


def prove(
    *,
    publication: Publication,
    channel: str,
    upload: File | None,
    version: int,
    by: User,
    at: datetime,
) -> Publication:
    """Say where else a text is published, with a picture that shows it there. Takes seconds. Of a
    draft a newer picture takes the place of the older; of a text that is out the first one stays.

    Raises ``ReasonMissing``, ``ProofStands``, ``EvidenceRefused`` and ``Conflict``.
    """
    said = given(channel, _("Say where else it was published."))
    hide = _hide(publication.center, publication.division, localdate(at))
    channel = hide(said)[:LONGEST_CHANNEL]
    _check_provable(publication)
    told: dict[str, list[str | None]] = {"channel": [publication.channel, channel]}
    changed: dict[str, Any] = {"channel": channel}
    if upload is not None:
        changed["screenshot"] = evidence.store(upload=upload, by=by, at=at)
        told["screenshot"] = [None, changed["screenshot"].sha256]
    with transaction.atomic():
        write(publication, version=version, **changed)
        _record(publication, "prove", by=by, at=at, changes=told)
    return publication


@transaction.atomic
def withdraw(
    *, publication: Publication, version: int, note: str, by: User, at: datetime
) -> Publication:
    """Take a text from the public; in its place residents read the note.

    Raises ``ReasonMissing`` and ``Conflict``.
    """
    said = given(note, _("Say why it is withdrawn: residents read it in the place of the text."))
    hidden = _hide(publication.center, publication.division, localdate(at))(said)
    transition(
        publication,
        Status.WITHDRAWN,
        version=version,
        withdrawn_by=by,
        withdrawn_at=at,
        withdraw_note=hidden[:300],
    )
    changes = {"status": ["published", "withdrawn"]}
    _record(publication, "withdraw", by=by, at=at, changes=changes, reason=hidden)
    _judge_again(publication.division, at)
    _tell_center(publication, "withdraw", by=by, at=at)
    return publication


@transaction.atomic
def drop(*, publication: Publication, version: int, by: User, at: datetime) -> Publication:
    """Give a draft up. Raises ``Conflict``."""
    transition(publication, Status.DROPPED, version=version)
    _record(publication, "drop", by=by, at=at, changes={"status": ["draft", "dropped"]})
    return publication


@transaction.atomic
def of_round(*, review_round: ReviewRound, by: User, at: datetime) -> list[Publication]:
    """Put the results of a round before everybody: announced for objections, one list, drawn anew
    when a grade changed meanwhile; final, the list and the grade of each center, which replace what
    was announced. Twice the same writes once.
    """
    # One after another: each writes what the one before left.
    Division.objects.select_for_update(no_key=True).get(pk=review_round.district_id)
    is_final = review_round.status in (ReviewRound.Status.FINAL, ReviewRound.Status.ARCHIVED)
    item = Item.REVIEW if is_final else Item.PUBLICITY
    found = Publication.objects.filter(round=review_round, item=item).ever_published()
    there = list(found.order_by("pk"))
    if there and (is_final or _tells_the_same(there[-1], review_round, at)):
        return there
    days = disclosure.days_of(review_round.district, localdate(at))
    today = localdate(at)
    formed = _formed_on(review_round, today)
    made = [_list_of(review_round, item, by=by, at=at)]
    if is_final:
        final = Review.objects.filter(round=review_round, status=Review.Status.FINAL)
        made += [
            _grade_of(review, by=by, at=at)
            for review in final.select_related("center__division").order_by("center__code")
        ]
    for one in made:
        one.arose_on, one.due_on = formed, days.add(formed, days.review)
        one.save(force_insert=True)
        _publish(one, version=one.version, by=by, at=at)
    if is_final:
        announced = Publication.objects.filter(round=review_round, item=Item.PUBLICITY)
        for old in announced.published():
            _replace(old, by=by, at=at)
    _judge_again(review_round.district, at)
    return made


def keep_up(*, review_round: ReviewRound, by: User, at: datetime) -> None:
    """Draw the list of an announced round anew where a grade changed; of others, do nothing."""
    if review_round.status == ReviewRound.Status.PUBLICITY:
        of_round(review_round=review_round, by=by, at=at)


def _formed_on(review_round: ReviewRound, today: date) -> date:
    """When what is put up now came about; while objections may be raised, with the last grade."""
    approved_at = review_round.reviews.aggregate(last=Max("approved_at"))["last"]
    is_announced = review_round.status == ReviewRound.Status.PUBLICITY
    until = None if is_announced else review_round.publicity_until
    return disclosure.formed_on(approved_at, until, today)


def _tells_the_same(text: Publication, review_round: ReviewRound, at: datetime) -> bool:
    now = disclosure_sources.results_of(review_round, at)
    return all(text.content[part] == now[part] for part in ("fields", "table"))


def _list_of(review_round: ReviewRound, item: str, *, by: User, at: datetime) -> Publication:
    year = review_round.year
    with override(LANGUAGE):
        title = disclosure_words.title_of(item, year, "", review_round.district.name)
    district = review_round.district
    same = Publication.objects.filter(division=district, center=None, item=item, year=year)
    return Publication(
        division=district,
        item=item,
        year=year,
        subject=str(year),
        round=review_round,
        number=_next_number(same),
        title=title,
        content=disclosure_sources.results_of(review_round, at),
        drafted_by=by,
        drafted_at=at,
    )


def _grade_of(review: Review, *, by: User, at: datetime) -> Publication:
    center, year = review.center, review.round.year
    with override(LANGUAGE):
        title = disclosure_words.title_of(Item.REVIEW, year, str(year), center.name)
    same = _of(center, Item.REVIEW, year, str(year))
    for draft in same.filter(status=Status.DRAFT):
        drop(publication=draft, version=draft.version, by=by, at=at)
    content = disclosure_sources.source(center, Item.REVIEW, year, str(year), at)
    return Publication(
        division=center.division,
        center=center,
        item=Item.REVIEW,
        year=year,
        subject=str(year),
        round=review.round,
        number=_next_number(same),
        title=title,
        content=content,
        drafted_by=by,
        drafted_at=at,
    )


# --- what they share


def _of(center: Center, item: str, year: int, subject: str) -> Any:
    return Publication.objects.filter(center=center, item=item, year=year, subject=subject)


def _next_number(same: Any) -> int:
    return (same.aggregate(last=Max("number"))["last"] or 0) + 1


def _check_there_is_something(item: str, subject: str, content: Mapping[str, Any]) -> None:
    """An item that rests on one thing of a name has that thing."""
    rests_on_one = d.CATALOGUE[item].when == d.ON_CONTRACT or item == Item.REVIEW
    known = [each for each in content["fields"] if each["value"]]
    if rests_on_one and not known:
        raise NothingToTell(
            _("Nothing is known of “%(which)s”: a signed contract or a final result is needed.")
            % {"which": subject or "—"}
        )
    if d.CATALOGUE[item].when == d.HALF_YEARLY and subject not in ("H1", "H2"):
        raise NothingToTell(_("Say of which half year the list is."))


def _is_of_bureau(item: str) -> bool:
    return d.owner_of(item) == d.DISTRICT


def _check_draft(publication: Publication) -> None:
    if publication.status != Status.DRAFT:
        raise Conflict(
            _("Nothing was saved: the text is “%(status)s”. Prepare a new one.")
            % {"status": publication.get_status_display()}
        )


def _check_provable(publication: Publication) -> None:
    if publication.status not in (Status.DRAFT, Status.PUBLISHED):
        raise Conflict(
            _("Nothing was saved: the text is “%(status)s”.")
            % {"status": publication.get_status_display()}
        )
    if publication.status == Status.PUBLISHED and publication.screenshot_id is not None:
        raise ProofStands(
            _("The text is out and has its picture. Publish a newer text to show another.")
        )


def _typed(item: str, texts: Mapping[str, str]) -> dict[str, str]:
    keys = {each.key for each in d.CATALOGUE[item].typed}
    return {key: text.strip() for key, text in texts.items() if key in keys}


def _filled(content: dict[str, Any], typed: Mapping[str, str]) -> dict[str, Any]:
    fields = [each | {"value": typed.get(each["key"], each["value"])} for each in content["fields"]]
    return content | {"fields": fields}


def _hide(
    center: Center | None, district: Division, on: date, kinds: list[str] | None = None
) -> Callable[[str], str]:
    """What takes out of a text what nobody may read, noting the kinds."""
    keep, names = disclosure_sources.to_hide_by(center, district, on)
    kinds = [] if kinds is None else kinds

    def hide(text: str) -> str:
        found = d.redact(text, keep=keep, names=names)
        kinds.extend(found.kinds)
        return found.text

    return hide


def _is_plain(key: str) -> bool:
    """Whether a field holds a number of the portal's own: of a contract, a register, an amount."""
    return key in ("contract_no", "uscc") or key.endswith("_yuan")


def _redacted(
    content: dict[str, Any], center: Center, on: date, kinds: list[str] | None = None
) -> dict[str, Any]:
    hide = _hide(center, center.division, on, kinds)
    fields = [
        each if _is_plain(each["key"]) else each | {"value": hide(each["value"])}
        for each in content["fields"]
    ]
    table = content["table"]
    if table is not None:
        table = table | {"rows": [[hide(cell) for cell in row] for row in table["rows"]]}
    return content | {"fields": fields, "table": table}


def _judge_again(place: Division, at: datetime) -> None:
    """What was published counts for a duty of the district; without a pack there are none."""
    district = Division.objects.get(code=place.district_code)
    with suppress(Pack.DoesNotExist):
        evaluations.request_duties(district=district, at=at)


def _tell_center(publication: Publication, what: str, *, by: User, at: datetime) -> None:
    """Whoever publishes for the center learns of what another did."""
    if publication.center is None:
        return
    inbox.notify(
        users=_heads(publication.center, apart_from=by),
        key=f"publication:{publication.pk}:{what}",
        text=TEXTS[what],
        params={"title": publication.title, "note": publication.withdraw_note},
        url_path=reverse("evaluation:publication", args=[publication.pk]),
        division_path=publication.division.path,
        at=at,
    )


def _heads(center: Center, *, apart_from: User) -> Iterable[User]:
    able = roles_with(Capability.PUBLICATION_PUBLISH)
    found = Membership.objects.filter(center=center, role__in=able).select_related("user")
    return [each.user for each in found if each.user_id != apart_from.pk]
