"""Experts, panels and awards at the bureau's desk."""
