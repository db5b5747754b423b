"""Review schemes at the desk of the bureau."""
