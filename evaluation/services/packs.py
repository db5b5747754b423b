"""Loading rule packs, and deciding from which day each judges."""

import hashlib
import json
import tomllib
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from centers.models import Center
from evaluation.models import Activation, Pack, ParameterOverride, Run
from evaluation.rules import packs
from evaluation.selectors import misfits
from evaluation.services import evaluations
from portal.audit import services as audit
from portal.errors import DomainError, together
from portal.jurisdictions.models import Division
from portal.users.models import User

FOLDER = Path(__file__).resolve().parent.parent / "packs"
# Why the first pack of a municipality judges; nobody decided it.
FIRST_REASON = "首个规则包，自文件生效之日起启用"


class PackChanged(DomainError):
    """A loaded version came back with other content; a change needs a new version."""


class ActivationRefused(DomainError):
    """The pack cannot judge from that day, or the activation cannot be withdrawn."""


class ActivatedMeanwhile(DomainError):
    """Somebody else decided about packs since the page was read."""


def load(*, path: Path, at: datetime) -> Pack:
    """Load one pack file; a version already loaded must be the same, and is left alone.

    It judges nobody until it is activated.
    """
    rules = packs.read_pack(path)
    content = json.loads(json.dumps(tomllib.loads(path.read_text("utf-8")), default=str))
    sha256 = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    pack, _created = Pack.objects.get_or_create(
        code=rules.code,
        version=rules.version,
        defaults={
            "division_code": rules.division,
            "effective_from": rules.effective_from,
            "sha256": sha256,
            "content": content,
            "loaded_at": at,
        },
    )
    if pack.sha256 != sha256:
        raise PackChanged(
            _("Rule pack %(pack)s is already loaded with other content. Give it a new version.")
            % {"pack": pack}
        )
    return pack


@transaction.atomic
def load_files(*, paths: Iterable[Path], at: datetime) -> list[Pack]:
    """Load pack files, all or none; a municipality where no pack judges gets its newest."""
    loaded = [load(path=path, at=at) for path in paths]
    for code in sorted({pack.division_code for pack in loaded}):
        _activate_first(code, at)
    return loaded


def load_all(*, at: datetime) -> list[Pack]:
    """Load every pack of the repository."""
    return load_files(paths=sorted(FOLDER.glob("*.toml")), at=at)


def _activate_first(division_code: str, at: datetime) -> None:
    _lock(division_code)
    if Activation.objects.filter(pack__division_code=division_code).exists():
        return
    found = Pack.objects.filter(division_code=division_code)
    newest = found.order_by("effective_from", "version")[found.count() - 1]
    _create(
        pack=newest,
        active_from=newest.effective_from,
        reason=FIRST_REASON,
        doc_no=newest.content["doc_no"],
        by=None,
        at=at,
    )


@transaction.atomic
def activate(
    *,
    pack: Pack,
    active_from: date,
    reason: str,
    doc_no: str,
    by: User | None,
    at: datetime,
    version: int | None = None,
) -> Activation:
    """Let a pack judge from a day on, with the reason and the document of the decision.

    A day to come takes effect with the run of its night. From a day that has passed the results
    since are judged again. ``version`` is the newest activation the decision was made in sight of.
    """
    _lock(pack.division_code)
    _refuse_unseen(pack, version)
    _refuse_activation(pack, active_from, reason, doc_no)
    _refuse_misfits(pack, active_from)
    activation = _create(
        pack=pack, active_from=active_from, reason=reason, doc_no=doc_no, by=by, at=at
    )
    if active_from <= localdate(at):
        _judge_again(active_from, at)
    return activation


def _create(
    *,
    pack: Pack,
    active_from: date,
    reason: str,
    doc_no: str,
    by: User | None,
    at: datetime,
) -> Activation:
    before = Activation.objects.filter(pack__division_code=pack.division_code).standing()
    replaced = before.filter(active_from__lte=active_from).last()
    activation = Activation.objects.create(
        pack=pack,
        active_from=active_from,
        reason=reason,
        doc_no=doc_no,
        activated_by=by,
        activated_at=at,
    )
    audit.record(
        action="evaluation.pack.activate",
        by=by,
        at=at,
        target=activation,
        division_path=_path(pack.division_code),
        changes={
            "pack": [replaced and str(replaced.pack), str(pack)],
            "active_from": [None, active_from.isoformat()],
        },
        reason=reason,
    )
    return activation


