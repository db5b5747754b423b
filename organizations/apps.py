from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OrganizationsConfig(AppConfig):
    name = "organizations"
    verbose_name = _("Social organizations")

    def ready(self) -> None:
        from organizations import receivers  # noqa: F401  (connects the receivers)
        from organizations.resources import books

        books.provide()
