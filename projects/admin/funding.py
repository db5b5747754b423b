"""Welfare-lottery applications at the bureau's desk."""
