"""Charts for pages: `{% chart %}`, `{% legend %}`, `{% spark %}`, `{% bar %}`, `{% ring %}`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from hqdash.base.templatetags.drawing import Flag, Number, Series, draw, draw_spark

register = template.Library()


@register.inclusion_tag("cotton/chart_box.html")
def chart(
    key: str,
    title: str,
    series: Sequence[Any],
    labels: Sequence[str],
    *,
    desc: str = "",
    flags: Sequence[Flag] = (),
    height: int = 172,
) -> dict[str, Any]:
    """A chart in two widths with its title, its description and its numbers as a table."""
    series = coloured(series)
    told = desc or summary(series)
    wide = draw(
        series,
        labels,
        width=776,
        height=height,
        most_labels=9,
        title=title,
        desc=told,
        key=key,
        look="only-d",
        flags=flags,
    )
    narrow = draw(
        series,
        labels,
        width=330,
        height=168,
        most_labels=4,
        title=title,
        desc=told,
        key=f"{key}-m",
        look="only-m",
        flags=flags,
    )
    rows = [
        (label, [s.values[i] if i < len(s.values) else None for s in series])
        for i, label in enumerate(labels)
    ]
    return {
        "wide": wide,
        "narrow": narrow,
        "title": title,
        "series": series,
        "rows": rows,
    }


def coloured(series: Sequence[Any]) -> list[Series]:
    """Whatever has a label, values and a kind, each in a colour of its own."""
    return [
        Series(
            one.label,
            one.values,
            one.kind,
            getattr(one, "tone", 0) or place,
            getattr(one, "dashed", False),
        )
        for place, one in enumerate(series, start=1)
    ]


def summary(series: Sequence[Series]) -> str:
    """The chart in a sentence per series, for those who cannot see it."""
    return " ".join(
        gettext("%(name)s: lowest %(low)s, highest %(high)s, last %(last)s.")
        % {
            "name": s.label,
            "low": f"{min(s.values):,}",
            "high": f"{max(s.values):,}",
            "last": f"{s.values[-1]:,}",
        }
        for s in series
        if s.values
    )


@register.simple_tag
def legend(series: Sequence[Any]) -> SafeString:
    """Names of the series with a mark in the same shape and colour."""
    mark = '<svg viewBox="0 0 16 10" aria-hidden="true">{}</svg>'
    line = mark.format('<path class="k{}{}" d="M1 5h14" stroke-width="2.5"/>')
    block = mark.format('<rect class="f{}{}" x="5" y="1" width="6" height="8" rx="1"/>')
    return format_html(
        '<ul class="o-legend">{}</ul>',
        format_html_join(
            "",
            "<li>{}{}</li>",
            (
                (
                    format_html(
                        block if s.kind == "bar" else line,
                        s.tone,
                        " dash" if s.dashed else "",
                    ),
                    s.label,
                )
                for s in coloured(series)
            ),
        ),
    )


@register.simple_tag
def spark(values: Sequence[Number], tone: str = "") -> SafeString:
    """A line the size of a word. Tones: none, bad, mut."""
    return draw_spark(values or [], tone)


@register.simple_tag
def bar(percent: Number, size: str = "", tone: str = "") -> SafeString:
    """A bar from nought to a hundred; the number stands beside it."""
    look = " ".join(part for part in ("o-bar", size, f"is-{tone}" if tone else "") if part)
    return format_html(
        '<svg class="{}" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">'
        '<rect width="{}" height="4"/></svg>',
        look,
        round(max(0, min(100, percent)), 1),
    )


@register.simple_tag
def ring(count: int, limit: int) -> SafeString:
    """The circle of a character counter."""
    around = 2 * math.pi * 7
    part = min(1.0, count / limit) if limit else 1.0
    return format_html(
        '<svg class="ring" viewBox="0 0 18 18" aria-hidden="true"><circle class="tr" cx="9" cy="9" r="7"/>'
        '<circle class="fg" cx="9" cy="9" r="7" stroke-dasharray="{} {}"/></svg>',
        f"{part * around:.1f}",
        f"{around:.1f}",
    )
