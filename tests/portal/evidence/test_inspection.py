"""Hostile, wrong and ordinary uploads: each refused with its reason, or stored harmless."""

import os
import signal
import struct
import subprocess
import sys
import zlib
from io import BytesIO

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from pypdf import PdfReader, PdfWriter

from portal import sandbox
from portal.evidence import inspection, vault
from portal.evidence.inspection import EvidenceRefused
from portal.sandbox import Limits
from tests.portal.evidence.conftest import docx, pdf, photograph, picture, relation

MEBIBYTE = 1024 * 1024
OLE2 = bytes.fromhex("D0CF11E0A1B11AE1")
HTML = b"<html><script>alert(1)</script></html>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
PROGRAM = b"MZ" + bytes(58) + b"\x80\0\0\0" + bytes(400)


def stream(body, extra=b""):
    return b"<</Length %d%s>>stream\n%s\nendstream" % (len(body), extra, body)


def compressed_pdf(hidden):
    """As an office writes it today: one object in a compressed stream, the table compressed too."""
    head = b"10 0 "
    inner = zlib.compress(head + hidden)
    plain = pdf(stream(inner, b"/Type/ObjStm/N 1/First %d/Filter/FlateDecode" % len(head)))
    content = plain[: plain.index(b"xref\n")]
    places = [content.index(b"%d 0 obj" % number) for number in (1, 2, 3, 4)] + [len(content)]
    entries = [(0, 0, 255), *[(1, place, 0) for place in places], (2, 4, 0)]
    table = zlib.compress(b"".join(struct.pack(">BIB", *entry) for entry in entries))
    told = b"/Type/XRef/W[1 4 1]/Index[0 6 10 1]/Size 11/Root 1 0 R/Filter/FlateDecode"
    content += b"5 0 obj\n" + stream(table, told) + b"\nendobj\n"
    return content + b"startxref\n%d\n%%%%EOF\n" % places[-1]


def locked_pdf(password):
    writer = PdfWriter(BytesIO(pdf()))
    writer.encrypt(password, owner_password="owner", algorithm="AES-128")
    target = BytesIO()
    writer.write(target)
    return target.getvalue()


def huge_png(width, height):
    """A header that promises far more than the file holds."""

    def chunk(kind, body):
        check = zlib.crc32(kind + body)
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", check)

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def field(*pieces):
    """A field whose instruction Word split over several runs."""
    runs = "".join(f"<w:r><w:instrText>{piece}</w:instrText></w:r>" for piece in pieces)
    return f'<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r>{runs}</w:p>'


