"""Reads Graph's field language: `id,comments.limit(25).filter(stream){id,message}`."""

from dataclasses import dataclass, field


class BadFields(Exception):
    """The field list cannot be read."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field that was asked for, with its arguments and its own fields."""

    name: str
    arguments: dict[str, str] = field(default_factory=dict)
    fields: tuple["Field", ...] = ()


def parse_fields(text: str) -> tuple[Field, ...]:
    """The fields in the order they were asked for."""
    fields, rest = _fields(text.strip())
    if rest:
        raise BadFields(f"Syntax error at {rest[:20]!r}.")
    return fields


def _fields(text: str) -> tuple[tuple[Field, ...], str]:
    found: list[Field] = []
    while text and not text.startswith("}"):
        one, text = _field(text)
        found.append(one)
        if not text.startswith(","):
            break
        text = text[1:].lstrip()
    return tuple(found), text


def _field(text: str) -> tuple[Field, str]:
    name, text = _word(text)
    arguments: dict[str, str] = {}
    while text.startswith("."):
        argument, text = _word(text[1:])
        if not text.startswith("("):
            raise BadFields(f"Expected a value for {argument!r}.")
        value, closed, text = text[1:].partition(")")
        if not closed:
            raise BadFields(f"The value of {argument!r} has no end.")
        arguments[argument] = value.strip()
    inner: tuple[Field, ...] = ()
    text = text.lstrip()
    if text.startswith("{"):
        inner, text = _fields(text[1:].lstrip())
        if not text.startswith("}"):
            raise BadFields(f"The fields of {name!r} have no end.")
        text = text[1:].lstrip()
    return Field(name, arguments, inner), text


def _word(text: str) -> tuple[str, str]:
    end = 0
    while end < len(text) and (text[end].isalnum() or text[end] == "_"):
        end += 1
    if end == 0:
        raise BadFields(f"Expected a field at {text[:20]!r}.")
    return text[:end], text[end:]
