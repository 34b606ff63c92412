"""What can go wrong with a network; the class decides what happens next, the message explains."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Literal

DETAIL_LIMIT = 4096

Scope = Literal["app", "account", "endpoint", "quota"]


class Reason(StrEnum):
    """Why a network said no for good."""

    DUPLICATE = "duplicate"
    TOO_LONG = "too_long"
    MEDIA = "media"
    POLICY = "policy"
    PERMISSION = "permission"
    NOT_FOUND = "not_found"
    NOT_ALLOWED_REPLY = "not_allowed_reply"
    BAD_LINK = "bad_link"
    UNSUPPORTED = "unsupported"
    SUSPENDED = "suspended"
    # The address leads somewhere that may not be called: a private machine, another site.
    ADDRESS = "address"
    UNKNOWN = "unknown"


SENTENCES: dict[Reason, str] = {
    Reason.DUPLICATE: "The network refused it because the same text is already there.",
    Reason.TOO_LONG: "The text is too long for this network.",
    Reason.MEDIA: "The network does not accept this picture or film.",
    Reason.POLICY: "The network says that this breaks its rules.",
    Reason.PERMISSION: "This account's connection is not allowed to do that.",
    Reason.NOT_FOUND: "The network does not have this item any more.",
    Reason.NOT_ALLOWED_REPLY: "The network does not let this account reply here.",
    Reason.BAD_LINK: "The network does not accept the link.",
    Reason.UNSUPPORTED: "This network cannot do that.",
    Reason.SUSPENDED: "The network has suspended or restricted this account.",
    Reason.ADDRESS: "The address of this account leads to a place that may not be called.",
    Reason.UNKNOWN: "The network refused it.",
}


class NetworkError(Exception):
    """Something at the border went wrong; `detail` is redacted and at most 4 kB."""

    def __init__(self, network: str, operation: str, detail: str = "", *, request_id: str = "") -> None:
        self.network = network
        self.operation = operation
        self.detail = detail[:DETAIL_LIMIT]
        self.request_id = request_id
        super().__init__(f"{network} {operation}: {self.detail[:300]}")

    @property
    def sentence(self) -> str:
        """The same in plain words, for the person who waits for the receipt."""
        return "The network could not do it."


class TryLater(NetworkError):
    """Nothing happened, and the network asks us to wait; `wait` is None when it did not say how long."""

    def __init__(
        self,
        network: str,
        operation: str,
        detail: str = "",
        *,
        wait: timedelta | None = None,
        scope: Scope = "account",
        request_id: str = "",
    ) -> None:
        super().__init__(network, operation, detail, request_id=request_id)
        self.wait = wait
        self.scope: Scope = scope

    @property
    def sentence(self) -> str:
        if self.scope == "quota":
            return "The allowance bought from the network is used up."
        if self.wait is None:
            return "The network asks us to wait."
        minutes = -(-int(self.wait.total_seconds()) // 60)
        return f"The network asks us to wait about {max(1, minutes)} min."


class Refused(NetworkError):
    """Nothing happened, and asking again would not help."""

    def __init__(
        self,
        network: str,
        operation: str,
        detail: str = "",
        *,
        reason: Reason = Reason.UNKNOWN,
        request_id: str = "",
    ) -> None:
        super().__init__(network, operation, detail, request_id=request_id)
        self.reason = reason

    @property
    def sentence(self) -> str:
        return SENTENCES[self.reason]


class SignInExpired(NetworkError):
    """Nothing happened: the credential no longer opens the account."""

    def __init__(
        self,
        network: str,
        operation: str,
        detail: str = "",
        *,
        checkpoint: bool = False,
        request_id: str = "",
    ) -> None:
        super().__init__(network, operation, detail, request_id=request_id)
        self.checkpoint = checkpoint

    @property
    def sentence(self) -> str:
        if self.checkpoint:
            return "Somebody must sign in at the network itself and pass its check, then connect again."
        return "The sign-in of this account has ended. Connect it again."


class Unreachable(NetworkError):
    """Provably not executed: no byte of the request left, or it was only a question."""

    @property
    def sentence(self) -> str:
        return "The network cannot be reached."


class OutcomeUnknown(NetworkError):
    """The request left and no clear answer came: it may have happened. Look before sending again."""

    @property
    def sentence(self) -> str:
        return "The network gave no clear answer, so it may or may not have happened."
