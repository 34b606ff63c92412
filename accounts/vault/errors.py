"""Why a credential was not handed out, as classes that a worker can tell apart."""


class VaultError(Exception):
    """No credential was handed out; `sentence` says why in plain words."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class VaultClosed(VaultError):
    """Nobody answers at the vault, or its database is away: worth trying again later."""


class VaultRefused(VaultError):
    """The vault answered and said no; asking again with the same lease will not help.

    `why` is one of lease_missing, wrong_fence, lease_expired, wrong_channel, wrong_purpose, force_locked,
    channel_suspended, no_credential, seal_broken.
    """

    def __init__(self, why: str, sentence: str) -> None:
        super().__init__(sentence)
        self.why = why
