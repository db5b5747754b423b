"""Rectification at the desk of the bureau."""
