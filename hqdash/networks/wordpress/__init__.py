"""WordPress: a force's own news site, over its REST API with an application password."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from hqdash.networks.capabilities import (
    DeletesOthers,
    FindsLanded,
    Hides,
    Publishes,
    ReadsComments,
    Replies,
    SaysWhoAmI,
    Withdraws,
)
from hqdash.networks.connector import Connector
from hqdash.networks.counting import characters
from hqdash.networks.http import HttpSettings
from hqdash.networks.network import CredentialField, Network
from hqdash.networks.secret import Secret
from hqdash.networks.types import Account

if TYPE_CHECKING:
    from hqdash.networks.signing_in import SignInWay


def _sign_in() -> SignInWay:
    from hqdash.networks.wordpress.signing_in import WordPressWay

    return WordPressWay()


def _open(account: Account, credentials: Mapping[str, Secret], http: HttpSettings) -> Connector:
    # Imported late, like the connectors that bring a client library.
    from hqdash.networks.wordpress.connector import WordPressConnector

    return WordPressConnector(account, credentials, http)


NETWORK = Network(
    slug="wordpress",
    name="WordPress",
    folder=Path(__file__).parent,
    does=frozenset(
        {
            SaysWhoAmI,
            Publishes,
            FindsLanded,
            Withdraws,
            ReadsComments,
            Hides,
            DeletesOthers,
            Replies,
        }
    ),
    # WordPress has no limit of its own; beyond this a browser struggles to edit the page.
    text_limit=100_000,
    count_text=characters,
    credential_fields=(
        CredentialField(
            "username",
            "User name",
            "A WordPress user with the role Editor.",
            secret=False,
        ),
        CredentialField(
            "application_password",
            "Application password",
            "Made in WordPress under Users, Profile, Application Passwords. Not the sign-in password.",
        ),
    ),
    open_connector=_open,
    open_sign_in=_sign_in,
    what_hiding_does=(
        "A comment that is held on WordPress disappears for everybody except the site's own staff. Its "
        "author may still see it for a while, marked as awaiting moderation."
    ),
    settle_seconds=3,
    prices="Free of charge; the force runs the site.",
)
