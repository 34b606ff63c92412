"""Every address of HQ Dash: each desk under its own name."""

from django.urls import URLPattern, URLResolver, include, path

from accounts.api.urls import urlpatterns as accounts_api
from hqdash.base.api_document import routes as description

api = ([*accounts_api, *description], "api")

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("hqdash.overview.web.urls")),
    path("", include("hqdash.base.urls")),
    path("", include("accounts.web.urls")),
    path("api/v1/", include(api)),
    path("publishing/", include("publishing.web.urls")),
    path("moderation/", include("moderation.web.urls")),
    path("monitoring/", include("monitoring.web.urls")),
]
handler400 = "hqdash.base.refusals.bad_request"
handler403 = "hqdash.base.refusals.forbidden"
handler404 = "hqdash.base.refusals.not_found"
handler500 = "hqdash.base.refusals.server_error"
