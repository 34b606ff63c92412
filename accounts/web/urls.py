"""Addresses of accounts: signing in, people, the social accounts, the audit log."""

from django.urls import include, path

from accounts.web import (
    audit_urls,
    channels,
    lockdown_urls,
    organisation_urls,
    people_urls,
    theme,
    vault_urls,
)

pages = (
    [
        path("accounts/", channels.Channels.as_view(), name="channels"),
        path("accounts/<uuid:channel_id>/", channels.ChannelDetail.as_view(), name="channel"),
        path("accounts/<uuid:channel_id>/renew/", channels.RenewCredential.as_view(), name="renew"),
        *audit_urls.routes,
        *people_urls.routes,
        path("me/theme/", theme.ChooseTheme.as_view(), name="theme"),
        *lockdown_urls.routes,
        *vault_urls.routes,
        *organisation_urls.routes,
    ],
    "accounts",
)

urlpatterns = [path("", include(pages)), *people_urls.doors]
