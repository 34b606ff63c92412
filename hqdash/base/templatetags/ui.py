"""The small pieces that every page is made of: icons, network glyphs, badges, times, the live stream."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django import template
from django.forms import (
    BoundField,
    CheckboxInput,
    CheckboxSelectMultiple,
    RadioSelect,
    Select,
)
from django.template import Context
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, ngettext

from hqdash.base import clock
from hqdash.base.page_nonce import page_nonce

register = template.Library()

SPRITE = Path(__file__).parent.parent / "static" / "icons" / "icons.svg"
LIVE_URL = "/live/"

# Only names that a capital first letter would get wrong.
NETWORK_NAMES = {
    "wordpress": "WordPress",
    "youtube": "YouTube",
    "tiktok": "TikTok",
    "linkedin": "LinkedIn",
}


@lru_cache(maxsize=1)
def icon_names() -> frozenset[str]:
    """Every icon that the sprite holds."""
    return frozenset(re.findall(r'id="i-([a-z0-9-]+)"', SPRITE.read_text()))


@register.simple_tag
def icon(name: str, size: str = "", tone: str = "") -> SafeString:
    """A decorative icon; the words beside it carry the meaning. Sizes: s14, s18, s20."""
    # A wrong name in a rarely seen branch shows a dot, not an error page; a test finds it before that.
    known = name if name in icon_names() else "point"
    return format_html(
        '<svg class="{}" aria-hidden="true" focusable="false"><use href="{}#i-{}"/></svg>',
        " ".join(part for part in ("o-ic", size, tone) if part),
        static("icons/icons.svg"),
        known,
    )


@register.simple_tag
def net(slug: str, label: str = "", size: str = "") -> SafeString:
    """The neutral glyph of a network, with its name for those who cannot see it."""
    glyph = f"brand-{slug}"
    return format_html(
        '<span class="{}">{}<span class="visually-hidden">{}</span></span>',
        f"o-net {size}".strip(),
        icon(glyph if glyph in icon_names() else "world"),
        label or network_name(slug),
    )


@register.filter
def network_name(slug: str) -> str:
    """`wordpress` as people write it."""
    return NETWORK_NAMES.get(slug) or slug.replace("-", " ").capitalize()


@register.simple_tag
def badge(text: object, tone: str = "", icon_name: str = "") -> SafeString:
    """A word on a soft colour. Tones: ok, warn, bad, info, vio, acc, solid."""
    return format_html(
        '<span class="{}">{}{}</span>',
        f"o-badge {tone_class(tone)}".strip(),
        icon(icon_name) if icon_name else "",
        text,
    )


@register.simple_tag(takes_context=True)
def hx_nonce(context: Context, attrs: Mapping[str, Any] | None = None) -> SafeString:
    """Stamps an element that carries hx-attributes, so that htmx trusts it under the security policy."""
    if attrs is not None and not any(str(name).startswith("hx-") for name in attrs):
        return SafeString("")
    return format_html(' hx-nonce="{}"', nonce(context))


def nonce(context: Context) -> str:
    """The word of this response that proves a script to be ours; in a stream, that of the page."""
    return page_nonce() or str(getattr(context.get("request"), "csp_nonce", ""))


@register.simple_tag(takes_context=True)
def page_script(context: Context, name: str) -> SafeString:
    """A script that only some pages need; it stands in their block ``scripts``."""
    request = context.get("request")
    return format_html(
        '<script nonce="{}" src="{}"></script>',
        str(getattr(request, "csp_nonce", "")),
        static(f"js/pages/{name}.js"),
    )


@register.simple_tag(takes_context=True)
def live(context: Context, page: str, key: object = "", **query: object) -> SafeString:
    """Keeps a page up to date over one stream: `{% live "post" post.id %}`, once per page."""
    words = {"page": page} | ({"id": str(key)} if key != "" else {})
    words |= {name: str(value) for name, value in query.items()}
    # The stream stamps its own hx-attributes with the word of this page, else htmx would strip them.
    words["nonce"] = nonce(context)
    # The stream goes on in a background tab: a wall screen or a second monitor is never "in front".
    return format_html(
        '<div hidden data-live hx-sse:connect="{}?{}" hx-swap="none" hx-nonce="{}"'
        ' hx-config="sse.pauseOnBackground:false"></div>',
        LIVE_URL,
        urlencode(words),
        nonce(context),
    )


@register.simple_tag
def control(field: BoundField, **attrs: object) -> SafeString:
    """The widget of a form field in our clothes; label, hint and error are drawn around it by <c-field>."""
    widget = field.field.widget
    match widget:
        case CheckboxSelectMultiple() | RadioSelect():
            look = ""
        case CheckboxInput():
            look = "form-check-input"
        case Select():
            look = "form-select"
        case _:
            look = "form-control"
    extra = {name.replace("_", "-"): value for name, value in attrs.items() if value not in ("", None)}
    classes = " ".join(
        str(part) for part in (look, widget.attrs.get("class"), extra.pop("class", "")) if part
    )
    if classes:
        extra["class"] = classes
    return field.as_widget(attrs={name: str(value) for name, value in extra.items()})


@register.filter
def is_checkbox(field: BoundField) -> bool:
    """True for a single tick box, whose label stands after it."""
    return isinstance(field.field.widget, CheckboxInput)


@register.simple_tag
def quick_items(menu: Iterable[Mapping[str, Any]] | None, count: int = 4) -> list[Mapping[str, Any]]:
    """What the bottom bar of a phone offers: entries marked `quick`, else the first few."""
    entries = [item for section in menu or () for item in section["items"]]
    return ([item for item in entries if item.get("quick")] or entries)[:count]


@register.filter
def hm(moment: datetime | None) -> str:
    """14:32, in the zone of the force."""
    return f"{timezone.localtime(moment):%H:%M}" if moment else ""


@register.filter
def day_hm(moment: datetime | None) -> str:
    """14:32 for today, 20 Nov 14:32 for any other day."""
    if not moment:
        return ""
    local = timezone.localtime(moment)
    if local.date() == timezone.localtime(clock.now()).date():
        return f"{local:%H:%M}"
    year = "" if local.year == clock.now().year else f" {local.year}"
    return f"{local.day} {local:%b}{year} {local:%H:%M}"


@register.filter
def age(moment: datetime | None) -> str:
    """How long something has waited: 38 min, 3 h, 2 days."""
    if not moment:
        return ""
    seconds = max(0, int((clock.now() - moment).total_seconds()))
    if seconds < 60:
        return gettext("%(n)d s") % {"n": seconds}
    if seconds < 3600:
        return gettext("%(n)d min") % {"n": seconds // 60}
    if seconds < 86400:
        return gettext("%(n)d h") % {"n": seconds // 3600}
    days = seconds // 86400
    return ngettext("%(n)d day", "%(n)d days", days) % {"n": days}


@register.filter
def ago(moment: datetime | None) -> str:
    """38 min ago; always beside the absolute time, never instead of it."""
    if not moment:
        return ""
    if (clock.now() - moment).total_seconds() < 10:
        return gettext("just now")
    return gettext("%(age)s ago") % {"age": age(moment)}


@register.filter
def thousands(number: object) -> str:
    """2,914 instead of 2914; what is not a number stays as it is."""
    if isinstance(number, int | float):
        return f"{number:,}"
    return "" if number is None else str(number)


@register.filter
def initials(name: str) -> str:
    """Two characters for a round avatar: comms.07 is C7, Birmingham LPA is BL."""
    parts = [part for part in re.split(r"[^\w]+|_", name) if part]
    if not parts:
        return "?"
    if len(parts) == 1:
        return parts[0][:2].upper()
    last = parts[-1]
    return (parts[0][0] + (last[-1] if last.isdigit() else last[0])).upper()


@register.filter
def tone_class(tone: str) -> str:
    """The class of a tone, whether it was written `bad` or `is-bad`."""
    return tone if not tone or tone.startswith("is-") else f"is-{tone}"


@register.simple_tag(takes_context=True)
def query(context: Context, **changes: object) -> SafeString:
    """The query of this address with a few changes, for filters and pages: `{% query unit=3 after="" %}`."""
    request = context.get("request")
    words = request.GET.copy() if request is not None else {}
    for name, value in changes.items():
        if value in ("", None):
            words.pop(name, None)
        else:
            words[name] = str(value)
    encoded = words.urlencode() if hasattr(words, "urlencode") else urlencode(words)
    # Encoded by urlencode; the ampersands become &amp; where the template writes it into an attribute.
    return mark_safe("?" + encoded.replace("&", "&amp;"))  # noqa: S308
