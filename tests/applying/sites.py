"""Websites on this computer that do what a test tells them to."""

import datetime as dt
import ipaddress
import socket
import ssl
import threading
import time
from contextlib import contextmanager, suppress

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class Site:
    """Answers each connection with `answer(connection)`, and keeps what was asked."""

    def __init__(self, answer, context=None):
        self.answer, self.context = answer, context
        self.asked = []
        self.is_over = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]

    def run(self):
        while not self.is_over.is_set():
            with suppress(OSError):
                connection, _ = self.listener.accept()
                threading.Thread(
                    target=self._serve, args=[connection], daemon=True
                ).start()

    def _serve(self, connection):
        with suppress(OSError):
            connection.settimeout(10)
            if self.context:
                connection = self.context.wrap_socket(connection, server_side=True)
            with connection:
                self.asked.append(connection.recv(65_536).decode("latin-1"))
                self.answer(connection, self)

    def close(self):
        self.is_over.set()
        with suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


@contextmanager
def site(answer, context=None):
    running = Site(answer, context)
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    try:
        yield running
    finally:
        running.close()
        thread.join(5)


def says(*lines, body=b""):
    """A website that answers with these lines."""
    head = "".join(f"{line}\r\n" for line in lines).encode("latin-1")

    def answer(connection, _):
        connection.sendall(head + b"\r\n" + body)

    return answer


def ok():
    return says("HTTP/1.1 200 OK", "Content-Length: 2", body=b"hi")


def leads_to(address):
    return says("HTTP/1.1 302 Found", f"Location: {address}")


def drips(connection, running):
    """One letter of a header that never ends, time and again."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while not running.is_over.is_set():
        connection.sendall(b"x")
        time.sleep(0.05)


def pours(connection, running):
    """A page that never ends."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while not running.is_over.is_set():
        connection.sendall(b"ffff\r\n" + b"x" * 65_535 + b"\r\n")


def hangs(_, running):
    running.is_over.wait(10)


def breaks(connection, _):
    connection.shutdown(socket.SHUT_RDWR)


# Certificates


def certificate(folder, *names, days=1):
    """A server's TLS context for `names`, and the file of who vouches for it."""
    key = ec.generate_private_key(ec.SECP256R1())
    now = dt.datetime.now(dt.UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "A website")])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=10))
        .not_valid_after(now + dt.timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([_name(n) for n in names]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
        .sign(key, hashes.SHA256())
    )
    pem, private = folder / "certificate.pem", folder / "key.pem"
    pem.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem, private)
    return context, str(pem)


def _name(text):
    try:
        return x509.IPAddress(ipaddress.ip_address(text))
    except ValueError:
        return x509.DNSName(text)
