"""Files that are refused before anything parses them."""

import os
import random
from contextlib import suppress
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZipFile

import pytest

from portal.workbooks import WorkbookRefused, precheck
from portal.workbooks.precheck import LARGE_WORKBOOK

MEBIBYTE = 1024 * 1024
OLE2 = bytes.fromhex("D0CF11E0A1B11AE1")


def refusal(path):
    with pytest.raises(WorkbookRefused) as caught:
        precheck(path)
    return caught.value


def test_plain_workbook_passes(pack, save):
    precheck(pack())
    precheck(save([["街镇"], ["梧桐路街道"]]))


def test_file_above_20_megabytes_is_refused(tmp_path):
    path = tmp_path / "large.xlsx"
    path.write_bytes(b"PK\x03\x04" + os.urandom(21 * MEBIBYTE))
    assert "larger than 20 MB" in str(refusal(path))


@pytest.mark.parametrize(
    "content", [b"", "街镇,中心名称\n".encode("gb18030"), b"<html><table></table></html>", b"PK"]
)
def test_text_renamed_to_xlsx_is_refused(tmp_path, content):
    path = tmp_path / "text.xlsx"
    path.write_bytes(content)
    assert "not an Excel workbook" in str(refusal(path))
    assert "save it as .xlsx" in str(refusal(path))


@pytest.mark.parametrize(
    ("stream", "words"),
    [
        ("EncryptedPackage", "has a password. Remove"),
        ("Workbook", "old .xls workbook"),
        ("Book", "old .xls workbook"),
        ("Nothing", "has a password or is in an old format"),
    ],
)
def test_ole2_file_is_refused_with_what_it_is(tmp_path, stream, words):
    path = tmp_path / "old.xlsx"
    path.write_bytes(OLE2 + bytes(1024) + stream.encode("utf-16-le") + bytes(1024))
    assert words in str(refusal(path))


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ("xl/vbaProject.bin", "contains macros"),
        ("xl/externalLinks/externalLink1.xml", "refers to other files"),
        ("xl/embeddings/oleObject1.bin", "embedded files"),
        ("xl/activeX/activeX1.xml", "ActiveX"),
        ("xl/connections.xml", "data connections"),
        ("xl/queryTables/queryTable1.xml", "data queries"),
        ("XL/VBAPROJECT.BIN", "contains macros"),
    ],
)
def test_active_part_is_refused_with_what_to_remove(pack, part, words):
    assert words in str(refusal(pack(extra={part: "<x/>"})))


def test_macros_under_another_name_are_refused(pack):
    types = '<Types><Override ContentType="application/vnd.ms-office.vbaProject"/></Types>'
    assert "contains macros" in str(refusal(pack(extra={"[Content_Types].xml": types})))


def test_too_many_parts_are_refused(pack):
    extra = {f"xl/media/{number}.png": "x" for number in range(500)}
    assert refusal(pack(extra=extra)).code == "too_many_parts"


def test_part_that_inflates_above_64_megabytes_is_refused(pack):
    bomb = {"xl/sharedStrings.xml": b"<" * (65 * MEBIBYTE)}
    assert refusal(pack(extra=bomb)).code == "inflates"


def test_a_register_read_row_by_row_may_be_larger_inside(pack):
    precheck(pack(extra={"xl/sharedStrings.xml": b" " * (65 * MEBIBYTE)}), LARGE_WORKBOOK)
    bomb = {"xl/sharedStrings.xml": b" " * (513 * MEBIBYTE)}
    with pytest.raises(WorkbookRefused) as caught:
        precheck(pack(extra=bomb), LARGE_WORKBOOK)
    assert caught.value.code == "inflates"


def test_parts_that_inflate_above_128_megabytes_together_are_refused(pack):
    bomb = {f"xl/media/{number}.png": bytes(50 * MEBIBYTE) for number in range(3)}
    assert refusal(pack(extra=bomb)).code == "inflates"


def test_size_is_counted_and_not_believed(pack):
    path = pack(extra={"xl/sharedStrings.xml": bytes(65 * MEBIBYTE)})
    claim, lie = (65 * MEBIBYTE).to_bytes(4, "little"), (10).to_bytes(4, "little")
    path.write_bytes(path.read_bytes().replace(claim, lie))
    assert refusal(path).code == "damaged"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("padding", [0, 65_530])
def test_document_type_is_refused(pack, encoding, padding):
    text = "<?xml version='1.0'?>" + " " * padding + "<!DOCTYPE x [<!ENTITY a 'b'>]><x/>"
    path = pack(extra={"xl/styles.xml": text.encode(encoding)})
    assert refusal(path).code == "doctype"


def test_zip_without_a_workbook_is_refused(pack):
    path = pack(leave_out=["xl/workbook.xml"])
    assert "not an Excel workbook" in str(refusal(path))


def test_encrypted_zip_is_refused(pack):
    path = pack()
    content = bytearray(path.read_bytes())
    entry = content.index(b"PK\x01\x02")
    content[entry + 8] |= 1
    path.write_bytes(content)
    assert "Remove the password" in str(refusal(path))


@pytest.mark.parametrize("name", ["../outside.xml", "/etc/passwd", "xl\\..\\..\\outside.xml"])
def test_part_outside_the_archive_is_refused(pack, name):
    assert refusal(pack(extra={name: "<x/>"})).code == "damaged"


def test_two_parts_of_one_name_are_refused(pack):
    assert refusal(pack(extra={"XL/workbook.xml": "<x/>"})).code == "damaged"


def test_compression_that_excel_does_not_use_is_refused(tmp_path):
    path = tmp_path / "bzip2.xlsx"
    with ZipFile(path, "w", ZIP_BZIP2) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    assert refusal(path).code == "damaged"


@pytest.mark.parametrize("kept", [0.3, 0.6, 0.95])
def test_cut_file_is_refused(pack, kept):
    path = pack()
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * kept)])
    assert "Open it in Excel or WPS and save it again" in str(refusal(path))


def test_broken_part_is_refused(tmp_path):
    path = tmp_path / "broken.xlsx"
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>" * 100)
    content = bytearray(path.read_bytes())
    content[50:60] = bytes(10)
    path.write_bytes(content)
    assert refusal(path).code == "damaged"


def test_tampered_bytes_pass_or_are_refused_and_nothing_else(pack):
    path = pack()
    content = path.read_bytes()
    chance = random.Random(20241129)
    for _round in range(500):
        tampered = bytearray(content)
        for _byte in range(chance.randint(1, 4)):
            tampered[chance.randrange(len(tampered))] = chance.randrange(256)
        path.write_bytes(tampered)
        with suppress(WorkbookRefused):
            precheck(path)
