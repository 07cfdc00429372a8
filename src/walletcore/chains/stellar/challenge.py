"""Challenges by which an account proves to a service that it is there: SEP-0010, "Stellar Web Authentication".

The service makes a transaction that no ledger takes (its sequence is 0) and signs it; the account's signers sign it,
too. What a client checks before it signs, and a service before it believes, is the same but for their signatures.
"""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from walletcore.chains.base import Address, SignedTransaction
from walletcore.chains.stellar.chain import StellarChain
from walletcore.chains.stellar.envelopes import read_envelope
from walletcore.chains.stellar.operations import ManageData
from walletcore.chains.stellar.signatures import key_of
from walletcore.chains.stellar.transaction import Transaction
from walletcore.chains.stellar.values import DecoratedSignature, MemoId, TimeBounds
from walletcore.errors import InvalidSignature, MissingSignature, TransactionError
from walletcore.keys import PublicKey, Scheme
from walletcore.signing import Answers, Signature, Signer, collect, merge

__all__ = ["GRACE", "LONGEST", "TIMEOUT", "Challenge", "checked_domains", "domain_bytes", "drawn"]

TIMEOUT = 900
"""Seconds for which a challenge stands, where nobody says otherwise: SEP-0010 recommends 15 minutes."""
LONGEST = 86_400
"""Seconds that a challenge may stand at most to be read here: a signed one is a way in for as long."""
GRACE = 300
"""Seconds by which a challenge may begin too early: clocks differ."""
_FEE = 100  # an operation, as a real one would pay
_NONCE, _NONCE_TEXT, _MAX_NAME = 48, 64, 64  # bytes, and as base 64; of a name of data
_AUTH, _WEB_AUTH_DOMAIN, _CLIENT_DOMAIN = " auth", "web_auth_domain", "client_domain"


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """A challenge of a ``server`` for a ``client`` (``G...`` or ``M...``), which `make` made or `read` has checked.

    ``transaction`` is what is signed, by the server and then the client's keys; ``signatures`` are those that it had.
    ``memo`` tells users of one account apart; ``client_domain`` is whose software asks, with that domain's account.
    """

    transaction: Transaction
    server: Address
    client: Address
    home_domain: str
    memo: int | None = None
    client_domain: str = ""
    client_domain_account: Address | None = None
    signatures: tuple[DecoratedSignature, ...] = field(default=(), repr=False)

    @classmethod
    def make(
        cls,
        *,
        chain: StellarChain,
        server: Address,
        client: Address,
        home_domain: str,
        web_auth_domain: str,
        now: int,
        timeout: int = TIMEOUT,
        memo: int | None = None,
        client_domain: str = "",
        client_domain_account: Address | None = None,
        nonce: bytes | None = None,
    ) -> Challenge:
        """A new challenge, to be signed by the server's key: ``sign(challenge.transaction, signer).raw`` is sent.

        ``now`` is the time in seconds since 1970; a ``nonce`` of 48 bytes is for tests. Raises `TransactionError`.
        """
        secret = drawn(_NONCE) if nonce is None else nonce
        if type(secret) is not bytes or len(secret) != _NONCE:
            raise TransactionError(f"expected {_NONCE} bytes as nonce", reason="length")
        _check_time(now, timeout)
        operations = [
            ManageData(source=client, name=_data_name(home_domain), value=base64.b64encode(secret)),
            ManageData(source=server, name=_WEB_AUTH_DOMAIN, value=domain_bytes(web_auth_domain)),
        ]
        if bool(client_domain) != (client_domain_account is not None):
            raise TransactionError("expected client_domain and its account, or none of both", reason="missing")
        if client_domain:
            value = domain_bytes(client_domain)
            operations.append(ManageData(source=client_domain_account, name=_CLIENT_DOMAIN, value=value))
        made = Transaction(
            chain=chain,
            source=server,
            fee=_FEE * len(operations),
            sequence=0,
            conditions=TimeBounds(min_time=now, max_time=now + timeout),
            memo=None if memo is None else MemoId(id=memo),
            operations=tuple(operations),
        )
        challenge = _read(made, (), server, (home_domain,), web_auth_domain)
        return replace(challenge, transaction=replace(made, signers=((key_of(server.payload), None),)))

    @classmethod
    def read(
        cls,
        chain: StellarChain,
        raw: bytes,
        *,
        server: Address,
        home_domains: Collection[str],
        web_auth_domain: str,
        now: int,
        signers: Sequence[PublicKey] = (),
        grace: int = GRACE,
        longest: int = LONGEST,
    ) -> Challenge:
        """Check the envelope of a challenge, signed by its server and perhaps by others, at a time.

        ``server`` is the ``SIGNING_KEY`` of the home domain's stellar.toml; ``signers`` are the keys that are to sign
        for the client, left out: the one of its account. Raises `TransactionError`, and `InvalidSignature` where the
        server has not signed.
        """
        transaction, signatures = read_envelope(chain, raw)
        if type(transaction) is not Transaction:
            raise TransactionError("expected a transaction, and no fee bump", reason="type")
        challenge = _read(transaction, signatures, server, checked_domains(home_domains), web_auth_domain)
        _check_now(transaction, now, grace, longest)
        if not _signed(transaction, signatures, [key_of(server.payload)]):
            raise InvalidSignature("the challenge is not signed by the server", reason="missing")
        others = dict.fromkeys(signers) if signers else [key_of(challenge.client.payload[:32])]
        keys = dict.fromkeys((key_of(server.payload), *others))
        return replace(challenge, transaction=replace(transaction, signers=tuple((key, None) for key in keys)))

    @property
    def nonce(self) -> bytes:
        """The 48 bytes that make it another one than all others."""
        return base64.b64decode(_first(self.transaction).value or b"")

    def answers(self) -> Answers:
        """The signatures that are on it, each in the place of the request of `transaction` that it answers."""
        return tuple(
            next(iter(_signed(self.transaction, self.signatures, [request.key]).values()), None)
            for request in self.transaction.requests()
        )

    def respond(self, *signers: Signer) -> SignedTransaction[Transaction]:
        """The same challenge, signed by the client too; ``raw`` is sent back.

        Raises `MissingSignature`, `InvalidSignature`, `SignerError`.
        """
        requests = self.transaction.requests()
        return self.transaction.assemble(merge(self.answers(), collect(requests, *signers)))

    def verify(self, signers: Mapping[PublicKey, int], threshold: int = 1) -> tuple[PublicKey, ...]:
        """The keys that have signed for the client, whose weights reach a threshold.

        ``signers`` are those of the client's account, as a node tells them, with their weights; for an account that
        does not exist `verify_master`. Raises `InvalidSignature` for a signature of anybody else, `MissingSignature`.
        """
        if type(threshold) is not int or threshold < 1:
            raise TransactionError("expected a threshold of 1 or more", reason="range")
        server = key_of(self.server.payload)
        found = _signed(self.transaction, self.signatures, dict.fromkeys((server, *self._domain_keys(), *signers)))
        if len(found) != len(self.signatures):
            raise InvalidSignature("the challenge has signatures of others than its signers", reason="unknown")
        if server not in found:
            raise InvalidSignature("the challenge is not signed by the server", reason="missing")
        if any(key not in found for key in self._domain_keys()):
            raise MissingSignature("the account of the client's domain has not signed", reason="missing")
        here = tuple(key for key in found if key in signers and key != server and key not in self._domain_keys())
        if not here or sum(signers[key] for key in here) < threshold:
            raise MissingSignature("the client's signatures do not reach the threshold", reason="missing")
        return here

    def verify_master(self) -> None:
        """Return if the account's own key has signed, and nobody else but the server: for accounts that do not exist.

        Raises `InvalidSignature`, `MissingSignature`.
        """
        self.verify({key_of(self.client.payload[:32]): 1})

    def _domain_keys(self) -> tuple[PublicKey, ...]:
        account = self.client_domain_account
        return () if account is None else (key_of(account.payload[:32]),)


