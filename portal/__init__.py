"""The kernel: what every app needs, and no bureau business. Imports no app."""

from portal.celery import app as celery_app

__all__ = ["celery_app"]
