"""Limits for a process that runs somebody else's code.

On Linux the system itself holds it, whatever library acts in it. Landlock says which files it may
read and write. Seccomp refuses calls of the system: new processes, sockets, signals to others, and
changes of files that Landlock does not know of. Neither needs a right; a process that has them
cannot get rid of them.

Everywhere, Python stops what goes wrong by mistake or for fun: a file deleted, a process started, a
connection opened, memory or disk filled. Where there is no more than that, code that sets out to
break it can.
"""

import contextlib
import ctypes
import os
import platform
import struct
import sys
from pathlib import Path

NEITHER_PROCESS_NOR_NETWORK = set(
    "ctypes.dlopen ctypes.dlsym os.exec os.fork os.forkpty os.kill os.killpg os.posix_spawn "
    "os.spawn os.startfile os.system pty.spawn socket.bind socket.connect socket.getaddrinfo "
    "socket.gethostbyaddr socket.gethostbyname socket.sendmsg socket.sendto subprocess.Popen "
    "".split()
)
FILES_CHANGE = set(
    "os.chflags os.chmod os.chown os.link os.mkdir os.remove os.removexattr os.rename os.rmdir "
    "os.setxattr os.symlink os.truncate os.utime shutil.move shutil.rmtree".split()
)
WRITES = os.O_WRONLY | os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_TRUNC
FILE_BYTES = 50_000_000  # of one file that is written

KIT = Path(__file__).resolve().parents[2]
# What is right, and the comparison.
HIDDEN = [KIT / "course" / name for name in ("checks.py", "exercises", "__pycache__")]
OWN = "/proc/self /proc/cpuinfo /proc/meminfo /proc/stat /proc/sys".split()  # no other process's
SYSTEM = "/usr /lib /lib64 /bin /etc /sys /dev /nix/store".split() + OWN

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446  # on every machine
EXECUTE, WRITE, READ, READ_FOLDER, TRUNCATE, DEVICE = (1 << bit for bit in (0, 1, 2, 3, 14, 15))
RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}  # how many there are, by Landlock's version
OF_FILES = EXECUTE | WRITE | READ | TRUNCATE | DEVICE
NEW_DEVICES = 1 << 6 | 1 << 11
TCP, SIGNALS_AND_SOCKETS = 3, 3

# The numbers of the calls, by machine, after its own number in `linux/audit.h`.
MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
REFUSED = {
    "fork vfork execve execveat": [(57, None), (58, None), (59, 221), (322, 281)],
    "socket io_uring_setup": [(41, 198), (425, 425)],
    "ptrace process_vm_readv process_vm_writev": [(101, 117), (310, 270), (311, 271)],
    "tkill rt_sigqueueinfo rt_tgsigqueueinfo": [(200, 130), (129, 138), (297, 240)],
    "pidfd_send_signal pidfd_open pidfd_getfd": [(424, 424), (434, 434), (438, 438)],
    "mount umount2 pivot_root chroot": [(165, 40), (166, 39), (155, 41), (161, 51)],
    "unshare setns": [(272, 97), (308, 268)],
    "bpf perf_event_open open_by_handle_at": [(321, 280), (298, 241), (304, 265)],
    "add_key request_key keyctl": [(248, 217), (249, 218), (250, 219)],
    "shmget semget msgget mq_open": [(29, 194), (64, 190), (68, 186), (240, 180)],
    "truncate chmod fchmod fchmodat fchmodat2": [
        (76, 45), (90, None), (91, 52), (268, 53), (452, 452),
    ],
    "chown fchown lchown fchownat": [(92, None), (93, 55), (94, None), (260, 54)],
    "utime utimes futimesat utimensat": [(132, None), (235, None), (261, None), (280, 88)],
    "setxattr lsetxattr fsetxattr": [(188, 5), (189, 6), (190, 7)],
    "removexattr lremovexattr fremovexattr": [(197, 14), (198, 15), (199, 16)],
    "reboot acct swapon kexec_load": [(169, 142), (163, 89), (167, 224), (246, 104)],
    "init_module finit_module delete_module": [(175, 105), (313, 273), (176, 106)],
    "settimeofday clock_settime sethostname": [(164, 170), (227, 112), (170, 161)],
}  # fmt: skip
CLONE, CLONE3, KILL, TGKILL, PRLIMIT = (56, 220), (435, 435), (62, 129), (234, 131), (302, 261)
THREAD = 0x10000  # of `clone`'s flags
LOAD, EQUAL, LARGER, HAS_BITS, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06  # a filter's instructions
ALLOW, END, NOT_PERMITTED, NO_SUCH_CALL = 0x7FFF0000, 0x80000000, 0x50001, 0x50026
NO_NEW_PRIVILEGES, SECCOMP, FILTER = 38, 22, 2  # of `prctl`


