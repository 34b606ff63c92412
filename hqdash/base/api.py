"""The base of every address of the JSON door: closed unless it says which right opens it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, TypeVar

from django.db.models import Model, QuerySet
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer, Serializer
from rest_framework.views import APIView

from hqdash.base.actor import Actor
from hqdash.base.api_doors import ANYBODY, Anybody, InScope, KeyOrSession, Right
from hqdash.base.api_limits import PerKeyAndPerson
from hqdash.base.api_paging import PARAMETERS, CursorPage, cut, next_address
from hqdash.base.api_reading import StrictJson, check_address, read_body, read_query

__all__ = ["ANYBODY", "ApiView", "CursorPage"]
M = TypeVar("M", bound=Model)


@method_decorator(never_cache, name="dispatch")
class ApiView(APIView):
    """An address of the JSON door.

    Every class names its ``scope``: the right without which a key does not get in, or ``ANYBODY``.
    ``scopes`` names another one for single methods; ``people_only`` keeps all keys out. The action or
    query behind it asks the gate, which judges the person and the key's scopes together.
    """

    scope: ClassVar[Right | Anybody]
    scopes: ClassVar[Mapping[str, Right | Anybody]] = {}
    people_only: ClassVar[bool] = False

    authentication_classes = (KeyOrSession,)
    permission_classes = (InScope,)
    throttle_classes = (PerKeyAndPerson,)
    parser_classes = (StrictJson,)
    renderer_classes = (JSONRenderer,)
    metadata_class = None
    pagination_class = CursorPage
    """Read by the schema alone: lists are described as pages."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Refuse at start what would be open at run time."""
        super().__init_subclass__(**kwargs)
        takes = [name for name in ("get", "post", "put", "patch", "delete") if name in vars(cls)]
        if takes and not hasattr(cls, "scope"):
            raise TypeError(f"{cls.__name__} has to name the scope that opens it to a key.")

    @property
    def actor(self) -> Actor:
        """Who is asking."""
        actor: Actor = self.request._request.actor  # type: ignore[attr-defined]  # the middleware's
        return actor

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Who asks and whether they may come in, then whether the address can be read at all."""
        super().initial(request, *args, **kwargs)
        check_address(request._request, kwargs)

    def read(self, serializer: type[Serializer[Any]], *, partial: bool = False) -> dict[str, Any]:
        """The body, checked; 422 with every field that has to change."""
        return read_body(serializer, self.request.data, partial=partial)

    def filters(self, serializer: type[Serializer[Any]]) -> dict[str, Any]:
        """The filters of the address, checked in the same way."""
        return read_query(serializer, self.request.query_params, besides=PARAMETERS)

    def page(
        self,
        rows: QuerySet[M],
        serializer: type[BaseSerializer[Any]],
        *,
        order: tuple[str, ...],
        context: Mapping[str, Any] | None = None,
    ) -> Response:
        """Some rows and the address of the next; the last field of ``order`` has to be unique."""
        found = cut(rows, self.request.query_params, order=order)
        shown = serializer(found.items, many=True, context=dict(context or {})).data
        following = next_address(self.request.path, self.request.query_params, found.next_cursor)
        answer = Response({"items": shown, "next": following})
        if following:
            answer["Link"] = f'<{following}>; rel="next"'
        return answer

    def items(self, rows: Iterable[Any], serializer: type[BaseSerializer[Any]]) -> Response:
        """A short list whole, in the shape of a page."""
        return Response({"items": serializer(list(rows), many=True).data, "next": None})

    def shown(self, serializer: BaseSerializer[Any]) -> Response:
        """One thing."""
        return Response(serializer.data)

    def created(self, serializer: BaseSerializer[Any], *, location: str = "") -> Response:
        """What was made, and where it now is."""
        return Response(serializer.data, status=201, headers={"Location": location} if location else None)

    def no_content(self) -> Response:
        """Done, and nothing to say about it."""
        return Response(status=204)
