"""Celery's door: safe at any hour, twice, and from two timetables."""
