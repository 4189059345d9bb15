"""Ask this computer's server whether it lives: python -m peso.probe

For the health checks of containers, whose images have no curl. It ends with 0 or 1.
"""

import os
import sys
from http.client import HTTPConnection, HTTPException

SECONDS = 4


def lives(bind: str) -> bool:
    """Whether `/healthz` answers 200 on the port of `bind`, such as 0.0.0.0:8000."""
    host, _, port = bind.rpartition(":")
    reachable = "127.0.0.1" if host in ("", "0.0.0.0") else host.strip("[]")  # noqa: S104
    # Not urllib, which would go by a proxy of the environment.
    connection = HTTPConnection(reachable, int(port), timeout=SECONDS)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(not lives(os.environ.get("BIND") or "127.0.0.1:8000"))
