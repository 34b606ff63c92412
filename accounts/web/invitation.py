"""The door for somebody with a one-time link: they choose a password, and are shown to the sign-in."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.password_validation import password_validators_help_texts
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from accounts.actions.invitations import accept_invitation, open_invitation
from hqdash.base import clock
from hqdash.base.errors import Missing, Unprocessable

_KEPT = "hqdash_invitation"


@method_decorator(never_cache, name="dispatch")
class OpenLink(View):
    """``/signin/invitation/<token>/``: takes the token out of the address, where histories would keep it."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """On to the page without it, or a page that says that the link does not work, and nothing else."""
        if open_invitation(token, now=clock.now()) is None:
            return _does_not_work(request)
        request.session[_KEPT] = token
        return HttpResponseRedirect(reverse("choose_password"))


@method_decorator(never_cache, name="dispatch")
@method_decorator(sensitive_post_parameters("password", "again"), name="dispatch")
class ChoosePassword(View):
    """``/signin/invitation/``: two fields. Afterwards the person signs in like everybody else."""

    template = "account/choose_password.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """The fields, while the link works."""
        invitation = open_invitation(request.session.get(_KEPT, ""), now=clock.now())
        if invitation is None:
            return _does_not_work(request)
        return self._page(request, invitation.user.username)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Use the link up; a password that will not do costs nothing but another try."""
        token = request.session.get(_KEPT, "")
        try:
            user = accept_invitation(
                token=token,
                password=request.POST.get("password", ""),
                again=request.POST.get("again", ""),
                now=clock.now(),
                address=request.META.get("REMOTE_ADDR", ""),
            )
        except Missing:
            return _does_not_work(request)
        except Unprocessable as refusal:
            invitation = open_invitation(token, now=clock.now())
            if invitation is None:
                return _does_not_work(request)
            errors = [{"field": refusal.field, "message": refusal.sentence}]
            return self._page(request, invitation.user.username, errors=errors, status=422)
        request.session.flush()
        messages.success(
            request, _("Your password is set, %(user)s. Sign in with it.") % {"user": user.username}
        )
        return HttpResponseRedirect(reverse("account_login"))

    def _page(
        self,
        request: HttpRequest,
        username: str,
        *,
        errors: list[dict[str, str]] | None = None,
        status: int = 200,
    ) -> HttpResponse:
        context = {"username": username, "errors": errors or [], "rules": password_validators_help_texts()}
        return render(request, self.template, context, status=status)


def _does_not_work(request: HttpRequest) -> HttpResponse:
    request.session.pop(_KEPT, None)
    return render(request, "account/link_does_not_work.html", status=410)
