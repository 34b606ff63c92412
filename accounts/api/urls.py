"""Every address of the JSON door of accounts, under /api/v1/."""

from __future__ import annotations

from accounts.api import book, keys, lockdown, organisation, people, tiers, vault

urlpatterns = [
    *organisation.routes,
    *tiers.routes,
    *people.routes,
    *vault.routes,
    *book.routes,
    *lockdown.routes,
    *keys.routes,
]
