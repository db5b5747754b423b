"""The OpenAPI document and its page, open to everybody."""

from drf_spectacular.renderers import (
    OpenApiJsonRenderer,
    OpenApiJsonRenderer2,
    OpenApiYamlRenderer,
    OpenApiYamlRenderer2,
)
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView


class Schema(SpectacularAPIView):
    """OpenAPI 3.1: JSON, or YAML on demand by ``?format=yaml`` or ``Accept``."""

    authentication_classes = []
    renderer_classes = [
        OpenApiJsonRenderer2,
        OpenApiJsonRenderer,
        OpenApiYamlRenderer,
        OpenApiYamlRenderer2,
    ]


class Docs(SpectacularSwaggerSplitView):
    """The document as a page to try requests on."""

    authentication_classes = []
    url_name = "api:schema"
    template_name = "portal/api_docs.html"
