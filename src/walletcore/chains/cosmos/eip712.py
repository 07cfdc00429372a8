"""Transactions that wallets of Ethereum sign as typed data: what a chain's nodes make of the messages, and who has it.

Three dialects, each by the type of the chain's keys. BNB Greenfield takes nothing else (SIGN_MODE_EIP_712, bnb-chain/
greenfield-cosmos-sdk x/auth/tx/eip_712.go). Chains with Ethermint's keys and Injective take it beside the others, with
an ``ExtensionOptionsWeb3Tx`` in the body (evmos/ethermint ethereum/eip712, app/ante/eip712.go, whose document
dymensionxyz/dymension app/ante/eip712.go has, too; InjectiveLabs/injective-ts, getEip712TypedData). All messages of one
are of the same kind there, and each kind has its own struct: those of `_VALUES` are known here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from walletcore.chains.cosmos.chain import ETHERMINT_KEY
from walletcore.chains.cosmos.messages import table
from walletcore.chains.cosmos.messages.common import Coin
from walletcore.chains.cosmos.tx import AUTH_INFO, BODY, TX_RAW, AuthInfo, Body, ModeInfo, SignMode, Single, TxRaw
from walletcore.chains.structs import StructTypes
from walletcore.coding.protobuf import AnyMessage, data, message, string, uint64
from walletcore.errors import TransactionError, raised_as
from walletcore.keys import PublicKey

if TYPE_CHECKING:
    from walletcore.chains.cosmos.chain import CosmosChain
    from walletcore.chains.cosmos.transaction import Signer, Transaction

__all__ = ["EXTENSION", "Extension", "sent", "sign_bytes", "signature_of", "typed_data"]

GREENFIELD_KEY = "/cosmos.crypto.eth.ethsecp256k1.PubKey"
INJECTIVE_KEY = "/injective.crypto.v1beta1.ethsecp256k1.PubKey"
Types = dict[str, list[dict[str, str]]]
Document = dict[str, Any]
_DOMAIN = "EIP712Domain"
_COIN = ("denom string", "amount string")
_STAKED = ("delegator_address string", "validator_address string", "amount TypeAmount")
_VALUES: Mapping[str, Mapping[str, tuple[str, ...]]] = {  # a message, and the structs that its value is made of
    "/cosmos.bank.v1beta1.MsgSend": {
        "MsgValue": ("from_address string", "to_address string", "amount TypeAmount[]"),
        "TypeAmount": _COIN,
    },
    "/cosmos.staking.v1beta1.MsgDelegate": {"MsgValue": _STAKED, "TypeAmount": _COIN},
    "/cosmos.staking.v1beta1.MsgUndelegate": {"MsgValue": _STAKED, "TypeAmount": _COIN},
    "/cosmos.staking.v1beta1.MsgBeginRedelegate": {
        "MsgValue": (
            "delegator_address string",
            "validator_src_address string",
            "validator_dst_address string",
            "amount TypeAmount",
        ),
        "TypeAmount": _COIN,
    },
    "/cosmos.distribution.v1beta1.MsgWithdrawDelegatorReward": {
        "MsgValue": ("delegator_address string", "validator_address string"),
    },
}
_GREENFIELD: Mapping[str, str] = {  # a message of Greenfield, and whether its amount is one coin or several
    "/cosmos.bank.v1beta1.MsgSend": "[]",
    "/greenfield.bridge.MsgTransferOut": "",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """``ExtensionOptionsWeb3Tx``: the chain id of the domain, and who pays, with the signature where it is there."""

    typed_data_chain_id: int
    fee_payer: str = ""
    fee_payer_sig: bytes = b""


EXTENSION = message(Extension, typed_data_chain_id=uint64(1), fee_payer=string(2), fee_payer_sig=data(3))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Dialect:
    """How the chains with keys of one type have it; ``extension`` is the type URL, empty where there is none."""

    name: str
    contract: str
    extension: str = ""
    is_in_extension: bool = False  # where the signature is
    document: Callable[[Transaction, Signer, int], tuple[Types, Document]]


def _struct(*members: str) -> list[dict[str, str]]:
    """The members of a struct, each a name and a type."""
    pairs = [member.split(" ") for member in members]
    return [{"name": name, "type": kind} for name, kind in pairs]


def _refuse(what: str) -> TransactionError:
    return TransactionError(f"EIP-712: {what}", reason="unknown", hint="sign it in another mode, where the chain does")


# Ethermint's, and Injective's


def _web3(transaction: Transaction, signer: Signer, number: int, *, with_payer: bool) -> tuple[Types, Document]:
    urls = {getattr(type(each), "shape", each).type_url for each in transaction.messages}
    if len(urls) != 1:
        raise _refuse("expected messages of one kind")
    (url,) = urls
    values = _VALUES.get(url)
    if values is None:
        raise _refuse(f"messages of the type {url[:80]} have no struct that is known")
    with raised_as(TransactionError):
        msgs = [table.to_named(each, {}) for each in transaction.messages]
    fee: Document = {
        "amount": [Coin.shape.to_json(coin, {}) for coin in transaction.fee.amount],
        "gas": str(transaction.fee.gas_limit),
    }
    text = {name: f"{name} string" for name in ("account_number", "chain_id", "memo", "sequence", "timeout_height")}
    members = [text["account_number"], text["chain_id"], "fee Fee", text["memo"], "msgs Msg[]", text["sequence"]]
    document = {
        "account_number": str(number),
        "chain_id": transaction.chain.chain_id,
        "fee": fee,
        "memo": transaction.memo,
        "msgs": msgs,
        "sequence": str(signer.sequence),
    }
    paid = ["amount Coin[]", "gas string"]
    if with_payer:
        fee["feePayer"] = _account(transaction.chain, signer)
        paid.insert(0, "feePayer string")
    else:
        document["timeout_height"] = str(transaction.timeout_height)
        members.append(text["timeout_height"])
    types = {
        _DOMAIN: _struct("name string", "version string", "chainId uint256", "verifyingContract string", "salt string"),
        "Tx": _struct(*members),
        "Fee": _struct(*paid),
        "Coin": _struct(*_COIN),
        "Msg": _struct("type string", "value MsgValue"),
    }
    return types | {name: _struct(*listed) for name, listed in values.items()}, document


def _ethermint(transaction: Transaction, signer: Signer, number: int) -> tuple[Types, Document]:
    if transaction.timeout_height:
        raise _refuse("the typed data of this chain have no timeout_height")
    return _web3(transaction, signer, number, with_payer=True)


def _injective(transaction: Transaction, signer: Signer, number: int) -> tuple[Types, Document]:
    return _web3(transaction, signer, number, with_payer=False)


# Greenfield's


def _greenfield(transaction: Transaction, signer: Signer, number: int) -> tuple[Types, Document]:
    chain, fee = transaction.chain, transaction.fee
    types: Types = {
        _DOMAIN: _struct("chainId uint256", "name string", "salt string", "verifyingContract string", "version string"),
        "Coin": _struct("amount uint256", "denom string"),
        "Fee": _struct("amount Coin[]", "gas_limit uint256", "granter string", "payer string"),
    }
    document: Document = {
        "account_number": str(number),
        "chain_id": str(chain.eip155),
        "fee": {
            "amount": [Coin.shape.to_json(coin, {}) for coin in fee.amount],
            "gas_limit": str(fee.gas_limit),
            "granter": fee.granter,
            "payer": fee.payer or _account(chain, signer),
        },
        "memo": transaction.memo,
        "sequence": str(signer.sequence),
        "timeout_height": str(transaction.timeout_height),
    }
    names = [f"msg{place}" for place in range(1, len(transaction.messages) + 1)]
    for name, each in zip(names, transaction.messages, strict=True):
        document[name] = _told(each, name.capitalize(), types)
    kinds = {"account_number": "uint256", "chain_id": "uint256", "fee": "Fee", "memo": "string"}
    kinds |= {"sequence": "uint256", "timeout_height": "uint256"} | {name: name.capitalize() for name in names}
    types["Tx"] = _struct(*(f"{name} {kind}" for name, kind in sorted(kinds.items())))
    return types, document


def _told(message: Any, name: str, types: Types) -> Document:
    """A message as its JSON with its type URL; its struct has the members in the order of their names."""
    shape = getattr(type(message), "shape", None)
    several = None if shape is None else _GREENFIELD.get(shape.type_url)
    if shape is None or several is None or not message.amount:
        raise _refuse("this message has no struct that is known")
    with raised_as(TransactionError):
        value = {**shape.to_json(message, {}), "type": shape.type_url}
    coin = f"Type{name}Amount"
    types[name] = _struct(*(f"{each} {coin + several if each == 'amount' else 'string'}" for each in sorted(value)))
    types[coin] = _struct("amount string", "denom string")
    return value


_DIALECTS = {
    GREENFIELD_KEY: _Dialect(name="Greenfield Tx", contract="greenfield", document=_greenfield),
    INJECTIVE_KEY: _Dialect(
        name="Injective Web3",
        contract="cosmos",
        extension="/injective.types.v1beta1.ExtensionOptionsWeb3Tx",
        document=_injective,
    ),
    ETHERMINT_KEY: _Dialect(
        name="Cosmos Web3",
        contract="cosmos",
        extension="/ethermint.types.v1.ExtensionOptionsWeb3Tx",
        is_in_extension=True,
        document=_ethermint,
    ),
}


def _account(chain: CosmosChain, signer: Signer) -> str:
    if not isinstance(signer.key, PublicKey):
        raise TransactionError("signer key unknown: typed data name who pays", reason="missing")
    return chain.address(signer.key).text


def _dialect(chain: CosmosChain) -> _Dialect:
    found = _DIALECTS.get(chain.key_type_url)
    if found is None or chain.eip155 is None:
        raise TransactionError(f"{chain.name} has no typed data that are known", reason="scheme")
    return found


def typed_data(transaction: Transaction, signer: Signer, number: int) -> Document:
    """The document that a wallet is asked to sign (eth_signTypedData). Raises `TransactionError`.

    ``number`` is that of the signer's account.
    """
    chain, dialect = transaction.chain, _dialect(transaction.chain)
    if len(transaction.signers) != 1 or not isinstance(signer.key, PublicKey | None):
        raise _refuse("expected one signer with one key")
    if transaction.unordered or transaction.timeout_timestamp is not None:
        raise _refuse("an unordered transaction has no typed data that are known")
    if dialect.extension and (transaction.fee.payer or transaction.fee.granter):
        raise _refuse("the typed data of this chain name the signer as who pays, and nobody else")
    types, document = dialect.document(transaction, signer, number)
    domain = {
        "name": dialect.name,
        "version": "1.0.0",
        "chainId": str(chain.eip155),
        "verifyingContract": dialect.contract,
        "salt": "0",
    }
    return {"types": types, "primaryType": "Tx", "domain": domain, "message": document}


def sign_bytes(transaction: Transaction, signer: Signer, number: int) -> bytes:
    """What is hashed and signed: 0x19 0x01, the hash of the domain and that of the document. Raises `TransactionError`.

    Other than in EIP-712, contract and salt of the domain are texts.
    """
    document = typed_data(transaction, signer, number)
    types = StructTypes.parse(document["types"])
    return b"\x19\x01" + types.hash_struct(_DOMAIN, document["domain"]) + types.hash_struct("Tx", document["message"])


def sent(transaction: Transaction, signature: bytes) -> bytes:
    """What nodes take, with this signature of 65 bytes (r, s and 27 or 28). Raises `TransactionError`."""
    chain, (signer,) = transaction.chain, transaction.signers
    dialect, body, info = _dialect(chain), transaction.body, signer.info(chain)
    if dialect.extension:
        payer = _account(chain, signer) if dialect.is_in_extension else ""
        held = signature if dialect.is_in_extension else b""
        made = Extension(typed_data_chain_id=chain.eip155 or 0, fee_payer=payer, fee_payer_sig=held)
        options = (AnyMessage(type_url=dialect.extension, value=EXTENSION.encode(made)),)
        body = replace(body, extension_options=options)
        info = replace(info, mode_info=ModeInfo(single=Single(mode=SignMode.LEGACY_AMINO_JSON)))
        signature = b"" if dialect.is_in_extension else signature
    auth = AuthInfo(signer_infos=(info,), fee=transaction.fee)
    with raised_as(TransactionError):
        tx = TxRaw(body_bytes=BODY.encode(body), auth_info_bytes=AUTH_INFO.encode(auth), signatures=(signature,))
        return TX_RAW.encode(tx)


def signature_of(chain: CosmosChain, body: Body, signatures: tuple[bytes, ...]) -> bytes:
    """The signature of a transaction of one signer, from where this chain has it. Raises `TransactionError`."""
    dialect = _dialect(chain)
    if len(signatures) != 1 or len(body.extension_options) != bool(dialect.extension):
        raise TransactionError("EIP-712: expected one signer, and the option of this chain", reason="length")
    if dialect.extension:
        (option,) = body.extension_options
        if option.type_url != dialect.extension:
            raise TransactionError(f"expected {dialect.extension}, got {option.type_url[:80]}", reason="unknown")
        with raised_as(TransactionError):
            held = EXTENSION.decode(option.value)
        if held.typed_data_chain_id != chain.eip155:
            got = f"expected chain id {chain.eip155} of the typed data, got {held.typed_data_chain_id}"
            raise TransactionError(got, reason="network")
        return held.fee_payer_sig if dialect.is_in_extension else signatures[0]
    return signatures[0]
