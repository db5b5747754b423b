"""What can happen to a project."""
