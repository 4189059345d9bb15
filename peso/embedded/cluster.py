"""The data directory of the embedded server, and the settings it runs with."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from peso.embedded.home import Home, ServerError, version_of

ROLE = "peso"
PORT = 5432  # part of the socket's name; nothing listens on the network
# The libc locale sorts nothing, but pg_trgm asks it which characters are letters.
LOCALES = ["C.UTF-8", "en_US.UTF-8", "C"]
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "port": str(PORT),
    "cluster_name": "peso",
    "max_connections": "60",
    "shared_buffers": "128MB",
    "effective_cache_size": "512MB",
    "random_page_cost": "1.1",
    "maintenance_work_mem": "64MB",
    "max_wal_size": "512MB",
    # No replicas: less to write.
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "log_line_prefix": "%m [%p] ",
    "log_checkpoints": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
# For data that is thrown away after the tests.
THROWAWAY = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "autovacuum": "off",
    "checkpoint_timeout": "1h",
    "max_wal_size": "1GB",
}


def check_version(home: Home) -> None:
    file = home.data / "PG_VERSION"
    if not file.exists():
        return
    theirs = file.read_text().strip()
    ours = version_of(home.binaries).split(".")[0]
    if theirs != ours:
        raise ServerError(
            f"The data in {home.data} is of PostgreSQL {theirs}, the installed server "
            f"is PostgreSQL {ours}. With the former release of this program, write it "
            "out with pg_dump; then move that folder away, start this release, and "
            "read it in with psql."
        )


def make_data(home: Home, *, throwaway: bool) -> None:
    """Create the data directory: beside its place, and moved there when whole."""
    if home.data.exists():
        return
    for leftover in home.cluster.glob("data.new.*"):
        shutil.rmtree(leftover, ignore_errors=True)
    fresh = Path(tempfile.mkdtemp(prefix="data.new.", dir=home.cluster))
    home.hand_over(fresh)
    for locale in LOCALES:
        answer = initdb(home, fresh, locale, throwaway=throwaway)
        if answer.returncode == 0 or "locale" not in answer.stderr:
            break
    if answer.returncode:
        shutil.rmtree(fresh, ignore_errors=True)
        raise ServerError(f"initdb failed:\n{answer.stdout}{answer.stderr}")
    fresh.rename(home.data)


def initdb(
    home: Home, data: Path, locale: str, *, throwaway: bool
) -> subprocess.CompletedProcess[str]:
    command = [
        str(home.binaries / "initdb"),
        f"--pgdata={data}",
        f"--username={ROLE}",
        "--encoding=UTF8",
        f"--locale={locale}",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--data-checksums",
        # Only users who can enter the socket's folder get as far as this.
        "--auth-local=trust",
        "--auth-host=reject",
        "--no-instructions",
    ]
    if throwaway:
        command.append("--no-sync")
    run = home.account.run if home.account else subprocess.run
    return run(
        command,
        cwd=home.cluster,
        env=environment(),
        umask=0o077,
        capture_output=True,
        text=True,
    )


def command(home: Home, sockets: Path, *, throwaway: bool) -> list[str]:
    escaped = str(sockets).replace('"', '""')
    settings = SETTINGS | {"unix_socket_directories": f'"{escaped}"'}
    if throwaway:
        settings |= THROWAWAY
    words = [str(home.binaries / "postgres"), "-D", str(home.data)]
    for name, value in settings.items():
        words += ["-c", f"{name}={value}"]
    return words


def environment() -> dict[str, str]:
    """Nothing of ours but the path: PG* variables would change what programs do."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"}
