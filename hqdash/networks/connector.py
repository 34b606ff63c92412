"""What every connector is: the verbs, and the one place where a library's failure becomes ours."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, ClassVar, TypeVar

import requests

from hqdash.networks.addresses import AddressRefused
from hqdash.networks.errors import NetworkError, Reason, Refused
from hqdash.networks.http import Answer, GuardedSession, HttpSettings, answer_from
from hqdash.networks.outcomes import Asked, after_answer, after_failed_call
from hqdash.networks.redaction import guard_library_logs, known_secrets, redact
from hqdash.networks.secret import Secret
from hqdash.networks.transport import CallFailed
from hqdash.networks.types import (
    Account,
    Batch,
    Draft,
    Effect,
    Landing,
    Probe,
    Published,
    RateState,
)

T = TypeVar("T")

guard_library_logs()


class Connector:
    """One account, reachable. Verbs that a network lacks refuse; ask `network.can()` first.

    A connector belongs to one thread and one task; it is cheap to make.
    """

    slug: ClassVar[str]
    # Hosts that the client library insists on, answered by our base address instead.
    library_hosts: ClassVar[tuple[str, ...]] = ()

    def __init__(self, account: Account, credentials: Mapping[str, Secret], http: HttpSettings) -> None:
        self.account = account
        self._credentials = credentials
        self._base_url = http.base_url
        self._session = GuardedSession(
            http,
            authorise=self._authorise,
            rebase=dict.fromkeys(self.library_hosts, http.base_url),
        )

    def who_am_i(self) -> Account:
        """The account that the credential opens."""
        raise self._cannot("who_am_i")

    def recent_ids(self) -> frozenset[str]:
        """Ids of our latest posts: taken before a publish, so that finding it needs no clock."""
        raise self._cannot("recent_ids")

    def publish(self, draft: Draft, key: str = "") -> Published:
        """Put a post out with one call that is never repeated."""
        raise self._cannot("publish")

    def find_landed(self, probe: Probe) -> Landing:
        """Whether an attempt of unknown outcome stands."""
        raise self._cannot("find_landed")

    def withdraw(self, external_id: str) -> Effect:
        """Take one of our own posts down."""
        raise self._cannot("withdraw")

    def comments(self, cursor: str = "") -> Batch:
        """What people wrote under our posts since the cursor."""
        raise self._cannot("comments")

    def mentions(self, cursor: str = "") -> Batch:
        """What people said to or about us elsewhere since the cursor."""
        raise self._cannot("mentions")

    def hide(self, external_id: str) -> Effect:
        """Take somebody's comment out of sight."""
        raise self._cannot("hide")

    def unhide(self, external_id: str) -> Effect:
        """Bring a hidden comment back."""
        raise self._cannot("unhide")

    def remove(self, external_id: str) -> Effect:
        """Delete somebody else's comment."""
        raise self._cannot("remove")

    def reply(self, external_id: str, draft: Draft, key: str = "") -> Published:
        """Answer a comment or mention with one call that is never repeated."""
        raise self._cannot("reply")

    def rate_state(self) -> RateState | None:
        """What the network still allows, as its last answer said; None when it said nothing."""
        last = self._session.last
        return None if last is None else self._rate_state({k.lower(): v for k, v in last.headers.items()})

    # What each network fills in.

    def _authorise(self, request: requests.PreparedRequest) -> None:
        """Put the credential on a request that is about to leave."""
        raise NotImplementedError

    def _explain(self, asked: Asked, answer: Answer) -> NetworkError | None:
        """The network's own error in our words; None leaves it to the status."""
        raise NotImplementedError

    def _rate_state(self, headers: Mapping[str, str]) -> RateState | None:
        return None

    # How every call is made.

    def _read(self, operation: str, call: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        """Ask something; it may be asked again."""
        return self._perform(operation, False, partial(call, *args, **kwargs))

    def _write(self, operation: str, call: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        """Do something once."""
        return self._perform(operation, True, partial(call, *args, **kwargs))

    def _perform(self, operation: str, writes: bool, call: Callable[[], T]) -> T:
        self._session.forget()
        asked = Asked(self.slug, operation, writes, self._redact)
        try:
            return call()
        except NetworkError:
            raise
        except CallFailed as failure:
            error = after_failed_call(asked, failure)
        except AddressRefused as refusal:
            error = Refused(self.slug, operation, str(refusal), reason=Reason.ADDRESS)
        except Exception as problem:
            # Libraries fail in many ways on an odd answer. If there was one, it decides; if nothing
            # was ever sent, this is a fault of ours and must be seen as such.
            if self._session.last is None:
                raise
            answer = answer_from(self._session.last)
            note = f"({type(problem).__name__})"
            error = self._explain(asked, answer) or after_answer(asked, answer, note=note)
        # Raised out here, so that the library's exception does not hang on as context.
        raise error

    def _redact(self, text: str) -> str:
        return redact(text, known_secrets(self._credentials))

    def _cannot(self, operation: str) -> Refused:
        return Refused(
            self.slug,
            operation,
            "This network offers no such call.",
            reason=Reason.UNSUPPORTED,
        )

    def _refuse_attachments(self, operation: str, draft: Draft) -> None:
        if draft.media:
            raise Refused(
                self.slug,
                operation,
                "Pictures and films cannot be sent yet.",
                reason=Reason.MEDIA,
            )
