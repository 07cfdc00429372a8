"""Public keys as messages have them: of accounts, and of validators.

cosmos/crypto/secp256k1/keys.proto, cosmos/crypto/ed25519/keys.proto. In amino JSON the bytes are all of it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from walletcore.chains.cosmos.messages.fields import JSON, Names, data, described_by
from walletcore.chains.cosmos.messages.shape import Described, Forms, described

__all__ = ["Ed25519Key", "Secp256k1Key"]

_KEY = described_by(data(1))


def _bare(kind: Callable[[], Callable[..., Any]]) -> Forms:
    """The bytes of a key in place of an object (``amino.message_encoding = "key_field"``)."""

    def write(value: Any, names: Names) -> JSON:
        return _KEY.to_json(value.key, names)

    def read(document: JSON, names: Names) -> Any:
        return kind()(key=_KEY.from_json(document, names))

    return write, read


@described("/cosmos.crypto.ed25519.PubKey", amino="tendermint/PubKeyEd25519", json=_bare(lambda: Ed25519Key))
class Ed25519Key(Described):
    """An ed25519 public key of 32 bytes, with which validators sign blocks."""

    key: bytes = data(1)


@described("/cosmos.crypto.secp256k1.PubKey", amino="tendermint/PubKeySecp256k1", json=_bare(lambda: Secp256k1Key))
class Secp256k1Key(Described):
    """A secp256k1 public key of 33 bytes, with which accounts sign."""

    key: bytes = data(1)
