from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EvaluationConfig(AppConfig):
    name = "evaluation"
    verbose_name = _("Evaluation")

    def ready(self) -> None:
        from evaluation import receivers  # noqa: F401  (connects the receivers)
        from evaluation.selectors import parameters
        from organizations.selectors import thresholds
        from projects.selectors import thresholds as project_thresholds

        thresholds.provide(parameters.values_for)
        project_thresholds.provide(parameters.values_for)
