"""The fields of need."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Field(models.TextChoices):
    """Fields of need named in 二(四)-1, community governance, and others."""

    SOCIAL_ASSISTANCE = "social_assistance", _("social assistance")
    ELDERLY = "elderly", _("ageing and care of the elderly")
    DISABILITY = "disability", _("welfare of the disabled")
    CHILDREN = "children", _("care and welfare of children")
    GOVERNANCE = "governance", _("community governance")
    OTHER = "other", _("other")
