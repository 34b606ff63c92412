"""How an account is connected at its network: the walk of a person there and back, and what a worker asks afterwards.

The web tier uses only ``SignInWay``, which makes addresses and reads answers and calls nobody. A worker
uses the ``SignInLine``, with what the vault opened for it.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol

import requests

from hqdash.networks.connector import Connector
from hqdash.networks.errors import NetworkError, Reason, Refused, SignInExpired
from hqdash.networks.http import Answer, HttpSettings
from hqdash.networks.outcomes import Asked
from hqdash.networks.secret import Secret
from hqdash.networks.types import Account

APP_NAME = "HQ Dash"
APP_SECRET = "app.client_secret"  # noqa: S105  # the name of the field in which the vault hands it out
# RFC 6749: the network says that this sign-in is over. X says the same in words of its own.
SIGN_IN_OVER = {"invalid_grant"}
X_WORDS_FOR_OVER = "was invalid"


@dataclass(frozen=True, slots=True)
class Errand:
    """What stands in the address that a person is sent to."""

    state: str
    back_url: str
    client_id: str = ""
    challenge: str = ""
    """Of the PKCE verifier, by SHA-256."""
    site: str = ""
    """The account's own address, for networks without a central one."""


@dataclass(frozen=True, slots=True)
class CameBack:
    """What the person brought home: values to be sealed at once, or why there are none."""

    values: Mapping[str, str] = field(default_factory=dict, repr=False)
    declined: bool = False
    problem: str = ""
    site: str = ""


@dataclass(frozen=True, slots=True)
class Grant:
    """A sign-in: fields to be sealed, how long it works, and when a person has to come again."""

    fields: Mapping[str, Secret] = field(repr=False)
    works_for: timedelta | None = None
    ends_in: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """One account that a sign-in opens."""

    account: Account
    name: str
    grant: Grant
    lacks: str = ""
    """What this sign-in may not do at the network; empty when nothing is missing."""


@dataclass(frozen=True, slots=True)
class Look:
    """What the network says of a sign-in when it is asked."""

    account: Account
    ends_in: timedelta | None = None
    note: str = ""


class SignInLine(Connector):
    """Speaks with a network about a sign-in: as the app, or as the account."""

    def __init__(
        self, account: Account, credentials: Mapping[str, Secret], http: HttpSettings, *, client_id: str = ""
    ) -> None:
        super().__init__(account, credentials, http)
        self.client_id = client_id
        self._header: str = ""

    def exchange(self, *, back_url: str) -> Grant:
        """Trade what the person brought home for a sign-in; the network takes it only once."""
        raise self._cannot("exchange")

    def offers(self) -> list[Offer]:
        """The accounts that the sign-in opens: “who am I”."""
        raise self._cannot("who_am_i")

    def renew(self) -> Grant:
        """A fresh sign-in in place of this one, without a person. The old one may be worth nothing afterwards."""
        raise self._cannot("renew")

    def revoke(self) -> str:
        """End the sign-in at the network; what the network confirmed, in one sentence."""
        raise self._cannot("revoke")

    def look(self) -> Look:
        """Whether the sign-in works, whose it is and when it ends."""
        raise self._cannot("look")

    def retire(self, former: Mapping[str, Secret]) -> str:
        """End the sign-in that this one takes the place of; "" when nothing is left to do, else what is."""
        return ""

    def _secret(self, name: str) -> str:
        held = self._credentials.get(name)
        if held is None:
            raise Refused(self.slug, name, f"There is no {name} in the vault.", reason=Reason.UNSUPPORTED)
        return held.reveal()

    def _call(self, method: str, address: str, **what: Any) -> dict[str, Any]:
        response = self._session.request(method, address, **what)
        payload = response.json()
        if not response.ok or response.is_redirect or not isinstance(payload, dict) or "error" in payload:
            raise ValueError("an error")
        return payload

    def _authorise(self, request: requests.PreparedRequest) -> None:
        if self._header:
            request.headers["Authorization"] = self._header

    def _as_bearer(self, token: str) -> None:
        self._header = f"Bearer {token}"

    def _as_basic(self, name: str, password: str) -> None:
        self._header = f"Basic {base64.b64encode(f'{name}:{password}'.encode()).decode()}"

    def _explain(self, asked: Asked, answer: Answer) -> NetworkError | None:
        return explain_oauth(asked, answer)


class SignInWay(Protocol):
    """The part that the web tier needs: where to send a person, and what to read from their return."""

    needs_app: bool
    """The force registers an app of its own at the network."""
    needs_site: bool
    """Each account has an address of its own, which the person has to name."""
    offers_several: bool
    """One sign-in may open several accounts, of which the person chooses."""
    can_renew: bool
    can_revoke: bool
    former_lives_on: bool
    """Signing in again leaves the sign-in of before alive, so that it has to be ended by itself."""
    ended_by_hand: str
    """What a person does at the network where no call can end a sign-in."""

    def address(self, errand: Errand) -> str:
        """Where the person signs in and agrees."""
        ...

    def came_back(self, query: Mapping[str, str]) -> CameBack:
        """What the return says."""
        ...

    def line(
        self, account: Account, credentials: Mapping[str, Secret], http: HttpSettings, *, client_id: str
    ) -> SignInLine:
        """The worker's line to the network."""
        ...


def explain_oauth(asked: Asked, answer: Answer) -> NetworkError | None:
    """An error of RFC 6749 in our words; None where the answer is none of these."""
    payload = answer.payload if isinstance(answer.payload, dict) else {}
    code = payload.get("error")
    if not isinstance(code, str) or answer.status >= 500 or answer.status == 429:
        return None
    words = str(payload.get("error_description", ""))
    detail = asked.redact(f"HTTP {answer.status} {code}: {words}".rstrip(": "))
    over = code in SIGN_IN_OVER or (code == "invalid_request" and X_WORDS_FOR_OVER in words)
    if over:
        return SignInExpired(asked.network, asked.operation, detail)
    return Refused(asked.network, asked.operation, detail, reason=Reason.PERMISSION)


def new_verifier() -> str:
    """A PKCE verifier: 86 unguessable characters."""
    return secrets.token_urlsafe(64)


def challenge_of(verifier: str) -> str:
    """Its challenge by the method S256."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def code_or_refusal(query: Mapping[str, str]) -> CameBack:
    """The return of an OAuth 2.0 walk: a code, a no, or neither."""
    if query.get("error"):
        said = query.get("error_description") or query.get("error_message") or query["error"]
        return CameBack(declined=query["error"] == "access_denied", problem=said[:300])
    if not query.get("code"):
        return CameBack(problem="The network sent no code.")
    return CameBack(values={"code": query["code"]})
