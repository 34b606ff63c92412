"""The audit log in a real Chromium: nothing that axe or the security policy complains about, in any size or theme."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.cache import cache
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application
from django.test import Client, override_settings
from playwright.sync_api import ConsoleMessage, sync_playwright

from accounts.audit.anchors import Anchors
from accounts.audit.book import record
from accounts.audit.sequencer import Sequencer
from accounts.audited import CHANNEL_STATE_CHANGED
from accounts.vault.key_files import book_key
from tests.browser.chromium import launch
from tests.cast import Cast
from tests.vault import opener_url

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def site(committed_cast: Cast, tmp_path: Path) -> Iterator[str]:
    cache.clear()
    for number in range(20):
        record(
            committed_cast.desk.actor,
            CHANNEL_STATE_CHANGED,
            committed_cast.x,
            reason=f"reason number {number}, told in as many words as people use",
            before="connected",
            after="suspended",
            ticket=number,
        )
    sequencer = Sequencer(database_url=opener_url(), key=book_key(), anchors=Anchors(tmp_path, every=0))
    sequencer.run_once()
    sequencer.close()
    with override_settings(ALLOWED_HOSTS=["127.0.0.1"], DEBUG=True):
        server = ThreadedWSGIServer(("127.0.0.1", 0), Quiet)
        server.set_app(StaticFilesHandler(get_wsgi_application()))
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        server.server_close()


# tests/browser looks at this page every day too.
@pytest.mark.full
def test_it_is_in_order_for_everybody(site: str, committed_cast: Cast) -> None:
    client = Client()
    client.force_login(committed_cast.auditor.user)
    session = client.cookies["hqdash_session"].value
    complaints: list[str] = []
    heard: list[ConsoleMessage] = []

    def hear(said: ConsoleMessage) -> None:
        heard.append(said)

    with sync_playwright() as playwright:
        browser = launch(playwright)
        for size in ((1440, 900), (390, 6000)):
            for theme in ("light", "dark"):
                context = browser.new_context(
                    viewport={"width": size[0], "height": size[1]},
                    color_scheme=theme,  # type: ignore[arg-type]
                )
                context.add_cookies([{"name": "hqdash_session", "value": session, "url": site}])
                page = context.new_page()
                page.on("console", hear)
                page.goto(f"{site}/audit/")
                assert page.get_by_role("heading", name="Audit log", level=1).is_visible()
                # A page that is wider than the screen makes people on phones scroll sideways.
                assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
                found = Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}})
                complaints += [
                    f"{size} {theme} {each['id']}: {each['nodes'][0]['html']}"
                    for each in found.response["violations"]
                ]
                if folder := os.environ.get("HQDASH_SCREENSHOTS"):
                    page.screenshot(path=f"{folder}/audit-{size[0]}-{theme}.png")
                context.close()
        browser.close()

    assert complaints == []
    assert [said.text for said in heard if said.type == "error"] == []
