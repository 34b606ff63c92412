"""Fills and sends the forms of a page as a browser without scripts does: what is not on the page is not sent."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlencode

from django.http import HttpResponse
from django.test import Client


@dataclass
class PlainForm:
    """One form with what it holds, and the buttons that send it."""

    action: str
    values: list[tuple[str, str]] = field(default_factory=list)
    boxes: list[tuple[str, str]] = field(default_factory=list)
    """Every check box and radio button, ticked or not."""
    buttons: list[tuple[str, str]] = field(default_factory=list)

    def of(self, name: str) -> list[str]:
        """What would be sent under ``name``."""
        return [value for held, value in self.values if held == name]

    def fill(self, name: str, value: str) -> PlainForm:
        """Type into a field, or choose one of its radio buttons."""
        known = {held for held, _ in [*self.values, *self.boxes]}
        assert name in known, f"{name} is not on the page, only {sorted(known)}"
        self.values = [each for each in self.values if each[0] != name] + [(name, value)]
        return self

    def tick(self, name: str, *values: object) -> PlainForm:
        """Tick these boxes and no others of that name."""
        for value in values:
            assert (name, str(value)) in self.boxes, f"there is no box {name}={value}"
        self.values = [each for each in self.values if each[0] != name]
        self.values += [(name, str(value)) for value in values]
        return self

    def send(
        self, client: Client, *, button: tuple[str, str] | None = None, follow: bool = False
    ) -> HttpResponse:
        """Press a button of the form (or Enter)."""
        assert button is None or button in self.buttons, f"{button} is not on the page, only {self.buttons}"
        body = urlencode([*self.values, *([button] if button else [])])
        return client.post(self.action, body, content_type="application/x-www-form-urlencoded", follow=follow)


class _Reader(HTMLParser):
    def __init__(self, address: str) -> None:
        super().__init__(convert_charrefs=True)
        self.address = address
        self.forms: dict[str, PlainForm] = {}
        self.current = ""
        self.area = ""
        self.typed: list[str] = []
        self.elsewhere: list[tuple[str, str, str]] = []
        """Buttons that name a form which may only come further down."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = {name: value or "" for name, value in attrs}
        if tag == "form" and held.get("method") == "dialog":
            # It closes a window of the page and sends nothing.
            self.current = ""
        elif tag == "form":
            self.current = held.get("id") or f"form {len(self.forms)}"
            self.forms[self.current] = PlainForm(held.get("action") or self.address)
        name, kind = held.get("name", ""), held.get("type", "text")
        if tag == "button" and held.get("form") and name:
            self.elsewhere.append((held["form"], name, held.get("value", "")))
            return
        form = self.forms.get(self.current)
        if form is None or not name or "disabled" in held:
            return
        if tag == "button" and held.get("type", "submit") == "submit":
            form.buttons.append((name, held.get("value", "")))
        elif tag == "textarea":
            self.area, self.typed = name, []
        elif tag == "input" and kind in {"checkbox", "radio"}:
            form.boxes.append((name, held.get("value", "on")))
            if "checked" in held:
                form.values.append((name, held.get("value", "on")))
        elif tag == "input" and kind not in {"submit", "button", "image", "reset"}:
            form.values.append((name, held.get("value", "")))

    def handle_data(self, data: str) -> None:
        if self.area:
            self.typed.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.current = ""
        if tag == "textarea" and self.area:
            self.forms[self.current].values.append((self.area, "".join(self.typed)))
            self.area = ""


def form_on(page: HttpResponse, *, to: str) -> PlainForm:
    """The form of the page that goes to the address ``to``."""
    reader = _Reader(page.wsgi_request.get_full_path())  # type: ignore[attr-defined]
    reader.feed(page.content.decode())
    for name, *button in reader.elsewhere:
        reader.forms[name].buttons.append((button[0], button[1]))
    fitting = [form for form in reader.forms.values() if form.action == to]
    assert fitting, f"no form goes to {to}, only to {[form.action for form in reader.forms.values()]}"
    return fitting[-1]
