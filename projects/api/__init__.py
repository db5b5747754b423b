"""Projects over the API: what is public of them, for clients that were given it."""
