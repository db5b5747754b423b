"""The bureau's desk: projects."""

from projects.admin.project import ProjectAdmin

__all__ = ["ProjectAdmin"]
