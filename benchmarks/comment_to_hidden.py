"""How long an abusive comment stays visible at the networks, with 99 channels watched by the real workers.

python -m benchmarks comment_to_hidden --json
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import requests

from benchmarks.product import ROOT, Product, join, machine, percentile, running_product

STARTER = ROOT / "moderation" / "starter"
COMMENTS, EVERY = 60, 1.0
CRITICISM_AFTER = 4
"""Each so many abusive comments are followed by a criticism, which has to stay."""
SETTLING, PATIENCE = 15.0, 60.0
GLANCE = 0.25
GOALS = {"p95_s": 10.0}


@dataclass(frozen=True, slots=True)
class Spot:
    """A post of ours that can be answered."""

    network: str
    handle: str
    post_id: str


@dataclass(slots=True)
class Written:
    """A comment of the public at one account, by the clock of this process."""

    network: str
    handle: str
    external_id: str
    at: float
    hidden_after: float | None = None


@dataclass(slots=True)
class Watch:
    """What was written, and what the practice networks show of it."""

    session: requests.Session
    sandbox: str
    waiting: list[Written] = field(default_factory=list)
    hidden: list[Written] = field(default_factory=list)

    def write(self, spot: Spot, text: str) -> Written:
        """Speak as a member of the public."""
        told = {
            "network": spot.network,
            "handle": spot.handle,
            "post_id": spot.post_id,
            "author": "passer_by",
            "text": text,
        }
        answer = self.session.post(f"{self.sandbox}/_control/comments", json=told, timeout=10)
        answer.raise_for_status()
        return Written(spot.network, spot.handle, str(answer.json()["external_id"]), time.monotonic())

    def is_hidden(self, one: Written) -> bool:
        """Whether the network shows it to nobody who does not look for it."""
        asked = {"network": one.network, "handle": one.handle}
        answer = self.session.get(f"{self.sandbox}/_control/comments", params=asked, timeout=10)
        return any(
            entry["external_id"] == one.external_id and (entry["hidden"] or entry["removed"])
            for entry in answer.json()
        )

    def look(self) -> None:
        """Ask once about everything that is still waited for."""
        for one in list(self.waiting):
            if self.is_hidden(one):
                one.hidden_after = time.monotonic() - one.at
                self.waiting.remove(one)
                self.hidden.append(one)


def main(arguments: Sequence[str] | None = None) -> int:
    """Write, watch, and print what it took; 1 if the goal was missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks comment_to_hidden")
    parser.add_argument("--json", action="store_true", help="one line of JSON")
    parser.add_argument("--comments", type=int, default=COMMENTS)
    options = parser.parse_args(arguments)
    before = machine()
    with running_product() as product, requests.Session() as session:
        spots = prepare(product)
        # Every channel has been read once and the intervals have settled.
        time.sleep(SETTLING)
        result = measure(Watch(session, product.sandbox), spots, options.comments)
    print(json.dumps(result | {"before": before, "after": machine()}, indent=None if options.json else 2))
    return 0 if result["kept"] else 1


def prepare(product: Product) -> list[Spot]:
    """A post on every account, for the public needs something to comment on; what it is called there."""
    join(product, role="web")
    from accounts.models import Channel, Force, User
    from hqdash.base import clock
    from hqdash.base.actor import Actor
    from hqdash.base.tenancy import across_forces, acting_for
    from publishing.actions.publish import publish_post
    from publishing.models import Delivery, State

    with across_forces(reason="finding the demo's force"):
        force = Force.objects.get(slug="west-midlands")
    with acting_for(force.pk):
        user = User.objects.get(username="press.03")
        post = publish_post(
            actor=Actor(force_id=force.pk, user_id=user.pk, username=user.username),
            text="Good morning. Tell us what matters to you where you live.",
            channel_ids=list(Channel.objects.values_list("pk", flat=True)),
            form_key=uuid4(),
            now=clock.now(),
        )
        until = time.monotonic() + PATIENCE
        while Delivery.objects.filter(post=post).exclude(state=State.SENT).exists():
            if time.monotonic() > until:
                raise SystemExit("The post that the public answers did not go out.")
            time.sleep(0.2)
        return [
            Spot(row.channel.network, row.channel.handle, row.external_id)
            for row in Delivery.objects.filter(post=post).select_related("channel").order_by("pk")
        ]


def measure(watch: Watch, spots: list[Spot], comments: int) -> dict[str, Any]:
    """One comment about every second, each on the next of the shuffled channels."""
    chance = random.Random(99)
    places = _round_and_round(chance.sample(spots, len(spots)))
    abuse, criticism = _texts("abuse.json", "hide"), _texts("criticism.json", "none")
    stays: list[Written] = []
    began = time.monotonic()
    for number in range(comments):
        phrase = abuse[number % len(abuse)]
        watch.waiting.append(watch.write(next(places), f"Officers like these: {phrase}, number {number}."))
        if number % CRITICISM_AFTER == 0:
            phrase = criticism[number // CRITICISM_AFTER % len(criticism)]
            stays.append(watch.write(next(places), f"What I think of you: {phrase}, number {number}."))
        until = time.monotonic() + EVERY * chance.uniform(0.5, 1.5)
        while time.monotonic() < until:
            watch.look()
            time.sleep(GLANCE)
    took = time.monotonic() - began
    until = time.monotonic() + PATIENCE
    while watch.waiting and time.monotonic() < until:
        watch.look()
        time.sleep(GLANCE)
    times = [one.hidden_after for one in watch.hidden if one.hidden_after is not None]
    wrongly = sum(watch.is_hidden(one) for one in stays)
    p95 = percentile(times, 95)
    return {
        "channels": len(spots),
        "comments": comments,
        "written_over_s": round(took, 1),
        "hidden": len(times),
        "never_hidden": [f"{one.network} {one.handle}" for one in watch.waiting],
        "criticisms": len(stays),
        "criticisms_hidden": wrongly,
        "p50_s": percentile(times, 50),
        "p95_s": p95,
        "max_s": percentile(times, 100),
        "by_network_p95_s": {
            slug: percentile([one.hidden_after or 0.0 for one in watch.hidden if one.network == slug], 95)
            for slug in sorted({spot.network for spot in spots})
        },
        "goals": GOALS,
        "kept": not watch.waiting and not wrongly and p95 is not None and p95 < GOALS["p95_s"],
    }


def _texts(name: str, action: str) -> list[str]:
    """The phrases of a starter dictionary for which it asks for this action."""
    listed = json.loads(Path(STARTER / name).read_text(encoding="utf-8"))
    return [text for group in listed["groups"] if group["action"] == action for text in group["patterns"]]


def _round_and_round(spots: list[Spot]) -> Iterator[Spot]:
    while True:
        yield from spots
