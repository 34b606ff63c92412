"""Addresses of publishing."""

from django.urls import path

from publishing.web import compose, held, posts, stops

app_name = "publishing"
urlpatterns = [
    path("compose/", compose.Compose.as_view(), name="compose"),
    path("posts/", posts.Posts.as_view(), name="posts"),
    path("posts/<uuid:post_id>/", posts.PostDetail.as_view(), name="post"),
    path("posts/<uuid:post_id>/retry/", posts.RetryFailed.as_view(), name="retry"),
    path("posts/<uuid:post_id>/cancel/", posts.CancelWaiting.as_view(), name="cancel"),
    path("held/", held.HeldBack.as_view(), name="held"),
    path("stops/", stops.Stops.as_view(), name="stops"),
    path("stops/pace/", stops.ChangePace.as_view(), name="pace"),
    path("stops/<uuid:stop_id>/lift/", stops.LiftStop.as_view(), name="lift_stop"),
    path("deliveries/<uuid:delivery_id>/settle/", posts.SettleDelivery.as_view(), name="settle"),
]
