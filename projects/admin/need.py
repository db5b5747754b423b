"""Needs, offers and matches at the bureau's desk."""