def confine(folder, bytes_more, hidden=()):
    """From here on this process changes files in `folder` only, and starts nothing, nowhere.

    What is not allowed raises `PermissionError`. Where the system can limit memory (Linux), it
    takes at most `bytes_more` than it has now, and else gets a `MemoryError`. hidden: folders that
    it may not read. Returns whether the system itself holds it.
    """
    folder = os.path.realpath(folder)
    held = _limit(folder, hidden)
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


def _limit(folder, hidden):
    """Let this thread, and all that it starts, write in a folder only, and start and call nobody.

    What Python and its packages need can be read, but for the kit's `HIDDEN` modules and what lies
    in the `hidden` folders. Returns whether all of it holds: where the system knows no such limits,
    some or none do.
    """
    if sys.platform != "linux":
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl.argtypes = [ctypes.c_int, *[ctypes.c_ulong] * 4]
    alone = len(os.listdir("/proc/self/task")) == 1  # other threads would go free
    closed = libc.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0) == 0 and _landlock(libc, folder, hidden)
    return _seccomp(libc) and closed and alone


def _landlock(libc, folder, hidden):
    version = libc.syscall(CREATE_RULESET, None, 0, 1)
    if version < 1:
        return False
    every = (1 << RIGHTS.get(version, 16)) - 1
    handled = [every, *[TCP] * (version >= 4), *[SIGNALS_AND_SOCKETS] * (version >= 6)]
    attributes = struct.pack(f"{len(handled)}Q", *handled)
    rules = libc.syscall(CREATE_RULESET, attributes, len(attributes), 0)
    allowed = dict.fromkeys(_readable(hidden), READ | READ_FOLDER)
    allowed |= {Path(os.devnull): READ | WRITE | TRUNCATE, Path(folder): ~EXECUTE & ~NEW_DEVICES}
    for path, rights in allowed.items():
        with contextlib.suppress(OSError):  # not on this system
            place = os.open(path, os.O_PATH)
            rights &= every if path.is_dir() else every & OF_FILES
            libc.syscall(ADD_RULE, rules, 1, struct.pack("=Qi", rights, place), 0)
            os.close(place)
    done = libc.syscall(RESTRICT_SELF, rules, 0) == 0
    os.close(rules)
    return done


def _readable(hidden):
    """The files and folders that Python, its packages and the kit are read from."""
    hidden = [KIT, *(Path(folder).resolve() for folder in hidden)]
    own = {KIT.parent} if KIT.parent.name not in ("site-packages", "dist-packages") else set()
    roots = {Path(root).resolve() for root in [sys.prefix, sys.base_prefix, *sys.path[1:], *SYSTEM]}
    found = [path for root in roots - own for path in _without(root, hidden)]
    return found + _without(KIT, HIDDEN) + [KIT / "data"]  # which may be a link


def _without(root, hidden):
    """A folder; if others are to be left out of it, what lies beside them."""
    if any(root.is_relative_to(folder) for folder in hidden):
        return []
    if not any(folder.is_relative_to(root) for folder in hidden):
        return [root]
    inside = [path for path in root.iterdir() if not path.is_symlink()]  # they lead elsewhere
    return [found for path in inside for found in _without(path, hidden)]


def _seccomp(libc):
    """Have the calls in `REFUSED` fail as not permitted."""
    if platform.machine() not in MACHINES or sys.maxsize < 2**32:
        return False
    at, machine = MACHINES[platform.machine()]
    steps = [(LOAD, 0, 0, 4), (EQUAL, 1, 0, machine), (RETURN, 0, 0, END), (LOAD, 0, 0, 0)]
    if at == 0:  # numbers of another way to call
        steps += [(LARGER, 0, 1, 0x40000000), (RETURN, 0, 0, NOT_PERMITTED)]
    for numbers in (number for group in REFUSED.values() for number in group):
        if numbers[at] is not None:
            steps += [(EQUAL, 0, 1, numbers[at]), (RETURN, 0, 0, NOT_PERMITTED)]
    steps += [(EQUAL, 0, 1, CLONE3[at]), (RETURN, 0, 0, NO_SUCH_CALL)]  # then `clone` is called
    own = os.getpid()
    for numbers, test, value in [
        (CLONE, HAS_BITS, THREAD), (KILL, EQUAL, own), (TGKILL, EQUAL, own), (PRLIMIT, EQUAL, 0)
    ]:  # fmt: skip
        steps += [(EQUAL, 0, 4, numbers[at]), (LOAD, 0, 0, 16), (test, 0, 1, value)]
        steps += [(RETURN, 0, 0, ALLOW), (RETURN, 0, 0, NOT_PERMITTED)]
    steps.append((RETURN, 0, 0, ALLOW))
    filters = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in steps))
    pointer = ctypes.addressof(filters)
    program = ctypes.create_string_buffer(struct.pack("@HP", len(steps), pointer))
    return libc.prctl(SECCOMP, FILTER, ctypes.addressof(program), 0, 0) == 0
