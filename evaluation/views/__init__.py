"""Pages that show a center together with what the standard says of it."""
