"""Bidder accounts, key holders and openings at the bureau's desk."""
