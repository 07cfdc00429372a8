"""Challenges by which a contract that is an account proves that it is there: SEP-0045 (draft 0.1.1).

The service makes an authorization of the same call for each who takes part (itself, the client's contract, perhaps the
client's domain) and signs its own one. Whether the client's contract takes the signature, only a node can say, by
simulating the call: that is left to the caller, as is looking up what stellar.toml says.
"""

from __future__ import annotations

import base64
from collections.abc import Collection
from dataclasses import dataclass

from walletcore.chains.base import Address
from walletcore.chains.stellar.auth_entry import Authorization
from walletcore.chains.stellar.authorization import AuthorizationEntry, Credentials, Invocation, entries
from walletcore.chains.stellar.chain import StellarChain
from walletcore.chains.stellar.challenge import checked_domains, domain_bytes, drawn
from walletcore.chains.stellar.contract_values import MAX_SIZE, SCVal, scval
from walletcore.chains.stellar.contracts import InvokeContract
from walletcore.chains.stellar.scaddress import SCAddress
from walletcore.errors import InvalidSignature, TransactionError, raised_as
from walletcore.keys import PublicKey, Scheme

__all__ = ["ContractChallenge"]

_FUNCTION = "web_auth_verify"
_NONCE = 48  # bytes, as base 64
_NAMES = ("account", "home_domain", "nonce", "web_auth_domain", "web_auth_domain_account")
_OPTIONAL = ("client_domain", "client_domain_account")
_MAX_ENTRIES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractChallenge:
    """A challenge of a ``server`` (``G...``) for a ``client`` (``C...``), which `make` made or `read` has checked.

    ``entries`` are the authorizations, in the order in which they came; ``contract`` is the one whose call they are of,
    which the service names in its stellar.toml.
    """

    chain: StellarChain
    entries: tuple[AuthorizationEntry, ...]
    contract: Address
    server: Address
    client: Address
    home_domain: str
    web_auth_domain: str
    nonce: str
    client_domain: str = ""
    client_domain_account: Address | None = None

    @classmethod
    def make(
        cls,
        *,
        chain: StellarChain,
        contract: Address,
        server: Address,
        client: Address,
        home_domain: str,
        web_auth_domain: str,
        expiration: int,
        client_domain: str = "",
        client_domain_account: Address | None = None,
        nonce: bytes | None = None,
    ) -> ContractChallenge:
        """A new challenge that stands up to a ledger (``expiration``), to be signed by the server.

        ``sign(challenge.server_authorization, signer)`` gives the server's entry, which `replaced` puts in. A ``nonce``
        of 48 bytes is for tests. Raises `TransactionError`.
        """
        secret = drawn(_NONCE) if nonce is None else nonce
        if type(secret) is not bytes or len(secret) != _NONCE:
            raise TransactionError(f"expected {_NONCE} bytes as nonce", reason="length")
        if bool(client_domain) != (client_domain_account is not None):
            raise TransactionError("expected client_domain and its account, or none of both", reason="missing")
        said = {
            "account": client.text,
            "home_domain": domain_bytes(home_domain).decode(),
            "nonce": base64.b64encode(secret).decode(),
            "web_auth_domain": domain_bytes(web_auth_domain).decode(),
            "web_auth_domain_account": server.text,
        }
        if client_domain_account is not None:
            said["client_domain"] = domain_bytes(client_domain).decode()
            said["client_domain_account"] = client_domain_account.text
        tree = Invocation(
            function=InvokeContract(contract=SCAddress.of(contract), function=_FUNCTION, args=(_struct(said),))
        )
        signing = [client, server, *([] if client_domain_account is None else [client_domain_account])]
        made = tuple(_entry(SCAddress.of(each), tree, expiration) for each in signing)
        return _read(chain, made, contract, server, (home_domain,), web_auth_domain)

    @classmethod
    def read(
        cls,
        chain: StellarChain,
        raw: bytes,
        *,
        contract: Address,
        server: Address,
        home_domains: Collection[str],
        web_auth_domain: str,
    ) -> ContractChallenge:
        """Check the entries of a challenge (``SorobanAuthorizationEntries``), signed by its server.

        ``contract`` and ``server`` are ``WEB_AUTH_CONTRACT_ID`` and ``SIGNING_KEY`` of the home domain's stellar.toml.
        Raises `TransactionError`, and `InvalidSignature` where the server has not signed.
        """
        if type(raw) is not bytes or len(raw) > MAX_SIZE:
            raise TransactionError(f"expected at most {MAX_SIZE} bytes", reason="too-large")
        with raised_as(TransactionError):
            found = entries(chain).decode(raw)
        challenge = _read(chain, found, contract, server, checked_domains(home_domains), web_auth_domain)
        challenge.verify(server)
        return challenge

    @property
    def raw(self) -> bytes:
        """The entries as XDR, which are sent to and fro."""
        with raised_as(TransactionError):
            return entries(self.chain).encode(self.entries)

    @property
    def server_authorization(self) -> Authorization:
        """What the server signs."""
        return Authorization(chain=self.chain, entry=self.entry_of(self.server))

    def client_authorization(self, *signers: PublicKey) -> Authorization:
        """What the client's keys sign; contracts that take another signature are given `Authorization.hash`."""
        return Authorization(chain=self.chain, entry=self.entry_of(self.client), signers=signers)

    def entry_of(self, address: Address) -> AuthorizationEntry:
        """The entry of an address that takes part. Raises `TransactionError`."""
        named = SCAddress.of(address)
        for each in self.entries:
            if each.credentials is not None and each.credentials.address == named:
                return each
        raise TransactionError(f"{address.text} takes no part in the challenge", reason="missing")

    def replaced(self, entry: AuthorizationEntry) -> ContractChallenge:
        """The challenge with a signed entry in the place of the unsigned one. Raises `TransactionError`."""
        if type(entry) is not AuthorizationEntry:
            raise TransactionError("expected an AuthorizationEntry", reason="type")
        places = [place for place, each in enumerate(self.entries) if _unsigned(each) == _unsigned(entry)]
        if len(places) != 1:
            raise TransactionError("the entry is none of the challenge", reason="mismatch")
        changed = (*self.entries[: places[0]], entry, *self.entries[places[0] + 1 :])
        return _read(self.chain, changed, self.contract, self.server, (self.home_domain,), self.web_auth_domain)

    def verify(self, address: Address) -> None:
        """Return if the own key of an account (``G...``) that takes part has signed. Raises `InvalidSignature`."""
        asked = Authorization(chain=self.chain, entry=self.entry_of(address))
        if not asked.signers:
            raise InvalidSignature(f"{address.text} has no key of its own", reason="missing")
        key = asked.signers[0]
        key.verify(Scheme.ED25519, asked.hash, _signature_of(key, asked.credentials.signature))


