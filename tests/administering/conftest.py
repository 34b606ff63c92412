"""The stories of administrators have a running product of their own: they change what the others look at."""

from tests.browser.conftest import browser, everybody, product

__all__ = ["browser", "everybody", "product"]
