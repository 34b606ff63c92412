"""The JSON door to people: who they are, their links, their sessions and their leaving."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.gate import require
from accounts.actions.invitations import HandedOut, invite_again, invite_person, revoke_invitation
from accounts.actions.leaving import Left, leave
from accounts.actions.sessions import end_all_sessions, end_session
from accounts.api.fresh_proof import FreshProof
from accounts.audit.reading_log import note_read
from accounts.audited import PERSON_READ
from accounts.models import SignedInSession, User
from accounts.people_queries import STATES, heirs_for, narrowed, people_for, sessions_of, state_of, with_tiers
from accounts.permissions import MANAGE_PEOPLE
from accounts.sign_in.devices import device_name
from hqdash.base import clock
from hqdash.base.api import ApiView
from hqdash.base.errors import Unprocessable


class PersonOut(serializers.ModelSerializer[User]):
    """Somebody of the force, without anything that they sign in with."""

    email = serializers.CharField(read_only=True, help_text="Empty where none is kept.")
    state = serializers.SerializerMethodField(help_text="invited, expired, active or left")
    has_passkey = serializers.BooleanField(read_only=True)
    has_authenticator_app = serializers.BooleanField(source="has_code", read_only=True)
    tiers = serializers.ListField(
        child=serializers.CharField(),
        source="tier_names",
        read_only=True,
        help_text="What the person holds now.",
    )

    class Meta:
        model = User
        fields = (
            "id",
            "username",
            "email",
            "state",
            "has_passkey",
            "has_authenticator_app",
            "tiers",
            "seen_at",
            "created_at",
            "left_at",
        )
        read_only_fields = fields

    @extend_schema_field(serializers.ChoiceField(choices=["invited", "expired", "active", "left"]))
    def get_state(self, user: User) -> str:
        """As the list of people shows it."""
        return state_of(user)


class PeopleFilter(serializers.Serializer[Any]):
    """Whom to list."""

    state = serializers.ChoiceField(choices=STATES, required=False)
    q = serializers.CharField(max_length=150, required=False, help_text="Part of the user name or e-mail.")


class PersonIn(serializers.Serializer[Any]):
    """Somebody new."""

    username = serializers.CharField(max_length=150)
    email = serializers.CharField(max_length=254, allow_blank=True, default="")


class LinkOut(serializers.Serializer[Any]):
    """A one-time link. It is shown in this answer and never again."""

    user_id = serializers.UUIDField()
    username = serializers.CharField()
    address = serializers.CharField(
        help_text="The path of the link; put the address of this server before it."
    )
    expires_at = serializers.DateTimeField()


class SessionOut(serializers.ModelSerializer[SignedInSession]):
    """Where somebody is signed in."""

    device = serializers.SerializerMethodField()

    class Meta:
        model = SignedInSession
        fields = ("id", "device", "address", "started_at", "seen_at")
        read_only_fields = fields

    def get_device(self, session: SignedInSession) -> str:
        """In a few words."""
        return device_name(session.device)


class EndedOut(serializers.Serializer[Any]):
    """How many sessions ended."""

    sessions = serializers.IntegerField()


class LeaveIn(serializers.Serializer[Any]):
    """Why somebody leaves, and who takes over what waits."""

    reason = serializers.CharField(max_length=2000)
    heir = serializers.CharField(
        max_length=150, allow_blank=True, default="", help_text="The user name of whoever takes over."
    )


class LeftOut(serializers.Serializer[Left]):
    """What the leaving came to."""

    sessions = serializers.IntegerField()
    grants = serializers.IntegerField()
    handed_over = serializers.DictField(child=serializers.IntegerField())


class OnPeople(ApiView):
    """Everything here needs the right to manage people; whom one may not manage does not exist."""

    scope = MANAGE_PEOPLE

    def person(self, user_id: UUID) -> User:
        """404 for whom the actor may not manage."""
        require(self.actor, MANAGE_PEOPLE)
        now = clock.now()
        return get_object_or_404(with_tiers(people_for(self.actor, now=now), now=now), pk=user_id)


class People(OnPeople):
    """Everybody whom one may manage."""

    @extend_schema(parameters=[PeopleFilter], responses=PersonOut(many=True))
    def get(self, request: Request) -> Response:
        """List people by user name."""
        require(self.actor, MANAGE_PEOPLE)
        wanted = self.filters(PeopleFilter)
        people = with_tiers(people_for(self.actor, now=clock.now()), now=clock.now())
        rows = narrowed(people, state=wanted.get("state", ""), words=wanted.get("q", ""))
        return self.page(rows, PersonOut, order=("username", "id"))

    @extend_schema(request=PersonIn, responses={201: LinkOut})
    def post(self, request: Request) -> Response:
        """Add somebody, and make their one-time link."""
        handed_out = invite_person(actor=self.actor, now=clock.now(), **self.read(PersonIn))
        return self.created(_link(handed_out))


class Person(OnPeople):
    """One person."""

    @extend_schema(responses=PersonOut)
    def get(self, request: Request, user_id: UUID) -> Response:
        """Read one person; this stands in the audit log."""
        user = self.person(user_id)
        note_read(self.actor, PERSON_READ, user)
        return self.shown(PersonOut(user))


class PersonLink(FreshProof, OnPeople):
    """The one-time link of a person."""

    @extend_schema(request=None, responses={201: LinkOut})
    def post(self, request: Request, user_id: UUID) -> Response:
        """Make a fresh link; an open one stops working."""
        return self.created(_link(invite_again(actor=self.actor, user=self.person(user_id), now=clock.now())))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, user_id: UUID) -> Response:
        """Take the open link back."""
        revoke_invitation(actor=self.actor, user=self.person(user_id), now=clock.now())
        return self.no_content()


class PersonSessions(OnPeople):
    """Where a person is signed in."""

    @extend_schema(responses=SessionOut(many=True))
    def get(self, request: Request, user_id: UUID) -> Response:
        """List their sessions, the latest first."""
        rows = sessions_of(self.person(user_id), now=clock.now())
        return self.page(rows, SessionOut, order=("-seen_at", "id"))

    @extend_schema(responses={200: EndedOut})
    def delete(self, request: Request, user_id: UUID) -> Response:
        """Sign the person out everywhere."""
        ended = end_all_sessions(actor=self.actor, user=self.person(user_id))
        return self.shown(EndedOut({"sessions": ended}))


class PersonSession(OnPeople):
    """One session of a person."""

    @extend_schema(responses={204: None})
    def delete(self, request: Request, user_id: UUID, session_id: UUID) -> Response:
        """Sign the person out on one device."""
        end_session(actor=self.actor, user=self.person(user_id), session_id=session_id)
        return self.no_content()


class PersonLeaves(FreshProof, OnPeople):
    """The leaver in one action."""

    @extend_schema(request=LeaveIn, responses=LeftOut)
    def post(self, request: Request, user_id: UUID) -> Response:
        """Let a person leave: sessions, tiers, links and keys end, and the heir takes over what waits."""
        user, body = self.person(user_id), self.read(LeaveIn)
        heir = heirs_for(user).filter(username__iexact=body["heir"]).first() if body["heir"] else None
        if body["heir"] and heir is None:
            raise Unprocessable(f"Nobody active is called {body['heir']}.", "heir")
        left = leave(actor=self.actor, user=user, heir=heir, now=clock.now(), reason=body["reason"])
        return self.shown(LeftOut(left))


def _link(handed_out: HandedOut) -> LinkOut:
    invitation = handed_out.invitation
    return LinkOut(
        {
            "user_id": invitation.user_id,
            "username": invitation.user.username,
            "address": reverse("open_link", args=[handed_out.token]),
            "expires_at": invitation.expires_at,
        }
    )


routes: list[URLPattern] = [
    path("people/", People.as_view(), name="people"),
    path("people/<uuid:user_id>/", Person.as_view(), name="person"),
    path("people/<uuid:user_id>/link/", PersonLink.as_view(), name="person_link"),
    path("people/<uuid:user_id>/sessions/", PersonSessions.as_view(), name="person_sessions"),
    path("people/<uuid:user_id>/sessions/<uuid:session_id>/", PersonSession.as_view(), name="person_session"),
    path("people/<uuid:user_id>/leave/", PersonLeaves.as_view(), name="person_leaves"),
]
