"""Acceptance and performance at the bureau's desk."""
