"""Pages of posts or comments as WordPress hands them out, with their totals in the headers."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from hqdash.sandbox.door import listed_before
from hqdash.sandbox.entries import Entry, count_entries, select_entries
from hqdash.sandbox.wordpress_answers import Site, WordPressRefusal
from hqdash.sandbox.world import world_of


def answer_list(
    request: Request,
    site: Site,
    arguments: dict[str, Any],
    *,
    condition: str,
    values: Sequence[object],
    shape: Callable[[Entry, str], dict[str, Any]],
) -> Response:
    """One page of what meets the condition."""
    state = world_of(request).state
    condition = f"account_id = ? AND {condition}"
    told: list[object] = [site.account.external_id, *values]
    # The database keeps parts of a second that WordPress does not show: compare what it shows.
    for name, comparison in (("after", ">"), ("before", "<")):
        if arguments.get(name):
            condition += f" AND CAST(at AS INTEGER) {comparison} ?"
            told.append(_time_in(name, str(arguments[name])))
    if arguments.get("search"):
        condition += " AND instr(lower(title || ' ' || text), lower(?)) > 0"
        told.append(str(arguments["search"]))
    size = whole_number(arguments, "per_page", 10, smallest=1, largest=100)
    page = whole_number(arguments, "page", 1, smallest=1, largest=1_000_000)
    order = str(arguments.get("order", "desc"))
    if order not in ("asc", "desc"):
        raise invalid("order", "order is not one of asc and desc.")
    lag = listed_before(request, site.account)
    if lag is not None:
        condition += " AND stored_at <= ?"
        told.append(lag)
    total = count_entries(state, condition, told)
    pages = -(-total // size)
    if shape == site.post_json and page > max(pages, 1):
        raise WordPressRefusal(
            400,
            "rest_post_invalid_page_number",
            "The page number requested is larger than the number of pages available.",
        )
    # A caller may walk by entries instead of pages.
    offset = whole_number(arguments, "offset", (page - 1) * size, smallest=0, largest=1_000_000_000)
    if arguments.get("orderby", "date") not in ("date", "date_gmt", "id"):
        raise invalid("orderby", "orderby is not one of date, date_gmt and id.")
    found = select_entries(state, condition, told, newest_first=order == "desc", limit=size, offset=offset)
    context = str(arguments.get("context", "view"))
    body = [only(shape(entry, context), arguments) for entry in found]
    return JSONResponse(body, headers={"x-wp-total": str(total), "x-wp-totalpages": str(pages)})


def only(shape: dict[str, Any], arguments: dict[str, Any]) -> dict[str, Any]:
    """The fields named by _fields, or all."""
    names = {name.strip().split(".")[0] for name in str(arguments.get("_fields", "")).split(",")} - {""}
    return {name: value for name, value in shape.items() if name in names} if names else shape


def invalid(name: str, message: str) -> WordPressRefusal:
    """A parameter that WordPress does not take."""
    return WordPressRefusal(
        400, "rest_invalid_param", f"Invalid parameter(s): {name}", params={name: message}
    )


def whole_number(arguments: dict[str, Any], name: str, default: int, *, smallest: int, largest: int) -> int:
    """A number within bounds, or the refusal of it."""
    value = str(arguments.get(name, default))
    if not value.isdecimal() or not smallest <= int(value) <= largest:
        raise invalid(name, f"{name} must be between {smallest} (inclusive) and {largest} (inclusive)")
    return int(value)


def _time_in(name: str, value: str) -> int:
    try:
        told = datetime.fromisoformat(value)
    except ValueError:
        raise invalid(name, "Invalid date.") from None
    return int((told if told.tzinfo else told.replace(tzinfo=UTC)).timestamp())
