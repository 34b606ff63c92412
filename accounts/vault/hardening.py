"""Takes from a process what would let another one look into its memory."""

import ctypes
import logging
import resource
import socket
import struct
import sys

log = logging.getLogger(__name__)
PR_SET_DUMPABLE = 4


def forbid_looking_in() -> None:
    """No core dumps, and no attaching of debuggers by the same user."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0:
            log.warning("The opener's memory can be read by other processes of its user.")


def caller_uid(connection: socket.socket) -> int | None:
    """The user at the other end of a Unix socket, by the kernel's word; None where it does not tell."""
    option = getattr(socket, "SO_PEERCRED", None)
    if option is None:
        return None
    packed = connection.getsockopt(socket.SOL_SOCKET, option, struct.calcsize("3i"))
    return int(struct.unpack("3i", packed)[1])
