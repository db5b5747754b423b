"""Warnings of the demonstration: found by the watch, reported by a center, one of them handled."""

from datetime import date, datetime, timedelta

from django.utils.timezone import localdate

from centers.models import Center
from organizations.models import EarlyWarning, Organization
from organizations.services import credit_lists, observations, organizations, warnings, watches
from portal.jurisdictions.models import Division
from portal.users.models import User


def load(*, district: Division, by: User, at: datetime) -> None:
    """Enter what four warnings rest on, look through the register, and handle one of them."""
    today = localdate(at)
    # Those first whose center has an account to look at them with.
    found = sorted(
        Organization.objects.within(district).select_related("division"),
        key=lambda each: (each.division.code != "310199105", each.pk),
    )
    if len(found) < 3:
        return
    listed, expired, complained = found[:3]
    credit_lists.take(
        district=district,
        rows=[
            credit_lists.Entry(
                row=1,
                uscc=listed.uscc or "",
                name=listed.name,
                kind="abnormal",
                listed_on=today - timedelta(days=40),
                grounds="未按规定报送年度工作报告",
                authority="海棠区民政局",
            )
        ],
        by=by,
        at=at,
    )
    organizations.update(
        organization=expired,
        version=expired.version,
        council_starts_on=date(today.year - 5, 1, 1),
        council_ends_on=date(today.year - 1, 12, 31),
        by=by,
        at=at,
    )
    observations.observe(
        organization=complained,
        kind="complaint",
        happened_on=today - timedelta(days=3),
        text="居民反映活动收费未公示",
        by=by,
        at=at,
    )
    watches.watch(district=district, on=today, at=at)
    _handle(listed, by, at)
    for center in Center.objects.within(district).filter(code="C01"):
        _report(center, at)


def _handle(listed: Organization, by: User, at: datetime) -> None:
    """The bureau looks into the listing, warns, and begins to handle it."""
    for warning in EarlyWarning.objects.filter(organization=listed, code="W-09"):
        given = {"warning": warning, "by": by, "at": at}
        warnings.verify(text="已与登记窗口核对，属实", version=warning.version, **given)
        warnings.warn(text="发送预警提示函", level="attention", version=warning.version, **given)
        warnings.handle(
            text="约谈负责人，限期补报", handling="talk", version=warning.version, **given
        )


def _report(center: Center, at: datetime) -> None:
    """The center reports what nobody has looked into yet."""
    keeper = User.objects.filter(memberships__center=center).order_by("pk")[0]
    here = Organization.objects.filter(division=center.division_id).order_by("-pk").first()
    if here is not None:
        warnings.report(
            center=center,
            organization=here,
            code="W-12",
            text="门口张贴课外学科培训招生广告，与章程载明的业务范围不符",
            happened_on=localdate(at),
            by=keeper,
            at=at,
        )