def _read(
    transaction: Transaction,
    signatures: tuple[DecoratedSignature, ...],
    server: Address,
    home_domains: tuple[str, ...],
    web_auth_domain: str,
) -> Challenge:
    """What a transaction says, where it is a challenge of this server: all but its time and signatures is checked."""
    if type(server) is not Address or server.kind != "account":
        raise TransactionError("expected an account (G...) as server", reason="type")
    if transaction.source != server:
        raise TransactionError("the challenge is another account's than the server's", reason="mismatch")
    if transaction.sequence != 0:
        raise TransactionError("expected sequence 0: the transaction could be sent", reason="policy")
    if type(transaction.conditions) is not TimeBounds:  # a signer of a payload would sign what may be any transaction
        raise TransactionError("expected a challenge that ends at some time, and no other conditions", reason="policy")
    first = _first(transaction)
    client = _acting(first)
    home_domain = next((each for each in home_domains if first.name == _data_name(each)), "")
    if not home_domain:
        raise TransactionError("the challenge is for another home domain", reason="mismatch")
    _check_nonce(first.value)
    domain = _check_others(transaction.operations[1:], server, web_auth_domain)
    return Challenge(
        transaction=transaction,
        server=server,
        client=client,
        home_domain=home_domain,
        memo=_memo(transaction, client),
        client_domain="" if domain is None else _text(domain),
        client_domain_account=None if domain is None else _acting(domain),
        signatures=signatures,
    )


