"""Becomes PostgreSQL: gives up root, ties its life to its parent's, executes the program.

A program of its own, run by its path and without our packages: Python code between fork
and exec (`preexec_fn`) may lock up in a process that has threads.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1
SIGINT = 2  # to PostgreSQL: a fast shutdown; to initdb: remove what you made


def main(parent: int, uid: int, gid: int, command: list[str]) -> None:
    """Execute `command` as `uid`; its parent's death will be its own.

    The signal follows the thread that forked, so that thread must live as long as the
    parent does: PostgreSQL is started from the main thread.

    Source:
        prctl(2), PR_SET_PDEATHSIG.
    """
    os.umask(0o077)
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    # A change of user clears the request, so it comes after; a parent that died before it
    # is not told of, so the question comes after that.
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, SIGINT)
    if os.getppid() == parent:
        os.execv(command[0], command)  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:])
