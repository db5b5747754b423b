"""Reviews of centers, and objections, at the desk of the bureau."""
