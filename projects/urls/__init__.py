"""Addresses of the projects: the desk, the bidders', the experts', and the public ones."""
