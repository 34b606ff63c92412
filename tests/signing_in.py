"""Signing somebody in for a test: as if a while ago, or as if just now, with or without a second factor."""

from __future__ import annotations

import time

from django.test import Client

from hqdash.base.tenancy import across_forces
from tests.cast import Person


def signed_in(person: Person, *, proved: str = "password", ago: float = 0.0) -> Client:
    """A client of this person; ``proved`` is how they came in (password or mfa), ``ago`` seconds before now."""
    client = Client()
    with across_forces(reason="a test signs somebody in"):
        client.force_login(person.user, backend="accounts.sign_in.backend.UsernameBackend")
    session = client.session
    session["account_authentication_methods"] = [{"method": proved, "at": time.time() - ago}]
    session["account_authentication_methods_user"] = str(person.user.pk)
    session.save()
    return client
