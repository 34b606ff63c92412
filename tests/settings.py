"""The product's own settings, with keys and a home that belong to this test run alone."""

from tests.keys import make_test_keys

make_test_keys()

from hqdash.settings import *  # noqa: E402, F403
