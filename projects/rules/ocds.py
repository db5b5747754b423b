"""What is announced of a procurement, as releases of the Open Contracting Data Standard 1.1.

A release says nothing that the frozen content of its announcement does not say; the same content
gives the same release, whenever it is asked for. What a content leaves out, or says in a code that
is not known here, is left out: announcements outlive the words they were written in. Amounts
are JSON numbers in yuan and a day is the moment it begins or, where it is a last one, ends in
China, since the standard wants it so.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

VERSION = "1.1"
CURRENCY = "CNY"
OFFSET = "+08:00"
TAGS = {
    "notice": "tender",
    "change": "tenderUpdate",
    "single_source": "planning",
    "answers": "tenderUpdate",
    "opening": "tenderUpdate",
    "failure": "tenderCancellation",
    "result": "award",
    "contract": "contract",
    "acceptance": "implementation",
    "performance": "implementation",
}
# Of a kind that is not known: something of the tender is new.
UNKNOWN_KIND = "tenderUpdate"
STATUSES = {
    "draft": "planned",
    "announced": "active",
    "evaluating": "active",
    "ranked": "active",
    "challenged": "active",
    "awarded": "complete",
    "contracted": "complete",
    "completed": "complete",
    "failed": "unsuccessful",
    "void": "cancelled",
    "terminated": "cancelled",
}
# Open to all, to suppliers invited or drawn, to a few of the purchaser's choice, to one.
METHODS = {
    "open_tender": "open",
    "competitive_consultation": "open",
    "below_threshold": "open",
    "welfare_tender": "open",
    "venture_grant": "open",
    "invited_tender": "selective",
    "competitive_negotiation": "limited",
    "inquiry": "limited",
    "single_source": "direct",
    "framework": "direct",
    "grant": "direct",
}
CRITERIA = {"comprehensive": "ratedCriteria", "lowest_price": "priceOnly"}
# Decided without bids: nobody is asked to tender, by no criteria.
WITHOUT_BIDS = {"framework", "grant"}
MET = {"passed": "met", "conditional": "partiallyMet", "failed": "notMet"}


class Published(NamedTuple):
    """An announcement as it stands. ``published_at`` is a time with offset, ``url`` the page."""

    number: int
    kind: str
    title: str
    published_at: str
    url: str
    content: Mapping[str, Any]


def ocid(procurement_no: str, prefix: str) -> str:
    """The identifier of the whole process; ``prefix`` is the publisher's."""
    return f"ocds-{prefix}-{procurement_no}"


def release(published: Published, *, prefix: str) -> dict[str, Any]:
    """The release of one announcement, whose content names at least the number of the procurement,
    its title and the purchaser."""
    content = published.content
    number = content["procurement_no"]
    parties = _Parties()
    parties.add({"name": content["purchaser"]}, role="buyer")
    purchaser = parties.add({"name": content["purchaser"]}, role="procuringEntity")
    found: dict[str, Any] = {
        "ocid": ocid(number, prefix),
        "id": _release_id(published),
        "date": published.published_at,
        "tag": _tags(published),
        "initiationType": "tender",
        "language": "zh",
        "buyer": purchaser,
        "tender": _tender(published, purchaser),
    }
    for name, value in _of_kind(published, parties).items():
        found[name] = found[name] | value if name in found else value
    return found | {"parties": parties.listed()}


def _of_kind(published: Published, parties: "_Parties") -> dict[str, Any]:
    """What its kind adds; nothing where the content lacks what the kind is told by."""
    try:
        return BY_KIND[published.kind](published, parties)
    except KeyError:
        return {}


def _release_id(published: Published, *, back: int = 0) -> str:
    return f"{published.content['procurement_no']}-{published.number - back}"


