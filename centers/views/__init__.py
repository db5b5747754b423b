"""The center desk: what a center files."""