@transaction.atomic
def withdraw(*, activation: Activation, reason: str, by: User, at: datetime) -> Activation:
    """Take an activation back before its day; the pack that judges until then goes on."""
    pack = activation.pack
    _lock(pack.division_code)
    activation.refresh_from_db()
    _refuse_withdrawal(activation, reason, localdate(at))
    Activation.objects.filter(pk=activation.pk, withdrawn_at=None).update(
        withdrawn_by=by, withdrawn_at=at, withdrawal_reason=reason
    )
    activation.refresh_from_db()
    audit.record(
        action="evaluation.pack.withdraw",
        by=by,
        at=at,
        target=activation,
        division_path=_path(pack.division_code),
        changes={"withdrawn_at": [None, at.isoformat()]},
        reason=reason,
    )
    return activation


def _lock(division_code: str) -> None:
    """Decisions about the packs of a city are made one after another."""
    found = Pack.objects.select_for_update(no_key=True).filter(division_code=division_code)
    list(found.order_by("pk").values_list("pk", flat=True))


def _refuse_unseen(pack: Pack, version: int | None) -> None:
    decided = Activation.objects.filter(pack__division_code=pack.division_code)
    newest = decided.order_by("-pk").select_related("pack", "activated_by").first()
    if version is None or newest is None or newest.pk == version:
        return
    raise ActivatedMeanwhile(
        _(
            "Not activated: meanwhile %(who)s decided that %(pack)s judges from %(day)s. "
            "Look at it and decide again."
        )
        % {
            "who": newest.activated_by or _("the portal"),
            "pack": newest.pack,
            "day": newest.active_from,
        }
    )


def _refuse_activation(pack: Pack, active_from: date, reason: str, doc_no: str) -> None:
    """The city, the day and the papers of the decision."""
    if pack.division_code != settings.MUNICIPALITY:
        refusal = _("it is the pack of another city (%(code)s), and judges nobody here.")
    elif active_from < pack.effective_from:
        refusal = _("its document holds from %(effective)s on; choose that day or a later one.")
    elif not reason.strip() or not doc_no.strip():
        refusal = _("give the reason and the number of the document that decided it.")
    elif _judges_already(pack, active_from):
        refusal = _("it judges on %(day)s already.")
    else:
        return
    facts = {
        "code": pack.division_code,
        "effective": pack.effective_from,
        "day": active_from,
    }
    raise ActivationRefused(
        _("Rule pack %(pack)s was not activated: %(refusal)s")
        % {"pack": pack, "refusal": refusal % facts}
    )


def _judges_already(pack: Pack, day: date) -> bool:
    begun = Activation.objects.own().standing().filter(active_from__lte=day).last()
    return begun is not None and begun.pack_id == pack.pk


def _refuse_misfits(pack: Pack, active_from: date) -> None:
    """What divisions set and still hold to must be something the new pack can take."""
    wrong = misfits.among(_still_set(active_from), pack)
    if wrong:
        raise ActivationRefused(
            _(
                "Rule pack %(pack)s was not activated: it cannot take what was set. %(wrong)s "
                "Change these values first."
            )
            % {"pack": pack, "wrong": together(wrong)}
        )


def _still_set(day: date) -> list[ParameterOverride]:
    """Per division and parameter what holds on a day, and all that is to hold after it."""
    found = ParameterOverride.objects.filter(
        division__path__startswith=_path(settings.MUNICIPALITY)
    )
    held: dict[tuple[int, str], ParameterOverride] = {}
    later = []
    for override in found.select_related("division").order_by("effective_from", "pk"):
        if override.effective_from <= day:
            held[override.division_id, override.key] = override
        else:
            later.append(override)
    return [*held.values(), *later]


def _refuse_withdrawal(activation: Activation, reason: str, today: date) -> None:
    if activation.withdrawn_at:
        refusal = _("it was withdrawn already.")
    elif activation.active_from <= today:
        refusal = _("its day has come. Activate the other pack from a day to come.")
    elif not Activation.objects.own().standing().exclude(pk=activation.pk).exists():
        refusal = _("without it no pack would judge.")
    elif not reason.strip():
        refusal = _("say why.")
    else:
        return
    raise ActivationRefused(
        _("Activation of %(pack)s from %(day)s was not withdrawn: %(refusal)s")
        % {"pack": activation.pack, "day": activation.active_from, "refusal": refusal}
    )


def _judge_again(since: date, at: datetime) -> None:
    municipality = Division.objects.filter(code=settings.MUNICIPALITY).first()
    centers = municipality and Center.objects.within(municipality).values_list("pk", flat=True)
    if centers:
        evaluations.request_for(
            center_ids=list(centers), at=at, trigger=Run.Trigger.PACK, since=since
        )


def _path(division_code: str) -> str:
    found = Division.objects.filter(code=division_code).values_list("path", flat=True)
    return found.first() or ""
