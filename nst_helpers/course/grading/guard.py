"""Limits for a process that runs somebody else's code.

On Linux the system itself holds it (`linux`). Everywhere, Python stops what goes wrong by mistake
or for fun: a file deleted, a process started, a connection opened, memory or disk filled. Where
there is no more than that, code that sets out to break it can.
"""

import contextlib
import os
import sys

from . import linux

NEITHER_PROCESS_NOR_NETWORK = frozenset(
    "ctypes.dlopen ctypes.dlsym os.exec os.fork os.forkpty os.kill os.killpg os.posix_spawn "
    "os.spawn os.startfile os.system pty.spawn socket.bind socket.connect socket.getaddrinfo "
    "socket.gethostbyaddr socket.gethostbyname socket.sendmsg socket.sendto subprocess.Popen "
    "".split()
)
FILES_CHANGE = frozenset(
    "os.chflags os.chmod os.chown os.link os.mkdir os.remove os.removexattr os.rename os.rmdir "
    "os.setxattr os.symlink os.truncate os.utime shutil.move shutil.rmtree".split()
)
WRITES = os.O_WRONLY | os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_TRUNC
FILE_BYTES = 50_000_000  # of one file that is written


def confine(folder, bytes_more, hidden=()):
    """From here on this process changes files in `folder` only, and starts nothing, nowhere.

    What is not allowed raises `PermissionError`. Where the system can limit memory (Linux), it
    takes at most `bytes_more` than it has now, and else gets a `MemoryError`. hidden: folders that
    it may not read. Returns whether the system itself holds it.
    """
    folder = os.path.realpath(folder)
    held = linux.limit(folder, hidden)
    _limit_resources(bytes_more)

    def inside(path):
        if not isinstance(path, (str, bytes, os.PathLike)):
            return True  # a number: an open file, a mode
        real = os.path.realpath(os.fsdecode(path))
        return real in (folder, os.devnull) or real.startswith(folder + os.sep)

    def hook(event, arguments):
        if event in NEITHER_PROCESS_NOR_NETWORK:
            raise PermissionError(f"a graded function may not do this ({event})")
        if event == "open":
            path, mode, flags = arguments
            writes = set(mode or "") & set("wax+") or (mode is None and (flags or 0) & WRITES)
            if writes and not inside(path):
                raise PermissionError("a graded function may write in its own folder only")
        elif event in FILES_CHANGE and not all(map(inside, arguments)):
            raise PermissionError(f"a graded function may change its own folder only ({event})")

    sys.addaudithook(hook)
    return held


def _limit_resources(bytes_more):
    try:
        import resource
    except ImportError:  # on Windows; there whoever started this process watches it
        return
    limits = {resource.RLIMIT_CORE: 0, resource.RLIMIT_FSIZE: FILE_BYTES}
    with contextlib.suppress(OSError), open("/proc/self/statm") as file:
        pages = int(file.read().split()[0])
        limits[resource.RLIMIT_AS] = pages * resource.getpagesize() + bytes_more
    for limit, value in limits.items():
        with contextlib.suppress(ValueError, OSError, OverflowError):
            resource.setrlimit(limit, (value, value))
