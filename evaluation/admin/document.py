"""Official documents and their templates at the desk of the bureau."""
