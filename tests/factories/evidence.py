"""Files to upload, ordinary ones, and attachments."""

from datetime import UTC, datetime
from io import BytesIO

import factory
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from centers.models import Attachment
from portal.evidence.models import EvidenceFile
from tests.factories.portal import UserFactory

AT = datetime(2026, 3, 1, 1, 0, tzinfo=UTC)


def paper(name="合同.pdf", words=b""):
    """The upload of a one-page PDF; ``words`` makes its bytes differ."""
    content, places = b"%PDF-1.7\n", []
    pages = b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Note(%s)>>" % words
    for number, body in enumerate((b"<</Type/Catalog/Pages 2 0 R>>", pages, page), 1):
        places.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    content += (
        b"xref\n0 4\n0000000000 65535 f \n%strailer\n<</Size 4/Root 1 0 R>>\n"
        b"startxref\n%d\n%%%%EOF\n" % (table, len(content))
    )
    return SimpleUploadedFile(name, content, content_type="application/pdf")


def photo(name="现场.jpg"):
    """The upload of a small photograph."""
    target = BytesIO()
    Image.new("RGB", (60, 40), (120, 60, 30)).save(target, "JPEG")
    return SimpleUploadedFile(name, target.getvalue(), content_type="image/jpeg")


class EvidenceFileFactory(factory.django.DjangoModelFactory):
    """A row alone: no bytes lie in the store."""

    class Meta:
        model = EvidenceFile

    uploaded_sha256 = factory.Sequence(lambda n: f"{n:064x}")
    sha256 = factory.SelfAttribute("uploaded_sha256")
    size_bytes = 1000
    media_type = "application/pdf"
    original_name = "合同.pdf"
    uploaded_by = factory.SubFactory(UserFactory)
    uploaded_at = AT


class AttachmentFactory(factory.django.DjangoModelFactory):
    """Of the section as a whole, unless ``line`` says which row."""

    class Meta:
        model = Attachment

    file = factory.SubFactory(EvidenceFileFactory)
    title = factory.Sequence(lambda n: f"租赁合同{n}")
    kind = "contract"
    added_by = factory.SelfAttribute("file.uploaded_by")
    added_at = AT
