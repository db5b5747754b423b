"""Reads over projects."""