ACTION = b"<</S/%s/X(calc.exe)>>"
REFUSED = {
    # names of what is not taken, whatever is inside
    "svg": ("a.svg", SVG, "extension", "Print it to a PDF"),
    "html": ("a.html", HTML, "extension", "are not taken"),
    "program": ("a.exe", PROGRAM, "extension", "are not taken"),
    "double extension": ("照片.jpg.exe", picture(), "extension", ".exe"),
    "turned name": ("照片\u202egpj.exe", picture(), "extension", ".exe"),
    "old word": ("a.doc", OLE2 + bytes(600), "extension", "save it as .docx"),
    "macro word": ("a.docm", docx(), "extension", "save it as .docx"),
    "iphone": ("IMG_1.HEIC", bytes(40), "extension", "Save the picture as .jpg"),
    "gif": ("a.gif", b"GIF89a" + bytes(20), "extension", "Save the picture as .jpg"),
    "zip": ("a.zip", docx(), "extension", "Unpack it"),
    "excel": ("a.xlsx", docx(), "extension", "are not taken"),
    "no extension": ("合同", pdf(), "extension", "合同"),
    "dot only": (".pdf", pdf(), "extension", "are not taken"),
    "script": ("a.js", b"alert(1)", "extension", "are not taken"),
    # renamed
    "empty": ("a.pdf", b"", "empty", "empty"),
    "html as jpg": ("a.jpg", HTML, "content", "something else inside"),
    "svg as png": ("a.png", SVG, "content", "something else inside"),
    "program as pdf": ("a.pdf", PROGRAM, "content", "something else inside"),
    "png as jpg": ("a.jpg", picture("PNG"), "content", "PNG picture"),
    "jpg as png": ("a.png", picture(), "content", "JPEG picture"),
    "pdf as jpg": ("a.jpg", pdf(), "content", "PDF"),
    "docx as pdf": ("a.pdf", docx(), "content", "Word document"),
    "gif as jpg": ("a.jpg", picture("GIF", mode="L"), "content", "something else inside"),
    "webp as png": ("a.png", picture("WEBP"), "content", "something else inside"),
    "jpg as docx": ("a.docx", picture(), "other_kind", "not a Word document"),
    "html as docx": ("a.docx", HTML, "other_kind", "not a Word document"),
    "zip as docx": ("a.docx", docx(leave_out=["word/document.xml"]), "other_kind", "not a Word"),
    "template as docx": (
        "a.docx",
        docx(main="application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml"),
        "other_kind",
        "template",
    ),
    "old word as docx": (
        "a.docx",
        OLE2 + bytes(600) + "WordDocument".encode("utf-16-le"),
        "old_format",
        "old .doc",
    ),
    "locked docx": (
        "a.docx",
        OLE2 + bytes(600) + "EncryptedPackage".encode("utf-16-le"),
        "password",
        "Remove the password",
    ),
    # two kinds at once
    "html before pdf": ("a.pdf", HTML + pdf(), "content", "something else inside"),
    "bom before pdf": ("a.pdf", b"\xef\xbb\xbf" + pdf(), "two_kinds", "something else at once"),
    "zip behind pdf": ("a.pdf", pdf() + docx(), "two_kinds", "something else at once"),
    "html behind pdf": ("a.pdf", pdf() + HTML, "two_kinds", "something else at once"),
    "zip inside pdf": ("a.pdf", pdf(stream(docx())), "two_kinds", "something else at once"),
    "cut pdf": ("a.pdf", pdf()[:-30], "two_kinds", "cut off"),
    # PDFs that do something
    "pdf script": ("a.pdf", pdf(b"<</S/JavaScript/JS(app.alert(1))>>"), "script", "script"),
    "pdf escaped name": ("a.pdf", pdf(b"<</S/J#61vaScript>>"), "script", "script"),
    "pdf short name": ("a.pdf", pdf(b"<</A<</JS(x)>>>>"), "script", "script"),
    "pdf nested": ("a.pdf", pdf(b"[[<</A[<</J#53(x)>>]>>]]"), "script", "script"),
    "pdf unlisted": ("a.pdf", pdf() + b"9 0 obj<</S/JavaScript>>endobj\n%%EOF", "script", "script"),
    "pdf compressed": ("a.pdf", compressed_pdf(b"<</A<</JS(x)>>>>"), "script", "script"),
    "pdf launch": ("a.pdf", pdf(ACTION % b"Launch"), "launch", "starts programs"),
    "pdf sends": ("a.pdf", pdf(ACTION % b"SubmitForm"), "launch", "sends data"),
    "pdf remote": ("a.pdf", pdf(ACTION % b"GoToR"), "launch", "opens other files"),
    "pdf attachment": ("a.pdf", pdf(stream(b"x", b"/Type/EmbeddedFile")), "attached", "carries"),
    "pdf file note": ("a.pdf", pdf(b"<</Subtype/FileAttachment>>"), "attached", "carries"),
    "pdf names": ("a.pdf", pdf(trailer=b"/Names<</EmbeddedFiles 4 0 R>>"), "attached", "carries"),
    "pdf rich media": ("a.pdf", pdf(b"<</Subtype/RichMedia>>"), "media", "film"),
    "pdf xfa": ("a.pdf", pdf(trailer=b"/AcroForm<</XFA 4 0 R>>"), "xfa", "XFA"),
    "pdf password": ("a.pdf", locked_pdf("secret"), "encrypted", "password"),
    "pdf owner lock": ("a.pdf", locked_pdf(""), "encrypted", "locked"),
    "pdf many pages": ("a.pdf", pdf(*[b"<</Type/Page>>"] * 500), "pages", "Split it"),
    "pdf of nothing": ("a.pdf", b"%PDF-1.7\n" + b"x" * 500 + b"\n%%EOF", "unreadable", "damaged"),
    "pdf deep": ("a.pdf", pdf(b"[" * 20_000 + b"]" * 20_000), "unreadable", "damaged"),
    # documents that do something
    "macros": ("a.docx", docx(extra={"word/vbaProject.bin": "x"}), "forbidden_part", "macros"),
    "macro type": (
        "a.docx",
        docx(main="application/vnd.ms-word.document.macroEnabled.main+xml"),
        "forbidden_part",
        "macros",
    ),
    "embedded": (
        "a.docx", docx(extra={"word/embeddings/a.bin": "x"}), "forbidden_part", "embedded"
    ),
    "activex": ("a.docx", docx(extra={"word/activeX/a.xml": "<x/>"}), "forbidden_part", "embedded"),
    "embedded html": (
        "a.docx", docx(relations=relation("aFChunk", "page.html", "")), "embedded", "embedded"
    ),
    "remote template": (
        "a.docx",
        docx(relations=relation("attachedTemplate", "http://a.example/x.dotm")),
        "external",
        "template",
    ),
    "remote picture": (
        "a.docx", docx(relations=relation("image", "http://a.example/x.png")), "external", "picture"
    ),
    "file link": (
        "a.docx", docx(relations=relation("hyperlink", "file:///c:/x.exe")), "external", "elsewhere"
    ),
    "dde": ("a.docx", docx(field(" DDEAUTO c:\\\\x.exe")), "fields", "fields"),
    "split dde": ("a.docx", docx(field("DDE", "AUTO x")), "fields", "fields"),
    "spelt dde": (
        "a.docx", docx(field("PAGE") + field(field("QUOTE 68 68 69"))), "fields", "fields"
    ),
    "simple dde": ("a.docx", docx('<w:fldSimple w:instr=" dde x"/>'), "fields", "fields"),
    "entities": (
        "a.docx",
        docx(extra={"word/x.xml": "<!DOCTYPE x [<!ENTITY a 'b'>]><x/>"}),
        "doctype",
        "entities",
    ),
    "outside": ("a.docx", docx(extra={"../../x.xml": "<x/>"}), "damaged", "damaged"),
    "broken xml": ("a.docx", docx("<w:p>"), "unreadable", "damaged"),
    "cut docx": ("a.docx", docx()[:-40], "damaged", "damaged"),
    # pictures
    "cut photo": ("a.jpg", picture(size=(300, 300))[:-300], "unreadable", "damaged"),
    "no picture": ("a.jpg", b"\xff\xd8\xff\xe0" + bytes(300), "unreadable", "damaged"),
    "cut png": ("a.png", picture("PNG", size=(300, 300))[:-30], "unreadable", "damaged"),
    # bombs
    "pixels": ("a.png", huge_png(20_000, 20_000), "pixels", "50 million"),
    "more pixels": ("a.png", huge_png(8_000, 7_000), "pixels", "50 million"),
    "most pixels": ("a.png", huge_png(2**31 - 1, 2**31 - 1), "pixels", "50 million"),
    "zip bomb": (
        "a.docx", docx(extra={"word/x.xml": bytes(65 * MEBIBYTE)}), "inflates", "too large inside"
    ),
    "many parts": (
        "a.docx", docx(extra={f"word/{n}.xml": "<x/>" for n in range(500)}), "too_many_parts", "PDF"
    ),
    "too large": ("a.pdf", pdf() + bytes(20 * MEBIBYTE), "too_large", "20 MB"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_hostile_or_wrong_file_is_refused_with_its_reason(put, on_disk, case):
    name, content, code, words = REFUSED[case]
    with pytest.raises(EvidenceRefused) as caught:
        put(name, content)
    assert caught.value.code == code
    assert words in str(caught.value)
    assert on_disk() == []


def test_large_pdf_objects_do_not_reach_this_process(put, on_disk):
    """A stream that inflates to gigabytes, where a reader has to inflate it."""
    body = zlib.compress(b"1 0 " * (64 * MEBIBYTE))
    bomb = pdf(stream(body, b"/Type/ObjStm/N 9999999/First 9/Filter/FlateDecode"))
    table = stream(body, b"/Type/XRef/W[1 1 1]/Size 99999999/Root 1 0 R/Filter/FlateDecode")
    place = len(bomb)
    bomb += b"9 0 obj\n" + table + b"\nendobj\nstartxref\n%d\n%%%%EOF\n" % place
    with pytest.raises(EvidenceRefused) as caught:
        put("a.pdf", bomb)
    assert caught.value.code in {"too_hard", "unreadable"}
    assert on_disk() == []


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("合同.pdf", pdf(), "application/pdf"),
        ("合同.PDF", compressed_pdf(b"<</A 1>>"), "application/pdf"),
        ("link.pdf", pdf(b"<</S/URI/URI(https://a.example/)>>"), "application/pdf"),
        ("a.jpg", picture(), "image/jpeg"),
        ("a.jpeg", picture(mode="CMYK"), "image/jpeg"),
        ("a.jpg", picture(mode="L"), "image/jpeg"),
        ("a.png", picture("PNG", mode="RGBA"), "image/png"),
        ("a.png", picture("PNG", mode="P"), "image/png"),
        ("a.png", picture("PNG", mode="I;16"), "image/png"),
        ("会议纪要.docx", docx("<w:p/>"), inspection.DOCX),
        (
            "a.docx",
            docx(
                field(' HYPERLINK "https://a.example/ dde"') + field("PAGE"),
                relations=relation("hyperlink", "https://a.example/"),
            ),
            inspection.DOCX,
        ),
    ],
)
def test_ordinary_file_is_taken(put, name, content, media_type):
    file = put(name, content)
    assert file.media_type == media_type
    assert file.original_name.lower() == name.lower()


