"""What was typed on the compose page, read once and kept whatever is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from django.http import QueryDict
from django.utils.translation import gettext as _

from accounts.models import Channel
from hqdash.base.errors import Unprocessable
from hqdash.networks.counting import Count, fits
from hqdash.networks.network import Network, get_network


@dataclass(frozen=True, slots=True)
class ComposeForm:
    """The form's values."""

    text: str
    variants: dict[str, str]
    channel_ids: frozenset[UUID]
    form_key: UUID
    send_at: str = ""
    """Day and time on the wall of the force, as typed; empty for at once."""

    @classmethod
    def empty(cls, *, preselected: Sequence[Channel] = ()) -> ComposeForm:
        """A fresh form with a key of its own."""
        return cls("", {}, frozenset(channel.pk for channel in preselected), uuid4())

    @classmethod
    def read(cls, data: QueryDict) -> ComposeForm:
        """The form as it was sent.

        Raises:
            Unprocessable: an id is not one; only a damaged or forged form has that.
        """
        try:
            return cls(
                text=_plain(data.get("text", "")),
                variants={
                    name.removeprefix("variant_"): _plain(value)
                    for name, value in data.items()
                    if name.startswith("variant_") and isinstance(value, str) and value.strip()
                },
                channel_ids=frozenset(UUID(value) for value in data.getlist("channels")),
                form_key=UUID(data.get("form_key", "")),
                send_at=_plain(data.get("send_at", "")).strip(),
            )
        except ValueError as problem:
            raise Unprocessable(
                _("The form was damaged. Copy your text, reload the page and try again.")
            ) from problem


def _plain(text: str) -> str:
    # PostgreSQL takes no NUL, and no keyboard makes one; browsers end lines with two characters.
    return text.replace("\x00", "").replace("\r\n", "\n")


@dataclass(frozen=True, slots=True)
class Wording:
    """The text as it goes to one network, and whether it fits."""

    network: Network
    text: str
    edited: bool
    count: Count
    channels: list[Channel]

    @property
    def problem(self) -> str:
        """The sentence that says by how much the text is too long; empty when it fits."""
        if self.count.fits:
            return ""
        return _("%(network)s takes %(limit)s characters; this text is %(over)s too long for it.") % {
            "network": self.network.name,
            "limit": f"{self.count.limit:,}",
            "over": f"{-self.count.left:,}",
        }


def wordings(form: ComposeForm, channels: Sequence[Channel]) -> list[Wording]:
    """One wording for each network among the channels, by the network's name."""
    by_network: dict[str, list[Channel]] = {}
    for channel in channels:
        by_network.setdefault(channel.network, []).append(channel)
    found = []
    for slug, members in by_network.items():
        network = get_network(slug)
        text = form.variants.get(slug, form.text).strip()
        found.append(Wording(network, text, slug in form.variants, fits(network, text), members))
    return sorted(found, key=lambda wording: wording.network.name)
