"""When something happens to a channel, monitoring reads it from now on, or again."""

from __future__ import annotations

from accounts.events import ChannelStateChanged
from accounts.models import Channel
from hqdash.base.events import subscribe
from hqdash.base.tenancy import acting_for
from monitoring.actions.scheduling import add_missing_polls, read_soon


def read_connected_channel(event: ChannelStateChanged) -> None:
    """A channel that works is read, and soon."""
    if event.state != Channel.State.CONNECTED:
        return
    with acting_for(event.force_id):
        if not add_missing_polls():
            read_soon(channel_id=event.channel_id)


subscribe(ChannelStateChanged, read_connected_channel)
