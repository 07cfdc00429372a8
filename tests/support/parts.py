"""Keys that live outside of the server's process, and the server beside them: in SoftHSM, and in AWS KMS (moto)."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from eth_keys.datatypes import PublicKey as EthKey

from support.audit import audit_head, audit_verifies
from support.moto_kms import MotoKms
from support.server import Process, configuration, entries, key_table, signed_ids
from support.softhsm import LABEL, PIN, Token
from walletcore.keys import PublicKey
from walletcore.signers.asn1 import read_public_key

__all__ = ["AWS", "Parts", "hsm_key", "kms_key", "sender"]

AWS = {
    "AWS_ACCESS_KEY_ID": "AKIATEST",
    "AWS_SECRET_ACCESS_KEY": "hushhushhush",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}


def sender(key: PublicKey) -> str:
    """The address of the account, as eth-keys has it."""
    return str(EthKey.from_compressed_bytes(key.data).to_checksum_address())


def kms_key(name: str, kms: MotoKms) -> tuple[PublicKey, str]:
    """The key for Ethereum, and its table."""
    key = read_public_key(kms.public_keys["alias/secp256k1"])
    return key, key_table(name, "awskms:alias/secp256k1?region=eu-west-1", key)


def hsm_key(name: str, token: Token, label: str = "hot") -> tuple[PublicKey, str]:
    """The key of this label, and its table."""
    key, pin = token.public_key(label), "secrets = { PIN = { environment = 'HSM_PIN' } }"
    return key, key_table(name, f"pkcs11:token={LABEL};object={label}?module-name=softhsm2", key, pin)


@dataclass(frozen=True, kw_only=True)
class Parts:
    """A server's key, ``hot``, and its memory, for one process of the server after the other."""

    folder: Path
    memory: str
    key: PublicKey
    table: str
    token: Token | None = None
    kms: MotoKms | None = None
    heads: list[str] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        """What the server needs to find its keys."""
        found = {"SOFTHSM2_CONF": self.token.config, "HSM_PIN": PIN} if self.token else {}
        return found | ({**AWS, "AWS_ENDPOINT_URL_KMS": self.kms.url} if self.kms else {})

    @contextmanager
    def server(self, guard: str, end: signal.Signals = signal.SIGTERM, **options: Any) -> Iterator[Process]:
        """The server, until a signal ends it; the head of its log is kept."""
        text = configuration(self.folder, guard=guard, hot=self.table, store=self.memory, **options)
        with Process(self.folder, text, self.environment) as server:
            yield server
            server.child.send_signal(end)
            assert server.child.wait(60) == (0 if end is signal.SIGTERM else -end)
        self.heads.append(audit_head(self.memory))

    def signed(self) -> list[str]:
        """The ids that the log says were signed."""
        return signed_ids(self.memory)

    def lines(self) -> list[str]:
        """The texts of the log."""
        return [entry.text for entry in entries(self.memory)]

    def check_log(self) -> None:
        """The log goes on from each head that was kept."""
        assert self.heads
        audit_verifies(self.memory, *self.heads)
