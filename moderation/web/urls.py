"""Addresses of moderation."""

from django.urls import path

from moderation.web import dictionaries, queue

app_name = "moderation"
urlpatterns = [
    path("", queue.Queue.as_view(), name="queue"),
    path("cases/<uuid:case_id>/decide/", queue.Decide.as_view(), name="decide"),
    path("cases/<uuid:case_id>/claim/", queue.Claim.as_view(), name="claim"),
    path("cases/<uuid:case_id>/undo/", queue.Undo.as_view(), name="undo"),
    path("cases/<uuid:case_id>/reveal/", queue.Reveal.as_view(), name="reveal"),
    path("dictionaries/", dictionaries.Dictionaries.as_view(), name="dictionaries"),
    path("dictionaries/<uuid:dictionary_id>/", dictionaries.Editor.as_view(), name="dictionary"),
    path("dictionaries/<uuid:dictionary_id>/terms/", dictionaries.AddTerm.as_view(), name="add_term"),
    path(
        "dictionaries/<uuid:dictionary_id>/reveal/", dictionaries.RevealTerms.as_view(), name="reveal_terms"
    ),
    path("dictionaries/<uuid:dictionary_id>/test/", dictionaries.TryText.as_view(), name="try_text"),
    path("terms/<uuid:term_id>/remove/", dictionaries.RemoveTerm.as_view(), name="remove_term"),
    path("versions/<uuid:version_id>/publish/", dictionaries.Publish.as_view(), name="publish"),
]
