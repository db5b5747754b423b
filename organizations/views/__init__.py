"""Desk pages of the register and of the work recorded in it."""
