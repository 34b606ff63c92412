"""Puts the signed context before each statement, so that PostgreSQL itself knows for whom it answers.

The context is set with ``set_config(..., is_local => true)`` in front of the statement and in the same
message: one round trip, and nothing stays on the connection for the next user of it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.backends.postgresql import base

from hqdash.base.context_token import token_for
from hqdash.base.scope import current_scope

_SAVEPOINTS = ("SAVEPOINT ", "ROLLBACK TO SAVEPOINT ", "RELEASE SAVEPOINT ")


def sign_statement(
    execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]
) -> Any:
    """Run ``sql`` for the current force; outside of any force it runs bare and sees no tenant row."""
    scope = current_scope()
    # After a failed statement PostgreSQL takes nothing but the way back to a savepoint: nothing may stand before it.
    if scope is None or not isinstance(sql, str) or sql.startswith(_SAVEPOINTS):
        return execute(sql, params, many, context)
    signed = f"SELECT set_config('app.ctx', '{token_for(scope.force_id)}', true); {sql}"
    return execute(signed, params, many, context)


class DatabaseWrapper(base.DatabaseWrapper):
    """The connection that never forgets for whom it speaks."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.execute_wrappers.append(sign_statement)
