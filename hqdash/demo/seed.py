"""Fills an empty installation with two forces; whoever runs it again changes nothing."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.urls import reverse

from accounts.actions.channels import connect_channel
from accounts.actions.network_apps import keep_app
from accounts.actions.organisation import add_unit, add_user, create_force, grant_role
from accounts.models import Channel, Force, Role, Unit, User
from hqdash.base import clock
from hqdash.base.actor import Actor
from hqdash.base.tenancy import across_forces, acting_for
from hqdash.demo.practice import PracticeNetworks
from hqdash.networks.network import all_networks
from moderation.actions.starting import install_starter_dictionaries
from publishing.actions.publish import publish_post

DATA = Path(__file__).parent / "data"
SLUGS = {"twitter": "x"}
GROUPS = {"LPU": "Local policing units", "OPS": "Operations and departments"}
WORDS = ("amber", "bridge", "canal", "dawn", "ember", "ferry", "garden", "harbour", "island", "juniper", "kettle",
         "lantern", "meadow", "north", "orchard", "pebble", "quarry", "river", "saddle", "timber")  # fmt: skip
Say = Callable[[str], None]


def seed_demo(*, say: Say) -> None:
    """Both forces, their people, their accounts and a quiet morning."""
    first = json.loads((DATA / "demo_org_2011.json").read_text(encoding="utf-8"))
    second = json.loads((DATA / "second_force.json").read_text(encoding="utf-8"))
    password = make_password(demo_password())
    if not _is_complete("west-midlands", first):
        units = _units_of(first)
        force = _force("west-midlands", "West Midlands Police (demo)", units, first, password, say)
        _quiet_morning(force, say)
    if not _is_complete(second["slug"], second):
        units = [(unit["code"], unit["name"]) for unit in second["units"]]
        _force(second["slug"], second["name"], units, second, password, say)


def _is_complete(slug: str, organisation: Mapping[str, Any]) -> bool:
    """Whether an earlier run got as far as the last account; one that was cut short is taken up again."""
    with across_forces(reason="is the demo there already"):
        return Channel.objects.filter(force__slug=slug).count() >= len(organisation["accounts"])


def demo_password() -> str:
    """The password of everybody in the demo: made once for this installation, kept beside its data."""
    path = settings.HOME / "demo-password.txt"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text("-".join(secrets.choice(WORDS) for _word in range(4)), encoding="utf-8")
    return path.read_text(encoding="utf-8").strip()


def _force(
    slug: str,
    name: str,
    units: Sequence[tuple[str, str]],
    organisation: Mapping[str, Any],
    password: str,
    say: Say,
) -> Force:
    # The force is committed first: the vault makes its keys, and the vault is a process of its own.
    with across_forces(reason="is the demo there already"):
        known = Force.objects.filter(slug=slug).first()
    force = known or create_force(slug=slug, name=name, guarded=False)
    actor = Actor.clock(force.pk)
    with acting_for(force.pk):
        by_code = {unit.code: unit for unit in Unit.objects.all()}
        if len(by_code) == 1:
            with transaction.atomic():
                by_code = _build_tree(actor, units)
                _people(actor, organisation["users"], by_code, password)
        say(f"{name}: {len(by_code)} units, {len(organisation['users'])} people")
        practice = PracticeNetworks()
        with transaction.atomic():
            for account in organisation["accounts"]:
                _connect(actor, practice, account, by_code[account["unit"]])
        _register_apps(actor, practice)
        install_starter_dictionaries(actor=actor, now=clock.now())
    say(f"{name}: {len(organisation['accounts'])} accounts connected to the practice networks")
    return force


def _connect(actor: Actor, practice: PracticeNetworks, account: Mapping[str, str], unit: Unit) -> None:
    network = SLUGS.get(account["network"], account["network"])
    answer, credential = practice.open_account(network, account["handle"], account["name"])
    connect_channel(
        actor=actor,
        unit=unit,
        network=network,
        handle=account["handle"],
        name=account["name"],
        external_id=str(answer["external_id"]),
        base_url=str(answer.get("base_url") or "") if network == "wordpress" else "",
        credentials=credential,
        coverage=account["coverage"],
    )


def _register_apps(actor: Actor, practice: PracticeNetworks) -> None:
    """The force's apps, so that a further account can be connected as in earnest: at the network's own page."""
    for network in all_networks():
        way = network.sign_in
        if way is None or not way.needs_app:
            continue
        back = reverse("accounts:connect_back", args=[network.slug])
        port = os.environ.get("HQDASH_PORT") or "8000"
        addresses = [f"http://{host}:{port}{back}" for host in ("127.0.0.1", "localhost")]
        client_id, client_secret = practice.register_app(network.slug, addresses)
        keep_app(
            actor=actor,
            network=network.slug,
            client_id=client_id,
            client_secret=client_secret,
            now=clock.now(),
        )


def _units_of(organisation: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Codes and names of the units, each after the one above it; names come from the accounts they own."""
    named: dict[str, str] = dict(GROUPS)
    for account in organisation["accounts"]:
        if account["unit"] != "FORCE":
            named.setdefault(account["unit"], _unit_name(account["name"]))
    for user in organisation["users"]:
        if user["unit"] != "FORCE":
            named.setdefault(user["unit"], user["unit"].rsplit("/", 1)[-1])
    return sorted(named.items(), key=lambda unit: (unit[0].count("/"), unit[0]))


