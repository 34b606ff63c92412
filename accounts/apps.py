"""Installs accounts: rights and audited acts are declared, privileges and menu entries hung up."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.module_loading import import_string


class AccountsConfig(AppConfig):
    """Who, as whom."""

    name = "accounts"
    label = "accounts"

    def ready(self) -> None:
        """Declare what this desk declares."""
        import accounts.audited
        import accounts.permissions
        import accounts.sign_in.signals
        import accounts.subscribers
        import accounts.web.menu  # noqa: F401
        from accounts.vault.checkup import key_ring
        from hqdash.base.checkups import checkup
        from hqdash.base.schema_guard import restrict

        checkup(key_ring)
        restrict(import_string("accounts.privileges.restrict_accounts"))
        restrict(import_string("accounts.audit.privileges.restrict_book"))
        # Django sends the signal once per app with tables, after all migrations have run.
        post_migrate.connect(_guard, sender=self)
        post_migrate.connect(_give_new_rights, sender=self)


def _guard(*, using: str, **_: Any) -> None:
    """Lay row-level security and privileges over the schema as it now is."""
    from accounts.access.functions import lay_functions
    from hqdash.base.schema_guard import guard_schema

    guard_schema(using=using)
    lay_functions(using=using)


def _give_new_rights(*, using: str, **_: Any) -> None:
    """Let the tiers of forces that are there already have what this release brings."""
    from accounts.access.new_rights import forces_to_teach, give_new_rights

    if using == "default" and forces_to_teach():
        give_new_rights()
