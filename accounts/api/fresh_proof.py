"""Asks at the JSON door, too, who is there before an act that could do great harm."""

from __future__ import annotations

from typing import Any, ClassVar

from django.urls import reverse
from django.utils.translation import gettext as _
from rest_framework.request import Request

from accounts.sign_in.step_up import proved_lately
from hqdash.base.errors import NotAllowed


class ProofNeeded(NotAllowed):
    """The session is good, but who sits before it was not proved lately."""

    kind = "prove-yourself"


class FreshProof:
    """Put before ``ApiView`` in a view's bases: open to people alone, who proved who they are just now.

    ``proof_methods`` are the methods that need it; ``needs_second_factor`` counts passkeys and codes only.
    """

    people_only: ClassVar[bool] = True
    needs_second_factor: ClassVar[bool] = False
    proof_methods: ClassVar[frozenset[str]] = frozenset({"POST", "PUT", "PATCH", "DELETE"})

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse with the address at which to prove it."""
        super().initial(request, *args, **kwargs)  # type: ignore[misc]  # ApiView's
        if request.method not in self.proof_methods:
            return
        if not proved_lately(request._request, second_factor=self.needs_second_factor):
            raise ProofNeeded(
                _("Prove again who you are at %(address)s, then send this once more.")
                % {"address": reverse("account_reauthenticate")}
            )
