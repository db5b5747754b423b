"""Who answers for an organization."""

import json

import pytest

from organizations.services import contacts
from portal import sealing
from portal.audit.models import AuditEvent
from portal.cells import CellError
from portal.errors import Conflict
from tests.factories.organizations import OrganizationFactory

pytestmark = pytest.mark.django_db
NUMBER = "31019919850101001X"
PHONE = "13812341234"


@pytest.fixture
def stamp(alice, at):
    return {"by": alice, "at": at}


@pytest.fixture
def organization(wutong):
    return OrganizationFactory(division=wutong)


def test_phone_is_sealed_and_never_in_the_trail(organization, stamp):
    contacts.set_contact(
        organization=organization, name="王芳", phone="138 1234 1234", version=1, **stamp
    )
    organization.refresh_from_db()
    sealed = organization.contact_phone_sealed
    assert sealing.unseal(sealed, purpose=organization.SEALED["contact_phone"]) == PHONE
    assert PHONE.encode() not in bytes(sealed)
    event = AuditEvent.objects.get(action="organizations.organization.set_contact")
    assert event.changes == {
        "contact_name": ["", "***"],
        "contact_phone_sealed": [None, "***"],
    }
    told = json.dumps([event.changes, event.target_label, event.reason], ensure_ascii=False)
    assert PHONE not in told
    assert "王芳" not in told


def test_phone_stays_until_it_is_removed(organization, stamp):
    asked = {"organization": organization, "name": "王芳", **stamp}
    contacts.set_contact(**asked, phone=PHONE, version=1)
    contacts.set_contact(**asked | {"name": "李雷"}, version=2)
    organization.refresh_from_db()
    assert organization.contact_phone_sealed is not None
    contacts.set_contact(**asked, is_phone_removed=True, version=3)
    organization.refresh_from_db()
    assert organization.contact_phone_sealed is None


def test_identity_number_is_sealed_with_a_digest_that_compares(organization, wutong, stamp):
    other = OrganizationFactory(division=wutong)
    for each in (organization, other):
        contacts.set_legal_rep(
            organization=each, name="王芳", id_number=NUMBER.lower(), version=1, **stamp
        )
        each.refresh_from_db()
    purpose = organization.SEALED["legal_rep_id"]
    assert sealing.unseal(organization.legal_rep_id_sealed, purpose=purpose) == NUMBER
    assert bytes(organization.legal_rep_id_sealed) != bytes(other.legal_rep_id_sealed)
    assert bytes(organization.legal_rep_id_digest) == bytes(other.legal_rep_id_digest)
    assert not AuditEvent.objects.filter(changes__icontains=NUMBER[-6:]).exists()


def test_identity_number_goes_with_the_person(organization, stamp):
    asked = {"organization": organization, **stamp}
    contacts.set_legal_rep(**asked, name="王芳", id_number=NUMBER, version=1)
    contacts.set_legal_rep(**asked, name="王芳", version=2)
    organization.refresh_from_db()
    assert organization.legal_rep_id_sealed is not None
    contacts.set_legal_rep(**asked, name="李雷", version=2)
    organization.refresh_from_db()
    assert (organization.legal_rep_id_sealed, organization.legal_rep_id_digest) == (None, None)


@pytest.mark.parametrize("number", ["310199199002290015", "310199198501010029", "3101991985"])
def test_a_wrong_identity_number_writes_nothing(organization, stamp, number):
    with pytest.raises(CellError):
        contacts.set_legal_rep(
            organization=organization, name="王芳", id_number=number, version=1, **stamp
        )
    organization.refresh_from_db()
    assert (organization.legal_representative, organization.version) == ("", 1)


def test_a_stale_version_is_refused(organization, stamp):
    with pytest.raises(Conflict):
        contacts.set_contact(organization=organization, name="王芳", version=9, **stamp)
