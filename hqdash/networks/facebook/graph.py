"""facebook-sdk at a living version of Graph: no token in addresses, nothing lost of errors."""

from __future__ import annotations

import json
import warnings
from typing import Any

from hqdash.networks.http import GuardedSession

with warnings.catch_warnings():
    # The library's source holds an invalid escape, which newer Pythons announce.
    warnings.simplefilter("ignore")
    import facebook

VERSION = "v26.0"
# Where the library wants a token. The real one is a header, put on below it.
TOKEN_ELSEWHERE = "held-by-the-transport"  # noqa: S105  # stands for a token, is none


class NoUsableAnswer(ValueError):
    """Graph answered, but not with the JSON of a success; the answer itself says more."""


class PageGraph(facebook.GraphAPI):  # type: ignore[misc]  # the library has no types
    """The library's verbs over our session."""

    def __init__(self, session: GuardedSession) -> None:
        # The library's list of versions ended in 2018 and refuses every later one.
        super().__init__(access_token=TOKEN_ELSEWHERE, version=None, session=session)
        self.version = VERSION

    def request(
        self,
        path: str,
        args: dict[str, Any] | None = None,
        post_args: dict[str, Any] | None = None,
        files: Any = None,
        method: str | None = None,
    ) -> dict[str, Any]:
        """One call. The library's own would put the token into the address and lose error subcodes."""
        response = self.session.request(
            "POST" if post_args is not None else method or "GET",
            facebook.FACEBOOK_GRAPH_URL + path,
            params=_plain(args),
            data=_plain(post_args),
            files=files,
        )
        try:
            result = response.json()
        except ValueError:
            raise NoUsableAnswer("not JSON") from None
        if not isinstance(result, dict) or "error" in result or not response.ok:
            raise NoUsableAnswer("an error")
        return result


def _plain(arguments: dict[str, Any] | None) -> dict[str, Any] | None:
    """Graph takes nested values as JSON inside a form, and the words true and false."""
    if arguments is None:
        return None
    return {
        name: value if isinstance(value, str | int) and not isinstance(value, bool) else json.dumps(value)
        for name, value in arguments.items()
        if value is not None
    }
