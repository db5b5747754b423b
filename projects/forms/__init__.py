"""Forms of the projects."""
