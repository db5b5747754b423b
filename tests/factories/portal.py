"""Users and what they may do, what they are told, and the working days."""

from datetime import UTC, date, datetime

import factory

from portal.inbox.models import Digest, Notice
from portal.users.models import RoleAssignment, User
from portal.workdays.models import WorkYear

AT = datetime(2026, 3, 1, 1, 0, tzinfo=UTC)


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"user{n}")
    full_name = factory.Sequence(lambda n: f"用户{n}")
    password = factory.django.Password("correct horse battery")


class RoleAssignmentFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = RoleAssignment

    user = factory.SubFactory(UserFactory)
    role = "district_officer"


class NoticeFactory(factory.django.DjangoModelFactory):
    """One unread notice of the day before, of 海棠区."""

    class Meta:
        model = Notice

    user = factory.SubFactory(UserFactory)
    key = factory.Sequence(lambda n: f"test:{n}")
    text = "Home"
    url_path = "/desk/"
    division_path = "310000/310199/"
    created_at = AT


class DigestFactory(factory.django.DjangoModelFactory):
    """A mail that was begun."""

    class Meta:
        model = Digest

    user = factory.SubFactory(UserFactory)
    on = date(2026, 3, 2)
    address = "someone@example.cn"
    claimed_at = AT


class WorkYearFactory(factory.django.DjangoModelFactory):
    """A year with no more than the days that are off in every one."""

    class Meta:
        model = WorkYear

    year = factory.Sequence(lambda n: 2030 + n % 70)
    document = "国务院办公厅关于节假日安排的通知"
    off_days = factory.LazyAttribute(lambda row: [date(row.year, month, 1) for month in (1, 5, 10)])
    working_days = factory.List([])
    entered_by = factory.SubFactory(UserFactory)
    entered_at = AT
