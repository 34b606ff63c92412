"""Turns what came (or did not come) over the wire into one of the five errors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from hqdash.networks.errors import (
    NetworkError,
    OutcomeUnknown,
    Reason,
    Refused,
    SignInExpired,
    TryLater,
    Unreachable,
)
from hqdash.networks.http import Answer
from hqdash.networks.transport import CallFailed

REQUEST_ID_HEADERS = (
    "x-transaction-id",
    "x-request-id",
    "x-fb-trace-id",
    "x-fb-request-id",
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What was being done when the answer came."""

    network: str
    operation: str
    # True for a call that changes something at the network.
    writes: bool
    redact: Callable[[str], str]

    def unclear(self, detail: str, *, request_id: str = "") -> NetworkError:
        """No usable answer: for a question nothing is lost, for an act anything may have happened."""
        kind = OutcomeUnknown if self.writes else Unreachable
        return kind(self.network, self.operation, self.redact(detail), request_id=request_id)


def request_id(answer: Answer) -> str:
    """The network's own name for the call, which its support asks for."""
    return next(
        (answer.headers[name] for name in REQUEST_ID_HEADERS if name in answer.headers),
        "",
    )


def after_failed_call(asked: Asked, failure: CallFailed) -> NetworkError:
    """No answer at all."""
    if not failure.sent:
        return Unreachable(asked.network, asked.operation, asked.redact(failure.what))
    return asked.unclear(failure.what)


def after_answer(asked: Asked, answer: Answer, *, note: str = "") -> NetworkError:  # noqa: PLR0911  # a table
    """An answer that no rule of the network itself explained: its status decides."""
    detail = asked.redact(f"HTTP {answer.status} {note} {answer.text[:2000]}".replace("  ", " "))
    name = request_id(answer)
    if answer.status == 429:
        return TryLater(
            asked.network,
            asked.operation,
            detail,
            wait=retry_after(answer.headers),
            request_id=name,
        )
    if 300 <= answer.status < 400:
        target = answer.headers.get("location", "")
        detail = asked.redact(f"HTTP {answer.status}: the address sends on to {target}")
        return Refused(
            asked.network,
            asked.operation,
            detail,
            reason=Reason.ADDRESS,
            request_id=name,
        )
    if answer.ok or answer.status >= 500 or answer.status == 408:
        # A success that cannot be read, or a failure after an unknown part of the work.
        return asked.unclear(detail, request_id=name)
    if answer.status == 401:
        return SignInExpired(asked.network, asked.operation, detail, request_id=name)
    if answer.status in {404, 405, 410, 501}:
        found = Reason.NOT_FOUND if answer.payload is not None else Reason.UNSUPPORTED
        return Refused(asked.network, asked.operation, detail, reason=found, request_id=name)
    if answer.status == 413:
        return Refused(
            asked.network,
            asked.operation,
            detail,
            reason=Reason.TOO_LONG,
            request_id=name,
        )
    if answer.payload is None:
        # A page for people: something between us and the network speaks, and knows nothing of the post.
        return asked.unclear(detail, request_id=name)
    reason = Reason.PERMISSION if answer.status == 403 else Reason.UNKNOWN
    return Refused(asked.network, asked.operation, detail, reason=reason, request_id=name)


def network_time(headers: Mapping[str, str]) -> datetime:
    """The network's own clock, so that ours may be wrong; ours when it tells none."""
    try:
        told = parsedate_to_datetime(headers.get("date", ""))
    except (TypeError, ValueError):
        return datetime.now(UTC)
    return told if told.tzinfo else told.replace(tzinfo=UTC)


def until(epoch: str | None, headers: Mapping[str, str]) -> timedelta | None:
    """How long from the network's now until an epoch second in one of its headers."""
    if not epoch or not epoch.strip().isdigit():
        return None
    moment = datetime.fromtimestamp(min(int(epoch), 4_102_444_800), UTC)
    return max(timedelta(seconds=1), moment - network_time(headers))


def retry_after(headers: Mapping[str, str]) -> timedelta | None:
    """The standard Retry-After header: seconds or a date."""
    value = headers.get("retry-after", "").strip()
    if value.isdigit():
        return timedelta(seconds=max(1, min(int(value), 7 * 86_400)))
    try:
        moment = parsedate_to_datetime(value)
    except (TypeError, ValueError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(timedelta(seconds=1), moment - network_time(headers))
