"""Who asks in the sweep: eight roles of one force, two of another, a program with a key, and nobody."""

from __future__ import annotations

import json
from contextvars import Context
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.test import Client

from accounts.actions.api_keys import make_key, rights_to_lend
from hqdash.base import clock
from hqdash.base.tenancy import acting_for
from tests.cast import Person
from tests.signing_in import signed_in


@dataclass
class Visitor:
    """Somebody who asks; their session stays the same whatever a page does to it."""

    name: str
    cookies: dict[str, str] = field(default_factory=dict)
    key: str = ""

    @classmethod
    def signed_in(cls, name: str, person: Person) -> Visitor:
        """With a second factor and just now, so that no door stays closed for that reason alone."""
        client = signed_in(person, proved="mfa")
        return cls(name, {key: morsel.value for key, morsel in client.cookies.items()})

    @classmethod
    def with_key(cls, name: str, owner: Person) -> Visitor:
        """A program that was lent everything that its owner may lend."""
        with acting_for(owner.user.force_id):
            scopes = [right.name for right in rights_to_lend(owner.actor)]
            return cls(name, key=make_key(actor=owner.actor, name="Sweep", scopes=scopes, now=clock.now())[1])

    def ask(self, method: str, address: str, body: Any = None, *, as_json: bool = False) -> HttpResponse:
        """The answer, as it comes without anything of this test around it."""
        client = Client(raise_request_exception=False)
        client.cookies = SimpleCookie(self.cookies)
        more = {"headers": {"Authorization": f"Bearer {self.key}"}} if self.key else {}
        if method == "GET":
            return Context().run(client.get, address, **more)
        content = json.dumps(body or {}) if as_json else urlencode(body or {}, doseq=True)
        kind = "application/json" if as_json else "application/x-www-form-urlencoded"
        return Context().run(client.generic, method, address, content, content_type=kind, **more)


def said_by(answer: HttpResponse) -> str:
    """All that an answer tells, headers included; of a stream that does not end, only these."""
    if not answer.streaming:
        content = answer.content
    elif answer.get("Content-Type", "").startswith("text/event-stream"):
        content = b""
    else:
        content = b"".join(answer.streaming_content)  # type: ignore[arg-type]  # a file, not an async stream
    return (content.decode("utf-8", "replace") + str(answer.headers)).lower()


def leaks(answer: HttpResponse, *words: str) -> list[str]:
    """Those of the words that stand in the answer or its headers."""
    said = said_by(answer)
    return [word for word in words if word in said]
