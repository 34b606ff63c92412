"""X (Twitter), API version 2."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from hqdash.networks.capabilities import (
    FindsLanded,
    Hides,
    Publishes,
    ReadsMentions,
    Replies,
    SaysWhoAmI,
    Withdraws,
)
from hqdash.networks.connector import Connector
from hqdash.networks.counting import weighted
from hqdash.networks.http import HttpSettings
from hqdash.networks.network import CredentialField, Network
from hqdash.networks.secret import Secret
from hqdash.networks.types import Account

if TYPE_CHECKING:
    from hqdash.networks.signing_in import SignInWay


def _sign_in() -> SignInWay:
    from hqdash.networks.x.signing_in import XWay

    return XWay()


def _open(account: Account, credentials: Mapping[str, Secret], http: HttpSettings) -> Connector:
    # Imported late: pages show cards and never load a client library.
    from hqdash.networks.x.connector import XConnector

    return XConnector(account, credentials, http)


NETWORK = Network(
    slug="x",
    name="X",
    folder=Path(__file__).parent,
    # Replies to us arrive as mentions: one paid call reads both.
    does=frozenset({SaysWhoAmI, Publishes, FindsLanded, Withdraws, ReadsMentions, Hides, Replies}),
    text_limit=280,
    count_text=weighted,
    credential_fields=(
        CredentialField(
            "access_token",
            "Access token",
            "The OAuth 2.0 user token of the account, with tweet.read, tweet.write, users.read and "
            "tweet.moderate.write.",
        ),
    ),
    open_connector=_open,
    open_sign_in=_sign_in,
    what_hiding_does=(
        "A reply that is hidden on X moves behind a button: everybody can still read it with one more "
        "click, and so can its author. Only X or the author can delete it."
    ),
    settle_seconds=15,
    prices="Paid per use: about $0.015 a post, $0.20 a post with a link, $0.005 a mention read.",
    default_base_url="https://api.x.com",
)
