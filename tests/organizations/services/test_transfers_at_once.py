"""Workers and officers on workbooks of the register at the same moment, on connections of their
own."""

from functools import partial

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from organizations.models import Organization, Transfer, TransferRow
from organizations.services import transfers
from portal.audit.models import AuditEvent
from portal.errors import Conflict
from tests.conftest import AT
from tests.factories.portal import RoleAssignmentFactory, UserFactory
from tests.organizations.conftest import ORGANIZATION
from tests.threads import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("media")]

WORKERS = 4
COUNT = 30
SAID = [
    ORGANIZATION | {"名称": f"海棠区第{n}服务中心", "统一社会信用代码": f"沪民证字第{n:04d}号"}
    for n in range(COUNT)
]


@pytest.fixture
def colleague(haitang):
    """Another officer of 海棠区."""
    user = UserFactory(username="colleague", full_name="李经办", is_staff=True)
    return RoleAssignmentFactory(user=user, role="district_officer", division=haitang).user


@pytest.fixture
def media(settings, tmp_path):
    """Uploads are kept beside the test."""
    settings.MEDIA_ROOT = str(tmp_path / "media")


def at_work(*ids):
    """What each of several workers made of the workbooks, all begun at one moment."""
    return at_once([partial(transfers.work, transfer_id=pk, at=AT) for pk in ids])


def confirming(transfer, by):
    return partial(
        transfers.confirm,
        transfer=Transfer.objects.get(pk=transfer.pk),
        mode="all_or_nothing",
        version=transfer.version,
        by=by,
        at=AT,
    )


def uploading(path, haitang, by):
    upload = SimpleUploadedFile(path.name, path.read_bytes())
    return partial(
        transfers.request_import,
        table="organizations",
        district=haitang,
        upload=upload,
        by=by,
        at=AT,
    )


def test_of_workers_that_take_one_workbook_one_does_each_step(wutong, haitang, alice, save):
    transfer = uploading(save(SAID), haitang, alice)()
    assert sorted(at_work(*[transfer.pk] * WORKERS)) == [False] * (WORKERS - 1) + [True]
    transfer.refresh_from_db()
    assert (transfer.status, transfer.new_count, transfer.attempts) == ("checked", COUNT, 1)
    assert TransferRow.objects.count() == COUNT
    confirming(transfer, alice)()
    assert sorted(at_work(*[transfer.pk] * WORKERS)) == [False] * (WORKERS - 1) + [True]
    transfer.refresh_from_db()
    assert (transfer.status, Organization.objects.count()) == ("done", COUNT)
    assert AuditEvent.objects.filter(action="organizations.transfer.import").count() == 1


def test_of_two_who_bring_in_one_sheet_at_once_one_enters_it(
    wutong, haitang, alice, colleague, save
):
    path = save(SAID)
    made = at_once([uploading(path, haitang, by) for by in (alice, colleague)])
    assert len({transfer.kept for transfer in made}) == 2
    assert at_work(*[transfer.pk for transfer in made]) == [True, True]
    checked = list(Transfer.objects.order_by("pk"))
    assert {(each.status, each.new_count) for each in checked} == {("checked", COUNT)}
    officers = {alice.pk: alice, colleague.pk: colleague}
    at_once([confirming(each, officers[each.requested_by_id]) for each in checked])
    assert at_work(*[each.pk for each in checked]) == [True, True]
    assert Organization.objects.count() == COUNT
    assert sorted(Transfer.objects.values_list("status", flat=True)) == ["done", "waiting"]
    late = Transfer.objects.get(status="waiting")
    assert transfers.work(transfer_id=late.pk, at=AT)
    late.refresh_from_db()
    assert (late.status, late.same_count, late.good_count) == ("checked", COUNT, 0)


def test_what_is_confirmed_several_times_at_once_is_written_once(
    wutong, haitang, alice, colleague, save
):
    transfer = uploading(save(SAID), haitang, alice)()
    assert transfers.work(transfer_id=transfer.pk, at=AT)
    transfer.refresh_from_db()
    results = at_once([confirming(transfer, by) for by in (alice, alice, colleague)])
    assert sum(isinstance(result, Conflict) for result in results) == 2
    assert AuditEvent.objects.filter(action="organizations.transfer.confirm").count() == 1
    at_work(transfer.pk, transfer.pk)
    transfer.refresh_from_db()
    assert (transfer.status, Organization.objects.count()) == ("done", COUNT)
    won = next(result for result in results if isinstance(result, Transfer))
    assert transfer.confirmed_by_id == won.confirmed_by_id


def test_of_discarding_and_confirming_at_once_one_holds(wutong, haitang, alice, save):
    transfer = uploading(save(SAID), haitang, alice)()
    assert transfers.work(transfer_id=transfer.pk, at=AT)
    transfer.refresh_from_db()
    seen = Transfer.objects.get(pk=transfer.pk)
    discard = partial(transfers.cancel, transfer=seen, version=transfer.version, by=alice, at=AT)
    results = at_once([confirming(transfer, alice), discard])
    assert [isinstance(result, Conflict) for result in results].count(True) == 1
    transfers.work(transfer_id=transfer.pk, at=AT)
    transfer.refresh_from_db()
    is_discarded = isinstance(results[0], Conflict)
    assert transfer.status == ("cancelled" if is_discarded else "done")
    assert Organization.objects.count() == (0 if is_discarded else COUNT)
