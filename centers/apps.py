from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CentersConfig(AppConfig):
    name = "centers"
    verbose_name = _("Centers and filings")

    def ready(self) -> None:
        from centers import receivers  # noqa: F401  (connects the receivers)
