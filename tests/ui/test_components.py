"""What the components promise to every page, above all to people who cannot see it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.template import Context, Template
from django.test import RequestFactory
from django_cotton.compiler_regex import CottonCompiler


class Note(forms.Form):
    """A form as pages have them."""

    text = forms.CharField(widget=forms.Textarea, help_text="Plain words.")
    agree = forms.BooleanField(label="I have read it")


def drawn(markup: str, **context: Any) -> str:
    """The markup as a page would draw it."""
    request = RequestFactory().get("/")
    request.csp_nonce = "page-word"  # type: ignore[attr-defined]
    source = CottonCompiler().process("{% load ui chart %}" + markup)
    return Template(source).render(Context({"request": request, **context}))


def test_a_field_ties_its_hint_and_its_error_to_the_control() -> None:
    form = Note({"text": "", "agree": "on"})
    html = drawn('<c-field :field="form.text" />', form=form)

    assert 'aria-describedby="id_text_helptext id_text_error"' in html
    assert 'aria-invalid="true"' in html
    assert 'id="id_text_helptext"' in html
    assert 'id="id_text_error"' in html
    assert "Error:</span>" in html
    assert 'class="form-control"' in html


def test_a_tick_box_stands_before_its_label() -> None:
    html = drawn('<c-field :field="form.agree" />', form=Note())
    assert html.index("form-check-input") < html.index("I have read it")


def test_the_error_summary_takes_focus_and_leads_to_the_fields() -> None:
    html = drawn('<c-errors :form="form" />', form=Note({}))
    assert 'role="alert"' in html
    assert 'tabindex="-1"' in html
    assert '<a href="#id_text">Text: This field is required.</a>' in html
    assert drawn('<c-errors :form="form" />', form=Note()).strip() == ""


def test_the_error_summary_also_takes_refusals() -> None:
    html = drawn('<c-errors :errors="errors" />', errors=[{"field": "text", "message": "Too long for X."}])
    assert '<a href="#id_text">Too long for X.</a>' in html


def test_a_button_with_htmx_attributes_is_stamped_and_others_are_not() -> None:
    assert 'hx-nonce="page-word"' in drawn('<c-button hx-post="/go/">Go</c-button>')
    assert "hx-nonce" not in drawn("<c-button>Go</c-button>")


def test_a_button_that_leads_somewhere_is_a_link() -> None:
    html = drawn('<c-button href="/posts/" icon="plus" kind="primary" key="c">New</c-button>')
    assert html.strip().startswith('<a href="/posts/"')
    assert 'data-key="c"' in html
    assert "btn-primary" in html


def test_an_icon_button_has_a_name() -> None:
    assert 'aria-label="Close"' in drawn('<c-button icon="x" label="Close" kind="quiet" />')


def test_a_card_is_named_by_its_heading() -> None:
    html = drawn('<c-card title="Live activity">rows<c-slot name="foot">end</c-slot></c-card>')
    assert 'aria-labelledby="live-activity-h"' in html
    assert '<h2 id="live-activity-h">Live activity</h2>' in html
    assert "o-card-f" in html


def test_a_matrix_says_every_state_in_words() -> None:
    html = drawn(
        '<c-matrix caption="Connections" :columns="columns" :rows="rows" />',
        columns=[{"slug": "x", "label": "X"}],
        rows=[{"label": "Coventry", "cells": [{"state": "bad", "label": "Failing", "url": "/accounts/1/"}]}],
    )
    assert '<th scope="row">Coventry</th>' in html
    assert 'class="o-dot is-bad"' in html
    assert 'visually-hidden">Failing</span>' in html


def test_a_filter_tells_which_choice_is_made() -> None:
    items = [
        {"label": "Open", "url": "?s=open", "current": True, "count": 1204},
        {"label": "Done", "url": "?s=done"},
    ]
    html = drawn('<c-seg label="Queue" :items="items" />', items=items)
    assert html.count('aria-current="true"') == 1
    assert "1,204" in html


def test_a_queue_item_shows_who_how_old_and_why() -> None:
    html = drawn(
        '<c-queue-item href="?item=1" slug="x" who="User 7f31c" :at="at" :late="late" :tags="tags" current>'
        "text</c-queue-item>",
        at=datetime(2026, 11, 20, 12, 0, tzinfo=UTC),
        late=True,
        tags=[{"label": "Threat", "tone": "bad"}],
    )
    assert 'aria-current="true"' in html
    assert 'datetime="2026-11-20T12:00:00+00:00"' in html
    assert 'class="late"' in html
    assert "o-badge is-bad" in html


def test_what_the_public_wrote_stays_text() -> None:
    attack = '<img src=x onerror="alert(1)">'
    html = drawn(
        '<c-card :title="text">{{ text }}</c-card><c-stream-item :title="text" :at="None">{{ text }}</c-stream-item>'
        '<c-queue-item href="/" :who="text" :at="None">{{ text }}</c-queue-item><c-kpi :label="text" :value="text" />'
        '<c-note :title="text">{{ text }}</c-note><c-empty :title="text">{{ text }}</c-empty>'
        '<c-matrix :caption="text" :rows="rows" /><c-why :steps="steps" /><c-badge>{{ text }}</c-badge>',
        text=attack,
        rows=[{"label": attack, "cells": [{"state": "ok", "label": attack}]}],
        steps=[{"title": attack, "source": attack}],
    )
    assert "<img" not in html
    assert "&lt;img" in html


def test_a_live_page_connects_once_and_brings_its_nonce() -> None:
    html = drawn('{% live "post" 7 %}')
    assert 'hx-sse:connect="/live/?page=post&amp;id=7&amp;nonce=page-word"' in html
    assert 'hx-swap="none"' in html


def test_a_dialog_is_named_and_can_be_left() -> None:
    html = drawn('<c-dialog key="move" title="Move to">Pick a day</c-dialog>')
    assert 'aria-labelledby="move-h"' in html
    assert 'method="dialog"' in html


def test_a_counter_over_its_limit_says_so() -> None:
    html = drawn('<c-counter label="X" slug="x" :count="300" :limit="280" />')
    assert "is-bad" in html
    assert "300/280" in html
