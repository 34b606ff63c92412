"""The whole product on one machine, from one command: servers, practice networks, web, workers, clock."""

import json
from collections.abc import Callable
from functools import partial

from hqdash.embedded.family import everybody, has_all_keys, setup_steps
from hqdash.embedded.freshness import remember, static_sources, table_sources, unchanged
from hqdash.embedded.home import Home, write_private
from hqdash.embedded.ports import Ports
from hqdash.embedded.process import Process
from hqdash.embedded.progress import Progress
from hqdash.embedded.servers import bring_up, process_environment, publish
from hqdash.embedded.supervisor import StopAsked, Supervisor
from hqdash.embedded.trouble import ROOM_TO_GO_ON, require_room

RULE = "─" * 78


def run_demo(home: Home) -> int:
    """Start everything, say where it is, and stay until Ctrl-C."""
    progress = Progress()
    ports = Ports.wanted()
    ports.require_free()
    home.prepare()
    try:
        require_room(home.folder, needed=ROOM_TO_GO_ON)
        with Supervisor(home, progress) as supervisor:
            try:
                environment = bring_up(supervisor) | ports.environment()
                publish(home, environment)
                accounts = _start(supervisor, environment, ports)
                print(summary(ports, accounts), flush=True)
                supervisor.watch()
            except StopAsked:
                progress.say("\n  Stopping; the data is kept.")
                supervisor.stop()
    finally:
        home.close()
    return 0


def _start(supervisor: Supervisor, environment: dict[str, str], ports: Ports) -> list[dict[str, str]]:
    # The shell of a developer may name the settings of another project.
    whole = process_environment(environment) | {"DJANGO_SETTINGS_MODULE": "hqdash.settings"}
    steps = setup_steps(whole)
    family = everybody(supervisor.home, whole, ports)
    if not has_all_keys(supervisor.home):
        supervisor.run(steps.make_keys)
    # Most of a start is Python reading itself in, so what can be read in side by side is.
    practice, opener = supervisor.begin(*family.first)
    _once(supervisor, steps.migrate, partial(table_sources, environment["DATABASE_URL"]))
    _once(supervisor, steps.collect, static_sources)
    begun = supervisor.begin(*family.then)
    # The seed fetches its accounts from the practice networks and seals them with keys that the opener makes.
    supervisor.wait(practice)
    supervisor.wait(opener)
    accounts = _seeded(supervisor, steps.seed, environment["DATABASE_URL"])
    for child in begun:
        supervisor.wait(child)
    return accounts


def _once(supervisor: Supervisor, step: Process, sources: Callable[[], str]) -> None:
    """Run a step, unless the last start did so from the same sources."""
    home = supervisor.home.folder
    if not unchanged(home, step.name, sources()):
        supervisor.run(step)
        remember(home, step.name, sources())


def _seeded(supervisor: Supervisor, seed: Process, database_url: str) -> list[dict[str, str]]:
    """Fill the installation, unless the last start did so with the same code; who can sign in."""
    home = supervisor.home.folder
    kept = home / "accounts.json"
    if kept.exists() and unchanged(home, seed.name, table_sources(database_url)):
        return _accounts(kept.read_text())
    printed = supervisor.run(seed)
    write_private(kept, json.dumps(_accounts(printed)).encode())
    remember(home, seed.name, table_sources(database_url))
    return _accounts(printed)


def _accounts(printed: str) -> list[dict[str, str]]:
    """The list that the seed prints as its last line; everything before it is talk."""
    lines = [line for line in printed.splitlines() if line.strip()]
    accounts: list[dict[str, str]] = json.loads(lines[-1]) if lines else []
    return accounts


def summary(ports: Ports, accounts: list[dict[str, str]]) -> str:
    """What a newcomer needs to know, in one frame."""
    width = max((len(account["username"]) for account in accounts), default=0)
    people = [f"    {account['username']:<{width}}  {account['what']}" for account in accounts]
    passwords = sorted({account["password"] for account in accounts if account.get("password")})
    how = f"  Password of everyone in this demo: {passwords[0]}" if len(passwords) == 1 else ""
    if len(passwords) > 1:
        people = [
            f"{line}  (password {account['password']})"
            for line, account in zip(people, accounts, strict=True)
        ]
    lines = [
        RULE,
        "  HQ Dash is running.",
        "",
        f"  Dashboard           http://127.0.0.1:{ports.web}/",
        f"  The public's view   http://127.0.0.1:{ports.sandbox}/",
        "                      (practice networks: nothing leaves this machine)",
        "",
        "  Sign in as",
        *people,
        *([how] if how else []),
        "",
        "  Ctrl-C ends everything and keeps the data; `make demo-reset` empties it.",
        RULE,
    ]
    return "\n".join(lines)