def test_paper_is_kept_to_the_byte(put):
    """A signature on a contract holds for these bytes and no others."""
    content = compressed_pdf(b"<</A 1>>")
    file = put("a.pdf", content)
    assert vault.path_of(file.pk).read_bytes() == content
    assert file.sha256 == file.uploaded_sha256
    assert len(PdfReader(vault.path_of(file.pk)).pages) == 1


def test_photograph_loses_where_and_by_what_it_was_taken_and_stands_upright(put):
    content = photograph()
    assert b"SECRETPHONE" in content
    file = put("现场.jpg", content)
    stored = vault.path_of(file.pk).read_bytes()
    assert b"SECRETPHONE" not in stored
    assert b"who was there" not in stored
    with Image.open(BytesIO(stored)) as image:
        assert image.size == (40, 60)
        assert not image.getexif()
        assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert file.sha256 != file.uploaded_sha256
    assert file.size_bytes == len(stored)


@pytest.mark.parametrize("tail", [HTML, docx(), PROGRAM, b"<?php system($_GET[0]);"])
@pytest.mark.parametrize(("name", "kind"), [("a.jpg", "JPEG"), ("a.png", "PNG")])
def test_what_hides_behind_a_picture_is_not_stored(put, name, kind, tail):
    file = put(name, picture(kind) + tail)
    assert tail not in vault.path_of(file.pk).read_bytes()


