"""Takes secrets out of texts that are about to be kept: error details and library logs."""

from __future__ import annotations

import base64
import logging
import re
from collections.abc import Iterable, Mapping
from urllib.parse import quote, quote_plus

from hqdash.networks.secret import Secret

REMOVED = "[removed]"

# Names are matched anywhere: in URLs, forms, JSON, Python reprs and headers.
_NAMED = re.compile(
    r"""((?:access_token|refresh_token|page_access_token|client_secret|app_secret|appsecret_proof|fb_exchange_token"""
    r"""|input_token|oauth_token|oauth_signature|application_password|password|api_key)["']?\s*[=:]\s*["']?)[^\s"'&,;}]+""",
    re.IGNORECASE,
)
_SCHEME = re.compile(r"\b(Bearer|Basic|OAuth)(\s+|%20)[A-Za-z0-9._~+/=%-]{3,}", re.IGNORECASE)

# What people wrote belongs in no log, and a server may echo what it was sent.
_BODY = re.compile(r"^(Body:|Content:) .*", re.MULTILINE | re.DOTALL)


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """The same text without anything that opens an account."""
    for secret in secrets:
        if len(secret) >= 4:
            for form in {secret, quote(secret, safe=""), quote_plus(secret)}:
                text = text.replace(form, REMOVED)
    text = _NAMED.sub(rf"\g<1>{REMOVED}", text)
    return _SCHEME.sub(rf"\g<1> {REMOVED}", text)


def known_secrets(credentials: Mapping[str, Secret]) -> list[str]:
    """Every form in which these credentials could turn up in an answer."""
    values = [secret.reveal() for name, secret in credentials.items() if name != "username"]
    if "username" in credentials:
        user = credentials["username"].reveal()
        values += [base64.b64encode(f"{user}:{value}".encode()).decode() for value in list(values)]
    return values


class RedactingFilter(logging.Filter):
    """Client libraries log headers and bodies at debug level; this takes the secrets out first."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = _BODY.sub(rf"\g<1> {REMOVED}", redact(record.getMessage()))
        record.args = ()
        return True


def guard_library_logs() -> None:
    """Put the filter on every logger through which a client library could speak of a request."""
    for name in (
        "tweepy.client",
        "tweepy.api",
        "requests_oauthlib",
        "oauthlib",
        "urllib3.connectionpool",
    ):
        logger = logging.getLogger(name)
        if not any(isinstance(kept, RedactingFilter) for kept in logger.filters):
            logger.addFilter(RedactingFilter())
