"""Projects."""

import factory

from projects.models import Project


class ProjectFactory(factory.django.DjangoModelFactory):
    """A planned project."""

    class Meta:
        model = Project

    project_no = factory.Sequence(lambda n: f"310199-2025-{n:04d}")
    name = factory.Sequence(lambda n: f"测试项目{n}")
    field = "elderly"
    purchaser = "梧桐路街道办事处"
