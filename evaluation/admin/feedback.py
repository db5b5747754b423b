"""Feedback of residents at the desk of the bureau."""
