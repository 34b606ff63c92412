"""What the public may see on each network, in the shape the pages show it."""

from dataclasses import dataclass

from hqdash.sandbox.accounts import NETWORKS, Account, all_accounts
from hqdash.sandbox.entries import Entry, select_entries
from hqdash.sandbox.state import State

PAGE = 30


@dataclass(frozen=True, slots=True)
class Line:
    """One account in the list of all, with what is newest there."""

    account: Account
    posts: int
    newest: Entry | None


@dataclass(frozen=True, slots=True)
class Section:
    """One network's accounts."""

    slug: str
    name: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Conversation:
    """What stands below a post, and what this network lets a reader open with one more click."""

    shown: tuple[Entry, ...]
    behind_a_click: tuple[Entry, ...]


def _public(network: str) -> str:
    """What the network shows to everybody."""
    match network:
        case "x":
            # A hidden reply is still there for whoever asks for it.
            return "status = 'published'"
        case "facebook":
            return "status = 'published' AND NOT hidden"
        case _:
            return "status IN ('publish', 'approved')"


def overview(state: State) -> list[Section]:
    """All networks with all accounts."""
    newest: dict[str, Entry] = {}
    posts: dict[str, int] = {}
    for network in NETWORKS:
        found = select_entries(
            state,
            "number IN (SELECT max(number) FROM entry WHERE network = ?"
            f" AND NOT hidden AND {_public(network)} GROUP BY account_id)",
            (network,),
            limit=10_000,
        )
        newest |= {entry.account_id: entry for entry in found}
        counts = state.db.execute(
            "SELECT account_id, count(*) AS posts FROM entry WHERE network = ? AND kind = 'post'"
            f" AND {_public(network)} GROUP BY account_id",
            (network,),
        )
        posts |= {row["account_id"]: row["posts"] for row in counts}
    lines = [
        Line(account, posts.get(account.external_id, 0), newest.get(account.external_id))
        for account in all_accounts(state)
    ]
    return [
        Section(slug, name, tuple(line for line in lines if line.account.network == slug))
        for slug, name in NETWORKS.items()
    ]


def posts_of(
    state: State, account: Account, *, before: int | None
) -> tuple[list[tuple[Entry, int]], int | None]:
    """A page of the account's posts with the number of comments, and where older ones begin."""
    condition = f"account_id = ? AND kind = 'post' AND {_public(account.network)}"
    values: list[object] = [account.external_id]
    if before is not None:
        condition += " AND number < ?"
        values.append(before)
    found = select_entries(state, condition, values, limit=PAGE + 1)
    older = found[PAGE - 1].number if len(found) > PAGE else None
    return [(post, _comments(state, post)) for post in found[:PAGE]], older


def _comments(state: State, post: Entry) -> int:
    below = conversation(state, post)
    return len(below.shown) + len(below.behind_a_click)


def mentions_of(state: State, account: Account) -> list[Entry]:
    """The newest public posts that name the account."""
    return select_entries(
        state,
        "account_id = ? AND kind = 'mention' AND status = 'published'",
        (account.external_id,),
        limit=PAGE,
    )


def conversation(state: State, post: Entry) -> Conversation:
    """What the public sees below a post, oldest first."""
    found = select_entries(
        state,
        f"network = ? AND post_id = ? AND kind = 'comment' AND {_public(post.network)}",
        (post.network, post.external_id),
        newest_first=False,
    )
    return Conversation(
        shown=tuple(entry for entry in found if not entry.hidden),
        behind_a_click=tuple(entry for entry in found if entry.hidden),
    )
