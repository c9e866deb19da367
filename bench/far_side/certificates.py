"""Certificates for loopback: a root, what it vouches for, and seven roots more, as many as Amazon's and Stripe's addresses need."""

import datetime
import ipaddress
import ssl
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

ROOTS = 8
_LIFE = datetime.timedelta(days=2)


@dataclass(frozen=True)
class Certificates:
    """`root`: the PEM of the authority; `roots`: with the seven others. `context` is the server's."""

    root: str
    roots: str
    context: ssl.SSLContext


def certificates(folder: Path) -> Certificates:
    """New ones, of RSA 2048 as Amazon's are, with an intermediate between root and address as there."""
    key = _key()
    root = _certificate("Loopback Root", key, "Loopback Root", key, authority=True)
    middle_key, leaf_key = _key(), _key()
    middle = _certificate("Loopback M01", middle_key, "Loopback Root", key, authority=True)
    leaf = _certificate("127.0.0.1", leaf_key, "Loopback M01", middle_key, authority=False)
    chain, private = folder / "chain.pem", folder / "key.pem"
    chain.write_text(_pem(leaf) + _pem(middle))
    private.write_bytes(leaf_key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, private)
    others = "".join(_pem(_certificate(f"Another Root {number}", key, f"Another Root {number}", key, True)) for number in range(ROOTS - 1))
    return Certificates(_pem(root), _pem(root) + others, context)


def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _certificate(subject: str, key: rsa.RSAPrivateKey, issuer: str, signer: rsa.RSAPrivateKey, authority: bool) -> x509.Certificate:
    now = datetime.datetime.now(datetime.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _LIFE)
        .not_valid_after(now + _LIFE)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    )
    if authority:
        builder = builder.add_extension(
            x509.KeyUsage(False, False, False, False, False, key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False),
            critical=True,
        )
    else:
        address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
        builder = builder.add_extension(x509.SubjectAlternativeName([address]), critical=False)
    return builder.sign(signer, hashes.SHA256())


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()
