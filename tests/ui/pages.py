"""A small site of our shell alone, so that it can be tried in a browser without any desk."""

from __future__ import annotations

import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import render
from django.urls import include, path

from hqdash.base import clock
from hqdash.base.page_nonce import stamped
from hqdash.base.templatetags.drawing import Flag, Series

THEME = {"chosen": "light"}
PINGS: list[str] = []


class Message(forms.Form):
    """What a page with a form has."""

    text = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), help_text="Plain words.")
    when = forms.ChoiceField(choices=[("now", "Now"), ("later", "Later")])
    agree = forms.BooleanField(label="I have read it")
    reason = forms.ChoiceField(choices=[("1", "Threat"), ("2", "Spam")], widget=forms.RadioSelect)


def shell(request: HttpRequest) -> dict[str, Any]:
    """The same words as the real context processor gives."""
    if request.path.startswith(("/signin", "/refused")):
        return {"product_name": "HQ Dash", "actor": None, "theme": THEME["chosen"]}

    def entry(label: str, icon: str, url: str, count: int | str = "", tone: str = "") -> dict[str, Any]:
        here = request.path == url
        return {"label": label, "icon": icon, "url": url, "count": count, "tone": tone, "current": here}

    units = [("All units", 0), ("Coventry LPA", 1), ("Coventry Central", 2)]
    return {
        "product_name": "HQ Dash",
        "actor": SimpleNamespace(username="comms.07"),
        "force": SimpleNamespace(name="Practice force"),
        "theme": THEME["chosen"],
        "can_compose": lambda: True,
        "scope": lambda: {
            "label": "All units",
            "options": [
                {"label": name, "url": f"?unit={n}", "depth": depth, "current": n == 0}
                for n, (name, depth) in enumerate(units)
            ],
        },
        "menu": lambda: [
            {"label": "", "items": [entry("Dashboard", "layout-dashboard", "/")]},
            {"label": "Publish", "items": [entry("Compose", "edit", "/compose/")]},
            {
                "label": "Respond",
                "items": [entry("Moderation", "shield-check", "/queue/", 41, "is-bad")],
            },
        ],
    }


def dashboard(request: HttpRequest) -> HttpResponse:
    """Figures, a chart, a table, a stream and a matrix."""
    series = [
        Series("Mentions", [12, 40, 9, 31], "area"),
        Series("Replies", [3, 20, 8, 14], "line", 2),
        Series("Moderated", [0, 4, 1, 2], "bar", 3),
    ]
    cells = [{"state": state, "label": state} for state in ("ok", "warn", "bad", "info", "none")]
    return render(
        request,
        "try/dashboard.html",
        {
            "now": clock.now(),
            "series": series,
            "labels": ["08:00", "09:00", "10:00", "11:00"],
            "flags": [Flag(1, "Incident")],
            "columns": [
                {"slug": s, "label": s} for s in ("x", "facebook", "wordpress", "nextdoor", "instagram")
            ],
            "rows": [{"label": "Coventry", "cells": cells}],
            "ranges": [{"label": "1 h", "url": "?r=1"}, {"label": "24 h", "url": "?r=24", "current": True}],
        },
    )


def compose(request: HttpRequest) -> HttpResponse:
    """A form that can fail."""
    form = Message(request.POST or None)
    if request.method != "POST":
        return render(request, "try/compose.html", {"form": form})
    by_htmx = request.headers.get("HX-Request") == "true"
    if form.is_valid():
        return (
            HttpResponse(status=204, headers={"HX-Redirect": "/?sent=1"})
            if by_htmx
            else HttpResponseRedirect("/")
        )
    return render(
        request, "try/compose.html#form" if by_htmx else "try/compose.html", {"form": form}, status=422
    )


def queue(request: HttpRequest) -> HttpResponse:
    """Three panes."""
    items = [{"who": f"User {n}", "current": n == 0, "late": n == 0} for n in range(5)]
    return render(
        request,
        "try/queue.html",
        {
            "items": items,
            "now": clock.now(),
            "tags": [{"label": "Threat", "tone": "bad"}],
            "steps": [
                {"title": "Role: moderator", "source": "Coventry LPA"},
                {"title": "Signed out", "tone": "bad"},
            ],
        },
    )


def live(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """Two fragments in one message, then beats; the second connection brings the second message."""
    if request.GET.get("page") == "gone":
        return HttpResponse(status=403)
    draw = stamped(lambda: render(None, "try/fragment.html"), request.GET.get("nonce", ""))

    def stream() -> Iterator[bytes]:
        button = draw().content.decode().strip()
        seen = int(request.headers.get("Last-Event-ID") or 0) + 1
        yield (
            f'id: {seen}\ndata: <hx-partial hx-target="#count" hx-swap="innerHTML">{seen}</hx-partial>'
            f'<hx-partial hx-target="#extra" hx-swap="innerHTML">{button}</hx-partial>\n\n'
        ).encode()
        time.sleep(0.3)
        yield b"event: beat\ndata: 1\n\n"

    response = StreamingHttpResponse(stream(), content_type="text/event-stream")
    response["Cache-Control"] = "no-cache"
    return response


def ping(request: HttpRequest) -> HttpResponse:
    """Remembers the token that came with the request."""
    PINGS.append(request.headers.get("X-CSRFToken", ""))
    return HttpResponse("pong")


def choose_theme(request: HttpRequest) -> HttpResponse:
    """Keeps the theme as the real door does."""
    THEME["chosen"] = request.POST["theme"]
    return HttpResponse(status=204)


def refused(request: HttpRequest, status: int) -> HttpResponse:
    """One of the error pages."""
    return render(
        request, f"{status}.html", {"status": status, "sentence": "The unit is closed."}, status=status
    )


class Credentials(forms.Form):
    """The fields of allauth's form."""

    login = forms.CharField()
    password = forms.CharField(widget=forms.PasswordInput)


def sign_in(request: HttpRequest) -> HttpResponse:
    """The sign-in page, refused when something was typed."""
    form = Credentials(request.POST or None)
    form.minutes_left = 15
    if request.method == "POST":
        code = "too_many_login_attempts" if request.GET.get("locked") else "username_password_mismatch"
        form.add_error(None, forms.ValidationError("allauth's own words", code=code))
    return render(request, "account/login.html", {"form": form})


urlpatterns = [
    path("", dashboard),
    path("compose/", compose),
    path("queue/", queue),
    path("live/", live),
    path("ping/", ping),
    path("refused/<int:status>/", refused),
    path("signin/", sign_in, name="account_login"),
    path("signin/out/", lambda request: render(request, "account/logout.html"), name="account_logout"),
    path("me/", include(([path("theme/", choose_theme, name="theme")], "accounts"))),
]
