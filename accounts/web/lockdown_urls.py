"""Addresses of lock-down, of API keys and of the reference for programmers."""

from django.urls import path

from accounts.web import api_keys, api_reference, lockdown

routes = [
    path("lockdown/", lockdown.LockdownPage.as_view(), name="lockdown"),
    path("lockdown/unlock/", lockdown.Unlock.as_view(), name="unlock"),
    path("lockdown/unlock/take-back/", lockdown.TakeBackUnlock.as_view(), name="take_back_unlock"),
    path("api-access/", api_keys.ApiAccess.as_view(), name="api_access"),
    path("api-access/new/", api_keys.MakeKey.as_view(), name="make_key"),
    path("api-access/<uuid:key_id>/revoke/", api_keys.RevokeKey.as_view(), name="revoke_key"),
    path("api-access/reference/", api_reference.ApiReference.as_view(), name="api_reference"),
]
