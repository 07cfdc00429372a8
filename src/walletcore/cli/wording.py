"""Messages of each family behind one door: the message of a text, its signature as text, and the check of both."""

from __future__ import annotations

import base64
from typing import Any

from walletcore.chains.base import Address, Chain, SignedMessage
from walletcore.chains.bitcoin import BitcoinChain
from walletcore.chains.bitcoin.bip322 import FULL, PROOF_OF_FUNDS, SIMPLE, GenericMessage, has_generic_messages
from walletcore.chains.bitcoin.message import Message as BitcoinMessage
from walletcore.chains.bitcoin.proofs import State, verdict
from walletcore.chains.evm import Evm, TypedData
from walletcore.chains.evm import Message as EvmMessage
from walletcore.chains.solana import PlainMessage, SolanaChain
from walletcore.chains.stellar import Message as StellarMessage
from walletcore.chains.stellar import StellarChain
from walletcore.coding.text import base58
from walletcore.errors import DecodingError, InvalidKey, InvalidSignature, Unsupported
from walletcore.keys import Curve, PublicKey, Scheme
from walletcore.signing import Signable, Signature

__all__ = ["FORMATS", "check", "message_of", "signature_text"]

FORMATS = ("bip137", "bip322")
"""The formats of Bitcoin's signed messages."""
_COMPACT = ("p2pkh", "p2sh-p2wpkh", "p2wpkh")  # the kinds that BIP-137 has headers for
_COMPACT_TEXT = 88  # characters of a signature of BIP-137


def message_of(
    row: Chain, text: str, *, typed: bool, key: PublicKey | None = None, kind: str = "", form: str = ""
) -> tuple[Signable[Any], str]:
    """The message of this text, and the address that signs it. Raises `TransactionError`, `Unsupported`.

    ``form`` is one of `FORMATS`; without it Bitcoin's messages have BIP-137's, where it knows the kind of address.
    """
    if form and not isinstance(row, BitcoinChain):
        raise Unsupported(f"messages of {row.name} have one format", reason="scheme")
    if typed and not isinstance(row, Evm):
        raise Unsupported(f"{row.name} has no typed data: that is EIP-712", reason="scheme")
    if isinstance(row, Evm):
        data = TypedData.parse(text) if typed else text.encode()
        return EvmMessage(chain=row, signer=key, data=data), "" if key is None else row.address(key).text
    if isinstance(row, BitcoinChain) and (form == "bip322" or (not form and kind not in ("", *_COMPACT))):
        generic = GenericMessage(chain=row, signer=key, data=text.encode(), kind=kind)
        return generic, generic.address.text
    if isinstance(row, BitcoinChain):
        message = BitcoinMessage(chain=row, signer=key, data=text.encode(), kind=kind)
        return message, "" if key is None else message.address.text
    if isinstance(row, SolanaChain) and key is not None:
        return PlainMessage(chain=row, text=text, signer=key), row.address(key).text
    if isinstance(row, StellarChain):
        said = StellarMessage(chain=row, signer=key, data=text.encode())
        return said, "" if key is None else row.address(key).text
    raise Unsupported(f"messages of {row.name} are not known here", reason="unknown")


def signature_text(signed: SignedMessage[Any]) -> str:
    """The signature as its readers expect it: base64 on Bitcoin and Stellar, hex on EVM chains, base58 on Solana."""
    if isinstance(signed.chain, Evm):
        return "0x" + signed.raw.hex()
    if isinstance(signed.chain, StellarChain):
        return base64.b64encode(signed.raw).decode()
    return signed.raw.decode("ascii") if isinstance(signed.chain, BitcoinChain) else base58.encode(signed.raw)


def check(signer: Address, signature: str, text: str, *, typed: bool, form: str = "") -> tuple[str, ...]:
    """What is proven beside it if the address signed the text: outputs that the signer controls (BIP-322).

    Raises `InvalidSignature`, and what `message_of` raises.
    """
    row = signer.chain
    if isinstance(row, SolanaChain):
        _check_solana(row, signer, signature, text, typed)
        return ()
    if isinstance(row, BitcoinChain) and not typed and _is_generic(signer, signature, form):
        return _check_generic(signer, signature, text)
    message, _ = message_of(row, text, typed=typed, form=form)
    if isinstance(message, EvmMessage):
        message.verify(_hex(signature), signer)
    elif isinstance(message, BitcoinMessage):
        message.verify(signature, signer, lenient_header=True)
    elif isinstance(message, StellarMessage):
        message.verify(_base64(signature), signer)
    return ()


def _is_generic(signer: Address, signature: str, form: str) -> bool:
    """Whether it is to be read as BIP-322's: no other begins so, is so long, or speaks for these addresses."""
    if form:
        return form == "bip322"
    if signature.startswith((SIMPLE, FULL, PROOF_OF_FUNDS)) or len(signature) > _COMPACT_TEXT:
        return True
    return has_generic_messages(signer.chain) and signer.kind not in ("p2pkh", "p2sh", "p2wpkh")


def _check_generic(signer: Address, signature: str, text: str) -> tuple[str, ...]:
    found = verdict(text.encode(), signature, signer)
    if found.state is State.VALID_AT:
        raise InvalidSignature(f"valid only at time {found.time} and age {found.age}", reason="policy")
    if found.state is not State.VALID:
        doubt = "inconclusive: " if found.state is State.INCONCLUSIVE else ""
        raise InvalidSignature(f"{doubt}{found.why}", reason=found.reason, hint=found.hint)
    return tuple(f"{each.output.value} satoshi in {each.txid}:{each.vout}" for each in found.funds)


def _check_solana(row: SolanaChain, signer: Address, signature: str, text: str, typed: bool) -> None:
    try:
        key = PublicKey(Curve.ED25519, signer.payload)
        data = base58.decode(signature)
    except (InvalidKey, DecodingError) as error:
        raise InvalidSignature(str(error), reason=error.reason) from None
    message, _ = message_of(row, text, typed=typed, key=key)
    message.assemble((Signature(scheme=Scheme.ED25519, data=data),))


def _hex(signature: str) -> bytes:
    try:
        return bytes.fromhex(signature.removeprefix("0x"))
    except ValueError:
        raise InvalidSignature("expected a signature in hex", reason="character") from None


def _base64(signature: str) -> bytes:
    try:
        return base64.b64decode(signature, validate=True)
    except ValueError:
        raise InvalidSignature("expected a signature in base64", reason="character") from None