def test_what_hides_beside_the_pixels_is_not_stored(put):
    info = PngInfo()
    info.add_text("XML:com.adobe.xmp", "<script>alert(1)</script>")
    file = put("a.png", picture("PNG", pnginfo=info))
    assert b"script" not in vault.path_of(file.pk).read_bytes()
    file = put("a.jpg", picture(comment=HTML))
    assert b"script" not in vault.path_of(file.pk).read_bytes()


def test_transparent_palette_stays_transparent(put):
    file = put("a.png", picture("PNG", mode="P", transparency=0))
    with Image.open(vault.path_of(file.pk)) as image:
        assert image.convert("RGBA").getpixel((0, 0))[3] == 0


@pytest.mark.parametrize(
    "limits", [{"cpu_seconds": 0}, {"wall_seconds": 0}, {"memory_bytes": 4096}]
)
def test_child_out_of_its_limits_is_refused_and_this_process_lives(tmp_path, limits):
    path = tmp_path / "upload"
    path.write_bytes(pdf())
    with pytest.raises(EvidenceRefused) as caught:
        inspection.inspect(path, name="a.pdf", clean=None, limits=Limits(**limits))
    assert caught.value.code in {"too_hard", "unreadable"}
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_child_that_kills_itself_is_told_apart_from_one_that_fails(tmp_path):
    source, script = tmp_path / "upload", tmp_path / "script.py"
    source.write_bytes(b"x")
    script.write_text(f"import os; os.kill(os.getpid(), {int(signal.SIGSEGV)})")
    with pytest.raises(sandbox.ChildEnded):
        sandbox.run(script, source=source, limits=Limits())
    script.write_text("raise SystemExit(1)")
    with pytest.raises(sandbox.ChildFailed):
        sandbox.run(script, source=source, limits=Limits())


def test_child_writes_no_more_than_it_may(tmp_path):
    source, script = tmp_path / "upload", tmp_path / "script.py"
    source.write_bytes(b"x")
    script.write_text(
        "import os, sys\n"
        "with os.fdopen(int(sys.argv[-1]), 'wb') as target: target.write(bytes(2000))\n"
    )
    with (tmp_path / "short").open("wb") as target, pytest.raises(sandbox.ChildFailed):
        sandbox.run(script, source=source, target=target, limits=Limits(file_bytes=1000))
    with (tmp_path / "long").open("wb") as target:
        sandbox.run(script, source=source, target=target, limits=Limits(file_bytes=2000))
    assert (tmp_path / "short").stat().st_size <= 1000
    assert (tmp_path / "long").stat().st_size == 2000


def test_child_sees_no_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://secret")
    source, script = tmp_path / "upload", tmp_path / "script.py"
    source.write_bytes(b"x")
    script.write_text("import os; print(os.environ.get('DATABASE_URL'))")
    assert sandbox.run(script, source=source, limits=Limits()).strip() == b"None"


def test_child_imports_no_django():
    code = (
        "import runpy, sys; runpy.run_path(sys.argv[1], run_name='child');"
        "print([name for name in sys.modules if name.partition('.')[0] in ('django', 'portal')])"
    )
    command = [sys.executable, "-I", "-c", code, str(inspection.CHILD)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
