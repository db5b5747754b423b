"""``verify_city_packs`` builds again what districts submitted."""

from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from evaluation.services import city_packs
from tests.factories.city_packs import CityPackFactory

pytestmark = pytest.mark.django_db


def ran(**options):
    out = StringIO()
    call_command("verify_city_packs", stdout=out, **options)
    return out.getvalue()


def test_packs_that_are_the_same_pass_and_others_are_named(golden, haitang, alice, leader, at):
    as_of = date(2025, 12, 31)
    pack = city_packs.build(district=haitang, year=2025, as_of=as_of, by=alice, at=at)
    assert ran() == ""
    city_packs.submit(pack=pack, version=pack.version, signer="郭局长", by=leader, at=at)
    assert ran() == f"{pack} same\n"
    CityPackFactory(division=haitang, number=2, built_by=alice)
    assert ran() == f"{pack} same\n"
    with pytest.raises(CommandError, match="1 packs"):
        ran(all=True)
    assert ran(all=True, year=2024) == ""
