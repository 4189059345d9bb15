"""How the web server starts, and reaches the database."""

import gc
import os
import runpy
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import pytest
from django.db import connection

pytestmark = pytest.mark.siege
ROOT = Path(__file__).resolve().parent.parent.parent
SCRIPT = """
import sys
import peso.wsgi
print("all pages:", "members.urls" in sys.modules)
from django.db import connection

def ask(sql):
    with connection.cursor() as cursor:
        return cursor.execute(sql).fetchone()[0]

print(ask("SHOW statement_timeout"), ask("SHOW lock_timeout"))
known = connection.connection.info.get_parameters()
print(known["keepalives_idle"], known["tcp_user_timeout"])
pids = set()
for _ in range(5):
    pids.add(ask("SELECT pg_backend_pid()"))
    connection.close()
print("few connections:", len(pids) <= 2)

# The database restarts: its connections in the pool are dead.
pool = connection.pool
with pool.connection() as one, pool.connection() as other:
    one.execute("SELECT pg_terminate_backend(%s)", [other.info.backend_pid])
print("after a restart:", ask("SELECT 1"))
try:
    ask("SELECT pg_sleep(10)")
except Exception as error:
    print(type(error).__name__, str(error).strip())
connection.close_pool()
"""


@pytest.mark.django_db
def test_web_server_pools_checked_connections_and_limits_statements(tmp_path):
    where = connection.get_connection_params()
    address = (
        f"postgres:///{where['dbname']}?host={quote(where['host'], safe='')}"
        f"&port={where['port']}&user={where['user']}&options=-c%20lock_timeout%3D7s&tcp_user_timeout=20000"
    )
    ended = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "PESO_DATA_DIR": str(tmp_path),
            "DATABASE_URL": address,
            "DATABASE_POOL": "2",
            "STATEMENT_SECONDS": "1",
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert ended.stdout.splitlines() == [
        "all pages: True",
        "1s 7s",
        "10 20000",
        "few connections: True",
        "after a restart: 1",
        "OperationalError canceling statement due to statement timeout",
    ], ended.stderr


def test_workers_look_for_garbage_though_their_start_did_not():
    found = runpy.run_path(str(ROOT / "gunicorn.conf.py"))
    try:
        assert not gc.isenabled()
        found["post_fork"](None, None)
        assert gc.isenabled()
    finally:
        gc.enable()
