"""When a filing changes hands or time is extended, tell whose turn it is."""

from django.dispatch import receiver

from centers.services import notices
from centers.signals import filing_moved, time_extended


@receiver(filing_moved)
def tell_of_filing(sender, filing, verb, by, at, **kwargs):
    notices.tell_of_filing(filing=filing, verb=verb, by=by, at=at)


@receiver(time_extended)
def tell_of_extension(sender, extension, at, **kwargs):
    notices.tell_of_extension(extension=extension, at=at)
