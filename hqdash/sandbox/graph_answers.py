"""The small words of Graph: its error envelope, its times and its cursors."""

import base64
import json
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime

from starlette.responses import JSONResponse

from hqdash.sandbox.state import LARGEST


class GraphRefusal(Exception):
    """A call that Graph answers with its error envelope."""

    def __init__(
        self, code: int, message: str, *, status: int = 400, subcode: int = 0, kind: str = "OAuthException"
    ) -> None:
        super().__init__(message)
        self.response = error(code, message, status=status, subcode=subcode, kind=kind)


def error(
    code: int, message: str, *, status: int = 400, subcode: int = 0, kind: str = "OAuthException"
) -> JSONResponse:
    """The envelope of a failed call."""
    body: dict[str, object] = {"message": message, "type": kind, "code": code}
    if subcode:
        body["error_subcode"] = subcode
    if code in (1, 2, 4, 17, 32, 341):
        body["is_transient"] = code in (1, 2)
    body["fbtrace_id"] = "A" + secrets.token_urlsafe(16).replace("-", "_")
    return JSONResponse({"error": body}, status_code=status, headers={"facebook-api-version": "v26.0"})


def missing(external_id: str) -> GraphRefusal:
    """What Graph says of everything that is not there or not for this token."""
    return GraphRefusal(
        100,
        f"Unsupported get request. Object with ID '{external_id}' does not exist, cannot be loaded due to"
        " missing permissions, or does not support this operation. Please read the Graph API documentation"
        " at https://developers.facebook.com/docs/graph-api",
        subcode=33,
        kind="GraphMethodException",
    )


def moment(at: float) -> str:
    """A moment as Graph writes it."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")


def no_field(name: str, node: str) -> GraphRefusal:
    """What Graph says of a field that the node does not have."""
    return GraphRefusal(100, f"(#100) Tried accessing nonexisting field ({name}) on node type ({node})")


def number_of(arguments: Mapping[str, str], name: str) -> int:
    """A whole number among the arguments, or 0."""
    value = arguments.get(name, "")
    return int(value) if value.isdecimal() else 0


def time_in(value: str) -> float:
    """A moment as callers give it: seconds since 1970 or ISO 8601."""
    if value.isdecimal():
        return float(value)
    try:
        told = datetime.fromisoformat(value)
    except ValueError:
        raise GraphRefusal(100, f"(#100) {value} is not a valid time.") from None
    return (told if told.tzinfo else told.replace(tzinfo=UTC)).timestamp()


def cursor(number: int) -> str:
    """A place in a list, as Graph hands it out."""
    return base64.urlsafe_b64encode(json.dumps(number).encode()).decode()


def number_in(text: str) -> int:
    """What a cursor says."""
    try:
        return max(-LARGEST, min(int(base64.urlsafe_b64decode(text)), LARGEST))
    except ValueError:
        raise GraphRefusal(100, "(#100) Invalid cursor.") from None
