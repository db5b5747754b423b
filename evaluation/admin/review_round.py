"""Review rounds at the desk of the bureau."""
