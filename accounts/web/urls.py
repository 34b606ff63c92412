"""Addresses of accounts: signing in, people, the social accounts, the audit log."""

from django.urls import include, path

from accounts.web import audit, channels, lockdown_urls, people_urls, theme

pages = (
    [
        path("accounts/", channels.Channels.as_view(), name="channels"),
        path("accounts/<uuid:channel_id>/", channels.ChannelDetail.as_view(), name="channel"),
        path("accounts/<uuid:channel_id>/renew/", channels.RenewCredential.as_view(), name="renew"),
        path("audit/", audit.AuditLog.as_view(), name="audit"),
        path("audit/export.csv", audit.AuditExport.as_view(), name="audit_export"),
        *people_urls.routes,
        path("me/theme/", theme.ChooseTheme.as_view(), name="theme"),
        *lockdown_urls.routes,
    ],
    "accounts",
)

urlpatterns = [path("", include(pages)), *people_urls.doors]