def _struct(said: dict[str, str]) -> SCVal:
    return scval("map", {scval("symbol", name): scval("string", text) for name, text in said.items()})


def _entry(address: SCAddress, tree: Invocation, expiration: int) -> AuthorizationEntry:
    nonce = int.from_bytes(drawn(8), signed=True)
    return AuthorizationEntry(
        credentials=Credentials(address=address, nonce=nonce, expiration=expiration), invocation=tree
    )


def _unsigned(entry: AuthorizationEntry) -> object:
    said = entry.credentials
    return None if said is None else (said.kind, said.address, said.nonce, said.expiration, entry.invocation)


def _signature_of(key: PublicKey, value: SCVal) -> bytes:
    """The signature of a key in what the account contract takes."""
    for each in value.value if value.kind == "vec" else ():
        fields = {name.value: inner for name, inner in each.value} if each.kind == "map" else {}
        public, signature = fields.get("public_key"), fields.get("signature")
        if public == scval("bytes", key.data) and signature is not None and signature.kind == "bytes":
            return bytes(signature.value)
    raise InvalidSignature("the account has not signed", reason="missing")


def _read(
    chain: StellarChain,
    found: tuple[AuthorizationEntry, ...],
    contract: Address,
    server: Address,
    home_domains: tuple[str, ...],
    web_auth_domain: str,
) -> ContractChallenge:
    """What entries say, where they are a challenge of this server: all but signatures is checked."""
    if not 2 <= len(found) <= _MAX_ENTRIES:
        raise TransactionError(f"expected 2 to {_MAX_ENTRIES} entries, got {len(found)}", reason="length")
    said = _arguments(found, contract)
    if said["home_domain"] not in home_domains:
        raise TransactionError("the challenge is for another home domain", reason="mismatch")
    if said["web_auth_domain"] != domain_bytes(web_auth_domain).decode():
        raise TransactionError("the challenge is of another domain than the one that was asked", reason="mismatch")
    if type(server) is not Address or server.kind != "account" or said["web_auth_domain_account"] != server.text:
        raise TransactionError("the challenge is another account's than the server's", reason="mismatch")
    client = chain.parse_address(said["account"])
    if client.kind != "contract":
        raise TransactionError("expected a contract (C...) as account", reason="version")
    account = said.get("client_domain_account", "")
    if bool(account) != bool(said.get("client_domain")):
        raise TransactionError("expected client_domain and its account, or none of both", reason="missing")
    other = chain.parse_address(account) if account else None
    expected = {SCAddress.of(each) for each in (client, server, other) if each is not None}
    signing = [each.credentials.address for each in found if each.credentials is not None]
    if len(signing) != len(found) or set(signing) != expected or len(set(signing)) != len(signing):
        raise TransactionError("expected one entry each of the client, the server and its domain", reason="mismatch")
    return ContractChallenge(
        chain=chain,
        entries=found,
        contract=contract,
        server=server,
        client=client,
        home_domain=said["home_domain"],
        web_auth_domain=said["web_auth_domain"],
        nonce=said["nonce"],
        client_domain=said.get("client_domain", ""),
        client_domain_account=other,
    )


