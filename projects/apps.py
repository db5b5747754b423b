from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProjectsConfig(AppConfig):
    name = "projects"
    verbose_name = _("Public-welfare projects")

    def ready(self) -> None:
        from organizations.selectors.origins import register
        from projects import checks  # noqa: F401  (registers them)
        from projects.selectors.origins import origins

        register("projects", origins)
