"""Writes down what a member of the public says on a practice network."""

from hqdash.sandbox.accounts import Account, person_called
from hqdash.sandbox.entries import Entry, get_entry, newest_post, write_entry
from hqdash.sandbox.graph_writes import comment_id
from hqdash.sandbox.state import State
from hqdash.sandbox.wordpress_comments import refuse_duplicate
from hqdash.sandbox.x_text import handles_in
from hqdash.sandbox.x_writes import addressed_by

LONGEST = 5000


class CannotSay(Exception):
    """The public cannot write this here; the message says why."""


def comment_on(
    state: State, *, account: Account, over_id: str, author: str, text: str, skew: float = 0.0
) -> Entry:
    """A comment below a post or below another comment."""
    text = _checked(text)
    over = get_entry(state, network=account.network, external_id=over_id)
    if over is None or over.gone or over.account_id != account.external_id:
        raise CannotSay("There is no such post here.")
    person = person_called(state, network=account.network, author=author)
    post_id = over.post_id or over.external_id
    network = account.network
    if network == "wordpress":
        refuse_duplicate(state, post_id=post_id, author_id=person.external_id, text=text)
    return write_entry(
        state,
        account=account,
        kind="comment",
        text=text,
        author=person,
        external_id=comment_id(state, post_id) if network == "facebook" else "",
        post_id=post_id,
        parent_id=over.external_id,
        status="approved" if network == "wordpress" else "published",
        addressed=addressed_by(state, text, over) if network == "x" else (),
        skew=skew,
    )


def mention(state: State, *, account: Account, author: str, text: str, skew: float = 0.0) -> Entry:
    """A post by the public that names the account."""
    text = _checked(text)
    if account.network == "wordpress":
        raise CannotSay("A WordPress site cannot be mentioned; comment on one of its posts.")
    person = person_called(state, network=account.network, author=author)
    if account.network == "x" and account.handle.lower() not in map(str.lower, handles_in(text)):
        text = f"@{account.handle} {text}"
    return write_entry(
        state,
        account=account,
        kind="mention",
        text=text,
        author=person,
        external_id=f"{person.external_id}_{state.next_id()}" if account.network == "facebook" else "",
        addressed=[account.external_id, *addressed_by(state, text, None)],
        skew=skew,
    )


def say(
    state: State,
    *,
    account: Account,
    post_id: str,
    author: str,
    text: str,
    in_the_open: bool = False,
    skew: float = 0.0,
) -> Entry:
    """A mention if asked for, else a comment. Without a post: a mention on X, elsewhere the newest post."""
    if in_the_open or (not post_id and account.network == "x"):
        return mention(state, account=account, author=author, text=text, skew=skew)
    if not post_id:
        newest = newest_post(state, account)
        if newest is None:
            raise CannotSay("The account has no post yet.")
        post_id = newest.external_id
    return comment_on(state, account=account, over_id=post_id, author=author, text=text, skew=skew)


def _checked(text: str) -> str:
    text = text.replace("\r\n", "\n").strip()
    if not text:
        raise CannotSay("Write something first.")
    if len(text) > LONGEST:
        raise CannotSay(f"Up to {LONGEST} characters, please.")
    return text
