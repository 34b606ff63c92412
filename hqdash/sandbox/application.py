"""Puts the networks, the control API and the public pages under one port."""

from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount, Route

from hqdash.sandbox import (
    control,
    graph_api,
    graph_sign_in,
    public_pages,
    wordpress_api,
    wordpress_sign_in,
    x_api,
    x_sign_in,
)
from hqdash.sandbox.world import World


def application(world: World) -> Starlette:
    """The whole sandbox for one world."""
    routes: list[BaseRoute] = [
        Route("/x/{handle}/status/{post_id:int}", public_pages.x_address),
        Mount("/x", routes=[*x_sign_in.routes(), *x_api.routes()]),
        Mount("/graph", routes=[*graph_sign_in.routes(), *graph_api.routes()]),
        Mount("/wp", routes=[*wordpress_sign_in.routes(), *wordpress_api.routes()]),
        Mount("/_control", routes=control.routes()),
        *public_pages.routes(),
    ]
    app = Starlette(routes=routes)
    app.state.world = world
    return app
