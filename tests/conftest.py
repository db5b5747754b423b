"""People, places and doors that every test knows.

alice is an officer of the bureau of 海棠区 (310199), bob of another district's bureau, charlie is
logged in and nobody, diane directs a center of 海棠区.
"""

import gc
from datetime import UTC, datetime
from uuid import uuid4

import hypothesis
import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client, TransactionTestCase

from centers import demo
from centers.models import Center
from evaluation.models import Pack
from evaluation.services import packs
from portal import embedded, public_limits
from portal.jurisdictions import services as jurisdictions
from portal.jurisdictions.models import Division
from portal.users.models import User
from tests import databases
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


def furnish_golden():
    """The eight golden centers of 海棠区, accepted by alice."""
    packs.load_all(at=AT)
    shanghai = Division.objects.get(code="310000")
    haitang = jurisdictions.add(code="310199", name="海棠区", kind="district", parent=shanghai)
    demo.accept(demo.golden(), district=haitang, by=officer_of(haitang), at=AT)


# What tests begin with → what writes it, once into a database for all of them; the fullest first.
FURNISHED = {
    "golden": furnish_golden,
    "pack": lambda: packs.load_all(at=AT),
}
DATABASES = databases.Databases(FURNISHED)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix):
    embedded.start_if_needed(settings.PORTAL_HOME, durable=False)


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment, django_db_blocker, django_db_modify_db_settings, django_db_createdb
):
    """The databases of this process; Django's own would run the migrations every time."""
    with django_db_blocker.unblock():
        DATABASES.set_up(django_db_blocker, anew=django_db_createdb)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda self: databases.put_back())
        yield
    with django_db_blocker.unblock():
        DATABASES.take_down()


def pytest_collection_modifyitems(items):
    """Tests that begin with the same one after another, in the database that has it."""
    items.sort(key=database_of)


def pytest_collection_finish():
    """What the suite has loaded stays to its end: looking through it for garbage, time after time,
    is a sixth of a run."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def database_of(item):
    """Name of the database that a test runs in."""
    asked = set(item.fixturenames)
    if "empty_database" in asked:
        return databases.EMPTY
    if "golden_once" in asked:
        return "golden"
    return next((name for name in FURNISHED if name in asked), databases.PLAIN)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    DATABASES.want(database_of(item))


@pytest.fixture
def empty_database():
    """The test runs in a database without tables, for it to migrate."""


@pytest.fixture(autouse=True)
def counted_anew(monkeypatch):
    """What other tests asked of pages without an account is not counted against this one."""
    monkeypatch.setattr(public_limits, "SALT", uuid4().hex)


@pytest.fixture
def at():
    """2026-03-02, 09:00 in Shanghai."""
    return AT


@pytest.fixture
def shanghai(db):
    """The municipality, which the migrations enter with its divisions."""
    return Division.objects.get(code="310000")


@pytest.fixture
def pack(db):
    """Shanghai's rule pack, loaded."""
    if not Pack.objects.exists():
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
def once(django_db_setup, django_db_blocker):
    """What fixtures of a module write once for all its tests is taken back after the last.

    Each test then changes it in a savepoint of its own, so that none sees what another did. Not
    for a module with tests that need transactions.
    """
    around = transaction.atomic()
    with django_db_blocker.unblock():
        around.__enter__()
    yield
    with django_db_blocker.unblock():
        transaction.set_rollback(True)
        around.__exit__(None, None, None)


@pytest.fixture(scope="module")
def golden_once(once):
    """``golden`` for fixtures of a module, which write more beside it."""


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
