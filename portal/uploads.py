"""Uploads that never touch a disk."""

from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile


class InMemoryOnly(FileUploadHandler):
    """Keeps files in memory, up to ``limit`` bytes together. A file that goes beyond is dropped as
    it comes in, ``is_exceeded`` says so, and what else was sent is still read.

    A view that uses it sets ``request.upload_handlers`` before anything reads ``request.POST``: it
    has to be ``csrf_exempt``, and a ``csrf_protect`` view inside it checks the token.
    """

    def __init__(self, limit: int) -> None:
        super().__init__()
        self.limit = limit
        self.is_exceeded = False
        self._received = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self._content = BytesIO()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:  # noqa: ARG002
        self._received += len(raw_data)
        if self._received > self.limit:
            self.is_exceeded = True
            self._content = BytesIO()
            raise SkipFile
        self._content.write(raw_data)

    def file_complete(self, file_size: int) -> InMemoryUploadedFile:
        self._content.seek(0)
        return InMemoryUploadedFile(
            file=self._content,
            field_name=self.field_name,
            name=self.file_name,
            content_type=self.content_type,
            size=file_size,
            charset=self.charset,
            content_type_extra=self.content_type_extra,
        )
