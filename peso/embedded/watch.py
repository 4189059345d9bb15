"""What acts on the embedded server from a process of its own, run by path.

`launch` becomes PostgreSQL, `stop` stops it, `hold` keeps it running. `watch` stops it
when its last user is gone: every user holds a shared lock on one file, which the
kernel lets go even after `kill -9`; whoever gets the exclusive lock knows that nobody
is left.

Only the standard library, and few modules of it: this must start in a moment.
"""

import fcntl
import json
import os
import signal
import sys
import time

STOP_SECONDS = 60


def main():
    verb, order = sys.argv[1], json.loads(sys.argv[2])
    if verb == "stop":
        become(order["account"])
        stop(order["data"])
        return
    if pid := os.fork():
        print(pid, flush=True)  # noqa: T201
        os._exit(0)
    os.setsid()  # out of reach of the terminal's Ctrl-C
    {"launch": launch, "watch": watch, "hold": hold}[verb](order)


def launch(order):
    log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    redirect(output=log)
    become(order["account"])
    os.chdir(order["data"])
    release_lock_files(order)
    os.umask(0o077)
    os.execve(order["command"][0], order["command"], order["environment"])  # noqa: S606


def release_lock_files(order):
    """Take over what a killed server left; its pid may be another process' by now.

    The file itself stays, with our pid, which PostgreSQL then takes for its own:
    its further lines tell PostgreSQL to wait for processes of the killed server.
    """
    for name in (order["socket"], order["socket"] + ".lock"):
        if os.path.lexists(name):
            os.unlink(name)
    name = order["data"] + "/postmaster.pid"
    if not os.path.exists(name):
        return
    with open(name, encoding="utf-8", errors="replace") as file:
        lines = file.read().split("\n")
    lines[:1] = [str(os.getpid())] if lines[1:] else [str(os.getpid()), ""]
    with open(name, "w", encoding="utf-8") as file:
        file.write("\n".join(lines))


def watch(order):
    mutex = os.open(order["mutex"], os.O_RDWR)
    users = os.open(order["users"], os.O_RDWR)
    redirect(output=None)
    become(order["account"])  # so that it can signal nothing but the server
    while True:
        fcntl.flock(users, fcntl.LOCK_EX)  # waits for the last user
        # Whoever starts the server holds the mutex first: keep to that order.
        fcntl.flock(users, fcntl.LOCK_UN)
        fcntl.flock(mutex, fcntl.LOCK_EX)
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:  # a new user came in between
            fcntl.flock(mutex, fcntl.LOCK_UN)
            continue
        stop(order["data"])
        return


def hold(order):
    """Be a user, by the lock inherited, as long as there is a server."""
    redirect(output=None)
    become(order["account"])
    while postmaster(order["data"]):
        time.sleep(0.5)


def become(account):
    if account:
        os.setgroups([])
        os.setgid(account[1])
        os.setuid(account[0])


def redirect(output):
    null = os.open(os.devnull, os.O_RDWR)
    output = null if output is None else output
    os.dup2(null, 0)
    os.dup2(output, 1)
    os.dup2(output, 2)


def postmaster(data):
    """The process id of the server of this data directory, None if there is none."""
    try:
        with open(os.path.join(data, "postmaster.pid"), "rb") as file:
            pid = int(file.readline())
        os.kill(pid, 0)
        return pid if serves(pid, data) else None
    except (OSError, ValueError):
        return None


def serves(pid, data):
    """Whether the process is a server of this data, not another with its old number."""
    if os.path.isdir("/proc/self"):
        return os.path.samefile(f"/proc/{pid}/cwd", data)
    arguments = os.popen(f"ps -ww -o args= -p {pid:d}")  # noqa: S605
    with arguments:
        return data in arguments.read()


def stop(data, kind=signal.SIGINT, seconds=STOP_SECONDS):
    """Stop the server, at first politely to its data if not to its clients."""
    pid = postmaster(data)
    if not pid:
        return
    os.kill(pid, kind)
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if postmaster(data) != pid:
            return
        time.sleep(0.01)
    if kind != signal.SIGQUIT:
        stop(data, signal.SIGQUIT, seconds)


if __name__ == "__main__":
    main()
