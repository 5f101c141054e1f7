"""OpenID Connect tokens of authenticated push, signed by a key of this process.

https://cloud.google.com/pubsub/docs/authenticate-push-subscriptions
"""

from __future__ import annotations

import hashlib
import threading
from functools import cached_property

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from google.auth import crypt, jwt

from emulator.clock import Clock

LIFETIME = 3600
KEY_ID = "local-cloud"


class TokenIssuer:
    """Stands in for https://accounts.google.com."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._tokens: dict[tuple[str, str], tuple[float, str]] = {}

    @cached_property
    def _key(self) -> rsa.RSAPrivateKey:
        # Made when first asked for, under the lock: most local clouds never sign.
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)

    @property
    def public_key(self) -> bytes:
        """What the tokens are to be verified with (PEM)."""
        with self._lock:
            key = self._key.public_key()
        return key.public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    def token(self, email: str, audience: str) -> str:
        """A token of at least half its lifetime; signing is slow, so one serves many pushes."""
        now = self._clock.time()
        with self._lock:
            issued, token = self._tokens.get((email, audience), (-1.0, ""))
            if not issued <= now < issued + LIFETIME / 2:
                token = self._sign(email, audience, int(now))
                self._tokens[email, audience] = (now, token)
            return token

    def _sign(self, email: str, audience: str, now: int) -> str:
        number = int.from_bytes(hashlib.blake2s(email.encode()).digest()) % 10**20 + 10**20
        claims = {
            "aud": audience,
            "azp": str(number),
            "email": email,
            "email_verified": True,
            "exp": now + LIFETIME,
            "iat": now,
            "iss": "https://accounts.google.com",
            "sub": str(number),
        }
        pem = self._key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        return jwt.encode(crypt.RSASigner.from_string(pem, KEY_ID), claims).decode()