def _first(transaction: Transaction) -> ManageData:
    first = transaction.operations[0]
    if type(first) is not ManageData:
        raise TransactionError("expected operations that manage data, and no other", reason="type")
    return first


def _acting(operation: ManageData) -> Address:
    if operation.source is None:
        raise TransactionError("expected an account that the operation acts for", reason="missing")
    return operation.source


def _check_nonce(value: bytes | None) -> None:
    try:
        nonce = base64.b64decode(value or b"", validate=True)
    except binascii.Error:
        nonce = b""
    if value is None or len(value) != _NONCE_TEXT or len(nonce) != _NONCE:
        raise TransactionError(f"expected a nonce of {_NONCE} bytes as base 64", reason="length")


def _check_others(operations: Sequence[object], server: Address, web_auth_domain: str) -> ManageData | None:
    """The operation of the client's domain. All others are the server's, and name its own domain."""
    domain, expected = None, domain_bytes(web_auth_domain)
    for each in operations:
        if type(each) is not ManageData:
            raise TransactionError("expected operations that manage data, and no other", reason="type")
        if each.name == _CLIENT_DOMAIN:
            if domain is not None:
                raise TransactionError("two operations name a client's domain", reason="duplicate")
            domain = each
        elif _acting(each) != server:
            raise TransactionError("an operation acts for another account than the server's", reason="policy")
        if each.name == _WEB_AUTH_DOMAIN and each.value != expected:
            raise TransactionError("the challenge is of another domain than the one that was asked", reason="mismatch")
    return domain


def _memo(transaction: Transaction, client: Address) -> int | None:
    memo = transaction.memo
    if memo is None:
        return None
    if type(memo) is not MemoId:
        raise TransactionError("expected a memo that is a number, or none", reason="type")
    if client.kind == "muxed":
        raise TransactionError("a muxed account has a number already, and no memo", reason="ambiguous")
    return memo.id


def _text(operation: ManageData) -> str:
    try:
        return (operation.value or b"").decode("ascii")
    except UnicodeDecodeError:
        raise TransactionError("expected a domain in ASCII", reason="character") from None


def drawn(size: int) -> bytes:
    """What makes a challenge another one than all others: random bytes, which nobody can foresee."""
    return secrets.token_bytes(size)


# Domains and times


def _data_name(home_domain: str) -> str:
    name = f"{domain_bytes(home_domain).decode()}{_AUTH}"
    if len(name) > _MAX_NAME:
        raise TransactionError(
            f"expected a home domain of at most {_MAX_NAME - len(_AUTH)} characters", reason="length"
        )
    return name


def domain_bytes(text: str) -> bytes:
    """The bytes of a domain. Raises `TransactionError` where it is no text of ASCII that fits."""
    if type(text) is not str or not 0 < len(text) <= _MAX_NAME or not text.isascii() or not text.isprintable():
        raise TransactionError(f"expected a domain of 1 to {_MAX_NAME} characters of ASCII", reason="character")
    return text.encode()


def checked_domains(home_domains: Collection[str]) -> tuple[str, ...]:
    """Home domains, at least one; a text alone would be taken for its letters. Raises `TransactionError`."""
    if isinstance(home_domains, str) or not isinstance(home_domains, Collection) or not home_domains:
        raise TransactionError("expected home domains, at least one", reason="type")
    return tuple(home_domains)


def _check_time(*times: int) -> None:
    if any(type(each) is not int or not 0 <= each < 1 << 63 for each in times):
        raise TransactionError("expected times in seconds", reason="range")


def _check_now(transaction: Transaction, now: int, grace: int, longest: int) -> None:
    _check_time(now, grace, longest)
    bounds = transaction.conditions
    if type(bounds) is not TimeBounds or bounds.max_time == 0:
        raise TransactionError("expected a challenge that ends at some time", reason="missing")
    if bounds.max_time - bounds.min_time > longest:
        raise TransactionError(f"expected a challenge that stands for at most {longest} seconds", reason="policy")
    if not bounds.min_time - grace <= now <= bounds.max_time:
        raise TransactionError("the challenge is not yet valid, or no more", reason="range")


def _signed(
    transaction: Transaction, signatures: Sequence[DecoratedSignature], keys: Collection[PublicKey]
) -> dict[PublicKey, Signature]:
    """The keys that have signed, with their signatures; each signature is one key's."""
    found: dict[PublicKey, Signature] = {}
    left = list(signatures)
    for key in keys:
        for each in left:
            if each.hint == key.data[-4:] and _is_of(key, transaction.hash, each.signature):
                found[key] = Signature(scheme=Scheme.ED25519, data=each.signature)
                left.remove(each)
                break
    return found


def _is_of(key: PublicKey, digest: bytes, signature: bytes) -> bool:
    try:
        key.verify(Scheme.ED25519, digest, signature)
    except InvalidSignature:
        return False
    return True
