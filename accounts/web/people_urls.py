"""Addresses of people, of their own security page, of kept forms; and the doors of signing in."""

from allauth.account import views as account
from allauth.mfa.base import views as second_step
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.urls import path, re_path
from django.views.generic import RedirectView

from accounts.web import drafts, invitation, people, person, security, sign_in_rules

routes = [
    path("people/", people.People.as_view(), name="people"),
    path("people/invite/", people.InvitePerson.as_view(), name="invite"),
    path("people/<uuid:user_id>/", person.PersonPage.as_view(), name="person"),
    path("people/<uuid:user_id>/link/", person.NewLink.as_view(), name="new_link"),
    path("people/<uuid:user_id>/link/revoke/", person.RevokeLink.as_view(), name="revoke_link"),
    path("people/<uuid:user_id>/reset/", person.ResetSecondFactor.as_view(), name="reset_second_factor"),
    path("people/<uuid:user_id>/leave/", person.LeavePage.as_view(), name="leave"),
    path("people/<uuid:user_id>/return/", person.ComeBack.as_view(), name="come_back"),
    path("people/<uuid:user_id>/sessions/end/", person.EndSessions.as_view(), name="end_sessions"),
    path(
        "people/<uuid:user_id>/sessions/<uuid:session_id>/end/",
        person.EndSession.as_view(),
        name="end_session",
    ),
    path("settings/security/", sign_in_rules.SignInRules.as_view(), name="sign_in_rules"),
    path("me/session/", security.SessionClock.as_view(), name="session"),
    path("me/sessions/others/end/", security.SignOutOthers.as_view(), name="sign_out_others"),
    path("me/sessions/<uuid:session_id>/end/", security.SignOutDevice.as_view(), name="sign_out_device"),
    path("drafts/late/<uuid:draft_id>/", drafts.LateForm.as_view(), name="late_form"),
    re_path(r"^drafts/(?P<draft_key>[A-Za-z0-9_.:-]{1,120})/$", drafts.Draft.as_view(), name="draft"),
]
"""Inside the namespace ``accounts``."""

# Under the names by which allauth looks for them.
doors = [
    path("signin/", account.login, name="account_login"),
    path("signin/closed/", account.account_inactive, name="account_inactive"),
    path("signin/out/", account.logout, name="account_logout"),
    path("signin/passkey/", webauthn.login_webauthn, name="mfa_login_webauthn"),
    path("signin/second-factor/", second_step.authenticate, name="mfa_authenticate"),
    path("signin/again/", account.reauthenticate, name="account_reauthenticate"),
    path("signin/again/code/", second_step.reauthenticate, name="mfa_reauthenticate"),
    path("signin/again/passkey/", webauthn.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("signin/invitation/", invitation.ChoosePassword.as_view(), name="choose_password"),
    path("signin/invitation/<str:token>/", invitation.OpenLink.as_view(), name="open_link"),
    path("me/security/", security.Security.as_view(), name="mfa_index"),
    path("me/security/password/", account.password_change, name="account_change_password"),
    path("me/security/app/", totp.activate_totp, name="mfa_activate_totp"),
    path("me/security/app/remove/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("me/security/codes/", recovery.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("me/security/codes/new/", recovery.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("me/security/passkeys/", RedirectView.as_view(pattern_name="mfa_index"), name="mfa_list_webauthn"),
    path("me/security/passkeys/add/", webauthn.add_webauthn, name="mfa_add_webauthn"),
    path("me/security/passkeys/<int:pk>/remove/", webauthn.remove_webauthn, name="mfa_remove_webauthn"),
    path("me/security/passkeys/<int:pk>/rename/", webauthn.edit_webauthn, name="mfa_edit_webauthn"),
]
