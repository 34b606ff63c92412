"""The pages in a real browser: no accessibility finding, no console error, in both themes, wide and narrow."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, sync_playwright

from tests.browser.chromium import launch, looks
from tests.sandbox.process import Sandbox

pytestmark = pytest.mark.browser

RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]}}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = launch(playwright)
        yield found
        found.close()


@pytest.fixture
def busy(sandbox: Sandbox) -> dict[str, str]:
    """A sandbox with something to see on every kind of page."""
    x, page = sandbox.account("x"), sandbox.account("facebook")
    sandbox.account("wordpress")
    post_id = x.published_id(
        "Road closed https://example.org/a/very/long/address/that/does/not/break/anywhere"
    )
    reply_id = x.hears("Useless lot", post_id=post_id)
    x.hears("Thank you", author="Neighbour", post_id=post_id)
    x.hide(reply_id)
    x.hears("Where is everybody?")
    page.publish("Road closed")
    sandbox.fault(x, "server_error", operation="hide")
    return {
        "all accounts": "/",
        "a timeline": "/a/x/east_demo",
        "a conversation": f"/a/x/east_demo/{post_id}",
        "a Page": "/a/facebook/east_demo",
        "the faults": "/_faults",
        "nothing": "/a/x/nobody",
    }


@pytest.mark.parametrize(("size", "theme"), looks())
def test_no_finding_on_any_page(
    browser: Browser, sandbox: Sandbox, busy: dict[str, str], theme: str, size: tuple[int, int]
) -> None:
    context = browser.new_context(
        color_scheme=theme,  # type: ignore[arg-type]
        viewport={"width": size[0], "height": 900},
        bypass_csp=True,
    )
    findings: list[str] = []
    for name, path in busy.items():
        tab = context.new_page()
        tab.goto(f"{sandbox.base}{path}")
        for violation in Axe().run(tab, options=RULES).response["violations"]:
            findings.append(f"{name}: {violation['id']} {violation['nodes'][0]['html']}")
        tab.set_viewport_size({"width": min(size[0], 320), "height": 900})
        if tab.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            findings.append(f"{name}: scrolls sideways")
        tab.close()
    context.close()
    assert findings == []


def test_a_person_comments_without_script_under_the_policy(
    browser: Browser, sandbox: Sandbox, busy: dict[str, str]
) -> None:
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    messages: list[str] = []
    tab.on("console", lambda message: messages.append(message.text))
    tab.goto(sandbox.base)
    tab.get_by_role("link", name="East team").first.click()
    tab.get_by_role("link", name="read and answer").first.click()
    tab.get_by_label("Your name").fill("Neighbour")
    tab.get_by_label("What you want to say").fill("Why now?")
    tab.get_by_role("button", name="Send the comment").click()

    assert tab.get_by_role("listitem").filter(has_text="Why now?").count() == 1
    assert messages == []
    context.close()
