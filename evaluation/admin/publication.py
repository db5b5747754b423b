"""Publications at the desk of the bureau."""
