"""Pages of needs, offers, matches and welfare-lottery applications."""

from django.urls import URLPattern, path

from projects.views import lotteries, needs, offers

urlpatterns: list[URLPattern] = [
    path("centers/<slug:code>/needs/", needs.need_list, name="need-list"),
    path("centers/<slug:code>/needs/enter/", needs.need_enter, name="need-enter"),
    path("needs/<int:pk>/", needs.need, name="need"),
    path("needs/<int:pk>/offers/", needs.suggestions, name="suggestions"),
    path("needs/<int:pk>/introduce/", needs.introduce, name="match-introduce"),
    path("needs/<int:pk>/<slug:code>/", needs.need_move, name="need-move"),
    path("matches/<int:pk>/<slug:code>/", needs.match_move, name="match-move"),
    path("centers/<slug:code>/offers/", offers.offer_list, name="offer-list"),
    path("centers/<slug:code>/offers/enter/", offers.offer_enter, name="offer-enter"),
    path("centers/<slug:code>/lotteries/", lotteries.lottery_list, name="lottery-list"),
    path("centers/<slug:code>/lotteries/apply/", lotteries.lottery_apply, name="lottery-apply"),
    path("lotteries/<int:pk>/", lotteries.lottery, name="lottery"),
    path("lotteries/<int:pk>/<slug:code>/", lotteries.lottery_move, name="lottery-move"),
]
