"""What a person is told when something stands in the way: one sentence, with the way out in it."""

import errno
import shutil
from pathlib import Path

MEGABYTE = 1024 * 1024
ROOM_FOR_A_NEW_DATABASE = 500 * MEGABYTE
ROOM_TO_GO_ON = 50 * MEGABYTE


class Trouble(Exception):
    """Something that the person at the keyboard can mend; the sentence says how."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def free_bytes(place: Path) -> int:
    """How much room is left on the disk that holds this place, or its nearest existing parent."""
    while not place.exists():
        place = place.parent
    return shutil.disk_usage(place).free


def require_room(place: Path, *, needed: int) -> None:
    """Refuse to begin what the disk cannot hold."""
    free = free_bytes(place)
    if free < needed:
        raise Trouble(
            f"The disk that holds {place} has {free // MEGABYTE} MB left and needs {needed // MEGABYTE} MB: "
            "free some space, or set HQDASH_HOME to a folder on a larger disk."
        )


def disk_is_full(place: Path) -> bool:
    """Whether a crash in this place is best explained by the disk."""
    return free_bytes(place) < ROOM_TO_GO_ON


def sentence_for(error: OSError, *, home: Path) -> str:
    """An operating system's refusal in words that say what to do."""
    where = error.filename or home
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return (
            f"The disk that holds {where} is full: free some space and start again; what was saved is kept."
        )
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"{where} belongs to another user: start as that user, or set HQDASH_HOME to another folder."
    if error.errno == errno.EROFS:
        return f"{where} is on a read-only disk: set HQDASH_HOME to a folder that can be written."
    return f"The operating system refused: {error.strerror or error} ({where})."