def _unit_name(account_name: str) -> str:
    name = account_name.removesuffix(" (DEMO)")
    for tail in (" Police", " neighbourhood team", " team"):
        name = name.removesuffix(tail)
    return name


def _build_tree(actor: Actor, units: Sequence[tuple[str, str]]) -> dict[str, Unit]:
    built = {"FORCE": Unit.objects.get(code="FORCE")}
    for code, name in units:
        above = code.rsplit("/", 1)[0].removesuffix("/NPT")
        parent = built.get(above, built["FORCE"])
        built[code] = add_unit(actor=actor, name=name, code=code, parent=parent)
    return built


def _people(
    actor: Actor, users: Sequence[Mapping[str, str]], units: Mapping[str, Unit], password: str
) -> None:
    roles = {role.slug: role for role in Role.objects.all()}
    now = clock.now()
    for person in users:
        user = add_user(actor=actor, username=person["username"], password_hash=password)
        grant_role(
            actor=actor,
            user=user,
            unit=units[person["unit"]],
            role=roles[person["role"]],
            now=now,
            reason="Set-up of the demo",
        )


def _quiet_morning(force: Force, say: Say) -> None:
    """A few posts by officers and answers by the public, all through the practice networks."""
    activity = json.loads((DATA / "activity.json").read_text(encoding="utf-8"))
    with acting_for(force.pk):
        for post in activity["posts"]:
            unit = Unit.objects.get(code=post["unit"])
            author = User.objects.filter(grants__unit=unit, grants__role__slug=post["role"]).order_by(
                "username"
            )[0]
            channels = Channel.objects.filter(unit=unit, network="x")
            publish_post(
                actor=Actor(force_id=force.pk, user_id=author.pk, username=author.username),
                text=post["text"],
                channel_ids=list(channels.values_list("pk", flat=True)),
                form_key=uuid4(),
                now=clock.now(),
            )
        handles = list(
            Channel.objects.filter(network="x").order_by("handle").values_list("handle", flat=True)
        )
    practice, authors = PracticeNetworks(), activity["authors"]
    for place, answer in enumerate(activity["answers"]):
        practice.say("x", handles[(place * 5) % len(handles)], authors[place % len(authors)], answer)
    say(f"A quiet morning: {len(activity['posts'])} posts, {len(activity['answers'])} answers by the public")
