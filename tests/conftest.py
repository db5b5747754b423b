"""People, places and doors that every test knows.

alice is an officer of the bureau of 海棠区 (310199), bob of another district's bureau, charlie is
logged in and nobody, diane directs a center of 海棠区.
"""

from datetime import UTC, datetime

import hypothesis
import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client

from centers import demo
from centers.models import Center
from evaluation.models import Pack
from evaluation.services import packs
from portal import embedded
from portal.jurisdictions import services as jurisdictions
from portal.jurisdictions.models import Division
from portal.users.models import User
from tests.factories.centers import CenterFactory, MembershipFactory
from tests.factories.portal import RoleAssignmentFactory, UserFactory

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)

# How long examples take says how busy the machine is, not whether the code is right.
hypothesis.settings.register_profile(
    "suite", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("suite")


def officer_of(haitang):
    """alice, who may be there already."""
    known = User.objects.filter(username="alice").first()
    return known or RoleAssignmentFactory(
        user=UserFactory(username="alice", full_name="林经办", is_staff=True),
        role="district_officer",
        division=haitang,
    ).user


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix):
    embedded.start_if_needed(settings.PORTAL_HOME, durable=False)


@pytest.fixture
def at():
    """2026-03-02, 09:00 in Shanghai."""
    return AT


@pytest.fixture
def shanghai(db):
    """The municipality; a flushed database gets its divisions back."""
    if not Division.objects.exists():
        for row in jurisdictions.read_divisions():
            parent = Division.objects.filter(code=row["parent_code"]).first()
            jurisdictions.add(code=row["code"], name=row["name"], kind=row["kind"], parent=parent)
    return Division.objects.get(code="310000")


@pytest.fixture
def pack(db):
    """Shanghai's rule pack, loaded."""
    packs.load_all(at=AT)
    return Pack.objects.get()


@pytest.fixture
def haitang(shanghai):
    """海棠区, which does not exist."""
    return jurisdictions.add(code="310199", name="海棠区", kind="district", parent=shanghai)


@pytest.fixture
def wutong(haitang):
    """梧桐路街道 of 海棠区."""
    return jurisdictions.add(
        code="310199001", name="梧桐路街道", kind="subdistrict", parent=haitang
    )


@pytest.fixture
def huangpu(shanghai):
    """黄浦区: another district."""
    return Division.objects.get(code="310101")


@pytest.fixture
def alice(haitang):
    return officer_of(haitang)


@pytest.fixture
def leader(haitang):
    user = UserFactory(username="leader", full_name="郭局长", is_staff=True)
    RoleAssignmentFactory(user=user, role="district_leader", division=haitang)
    return user


@pytest.fixture
def chief(haitang):
    """The section chief of 海棠区, who manages users, clients and tokens."""
    user = UserFactory(username="chief", full_name="赵科长", is_staff=True)
    RoleAssignmentFactory(user=user, role="district_admin", division=haitang)
    return user


@pytest.fixture
def bob(huangpu):
    user = UserFactory(username="bob", full_name="钱经办", is_staff=True)
    RoleAssignmentFactory(user=user, role="district_officer", division=huangpu)
    return user


@pytest.fixture
def charlie(db):
    return UserFactory(username="charlie", full_name="孙路人")


@pytest.fixture
def center(wutong):
    """A center of 海棠区 that never filed anything."""
    return CenterFactory(code="C90", name="海棠区梧桐路街道社会组织服务中心", division=wutong)


@pytest.fixture
def diane(center):
    user = UserFactory(username="diane", full_name="王主任")
    MembershipFactory(user=user, center=center, role="center_director")
    return user


@pytest.fixture
def golden(haitang, pack, alice):
    """The eight golden centers, accepted; code → center."""
    if not Center.objects.filter(code="C01").exists():
        demo.accept(demo.golden(), district=haitang, by=alice, at=AT)
    return {center.code: center for center in Center.objects.select_related("division")}


@pytest.fixture(scope="module")
def golden_once(django_db_setup, django_db_blocker):
    """``golden``, made once for a module whose tests all have it, and taken back after the last.

    Each test then changes it in a savepoint of its own, so that none sees what another did. Not
    for a module with tests that need transactions.
    """
    around = transaction.atomic()
    with django_db_blocker.unblock():
        around.__enter__()
        packs.load_all(at=AT)
        shanghai = Division.objects.get(code="310000")
        haitang = jurisdictions.add(
            code="310199", name="海棠区", kind="district", parent=shanghai
        )
        demo.accept(demo.golden(), district=haitang, by=officer_of(haitang), at=AT)
    yield
    with django_db_blocker.unblock():
        transaction.set_rollback(True)
        around.__exit__(None, None, None)


@pytest.fixture
def client_for():
    """A logged-in test client for a user."""

    def log_in(user):
        client = Client()
        client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[1])
        return client

    return log_in


@pytest.fixture
def alice_client(client_for, alice):
    return client_for(alice)


@pytest.fixture
def bob_client(client_for, bob):
    return client_for(bob)


@pytest.fixture
def charlie_client(client_for, charlie):
    return client_for(charlie)


@pytest.fixture
def diane_client(client_for, diane):
    return client_for(diane)