def package(
    releases: Sequence[Mapping[str, Any]],
    *,
    uri: str,
    publisher: str,
    following: str = "",
    terms: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Releases with who published them, the newest of them dating the package. At least one; the
    standard knows no package of none. ``following`` is the address of the next package, ``terms``
    are the addresses of its ``license`` and its ``publicationPolicy``."""
    found: dict[str, Any] = {
        "uri": uri,
        "version": VERSION,
        "publishedDate": max(each["date"] for each in releases),
        "publisher": {"name": publisher},
        **(terms or {}),
        "releases": list(releases),
    }
    return found | {"links": {"next": following}} if following else found


class _Parties:
    """Everybody a release names, once each, with the parts they have in it."""

    def __init__(self) -> None:
        self._found: dict[str, dict[str, Any]] = {}

    def add(self, told: Mapping[str, Any], *, role: str) -> dict[str, str]:
        """The reference to a party, which is entered where it is new. Its number in the register
        stays whatever becomes of its name and its credit code."""
        name, uscc = told["name"], told.get("uscc") or ""
        number = told.get("code") or uscc or name
        party = self._found.setdefault(number, {"id": number, "name": name, "roles": []})
        if role not in party["roles"]:
            party["roles"].append(role)
        if uscc:
            party["identifier"] = {"scheme": "CN-USCC", "id": uscc, "legalName": name}
        return {"id": number, "name": name}

    def listed(self) -> list[dict[str, Any]]:
        return list(self._found.values())


def _tags(published: Published) -> list[str]:
    content = published.content
    if published.kind == "failure" and content.get("contract_no"):
        return ["contractTermination"]
    if published.kind == "change" and _is_revocation(content):
        return ["awardCancellation"]
    if published.kind == "failure" and content.get("revoked"):
        return [TAGS["failure"], "awardCancellation"]
    return [TAGS.get(published.kind, UNKNOWN_KIND)]


def _is_revocation(content: Mapping[str, Any]) -> bool:
    return "name" in (content.get("before") or {})


def _tender(published: Published, purchaser: Mapping[str, str]) -> dict[str, Any]:
    content = published.content
    route = content.get("route", "")
    told = {
        "id": content["procurement_no"],
        "title": content["title"],
        "description": content.get("requirement") or None,
        "status": _status(content),
        "statusDetails": content.get("status_label"),
        "procuringEntity": dict(purchaser),
        "value": _value(content.get("budget_yuan")),
        "procurementMethod": METHODS.get(route),
        "procurementMethodDetails": content.get("route_label"),
        "procurementMethodRationale": content.get("ground_text"),
        "mainProcurementCategory": "goods" if route == "inquiry" else "services",
        "awardCriteria": None
        if route in WITHOUT_BIDS
        else CRITERIA.get(content.get("choice", "")),
        "awardCriteriaDetails": "；".join(
            f"{each['name']} {each['weight']}" for each in content.get("criteria", ())
        )
        or None,
        "tenderPeriod": _stated(
            startDate=_begins(content.get("documents_from")), endDate=content.get("deadline_at")
        ),
        "enquiryPeriod": _stated(endDate=_ends(content.get("questions_until"))),
    }
    return _stated(**told)


def _status(content: Mapping[str, Any]) -> str | None:
    """What was contracted is complete, even where the contract ended before its time."""
    status = content.get("status", "")
    if status == "terminated" and content.get("contract_no"):
        return "complete"
    return STATUSES.get(status)


def _of_notice(published: Published, _parties: _Parties) -> dict[str, Any]:
    return {"tender": {"documents": [_document(published, "tenderNotice")]}}


def _of_change(published: Published, parties: _Parties) -> dict[str, Any]:
    content = published.content
    if _is_revocation(content):
        return {"awards": [_revoked(content, content["before"], parties)]}
    amendment = _stated(
        id=str(published.number),
        date=published.published_at,
        rationale=content["reason"],
        description=published.title,
        amendsReleaseID=_release_id(published, back=1) if published.number > 1 else None,
        releaseID=_release_id(published),
    )
    return {"tender": {"amendments": [amendment], **_of_notice(published, parties)["tender"]}}


def _revoked(
    content: Mapping[str, Any], won: Mapping[str, Any], parties: _Parties
) -> dict[str, Any]:
    award = _award(content, won, parties)
    return award | {"status": "cancelled", "description": content["reason"]}


def _of_single_source(published: Published, parties: _Parties) -> dict[str, Any]:
    parties.add(published.content["supplier"], role="interestedParty")
    return _of_notice(published, parties)


def _of_answers(published: Published, _parties: _Parties) -> dict[str, Any]:
    asked = published.content["questions"]
    documents = [
        _document(published, "clarifications", part=position)
        | {"title": each["text"], "description": each["answer"]}
        for position, each in enumerate(asked, start=1)
    ]
    return {"tender": {"hasEnquiries": True, "documents": documents}}


def _of_opening(published: Published, parties: _Parties) -> dict[str, Any]:
    return {"tender": _tenderers(published.content["bids"], parties)}


def _of_failure(published: Published, parties: _Parties) -> dict[str, Any]:
    content = published.content
    if content.get("contract_no"):
        ended = _contract(content, parties)
        return {
            "contracts": [ended | {"status": "terminated", "description": content["reason"]}]
        }
    found: dict[str, Any] = {"tender": {"statusDetails": content["reason"]}}
    if won := content.get("revoked"):
        found["awards"] = [_revoked(content, won, parties)]
    return found


def _of_result(published: Published, parties: _Parties) -> dict[str, Any]:
    content = published.content
    award = _award(content, content["award"], parties) | {
        "title": content["title"],
        "description": content["award"]["reason"],
        "status": "active",
        "date": content["award"].get("awarded_at") or published.published_at,
        "documents": [_document(published, "awardNotice")],
    }
    if content["route"] in WITHOUT_BIDS:
        return {"awards": [award]}
    return {"tender": _tenderers(content["bids"], parties), "awards": [award]}


def _of_contract(published: Published, parties: _Parties) -> dict[str, Any]:
    content = published.content
    told = {
        "title": content["title"],
        "status": "active",
        "period": _stated(
            startDate=_begins(content["starts_on"]), endDate=_ends(content["ends_on"])
        ),
        "value": _value(content["price_yuan"]),
        "dateSigned": _begins(content["signed_on"]),
        "items": [
            {
                "id": str(position),
                "description": each["item"],
                "quantity": _number(each["quantity"]),
                "unit": {"name": each["unit"]},
            }
            for position, each in enumerate(content["services"], start=1)
        ]
        or None,
        "documents": [_document(published, "contractNotice")],
    }
    return {"contracts": [_contract(content, parties) | _stated(**told)]}


def _of_acceptance(published: Published, parties: _Parties) -> dict[str, Any]:
    content = published.content
    status = MET[content["result"]]
    milestone = {
        "id": str(published.number),
        "title": published.title,
        "type": "delivery",
        "dateMet" if status == "met" else "dateModified": _begins(content["accepted_on"]),
        "status": status,
    }
    return _implemented(content, milestone, parties)


def _of_performance(published: Published, parties: _Parties) -> dict[str, Any]:
    content = published.content
    milestone = {
        "id": str(published.number),
        "title": published.title,
        "type": "assessment",
        "description": "，".join(
            (_labelled(content, "kind"), content["score"], _labelled(content, "grade"))
        ),
        "dateMet": published.published_at,
        "status": "met",
    }
    return _implemented(content, milestone, parties)


def _labelled(content: Mapping[str, Any], name: str) -> str:
    return str(content.get(f"{name}_label") or content[name])


def _implemented(
    content: Mapping[str, Any], milestone: Mapping[str, Any], parties: _Parties
) -> dict[str, Any]:
    implementation = {"milestones": [dict(milestone)]}
    return {"contracts": [_contract(content, parties) | {"implementation": implementation}]}


def _tenderers(bids: Iterable[Mapping[str, Any]], parties: _Parties) -> dict[str, Any]:
    found = [parties.add(each, role="tenderer") for each in bids]
    return {"numberOfTenderers": len(found), "tenderers": found}


def _award(content: Mapping[str, Any], won: Mapping[str, Any], parties: _Parties) -> dict[str, Any]:
    supplier = parties.add(won, role="supplier")
    return _stated(
        id=_award_id(content, supplier), value=_value(won["price_yuan"]), suppliers=[supplier]
    )


def _contract(content: Mapping[str, Any], parties: _Parties) -> dict[str, Any]:
    supplier = parties.add(content["supplier"], role="supplier")
    return {"id": content["contract_no"], "awardID": _award_id(content, supplier)}


def _award_id(content: Mapping[str, Any], supplier: Mapping[str, str]) -> str:
    """Of a process one award stands at a time; another one goes to another supplier."""
    return f"{content['procurement_no']}-{supplier['id']}"


def _document(published: Published, kind: str, *, part: int = 0) -> dict[str, Any]:
    number = f"{published.number}.{part}" if part else str(published.number)
    return {
        "id": number,
        "documentType": kind,
        "title": published.title,
        "url": published.url,
        "datePublished": published.published_at,
        "format": "text/html",
        "language": "zh",
    }


def _value(amount: str | None) -> dict[str, Any] | None:
    return None if amount is None else {"amount": _number(amount), "currency": CURRENCY}


def _number(amount: str) -> int | float:
    """A whole number where it is one, else to the cent as far as JSON holds it."""
    value = Decimal(amount)
    return int(value) if value == value.to_integral_value() else float(value)


def _begins(day: str | None) -> str | None:
    return day and f"{day}T00:00:00{OFFSET}"


def _ends(day: str | None) -> str | None:
    return day and f"{day}T23:59:59{OFFSET}"


def _stated(**values: Any) -> dict[str, Any]:
    """Without what is not known: the standard leaves it out."""
    return {name: value for name, value in values.items() if value not in (None, {})}


BY_KIND = {
    "notice": _of_notice,
    "change": _of_change,
    "single_source": _of_single_source,
    "answers": _of_answers,
    "opening": _of_opening,
    "failure": _of_failure,
    "result": _of_result,
    "contract": _of_contract,
    "acceptance": _of_acceptance,
    "performance": _of_performance,
}
