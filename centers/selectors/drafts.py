"""What was typed into sections and is not saved yet."""

from collections.abc import Iterable

from centers.models import Section, SectionDraft


def unsaved(sections: Iterable[Section]) -> list[SectionDraft]:
    """Kept entries of the sections, the oldest first, with who typed them. One query."""
    return list(
        SectionDraft.objects.filter(section__in=list(sections))
        .select_related("user", "section")
        .order_by("saved_at", "pk")
    )
