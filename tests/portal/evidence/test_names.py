"""File names: whatever is typed, what is shown is harmless and what is stored is a key."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.evidence import names, vault
from tests.portal.evidence.conftest import pdf

NAMES = [
    ("../../etc/passwd.pdf", "passwd.pdf"),
    ("..\\..\\windows\\win.pdf", "win.pdf"),
    ("/etc/cron.d/x.pdf", "x.pdf"),
    ("C:\\x.pdf", "x.pdf"),
    ("\\\\server\\share\\x.pdf", "x.pdf"),
    ("..pdf", "pdf"),
    ("...", "file"),
    ("", "file"),
    ("   ", "file"),
    (".pdf", "pdf"),
    ("x\0.pdf", "x.pdf"),
    ("x.pdf\0.jpg", "x.pdf.jpg"),
    ("x\r\nSet-Cookie: a=b.pdf", "x Set-Cookie_ a=b.pdf"),
    ("合同\u202efdp.exe", "合同fdp.exe"),
    ("合\u200b同\ufeff.pdf", "合同.pdf"),
    ("CON.pdf", "_CON.pdf"),
    ("nul.pdf", "_nul.pdf"),
    ("com1.pdf", "_com1.pdf"),
    ("LPT9.x.pdf", "_LPT9.x.pdf"),
    ("aux", "_aux"),
    ("console.pdf", "console.pdf"),
    ("x.pdf. . .", "x.pdf"),
    ("x:y.pdf", "x_y.pdf"),
    ('<b onload="x">.pdf', "_b onload=_x__.pdf"),
    ("a|b?*.pdf", "a_b__.pdf"),
    ("合同.PDF", "合同.pdf"),
    ("e\u0301.pdf", "é.pdf"),
    ("𬱖㛃.pdf", "𬱖㛃.pdf"),
    ("x\ud800.pdf", "x.pdf"),
    ("\u3000空\u3000格.pdf", "空 格.pdf"),
    ("a\x7f\x9fb.pdf", "ab.pdf"),
    ("租赁合同（第1版）.pdf", "租赁合同（第1版）.pdf"),
]


@pytest.mark.parametrize(("typed", "shown"), NAMES)
def test_name_is_shown_safely(typed, shown):
    assert names.shown(typed) == shown


@pytest.mark.parametrize("letter", ["a", "𬱖", "合"])
def test_long_name_keeps_its_extension(letter):
    shown = names.shown(letter * 300 + ".pdf")
    assert shown.endswith(".pdf")
    assert len(shown) == 100
    assert shown[:-4] == letter * 96


@given(st.text())
def test_any_name_is_shown_safely_and_stays_so(typed):
    shown = names.shown(typed)
    assert 0 < len(shown) <= 110
    assert not set(shown) & set('/\\\0\r\n<>:"|?*\u202e')
    assert names.shown(shown) == shown


@pytest.mark.parametrize("typed", [typed for typed, shown in NAMES if shown.endswith(".pdf")])
def test_stored_path_has_nothing_of_the_name(put, on_disk, typed, tmp_path):
    file = put(typed, pdf())
    assert on_disk() == [vault.path_of(file.pk)]
    assert vault.path_of(file.pk).relative_to(tmp_path / "media/evidence").parts == (
        file.pk.hex[:2],
        str(file.pk),
    )
