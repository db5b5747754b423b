"""What the bureau types about a project."""

from portal.registers.forms import RegisterForm
from projects.models import Project


class ProjectForm(RegisterForm):
    """Everything but the number, which the service gives, and the status."""

    class Meta:
        model = Project
        fields = [
            "name",
            "division",
            "field",
            "purchaser",
            "supplier",
            "budget_yuan",
            "contract_yuan",
            "starts_on",
            "ends_on",
        ]