def _arguments(found: tuple[AuthorizationEntry, ...], contract: Address) -> dict[str, str]:
    """The texts with which all entries call the same function of the contract, and nothing else."""
    first = found[0].invocation
    if any(each.invocation != first for each in found):
        raise TransactionError("the entries are not all of one call", reason="mismatch")
    if any(each.credentials is not None and each.credentials.kind == "delegates" for each in found):
        raise TransactionError("nobody has said what delegates are in a challenge", reason="version")
    call = first.function
    if type(call) is not InvokeContract or first.sub_invocations:
        raise TransactionError("expected one call, and none within it", reason="policy")
    if call.contract != SCAddress.of(contract) or call.function != _FUNCTION:
        raise TransactionError(f"expected a call of {_FUNCTION} of the contract that was named", reason="mismatch")
    if len(call.args) != 1 or call.args[0].kind != "map":
        raise TransactionError("expected one map as argument", reason="type")
    return _texts(call.args[0])


def _texts(value: SCVal) -> dict[str, str]:
    said: dict[str, str] = {}
    for name, text in value.value:
        if name.kind != "symbol" or text.kind != "string":
            raise TransactionError("expected names and texts", reason="type")
        try:
            said[name.value] = text.value.decode()
        except UnicodeDecodeError:
            raise TransactionError(f"{name.value}: expected UTF-8", reason="character") from None
    if not {*_NAMES} <= said.keys() <= {*_NAMES, *_OPTIONAL}:
        raise TransactionError(f"expected {', '.join(_NAMES)}, perhaps {', '.join(_OPTIONAL)}", reason="unknown")
    if not said["nonce"]:
        raise TransactionError("expected a nonce", reason="missing")
    return said
