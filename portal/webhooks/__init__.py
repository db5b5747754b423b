"""Webhooks: telling a client's own server that something it may read has changed."""
