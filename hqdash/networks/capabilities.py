"""What a network may be able to do: ask `network.can(Hides)`, never which network it is."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from hqdash.networks.types import (
    Account,
    Batch,
    Draft,
    Effect,
    Landing,
    Probe,
    Published,
)


@runtime_checkable
class SaysWhoAmI(Protocol):
    """Names the account that the credential opens."""

    def who_am_i(self) -> Account: ...


@runtime_checkable
class Publishes(Protocol):
    """Puts a post out: one irreversible call, never repeated by the transport."""

    def publish(self, draft: Draft, key: str = "") -> Published: ...


@runtime_checkable
class FindsLanded(Protocol):
    """Reads back whether an attempt of unknown outcome stands."""

    def recent_ids(self) -> frozenset[str]: ...

    def find_landed(self, probe: Probe) -> Landing: ...


@runtime_checkable
class Withdraws(Protocol):
    """Takes one of our own posts down."""

    def withdraw(self, external_id: str) -> Effect: ...


@runtime_checkable
class ReadsComments(Protocol):
    """Reads what people wrote under our posts."""

    def comments(self, cursor: str = "") -> Batch: ...


@runtime_checkable
class ReadsMentions(Protocol):
    """Reads what people said to or about us elsewhere on the network."""

    def mentions(self, cursor: str = "") -> Batch: ...


@runtime_checkable
class Hides(Protocol):
    """Takes somebody's comment out of sight, and can bring it back."""

    def hide(self, external_id: str) -> Effect: ...

    def unhide(self, external_id: str) -> Effect: ...


@runtime_checkable
class DeletesOthers(Protocol):
    """Deletes somebody else's comment."""

    def remove(self, external_id: str) -> Effect: ...


@runtime_checkable
class Replies(Protocol):
    """Answers a comment or a mention."""

    def reply(self, external_id: str, draft: Draft, key: str = "") -> Published: ...


Capability = type[
    SaysWhoAmI
    | Publishes
    | FindsLanded
    | Withdraws
    | ReadsComments
    | ReadsMentions
    | Hides
    | DeletesOthers
    | Replies
]

ALL_CAPABILITIES: tuple[Capability, ...] = (
    SaysWhoAmI,
    Publishes,
    FindsLanded,
    Withdraws,
    ReadsComments,
    ReadsMentions,
    Hides,
    DeletesOthers,
    Replies,
)
