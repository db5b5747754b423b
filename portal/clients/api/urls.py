"""What a client may know of itself."""

from django.urls import path

from portal.clients.api import me

urlpatterns = [path("me/", me.Me.as_view(), name="me")]
