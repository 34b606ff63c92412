"""A vault that answers during a test: the real opener on a real socket, with its own database login."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.db import connection

from accounts.vault import caller
from accounts.vault.key_files import KeyFile, origin_public_key, read_key
from accounts.vault.keys import LocalRootKey, RootKeyRing
from accounts.vault.opener import OpenerServer
from accounts.vault.vault import Vault


def opener_url() -> str:
    """The opener's login at the database of this test run."""
    return urlunsplit(
        urlsplit(settings.DATABASE_URL_OPENER)._replace(path=f"/{connection.settings_dict['NAME']}")
    )


def root_key_ring() -> RootKeyRing:
    """The root key of this test run."""
    return RootKeyRing(LocalRootKey(read_key(KeyFile.ROOT)))


@contextmanager
def answering_vault() -> Iterator[Vault]:
    """The opener for the length of a block; needs a database that commits (`committed_cast`)."""
    vault = Vault(database_url=opener_url(), ring=root_key_ring(), origin=origin_public_key())
    server = OpenerServer(Path(settings.OPENER_SOCKET), vault)
    server.serve_in_background()
    try:
        yield vault
    finally:
        caller.hang_up()
        server.close()
        vault.close()
