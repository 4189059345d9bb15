"""Mail servers that are reached with encryption, and by a password."""

import datetime as dt
import ssl
from ipaddress import ip_address

import pytest
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from members import mailing
from members.models import Mail
from peso.mail_server import MailServer
from tests.mail.server import Running, Ways

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """Of 127.0.0.1, signed by itself; key and certificate in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    now = dt.datetime.now(dt.UTC)
    names = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder(name, name, key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(True, None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "both.pem"
    pem = serialization.Encoding.PEM
    file.write_bytes(
        key.private_bytes(
            pem,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(pem)
    )
    return file


def knows(server, session, envelope, mechanism, data):
    is_right = (data.login, data.password) == (b"me", b"p@ss")
    return AuthResult(success=is_right, handled=False)


@pytest.fixture(params=["tls", "starttls"])
def safe(request, certificate, ways, settings):
    """A mail server that wants encryption and a password, and what it shall do."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    own = Ways()
    if request.param == "tls":
        options = {"ssl_context": context, "auth_require_tls": False}
    else:
        options = {
            "tls_context": context,
            "require_starttls": True,
            "auth_required": True,
        }
    running = Running(own, authenticator=knows, **options)
    running.start()
    settings.MAIL_SERVER = MailServer(
        "127.0.0.1", running.port, request.param, "me", "p@ss"
    )
    yield own
    running.stop()


def tried(message):
    mail = Mail.objects.write(message, to="ada@example.org")
    mailing.deliver(mail.pk)
    mail.refresh_from_db()
    return mail


def test_mail_travels_encrypted_to_a_server_that_is_who_it_says(
    safe, message, certificate, monkeypatch
):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))

    mail = tried(message)

    assert (mail.state, mail.trouble) == ("sent", "")
    assert len(safe.accepted) == 1


def test_nothing_is_told_to_a_server_that_may_be_another(safe, message):
    mail = tried(message)

    assert mail.state == "queued"
    assert "certificate" in mail.trouble
    assert safe.arrived == []


def test_wrong_password_is_a_matter_of_the_settings_and_waits(
    safe, message, certificate, monkeypatch, settings
):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    server = settings.MAIL_SERVER
    settings.MAIL_SERVER = MailServer(
        server.host, server.port, server.security, "me", "Zaquvel"
    )

    mail = tried(message)

    assert mail.state == "queued"
    assert mail.trouble.startswith("It did not let the registry in.")
    assert "Zaquvel" not in mail.trouble


def test_server_without_the_encryption_that_is_wanted_gets_nothing(
    ways, message, settings
):
    plain = settings.MAIL_SERVER
    settings.MAIL_SERVER = MailServer(plain.host, plain.port, "starttls", "me", "p@ss")

    mail = tried(message)

    assert mail.state == "queued"
    assert "STARTTLS" in mail.trouble
    assert ways.arrived == []
