"""What the bureau types about a project."""

from portal.registers.forms import RegisterForm
from projects.models import Project


class ProjectForm(RegisterForm):
    """Everything but the number, which the service gives, and the status. The budget comes from
    its basis, supplier and contract amount from the contract."""

    class Meta:
        model = Project
        fields = [
            "name",
            "division",
            "field",
            "purchaser",
            "starts_on",
            "ends_on",
        ]
