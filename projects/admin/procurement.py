"""Procurements, questions and challenges at the bureau's desk."""
