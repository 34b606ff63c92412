"""Draws charts as SVG on the server: they need no script, print well, and hold real text."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

Number = int | float


@dataclass(frozen=True, slots=True)
class Series:
    """One `line`, filled line (`area`) or row of bars (`bar`); `tone` 1 to 6 picks the colour."""

    label: object
    values: Sequence[Number]
    kind: str = "line"
    tone: int = 1
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Flag:
    """A moment worth a word: `at` counts along the labels."""

    at: int
    text: str


@dataclass(frozen=True, slots=True)
class Frame:
    """The drawing area and the scale of one chart."""

    width: int
    height: int
    top: Number
    points: int
    left: int = 38
    right: int = 10
    above: int = 10
    below: int = 22

    def x(self, index: int) -> float:
        """Where the given label stands."""
        inner = self.width - self.left - self.right
        return round(
            self.left + (inner / 2 if self.points < 2 else index * inner / (self.points - 1)),
            1,
        )

    def y(self, value: Number) -> float:
        """How high the given value stands."""
        inner = self.height - self.above - self.below
        return round(self.above + inner - value / self.top * inner, 1)


def scale(highest: Number) -> list[int]:
    """Four even steps from nought to a round number at or above the highest value."""
    if highest <= 4:
        return [0, 1, 2, 3, 4]
    rough = highest / 4
    size = 10 ** math.floor(math.log10(rough))
    step = next(
        size * factor for factor in (1, 1.25, 1.5, 2, 2.5, 3, 4, 5, 7.5, 10) if size * factor >= rough
    )
    return [round(math.ceil(step) * n) for n in range(5)]


def label_places(count: int, most: int) -> list[int]:
    """Which labels to write so that they do not touch: evenly spread, the first and the last among them."""
    if count <= most:
        return list(range(count))
    return sorted({round(i * (count - 1) / (most - 1)) for i in range(most)})


def path(frame: Frame, values: Sequence[Number]) -> str:
    """A line through all values."""
    return "M" + "L".join(f"{frame.x(i)} {frame.y(v)}" for i, v in enumerate(values))


def draw_series(frame: Frame, series: Series) -> SafeString:
    """One series; bars under lines is the business of the caller."""
    if series.kind == "bar":
        wide = max(
            2.0,
            (frame.width - frame.left - frame.right) / max(1, len(series.values)) * 0.5,
        )
        return format_html_join(
            "",
            '<rect class="f{}" x="{}" y="{}" width="{}" height="{}" rx="1"/>',
            (
                (
                    series.tone,
                    round(frame.x(i) - wide / 2, 1),
                    frame.y(v),
                    round(wide, 1),
                    round(frame.y(0) - frame.y(v), 1),
                )
                for i, v in enumerate(series.values)
                if v > 0
            ),
        )
    line = path(frame, series.values)
    last = len(series.values) - 1
    fill = SafeString("")
    if series.kind == "area":
        floor = f"L{frame.x(last)} {frame.y(0)}L{frame.x(0)} {frame.y(0)}Z"
        fill = format_html('<path class="a f{}" d="{}{}"/>', series.tone, line, floor)
    return format_html(
        '{}<path class="l k{}{}" d="{}"/><circle class="pt f{}" cx="{}" cy="{}" r="3.5"/>',
        fill,
        series.tone,
        " dash" if series.dashed else "",
        line,
        series.tone,
        frame.x(last),
        frame.y(series.values[last]),
    )


def draw_flag(frame: Frame, flag: Flag) -> SafeString:
    """A dotted line with its word on the roomier side."""
    x = frame.x(flag.at)
    right_half = x > frame.width / 2
    return format_html(
        '<line class="flag" x1="{0}" x2="{0}" y1="{1}" y2="{2}"/>'
        '<text class="lbl" x="{3}" y="{4}" text-anchor="{5}">{6}</text>',
        x,
        frame.above,
        frame.y(0),
        x - 6 if right_half else x + 6,
        frame.above + 9,
        "end" if right_half else "start",
        flag.text,
    )


def draw(
    series: Sequence[Series],
    labels: Sequence[str],
    *,
    width: int,
    height: int,
    most_labels: int,
    title: str,
    desc: str,
    key: str,
    look: str,
    flags: Sequence[Flag] = (),
) -> SafeString:
    """One complete SVG; the same chart is drawn wide for desks and narrow for phones."""
    steps = scale(max((v for s in series for v in s.values), default=0))
    # Room for the longest number beside the axis: 7 px a character at this size.
    frame = Frame(width, height, steps[-1], len(labels), left=max(38, 10 + 7 * len(f"{steps[-1]:,}")))
    grid = format_html_join(
        "",
        '<line class="{}" x1="{}" x2="{}" y1="{}" y2="{}"/><text x="{}" y="{}" text-anchor="end">{}</text>',
        (
            (
                "grid" if n else "axis",
                frame.left,
                width - frame.right,
                frame.y(n),
                frame.y(n),
                frame.left - 7,
                frame.y(n) + 4,
                f"{n:,}",
            )
            for n in steps
        ),
    )
    places = label_places(len(labels), most_labels)
    ticks = format_html_join(
        "",
        '<text x="{}" y="{}" text-anchor="{}">{}</text>',
        (
            (
                frame.x(i),
                height - 5,
                "start" if i == 0 and len(labels) > 1 else "end" if i == len(labels) - 1 else "middle",
                labels[i],
            )
            for i in places
        ),
    )
    drawn = [s for s in series if s.values]
    bars_first = sorted(drawn, key=lambda s: s.kind != "bar")
    return format_html(
        '<svg class="o-chart {}" viewBox="0 0 {} {}" role="img" aria-labelledby="{k}-t {k}-d">'
        '<title id="{k}-t">{}</title><desc id="{k}-d">{}</desc>{}{}{}{}</svg>',
        look,
        width,
        height,
        title,
        desc,
        grid,
        ticks,
        format_html_join("", "{}", ((draw_series(frame, s),) for s in bars_first)),
        format_html_join("", "{}", ((draw_flag(frame, f),) for f in flags if f.at < len(labels))),
        k=key,
    )


def draw_spark(values: Sequence[Number], tone: str = "", width: int = 80, height: int = 24) -> SafeString:
    """A line the size of a word; decoration, so the number stands beside it."""
    if len(values) < 2:
        values = [0, 0] if not values else [values[0], values[0]]
    low, high = min(values), max(values)
    spread = (high - low) or 1
    points = [
        (
            round(i * width / (len(values) - 1), 1),
            round(height - 1.5 - (v - low) / spread * (height - 3), 1),
        )
        for i, v in enumerate(values)
    ]
    line = "M" + "L".join(f"{x} {y}" for x, y in points)
    return format_html(
        '<svg class="o-spark{}" viewBox="0 0 {w} {h}" preserveAspectRatio="none" aria-hidden="true">'
        '<path class="a" d="{line}L{w} {h}L0 {h}Z"/><path d="{line}"/></svg>',
        f" is-{tone}" if tone else "",
        w=width,
        h=height,
        line=line,
    )
