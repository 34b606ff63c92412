"""Addresses of the vault: its board, connecting accounts, and what is done with a sign-in."""

from django.urls import path

from accounts.web import connecting, vault, vault_acts
from accounts.web.answer_log import watch_access_logs

watch_access_logs()

routes = [
    path("vault/", vault.VaultBoard.as_view(), name="vault"),
    path("vault/owners/", vault.KeepOwner.as_view(), name="vault_owners"),
    path("vault/apps/", vault.NetworkApps.as_view(), name="network_apps"),
    path("vault/connect/", connecting.StartConnecting.as_view(), name="connect"),
    path("vault/connect/refused/", connecting.ConnectRefused.as_view(), name="connect_refused"),
    path("vault/connect/<slug:network>/back/", connecting.ConnectBack.as_view(), name="connect_back"),
    path("vault/connecting/<uuid:connecting_id>/", connecting.ConnectingPage.as_view(), name="connecting"),
    path("vault/errands/<uuid:errand_id>/", vault_acts.ErrandPage.as_view(), name="errand"),
    path("vault/<uuid:channel_id>/", vault.VaultChannel.as_view(), name="vault_channel"),
    path("vault/<uuid:channel_id>/test/", vault_acts.TestSignIn.as_view(), name="vault_test"),
    path("vault/<uuid:channel_id>/rotate/", vault_acts.RotateSignIn.as_view(), name="vault_rotate"),
    path("vault/<uuid:channel_id>/revoke/", vault_acts.RevokeSignIn.as_view(), name="vault_revoke"),
    path("vault/<uuid:channel_id>/suspend/", vault_acts.SuspendChannel.as_view(), name="vault_suspend"),
]
