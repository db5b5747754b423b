"""Uploads made for one test, ordinary and hostile, and a store of their own."""

from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

from portal.evidence import services
from tests.factories.portal import UserFactory

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"


@pytest.fixture(autouse=True)
def store_of_its_own(settings, tmp_path):
    """Each test's files lie in a folder of its own, and texts are judged as written in the code."""
    settings.MEDIA_ROOT = tmp_path / "media"
    with translation.override("en"):
        yield


@pytest.fixture
def on_disk(tmp_path):
    """A function: every file below MEDIA_ROOT."""
    root = tmp_path / "media"
    return lambda: sorted(path for path in root.rglob("*") if path.is_file())


@pytest.fixture
def put(db, at):
    """Store bytes under a name, as a new user's upload."""

    def store(name, content, by=None, at=at):
        # Django cuts names on arrival; the pipeline does not rely on it.
        upload = SimpleUploadedFile("x", content)
        upload._name = name
        return services.store(upload=upload, by=by or UserFactory(), at=at)

    return store


def picture(kind="JPEG", size=(60, 40), mode="RGB", **options):
    target = BytesIO()
    Image.new(mode, size, 120 if mode in ("L", "I;16") else None).save(target, kind, **options)
    return target.getvalue()


def photograph(orientation=6, size=(60, 40), comment=b"who was there"):
    """As a phone writes it: lying, with its place, its maker, and a comment."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "SECRETPHONE"
    exif.get_ifd(0x8825).update({1: "N", 2: tuple(map(IFDRational, (31, 13, 48)))})
    return picture(size=size, exif=exif, comment=comment)


def pdf(*objects, trailer=b"", version=b"1.7"):
    """A PDF of one page; further objects are numbered from 4."""
    catalog = b"<</Type/Catalog/Pages 2 0 R %s>>" % (trailer if trailer.startswith(b"/") else b"")
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>"
    bodies = [catalog, b"<</Type/Pages/Kids[3 0 R]/Count 1>>", page, *objects]
    content, places = b"%PDF-" + version + b"\n", []
    for number, body in enumerate(bodies, 1):
        places.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return content + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<</Size %d/Root 1 0 R>>\n"
        b"startxref\n%d\n%%%%EOF\n" % (len(places) + 1, table, len(places) + 1, len(content))
    )


def docx(body="", extra=None, relations="", main=MAIN, leave_out=()):
    """The least a .docx needs, around one body."""
    parts = {
        "[Content_Types].xml": (
            f'<Types xmlns="{PACKAGE}/content-types">'
            '<Default Extension="rels"'
            ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/word/document.xml" ContentType="{main}"/></Types>'
        ),
        "_rels/.rels": (
            f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1"'
            f' Type="{OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>'
        ),
        "word/document.xml": f'<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>',
        "word/_rels/document.xml.rels": (
            f'<Relationships xmlns="{PACKAGE}/relationships">{relations}</Relationships>'
        ),
        **(extra or {}),
    }
    target = BytesIO()
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            if name not in leave_out:
                archive.writestr(name, content)
    return target.getvalue()


def relation(kind, target, mode=' TargetMode="External"'):
    return f'<Relationship Id="x" Type="{OFFICE}/{kind}" Target="{target}"{mode}/>'
