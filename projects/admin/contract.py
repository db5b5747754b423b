"""Contracts, payments and supervision at the bureau's desk."""
