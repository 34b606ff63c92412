"""The commands of `python -m hqdash.embedded`: demo, servers, run, stop, reset, logins."""

import argparse
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from hqdash.embedded.home import Home
from hqdash.embedded.logins import add_logins_from_environment
from hqdash.embedded.progress import Progress
from hqdash.embedded.servers import bring_up, process_environment, published
from hqdash.embedded.supervisor import StopAsked, Supervisor
from hqdash.embedded.trouble import Trouble, sentence_for

STOP_WITHIN = 60.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what was asked; trouble is one sentence and exit code 1, never a traceback."""
    options = _parser().parse_args(arguments)
    home = Home(options.home.absolute()) if options.home else Home.given()
    command: Callable[[argparse.Namespace, Home], int] = options.command
    try:
        return command(options, home)
    except Trouble as trouble:
        print(f"\n{trouble.sentence}", file=sys.stderr)
    except OSError as error:
        print(f"\n{sentence_for(error, home=home.folder)}", file=sys.stderr)
    except StopAsked:
        return 0
    return 1


def demo(options: argparse.Namespace, home: Home) -> int:
    """The whole product on this machine, with practice networks."""
    from hqdash.embedded.demo import run_demo

    return run_demo(home)


def servers(options: argparse.Namespace, home: Home) -> int:
    """The database and the bell alone, until Ctrl-C."""
    progress = Progress()
    home.prepare()
    try:
        with Supervisor(home, progress) as supervisor:
            bring_up(supervisor)
            progress.say(
                f"  Ready. `python -m hqdash.embedded run --home {home.folder} -- COMMAND` uses them."
            )
            supervisor.watch()
    finally:
        home.close()
    return 0


def run(options: argparse.Namespace, home: Home) -> int:
    """A command with the database and the bell around it; joins those of this home when they run already."""
    words = options.words[1:] if options.words[:1] == ["--"] else options.words
    if not words:
        raise Trouble("Say what to run, for example: python -m hqdash.embedded run -- python manage.py shell")
    if options.temporary:
        home = Home.for_a_moment()
    elif running := published(home):
        environment = process_environment(running)
        os.execvpe(words[0], words, environment)
    began = time.monotonic()
    try:
        home.prepare()
        with Supervisor(home, Progress(quiet=True)) as supervisor:
            environment = process_environment(bring_up(supervisor))
            names = " and ".join(child.process.title for child in supervisor.children)
            if names:
                print(
                    f"{names} ready in {time.monotonic() - began:.1f} s",
                    file=sys.stderr,
                    flush=True,
                )
            supervisor.progress.quiet = False
            return supervisor.accompany(words, env=environment)
    finally:
        home.close()


def stop(options: argparse.Namespace, home: Home) -> int:
    """End what runs from this home, and wait until it has ended."""
    holder = home.holder()
    if holder is None:
        print(f"Nothing runs from {home.folder}.", file=sys.stderr)
        return 0
    os.kill(holder, signal.SIGTERM)
    deadline = time.monotonic() + STOP_WITHIN
    while home.holder() == holder:
        if time.monotonic() > deadline:
            raise Trouble(
                f"Process {holder} did not end within {STOP_WITHIN:.0f} s: end it with `kill -9 {holder}`."
            )
        time.sleep(0.1)
    print("Stopped.", file=sys.stderr)
    return 0


def reset(options: argparse.Namespace, home: Home) -> int:
    """Throw the data, keys and passwords of this home away."""
    if home.folder.exists():
        home.prepare()
        home.reset()
        home.close()
    print(f"{home.folder} is empty; the next start begins anew.", file=sys.stderr)
    return 0


def logins(options: argparse.Namespace, home: Home) -> int:
    """The logins and the database on a PostgreSQL elsewhere, made as DATABASE_URL_ADMIN."""
    print(f"These logins exist: {', '.join(add_logins_from_environment())}.", file=sys.stderr)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m hqdash.embedded", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in (demo, servers, run, stop, reset, logins):
        described = (command.__doc__ or "").strip()
        sub = commands.add_parser(command.__name__, help=described, description=described)
        sub.set_defaults(command=command)
        sub.add_argument(
            "--home",
            type=Path,
            default=None,
            help="the folder to use instead of .local",
        )
        if command is run:
            sub.add_argument(
                "--temporary",
                action="store_true",
                help="use a folder that is gone afterwards",
            )
            sub.add_argument("words", nargs=argparse.REMAINDER, metavar="-- COMMAND")
    return parser
