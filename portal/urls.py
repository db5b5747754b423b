"""Every door, apps by name only."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path, re_path
from django.views.i18n import set_language

from portal import views

admin.site.login = secure_admin_login(admin.site.login)

handler404 = "portal.views.page_not_found"
handler500 = "portal.views.server_error"

urlpatterns = [
    path("", views.home, name="home"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("robots.txt", views.robots, name="robots"),
    path("language/", set_language, name="set_language"),
    # Nobody signs up and nobody resets a password by mail: the bureau opens accounts and resets
    # passwords. The portal's only mail is the daily digest.
    re_path(
        r"^accounts/(?:signup|email|confirm-email|password/reset)/",
        views.nothing_here,
        name="account_closed",
    ),
    path("accounts/", include("allauth.urls")),
    path("admin/compliance/", include("evaluation.admin.urls")),
    path("admin/", admin.site.urls),
    path("desk/", include("centers.urls")),
    path("desk/", include("organizations.urls")),
    path("desk/", include("projects.urls.desk")),
    path("desk/", include("evaluation.urls")),
    path("bid/", include("projects.urls.bid")),
    path("panel/", include("projects.urls.panel")),
    path("open/", include("evaluation.urls.open")),
    path("open/", include("projects.urls.open")),
    path("api/v1/", include("portal.api.urls")),
]
