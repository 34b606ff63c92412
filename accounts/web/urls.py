"""Addresses of accounts: signing in, the social accounts, the audit log."""

from allauth.account import views as account
from allauth.mfa.base.views import authenticate as second_factor
from django.urls import include, path

from accounts.web import audit, channels, lockdown_urls, theme

pages = (
    [
        path("accounts/", channels.Channels.as_view(), name="channels"),
        path("accounts/<uuid:channel_id>/", channels.ChannelDetail.as_view(), name="channel"),
        path("accounts/<uuid:channel_id>/renew/", channels.RenewCredential.as_view(), name="renew"),
        path("audit/", audit.AuditLog.as_view(), name="audit"),
        path("audit/export.csv", audit.AuditExport.as_view(), name="audit_export"),
        path("me/theme/", theme.ChooseTheme.as_view(), name="theme"),
        *lockdown_urls.routes,
    ],
    "accounts",
)

urlpatterns = [
    path("", include(pages)),
    path("signin/", account.login, name="account_login"),
    path("signin/closed/", account.account_inactive, name="account_inactive"),
    path("signin/out/", account.logout, name="account_logout"),
    path("signin/again/", account.reauthenticate, name="account_reauthenticate"),
    path("signin/second-factor/", second_factor, name="mfa_authenticate"),
]
