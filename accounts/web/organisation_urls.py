"""Addresses of the organisation: the tree and its units, tiers and their changes, rotas, imports, one's own rights."""

from django.urls import path

from accounts.web import (
    my_permissions,
    organisation,
    organisation_edit,
    organisation_import,
    tiers_changes,
    tiers_grants,
    tiers_roles,
    tiers_rotas,
    try_change,
)

routes = [
    path("org/", organisation.Organisation.as_view(), name="organisation"),
    path("org/import/", organisation_import.ImportOrganisation.as_view(), name="import"),
    path("org/try/", try_change.TryChange.as_view(), name="try_change"),
    path("org/units/add/", organisation_edit.AddUnit.as_view(), name="unit_add"),
    path("org/units/<uuid:unit_id>/edit/", organisation_edit.EditUnit.as_view(), name="unit_edit"),
    path("org/units/<uuid:unit_id>/below/", organisation.UnitChildren.as_view(), name="unit_children"),
    path("org/answer/", tiers_changes.TierAnswer.as_view(), name="tier_answer"),
    path("org/tiers/", tiers_roles.Tiers.as_view(), name="tiers"),
    path("org/roles/give/", tiers_grants.GiveRole.as_view(), name="grant_give"),
    path("org/roles/<uuid:grant_id>/end/", tiers_grants.EndRole.as_view(), name="grant_end"),
    path("org/changes/", tiers_changes.ChangeSets.as_view(), name="change_sets"),
    path("org/changes/<uuid:change_set_id>/", tiers_changes.ChangeSetPage.as_view(), name="change_set"),
    path(
        "org/changes/<uuid:change_set_id>/effect/", tiers_changes.ChangeEffect.as_view(), name="change_effect"
    ),
    path(
        "org/changes/<uuid:change_set_id>/force/", tiers_changes.PutIntoForce.as_view(), name="change_force"
    ),
    path("org/rotas/", tiers_rotas.Rotas.as_view(), name="rotas"),
    path("org/rotas/<uuid:rota_id>/retire/", tiers_rotas.RetireRota.as_view(), name="rota_retire"),
    path("org/people/<uuid:user_id>/", my_permissions.PermissionsOf.as_view(), name="permissions_of"),
    path(
        "org/people/<uuid:user_id>/why/<uuid:channel_id>/",
        my_permissions.WhyNotOf.as_view(),
        name="why_not_of",
    ),
    path("me/permissions/", my_permissions.MyPermissions.as_view(), name="my_permissions"),
    path("me/permissions/<uuid:channel_id>/", my_permissions.WhyNot.as_view(), name="why_not"),
]
