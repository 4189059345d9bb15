"""The registry as `make run` serves it, with the example consortium, and a browser."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from tests import chromium
from tests.accounts.doors import totp

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
START_SECONDS = 120
PASSWORD = "vWx82-nmQ-of-tests"


def pytest_collection_modifyitems(items):
    here = os.path.dirname(__file__)
    for item in items:
        if str(item.path).startswith(here):
            # One server and one browser serve them all.
            item.add_marker(pytest.mark.xdist_group("browser"))
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="package")
def browser():
    path = chromium.find()
    if not path:
        if chromium.is_required():
            pytest.fail(chromium.MISSING)
        pytest.skip(chromium.MISSING)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def folder():
    """Where the server of the tests keeps all that it keeps."""
    folder = Path(tempfile.mkdtemp(prefix="peso-browser-"))
    folder.chmod(0o711)  # For root's PostgreSQL, which runs as another user.
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def environment(folder):
    """A database of its own, whatever the other tests use."""
    variables = {**os.environ, "PESO_DATA_DIR": str(folder / "data")}
    variables.pop("DATABASE_URL", None)
    return variables


@pytest.fixture(scope="package")
def site(folder):
    """The address of a server."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    with (folder / "log").open("w+") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "peso.serve", "--port", str(port)],
            env=environment(folder),
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            wait_for(f"{address}/healthz", server, log)
            yield address
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(timeout=30)


def wait_for(address, server, log):
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    log.seek(0)
    pytest.fail(f"The server did not start:\n{log.read()}")


@pytest.fixture
def open_page(browser, site):
    """Open an address of the site in a window of its own, and watch what goes wrong.

    A page's `complaints` are the browser's errors, refusals of the content security
    policy among them, and its `strangers` the requests to other hosts.
    """
    contexts = []

    def open_page(
        path, *, width=1280, height=900, scheme="light", javascript=True, state=None
    ):
        context = browser.new_context(
            base_url=site,
            storage_state=state,
            viewport={"width": width, "height": height},
            color_scheme=scheme,
            java_script_enabled=javascript,
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.complaints, page.strangers = [], []
        page.on(
            "console",
            lambda m: m.type == "error" and page.complaints.append(m.text),
        )
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.on(
            "request",
            lambda r: (
                r.url.startswith(("http:", "https:"))
                and not r.url.startswith(site)
                and page.strangers.append(r.url)
            ),
        )
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()


def type_password(page, email):
    page.get_by_label("E-mail address").fill(email)
    page.locator("input[type=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def set_up_app(page):
    """Set up an authenticator app, from the page of second factors; its secret."""
    page.get_by_role("link", name="Set up an app").click()
    if "reauthenticate" in page.url:
        page.locator("input[type=password]").fill(PASSWORD)
        page.get_by_role("button", name="Go on").click()
    secret = page.locator("main code").inner_text()
    page.get_by_label("code").fill(totp(secret))
    page.get_by_role("button", name="Set it up").click()
    page.wait_for_url("**/recovery-codes/")
    return secret


@pytest.fixture(scope="package")
def signed_in(browser, site, folder):
    """What a browser keeps of an administrator who has signed in."""
    account = {
        "DJANGO_SUPERUSER_USERNAME": "administrator",
        "DJANGO_SUPERUSER_PASSWORD": PASSWORD,
        "DJANGO_SUPERUSER_EMAIL": "administrator@example.org",
    }
    subprocess.run(
        [sys.executable, "manage.py", "createsuperuser", "--noinput"],
        env=environment(folder) | account,
        check=True,
        capture_output=True,
        timeout=60,
    )
    context = browser.new_context(base_url=site)
    page = context.new_page()
    page.goto("/admin/")
    type_password(page, "administrator@example.org")
    # Rights wait for a second factor.
    page.wait_for_url("**/accounts/2fa/")
    set_up_app(page)
    page.goto("/admin/")
    page.wait_for_url("**/admin/")
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def open_admin(open_page, signed_in):
    """As open_page, of the admin."""

    def open_admin(path, **window):
        return open_page(f"/admin/{path}", state=signed_in, **window)

    return open_admin
