"""What the bureau types about an organization."""

from typing import Any

from organizations.models import Organization
from organizations.services import organizations
from organizations.services.organizations import CreditCodeRefused
from portal.forms import RegisterForm


class OrganizationForm(RegisterForm):
    """Everything but the status, which moves by its own service."""

    class Meta:
        model = Organization
        fields = [
            "name",
            "org_type",
            "uscc",
            "division",
            "registered_on",
            "supervising_unit",
            "community_kind",
            "is_charity",
            "grade",
            "grade_until",
            "center",
        ]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        try:
            values["uscc"] = organizations.check_code(
                values.get("uscc"), values.get("org_type", Organization.OrgType.INSTITUTION)
            )
        except CreditCodeRefused as refusal:
            self.add_error("uscc", str(refusal))
        return values
