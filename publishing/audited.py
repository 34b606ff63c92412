"""What publishing writes into the book."""

from django.utils.translation import gettext_lazy as _

from accounts.audit.declared import audited

POST_PUBLISHED = audited(
    "post.published", sentence=_("{actor} sent “{object}” to {channels} accounts"), group="publishing"
)
POST_SCHEDULED = audited(
    "post.scheduled",
    sentence=_("{actor} scheduled “{object}” to {channels} accounts for {send_at}"),
    group="publishing",
)
POST_HANDED_OVER = audited(
    "post.handed_over", sentence=_("{actor} handed “{object}” over to {heir}"), group="publishing"
)
DELIVERY_SENT = audited(
    "delivery.sent", sentence=_("{object} was delivered as {external_id}"), group="publishing"
)
DELIVERY_FAILED = audited(
    "delivery.failed", sentence=_("{object} was not delivered: {reason}"), group="publishing"
)
DELIVERY_UNKNOWN = audited(
    "delivery.unknown", sentence=_("Nobody knows yet whether {object} was delivered"), group="publishing"
)
DELIVERY_ABSENT = audited(
    "delivery.absent", sentence=_("{object} was proven not to be at the network"), group="publishing"
)
DELIVERY_NEEDS_PERSON = audited(
    "delivery.needs_person", sentence=_("{object} waits for a person: {reason}"), group="publishing"
)
DELIVERY_RETRIED = audited("delivery.retried", sentence=_("{actor} tried {object} again"), group="publishing")
DELIVERY_SETTLED = audited(
    "delivery.settled", sentence=_("{actor} settled {object} as {outcome}: {reason}"), group="publishing"
)
DELIVERY_CANCELLED = audited(
    "delivery.cancelled", sentence=_("{actor} cancelled {object}"), group="publishing"
)
DELIVERIES_HELD = audited(
    "deliveries.held", sentence=_("{deliveries} deliveries were held back: {why}"), group="publishing"
)
DELIVERY_RELEASED = audited(
    "delivery.released", sentence=_("{actor} released {object}, which was held back"), group="publishing"
)
PERSON_STOPPED = audited(
    "person.stopped",
    sentence=_("{object} was stopped: {posts} posts within {seconds} seconds; {sessions} sessions ended"),
    group="lockdown",
)
STOP_LIFTED = audited(
    "person.stop_lifted", sentence=_("{actor} let {object} speak again: {reason}"), group="lockdown"
)
