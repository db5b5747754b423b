"""Packs from the shell: another city's standard without code or migration."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from evaluation.models import Pack
from evaluation.services.packs import FOLDER

pytestmark = pytest.mark.django_db
SHANGHAI = (FOLDER / "shanghai-2024-1.toml").read_text(encoding="utf-8")


def load(*files):
    out = StringIO()
    call_command("load_packs", *map(str, files), stdout=out)
    return out.getvalue().split("\n")[:-1]


def test_load_enters_each_version_once():
    assert load() == load() == ["shanghai-2024-1 v6"]
    assert Pack.objects.count() == 1


def test_load_takes_another_citys_file(tmp_path):
    path = tmp_path / "hangzhou.toml"
    path.write_text(
        SHANGHAI.replace('code = "shanghai-2024-1"', 'code = "hangzhou"').replace(
            'default = "30.00"', 'default = "100.00"'
        ),
        encoding="utf-8",
    )
    assert load(path) == ["hangzhou v6"]
    assert Pack.objects.get().content["parameters"]["min_area"]["default"] == "100.00"


def test_load_refuses_a_changed_version(tmp_path, pack):
    path = tmp_path / "changed.toml"
    path.write_text(SHANGHAI.replace('default = "30.00"', 'default = "20.00"'), encoding="utf-8")
    with pytest.raises(CommandError):
        load(path)
    assert Pack.objects.get().content == pack.content


def test_load_names_the_place_that_is_wrong(tmp_path):
    path = tmp_path / "broken.toml"
    path.write_text(SHANGHAI.replace('kind = "signage"', 'kind = "magic"'), encoding="utf-8")
    with pytest.raises(CommandError, match="ST-09"):
        load(path)
    assert not Pack.objects.exists()
