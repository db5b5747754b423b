"""Pages of activity teams."""

from django.urls import URLPattern, path

from organizations.views import teams

urlpatterns: list[URLPattern] = [
    path("centers/<slug:code>/teams/", teams.team_list, name="team-list"),
    path("centers/<slug:code>/teams/apply/", teams.team_apply, name="team-apply"),
    path("teams/<int:pk>/", teams.team, name="team"),
    path("teams/<int:pk>/<slug:step>/", teams.team_step, name="team-step"),
]
