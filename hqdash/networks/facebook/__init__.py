"""Facebook Pages, Graph API v26.0."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from hqdash.networks.capabilities import ALL_CAPABILITIES
from hqdash.networks.connector import Connector
from hqdash.networks.counting import graphemes
from hqdash.networks.http import HttpSettings
from hqdash.networks.network import CredentialField, Network
from hqdash.networks.secret import Secret
from hqdash.networks.types import Account

if TYPE_CHECKING:
    from hqdash.networks.signing_in import SignInWay


def _sign_in() -> SignInWay:
    from hqdash.networks.facebook.signing_in import FacebookWay

    return FacebookWay()


def _open(account: Account, credentials: Mapping[str, Secret], http: HttpSettings) -> Connector:
    # Imported late: pages show cards and never load a client library.
    from hqdash.networks.facebook.connector import FacebookConnector

    return FacebookConnector(account, credentials, http)


NETWORK = Network(
    slug="facebook",
    name="Facebook",
    folder=Path(__file__).parent,
    does=frozenset(ALL_CAPABILITIES),
    text_limit=63_206,
    count_text=graphemes,
    credential_fields=(
        CredentialField(
            "page_access_token",
            "Page access token",
            "With pages_manage_posts, pages_read_engagement, pages_manage_engagement and "
            "pages_read_user_content.",
        ),
        CredentialField(
            "app_secret",
            "App secret",
            "Only if the app demands a proof with every call.",
            required=False,
        ),
    ),
    open_connector=_open,
    open_sign_in=_sign_in,
    what_hiding_does=(
        "A comment that is hidden on Facebook stays visible to the person who wrote it and to that "
        "person's friends. Nobody else sees it."
    ),
    settle_seconds=20,
    prices="Free of charge; the number of calls an hour grows with the people whom the Page reaches.",
    default_base_url="https://graph.facebook.com",
)
