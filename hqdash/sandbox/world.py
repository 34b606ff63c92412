"""One running set of practice networks: its state, its faults and its rate limits."""

from dataclasses import dataclass, field
from pathlib import Path

from starlette.requests import Request

from hqdash.sandbox.faults import FaultList
from hqdash.sandbox.limits import Windows
from hqdash.sandbox.state import State


@dataclass(frozen=True, slots=True)
class World:
    """What every request works with."""

    state: State
    faults: FaultList
    windows: Windows = field(default_factory=Windows)


def open_world(folder: Path, *, limits: bool = True) -> World:
    """The world kept in this folder, or a new one."""
    state = State(folder)
    return World(state=state, faults=FaultList(state), windows=Windows(enforced=limits))


def world_of(request: Request) -> World:
    """The world that this request happens in."""
    world: World = request.app.state.world
    return world


def origin_of(request: Request) -> str:
    """The address under which the caller reached the sandbox, such as http://127.0.0.1:8300."""
    return f"{request.url.scheme}://{request.url.netloc}"
