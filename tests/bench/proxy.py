"""nginx as docs/operations.md describes it, in front of a server of ours."""

import os
import re
from pathlib import Path

from tests.bench.servers import PROJECT, Server

DOCUMENTED = PROJECT / "docs" / "operations.md"
# Around the documented lines: where nginx as nobody in particular may write.
AROUND = """\
{user}
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
events {{ worker_connections 512; }}
http {{
    access_log off;
    sendfile on;
    keepalive_requests 1000000;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
{documented}
}}
"""
FILES = "    location /as-a-file/ {{ alias {folder}/files/; }}\n    location / {{"


def nginx(folder, port_behind):
    """A server that runs the documented lines, without https, before another."""
    folder = Path(folder)
    (folder / "files").mkdir(parents=True, exist_ok=True)
    server = Server(["nginx", "-c", folder / "nginx.conf", "-g", "daemon off;"])
    (folder / "nginx.conf").write_text(lines(folder, server.port, port_behind))
    return server


def lines(folder, port, port_behind):
    blocks = re.findall(r"^```nginx\n(.*?)^```", DOCUMENTED.read_text(), re.M | re.S)
    text = "\n".join(blocks)
    text = re.sub(r"^ *(ssl_certificate|server_name).*\n", "", text, flags=re.M)
    text = text.replace("listen 443 ssl;", f"listen 127.0.0.1:{port};")
    text = text.replace("127.0.0.1:8000", f"127.0.0.1:{port_behind}")
    text = text.replace("/var/cache/nginx/peso", f"{folder}/cache")
    text = text.replace("    location / {", FILES.format(folder=folder), 1)
    # Root gives up its rights, and could not read what is measured.
    user = "user root;" if os.geteuid() == 0 else ""
    return AROUND.format(folder=folder, documented=text, user=user)
