"""How long a post takes to reach 99 accounts, beside the same 99 calls from a bare thread pool.

python -m benchmarks deliveries --json
"""

from __future__ import annotations

import argparse
import json
import secrets
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import requests

from benchmarks.product import Product, join, machine, running_product
from hqdash.embedded.family import WORKERS

if TYPE_CHECKING:
    from hqdash.networks.types import Account

LATENCY = 0.25
CHANNELS = (("facebook", 20), ("x", 79))
TOKEN_FIELDS = {"x": "access_token", "facebook": "page_access_token"}
PATIENCE = 120.0
GOALS = {"seconds": 10.0, "ratio": 3.0}


def main(arguments: Sequence[str] | None = None) -> int:
    """Send, compare, and print what it took; 1 if a goal was missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks deliveries")
    parser.add_argument("--json", action="store_true", help="one line of JSON")
    parser.add_argument("--rounds", type=int, default=3, help="each sends once through both")
    options = parser.parse_args(arguments)
    before = machine()
    with running_product() as product:
        result = measure(product, options.rounds)
    print(json.dumps(result | {"before": before, "after": machine()}, indent=None if options.json else 2))
    return 0 if result["kept"] else 1


def measure(product: Product, rounds: int) -> dict[str, Any]:
    """Every call to the practice networks takes a quarter of a second longer, reads of the pollers too."""
    join(product, role="web")
    bare = _Bare(product.sandbox)
    for operation in ("publish", "read"):
        fault = {"network": "*", "handle": "*", "kind": "latency", "operation": operation, "value": LATENCY}
        requests.post(f"{product.sandbox}/_control/faults", json=fault, timeout=10).raise_for_status()
    told = [_round(product, bare, number) for number in range(rounds)]
    middle = sorted(told, key=lambda one: one["seconds"])[len(told) // 2]
    worst = max(one["seconds"] for one in told)
    return {
        "accounts": sum(count for _slug, count in CHANNELS),
        "latency_ms": int(LATENCY * 1000),
        "width": WORKERS["outbound"][1],
        "seconds": middle["seconds"],
        "bare_seconds": middle["bare_seconds"],
        "ratio": middle["ratio"],
        "worst_seconds": worst,
        "rounds": told,
        "goals": GOALS,
        "kept": worst < GOALS["seconds"]
        and middle["ratio"] <= GOALS["ratio"]
        and not any(one["not_sent"] or one["not_exactly_once"] for one in told),
    }


def _round(product: Product, bare: _Bare, number: int) -> dict[str, Any]:
    text = f"Road closed at the ring way, please go round ({number}, {secrets.token_hex(4)})."
    bare_seconds = bare.publish(text)
    seconds, slowest, not_sent = _publish_through_the_product(text)
    return {
        "seconds": round(seconds, 2),
        "bare_seconds": round(bare_seconds, 2),
        "ratio": round(seconds / bare_seconds, 2),
        "slowest_receipt_s": slowest,
        "not_sent": not_sent,
        "not_exactly_once": _not_exactly_once(product, text),
    }


def _publish_through_the_product(text: str) -> tuple[float, float, int]:
    """What the web does at the click, then waiting for the last receipt: seconds, the slowest one, those missing."""
    from accounts.models import Force
    from hqdash.base import clock
    from hqdash.base.tenancy import across_forces, acting_for
    from publishing.actions.publish import publish_post
    from publishing.models import Delivery, State
    from publishing.queries import channels_to_post_to

    with across_forces(reason="finding the demo's force"):
        force = Force.objects.get(slug="west-midlands")
    with acting_for(force.pk):
        actor = _press_officer(force.pk)
        channels = list(channels_to_post_to(actor).values_list("pk", flat=True))
        began = time.monotonic()
        post = publish_post(actor=actor, text=text, channel_ids=channels, form_key=uuid4(), now=clock.now())
        rows = Delivery.objects.filter(post=post)
        while rows.filter(state=State.SENT).count() < len(channels):
            if time.monotonic() - began > PATIENCE:
                break
            time.sleep(0.05)
        seconds = time.monotonic() - began
        sent = list(rows.filter(state=State.SENT))
        taken = [row.seconds_taken or 0.0 for row in sent]
        return seconds, round(max(taken, default=0.0), 2), len(channels) - len(sent)


def _press_officer(force_id: Any) -> Any:
    from accounts.models import User
    from hqdash.base.actor import Actor

    user = User.objects.get(username="press.03")
    return Actor(force_id=force_id, user_id=user.pk, username=user.username)


def _not_exactly_once(product: Product, text: str) -> int:
    """Accounts at which the practice networks have the text more or less often than once."""
    from accounts.models import Channel, Force
    from hqdash.base.tenancy import across_forces

    with across_forces(reason="comparing with the practice networks"):
        force = Force.objects.get(slug="west-midlands")
        channels = list(Channel.objects.filter(force=force).values_list("network", "handle"))
    wrong = 0
    with requests.Session() as session:
        for network, handle in channels:
            answer = session.get(
                f"{product.sandbox}/_control/posts",
                params={"network": network, "handle": handle},
                timeout=10,
            )
            wrong += sum(post["text"] == text for post in answer.json()) != 1
    return wrong


class _Bare:
    """The same number of accounts on the same networks, and nothing between the calls and a thread pool."""

    def __init__(self, sandbox: str) -> None:
        from hqdash.networks.types import Account

        self._accounts: list[tuple[str, Account, str]] = []
        for slug, count in CHANNELS:
            for number in range(count):
                handle, token = f"bare{number}", secrets.token_urlsafe(24)
                told = {"network": slug, "handle": handle, "name": handle, "token": token}
                made = requests.post(f"{sandbox}/_control/accounts", json=told, timeout=10).json()
                account = Account(handle=handle, external_id=str(made["external_id"]))
                self._accounts.append((slug, account, token))

    def publish(self, text: str) -> float:
        """Seconds until the last of the calls has answered."""
        began = time.monotonic()
        with ThreadPoolExecutor(max_workers=WORKERS["outbound"][1]) as pool:
            answers = [pool.submit(self._call, *account, text) for account in self._accounts]
        seconds = time.monotonic() - began
        # A call that failed would be a fast one.
        assert all(answer.result() for answer in answers)
        return seconds

    @staticmethod
    def _call(slug: str, account: Account, token: str, text: str) -> str:
        from hqdash.networks.network import get_network
        from hqdash.networks.secret import Secret
        from hqdash.networks.types import Draft

        # Made in the thread that uses it, as a worker does: the connections belong to threads.
        connector = get_network(slug).connect(account, {TOKEN_FIELDS[slug]: Secret(token)})
        return connector.publish(Draft(text=text), key=str(uuid4())).external_id
