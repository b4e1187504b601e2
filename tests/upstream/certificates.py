"""A certificate authority for the length of a test run."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime.now(UTC)  # noqa: TID251 - certificates are judged by OpenSSL, which asks the system


class TestAuthority:
    """Issues server certificates; `ca_file` is what a client has to trust."""

    __test__ = False

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test authority")])
        self._issued = 0
        certificate = (
            self._builder(self._name, self._key.public_key(), valid_days=30)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .sign(self._key, hashes.SHA256())
        )
        self.ca_file = folder / "ca.pem"
        self.ca_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))

    def server_for(self, name: str) -> ssl.SSLContext:
        """A server context for one host name or address."""
        try:
            return self.server(x509.IPAddress(ip_address(name)))
        except ValueError:
            return self.server(x509.DNSName(name))

    def server(
        self, *names: x509.GeneralName, valid_days: int = 30, common_name: str = "server"
    ) -> ssl.SSLContext:
        """A server context whose certificate is for `names`; negative days: it has expired."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(
            self.server_file(*names, valid_days=valid_days, common_name=common_name)
        )
        return context

    def server_file(
        self, *names: x509.GeneralName, valid_days: int = 30, common_name: str = "server"
    ) -> Path:
        """The same as a PEM file, private key first, for servers that are told a path."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
        builder = self._builder(subject, key.public_key(), valid_days=valid_days)
        if names:
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        certificate = builder.sign(self._key, hashes.SHA256())
        self._issued += 1
        path = self._folder / f"server-{self._issued}.pem"
        path.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            + certificate.public_bytes(serialization.Encoding.PEM)
        )
        return path

    def _builder(
        self, subject: x509.Name, key: ec.EllipticCurvePublicKey, *, valid_days: int
    ) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(NOW - timedelta(days=60))
            .not_valid_after(NOW + timedelta(days=valid_days))
        )
