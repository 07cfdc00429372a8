"""The conformance kit for chains passes every row and what it signs, and sees every promise that is broken."""

import re
from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import pytest

from support.relatives import simple_payment
from walletcore.chains import bitcoin, chain, chains, cosmos, evm, solana, stellar, theta, tron, vechain, xrpl
from walletcore.chains.accounts import AccountChain
from walletcore.chains.base import Address, Chain, SignedTransaction
from walletcore.chains.bitcoin.bip322 import GenericMessage
from walletcore.chains.bitcoin.chain import NETWORKS, BitcoinChain
from walletcore.chains.bitcoin.message import Message as BitcoinMessage
from walletcore.chains.bitcoin.opcodes import multisig
from walletcore.chains.bitcoin.transaction import pay
from walletcore.chains.cosmos import CosmosChain
from walletcore.chains.evm.chain import Evm
from walletcore.chains.solana.chain import SolanaChain
from walletcore.chains.stellar import StellarChain
from walletcore.chains.theta import ThetaChain
from walletcore.chains.tron import TronChain
from walletcore.chains.vechain import VeChain
from walletcore.chains.xrpl import XrplChain
from walletcore.effects import Fee, Transfer
from walletcore.errors import AddressError, TransactionError
from walletcore.keys import Curve, PrivateKey, PublicKey
from walletcore.secret import Secret
from walletcore.signers.local import LocalSigner
from walletcore.signing import Signable, Signature, sign
from walletcore.testing import Nonconformity, check_chain

KEYS = [PrivateKey(Curve.SECP256K1, Secret(bytes([number]) * 32)) for number in (7, 8, 9)]
SEEDS = [PrivateKey(Curve.ED25519, Secret(bytes([number]) * 32)) for number in (7, 8)]
PUBLIC = [key.public_key for key in KEYS]
ACCOUNTS = [key.public_key for key in SEEDS]


def bitcoin_samples(row: BitcoinChain) -> list[Signable[Any]]:
    if row.dialect is not None or "p2tr" not in row.kinds:
        return [simple_payment(row, PUBLIC[0], PUBLIC[2])]
    to = row.address(PUBLIC[2])
    script = multisig(2, PUBLIC, sort=True)
    inputs = {
        "p2wpkh": bitcoin.Input(txid="11" * 32, vout=0, value=50_000, key=PUBLIC[0]),
        "p2tr": bitcoin.Input(txid="22" * 32, vout=1, value=50_000, key=PUBLIC[1], kind="p2tr"),
        "multisig": bitcoin.Input(txid="33" * 32, vout=2, value=50_000, witness_script=script),
    }
    alone = [bitcoin.Transaction(chain=row, inputs=(each,), outputs=(pay(to, 40_000),)) for each in inputs.values()]
    both = bitcoin.Transaction(
        chain=row, inputs=tuple(inputs.values()), outputs=(pay(to, 100_000), pay(row.address(PUBLIC[0]), 40_000))
    )
    messages = [BitcoinMessage(chain=row, signer=PUBLIC[0], data=b"hello", kind=kind) for kind in ("p2wpkh", "p2pkh")]
    if row not in NETWORKS:  # BIP-322 is Bitcoin's
        return [*alone, both, *messages]
    generic = [
        GenericMessage(chain=row, signer=PUBLIC[0], data=b"hello", kind="p2tr"),
        GenericMessage(chain=row, signer=PUBLIC[0], data=b"hello", kind="p2pkh", funds=(inputs["p2tr"],)),
    ]
    return [*alone, both, *messages, *generic]


TYPED = """{"types": {"EIP712Domain": [{"name": "name", "type": "string"}, {"name": "chainId", "type": "uint256"}],
"Mail": [{"name": "text", "type": "string"}]}, "primaryType": "Mail", "domain": {"name": "Mail", "chainId": %d},
"message": {"text": "hello"}}"""


def evm_samples(row: Evm) -> list[Signable[Any]]:
    common: dict[str, Any] = {"chain": row, "sender": PUBLIC[0], "to": row.address(PUBLIC[1]), "nonce": 3}
    price: dict[str, Any] = {"gas": 21_000, "gas_price": 10}
    typed = evm.TypedData.parse(TYPED % int(row.caip2.split(":")[1]))
    return [
        evm.LegacyTransaction(**common, **price, value=5),
        evm.AccessListTransaction(**common, **price, value=5),
        evm.Transaction(**common, value=5, gas=21_000, max_fee=10, max_priority_fee=1),
        evm.Transaction(**{**common, "to": None}, value=0, gas=99_000, max_fee=10, max_priority_fee=1, data=b"\1\2"),
        evm.Message(chain=row, signer=PUBLIC[0], data=b"hello"),
        evm.Message(chain=row, signer=PUBLIC[0], data=typed),
    ]


def solana_samples(row: SolanaChain) -> list[Signable[Any]]:
    one, two = ACCOUNTS
    transfers = [solana.transfer(source=each, destination=row.address(one), lamports=5) for each in ACCOUNTS]
    common: dict[str, Any] = {"chain": row, "recent_blockhash": bytes(range(32)), "fee_payer": one}
    return [
        solana.Transaction.compile(**common, instructions=transfers[:1]),
        solana.Transaction.compile(**common, instructions=transfers),
        solana.Transaction.compile(**common, instructions=transfers, tables=()),
        solana.OffchainMessage(chain=row, text="hello", signers=(one, two)),
        solana.PlainMessage(chain=row, text="hello", signer=one),
    ]


def _of_contracts(row: StellarChain, common: dict[str, Any], one: Address) -> list[Signable[Any]]:
    token = stellar.contract_id(row, stellar.NativeAsset())
    call = stellar.InvokeContract(contract=token, function="balance", args=(stellar.scval("address", one),))
    resources = stellar.SorobanData(instructions=1, disk_read_bytes=0, write_bytes=0, resource_fee=1)
    credentials = stellar.Credentials(address=stellar.SCAddress.of(one), nonce=1, expiration=2)
    entry = stellar.AuthorizationEntry(credentials=credentials, invocation=stellar.Invocation(function=call))
    return [
        stellar.Transaction(**common, operations=(stellar.InvokeHostFunction(function=call),), soroban=resources),
        stellar.Authorization(chain=row, entry=entry),
        stellar.Message(chain=row, data=b"hello", signer=ACCOUNTS[0]),
    ]


def stellar_samples(row: StellarChain) -> list[Signable[Any]]:
    one, two = map(row.address, ACCOUNTS)
    pay = stellar.Payment(destination=row.account(two.payload, 7), asset=stellar.NativeAsset(), amount=5)
    usd = stellar.IssuedAsset(code="USD", issuer=two)
    common: dict[str, Any] = {"chain": row, "source": one, "fee": 100, "sequence": 3}
    plain = stellar.Transaction(**common, operations=(pay,), memo=stellar.MemoText(text=b"hello"))
    both = (pay, stellar.ChangeTrust(line=usd, source=two), stellar.SetOptions(master_weight=0))
    inner = sign(plain, LocalSigner(SEEDS[0]))
    return [
        plain,
        stellar.Transaction(**common, operations=both, conditions=stellar.TimeBounds(max_time=9)),
        stellar.Transaction(**common, operations=(pay,), is_v0=True),
        *_of_contracts(row, common, one),
        stellar.FeeBumpTransaction.of(inner, fee_source=two, fee=400),
    ]


def theta_samples(row: ThetaChain) -> list[Signable[Any]]:
    def given(place: int, **coins: int) -> theta.Input:
        return theta.Input(
            account=row.address(PUBLIC[place]), key=PUBLIC[place], sequence=1, coins=theta.Coins(**coins)
        )

    paid = theta.Output(account=row.address(PUBLIC[2]), coins=theta.Coins(theta=5, tfuel=6))
    return [
        theta.Send(chain=row, fee=4, inputs=(given(0, theta=5), given(1, tfuel=10)), outputs=(paid,)),
        theta.SmartContract(chain=row, source=given(0, tfuel=5), to=paid.account, gas=9, gas_price=2, data=b"\1"),
        theta.WithdrawStake(chain=row, fee=4, source=given(0), holder=paid.account, purpose=1),
    ]


def tron_samples(row: TronChain) -> list[Signable[Any]]:
    owner, other = row.address(PUBLIC[0]), row.address(PUBLIC[2])
    common: dict[str, Any] = {"chain": row, "ref_block_bytes": bytes(2), "ref_block_hash": bytes(8), "expiration": 1}
    paid = tron.TransferContract(owner_address=owner, to_address=other, amount=5)
    called = tron.TriggerSmartContract(owner_address=owner, contract_address=other, data=tron.transfer(other, 5))
    return [
        tron.Transaction(**common, contract=paid, signers=tuple(PUBLIC[:1])),
        tron.Transaction(**common, contract=called, signers=tuple(PUBLIC[:2]), permission_id=2, fee_limit=9, memo=b"m"),
        tron.Message(chain=row, signer=PUBLIC[0], data=b"hello"),
    ]


def vechain_samples(row: VeChain) -> list[Signable[Any]]:
    clause = vechain.Clause(to=row.address(PUBLIC[2]), value=5)
    common: dict[str, Any] = {"chain": row, "sender": PUBLIC[0], "block_ref": bytes(8), "expiration": 32, "nonce": 7}
    common |= {"clauses": (clause,), "gas": 21_000}
    return [
        vechain.Transaction(**common, max_fee=10, max_priority_fee=1),
        vechain.LegacyTransaction(**common, gas_price_coef=0),
        vechain.Certificate(
            chain=row,
            account=row.address(PUBLIC[0]),
            signer=PUBLIC[0],
            purpose="identification",
            content="hello",
            domain="localhost",
            timestamp=1,
        ),
    ]


def xrpl_samples(row: XrplChain) -> list[Signable[Any]]:
    fields = {"TransactionType": "AccountSet", "Account": row.address(PUBLIC[0]).text, "Fee": "12", "Sequence": 1}
    cosigners = tuple(xrpl.Cosigner(account=row.address(key), key=key) for key in PUBLIC[1:3])
    sponsored = fields | {"Sponsor": row.address(PUBLIC[1]).text}
    sponsor = xrpl.Party(place="SponsorSignature", key=PUBLIC[1])
    own, other = row.address(PUBLIC[0]), row.address(PUBLIC[2])
    typed = xrpl.Payment(
        chain=row, signer=PUBLIC[0], account=own, destination=other, amount=5, fee=12, sequence=7, destination_tag=3
    )
    return [
        xrpl.Transaction.of(row, fields, signer=PUBLIC[0]),
        xrpl.Transaction.of(row, fields, signers=cosigners),
        xrpl.Transaction.of(row, sponsored, signer=PUBLIC[0], parties=(sponsor,)),
        xrpl.Claim(chain=row, channel=bytes(range(32)), amount=5, signer=PUBLIC[0]),
        typed,
        replace(typed, signer=None, signers=cosigners),
        xrpl.Batch(
            chain=row,
            signer=PUBLIC[0],
            account=typed.account,
            fee=40,
            sequence=9,
            raw_transactions=tuple([replace(typed, signer=None, fee=0, sequence=n) for n in (10, 11)]),
            flags=frozenset({"tfAllOrNothing"}),
        ),
    ]


def cosmos_samples(row: CosmosChain) -> list[Signable[Any]]:
    one, two, three = (row.address(key).text for key in PUBLIC)
    coins = (cosmos.Coin(denom=row.denom, amount=5),)
    sent = cosmos.MsgSend(from_address=one, to_address=three, amount=coins)
    back = cosmos.MsgSend(from_address=two, to_address=three, amount=coins)
    common: dict[str, Any] = {"chain": row, "fee": cosmos.Fee(amount=coins, gas_limit=9)}
    samples: list[Signable[Any]] = [cosmos.Message.of(row, PUBLIC[0], "hello")] if row.hrp else []
    modes = {"direct": cosmos.SignMode.DIRECT, "amino": cosmos.SignMode.LEGACY_AMINO_JSON}
    for mode in [modes[name] for name in row.modes if name in modes]:
        signers = tuple(
            cosmos.Signer(key=key, account_number=number, sequence=3, mode=mode)
            for number, key in enumerate(PUBLIC[:2])
        )
        samples.append(cosmos.Transaction(**common, messages=(sent,), signers=signers[:1]))
        samples.append(cosmos.Transaction(**common, messages=(sent, back), signers=signers, memo="hello"))
    return samples


def samples_of(row: Chain) -> tuple[list[Signable[Any]], list[PrivateKey]]:
    if isinstance(row, BitcoinChain):
        return bitcoin_samples(row), KEYS
    if isinstance(row, CosmosChain):
        return cosmos_samples(row), KEYS
    if isinstance(row, Evm):
        return evm_samples(row), KEYS
    if isinstance(row, StellarChain):
        return stellar_samples(row), SEEDS
    if isinstance(row, ThetaChain):
        return theta_samples(row), KEYS
    if isinstance(row, TronChain):
        return tron_samples(row), KEYS
    if isinstance(row, VeChain):
        return vechain_samples(row), KEYS
    if isinstance(row, XrplChain):
        return xrpl_samples(row), KEYS
    assert isinstance(row, SolanaChain)
    return solana_samples(row), SEEDS


@pytest.mark.parametrize("row", chains(), ids=lambda row: row.name)
def test_every_row_and_what_it_signs_keeps_every_promise(row: Chain) -> None:
    samples, keys = samples_of(row)
    report = check_chain(row, samples=samples, keys=keys)
    assert len(report.signed) == len(samples)
    assert len(report.addresses) == len(row.profiles)
    if isinstance(row, SolanaChain):  # its addresses have no checksum
        assert report.undetected
    else:  # EIP-55 sees all but one of some thousand misspellings (EIP-55, "Rationale")
        assert report.undetected <= (1 if isinstance(row, AccountChain) else 0)


# -- mutants of a row

ROW = chain("ethereum", Evm)
CHAINS_BROKEN: dict[str, tuple[Callable[[], Chain], str]] = {}
SAMPLES_BROKEN: dict[str, tuple[type[evm.Transaction], str]] = {}


def made(cls: type[Evm], **changes: Any) -> Evm:
    values = {field.name: getattr(ROW, field.name) for field in fields(ROW) if field.init}
    return cls(**{**values, **changes})


def chain_mutant(promise: str) -> Callable[[type[Evm]], type[Evm]]:
    def noted(cls: type[Evm]) -> type[Evm]:
        CHAINS_BROKEN[cls.__name__] = lambda: made(cls), promise
        return cls

    return noted


def row_mutant(title: str, promise: str, /, **changes: Any) -> None:
    CHAINS_BROKEN[title] = lambda: made(Evm, **changes), promise


row_mutant("upper case name", "its name is lower case", name="Ethereum")
CHAINS_BROKEN["no CAIP-2 name"] = lambda: replace(chain("bitcoin"), caip2="bitcoin"), "CAIP-2"
row_mutant("coin type", "coin type", slip44=2**31)
row_mutant("no profile", "profiles", profiles=())
row_mutant("profile without source", "where it is written", profiles=(replace(ROW.profiles[0], source=""),))
row_mutant(
    "two profiles of one name", "found by its name", profiles=(ROW.profiles[0], replace(ROW.profiles[0], path="m"))
)


@chain_mutant("frozen")
class Thawed(Evm):
    def __setattr__(self, name: str, value: object) -> None:
        pass


@chain_mutant("a value")
class NotPickled(Evm):
    def __reduce__(self) -> Any:
        return ROW.__reduce_ex__(2)


@chain_mutant("named in subjects")
class NamesNoSubjects(Evm):
    subjects = ()


@chain_mutant("read back")
class ReadsAnother(Evm):
    def parse_address(self, text: str, **options: Any) -> Address:
        return replace(Evm.parse_address(self, text), kind="other")


@chain_mutant("the same each time")
class AddressOfAnotherChain(Evm):
    def address(self, key: PublicKey, **options: Any) -> Address:
        return replace(Evm.address(self, key, **options), chain=ROW)


@chain_mutant("prints as its text")
class PrintsOtherwise(Evm):
    def account_id(self, address: str) -> str:
        return address


@chain_mutant("AddressError")
class Strips(Evm):
    def parse_address(self, text: str, **options: Any) -> Address:
        return Evm.parse_address(self, text.strip() if type(text) is str else text)


@chain_mutant("no second spelling")
class IgnoresChecksums(Evm):
    def parse_address(self, text: str, **options: Any) -> Address:
        try:
            return Evm.parse_address(self, text)
        except AddressError:
            if type(text) is not str or not re.fullmatch("0x[0-9a-fA-F]{40}", text):
                raise
            return Address(chain=self, text=text, payload=bytes.fromhex(text[2:]))


@chain_mutant("not ValueError")
class RaisesValueError(Evm):
    def parse_address(self, text: str, **options: Any) -> Address:
        try:
            return Evm.parse_address(self, text)
        except AddressError:
            raise ValueError(text) from None


@chain_mutant("addresses() gives")
class BatchOfAnotherForm(Evm):
    def addresses(self, keys: Any, **options: Any) -> list[str]:
        return [text.lower() for text in Evm.addresses(self, keys, **options)]


@chain_mutant("a key of")
class TakesForeignKeys(Evm):
    def address(self, key: PublicKey, **options: Any) -> Address:
        return Evm.address(self, PUBLIC[0] if getattr(key, "curve", None) is Curve.ED25519 else key, **options)


@chain_mutant("what is no key")
class TakesNoKey(Evm):
    def address(self, key: PublicKey, **options: Any) -> Address:
        return Evm.address(self, key or PUBLIC[0], **options)


@chain_mutant("an unknown kind")
class TakesAnyKind(Evm):
    def address(self, key: PublicKey, **options: Any) -> Address:
        return Evm.address(self, key)


@chain_mutant("as bytes")
class DecodesGarbage(Evm):
    def decode_transaction(self, raw: bytes, **options: Any) -> Any:
        return Evm.decode_transaction(self, raw, **options) if raw else None


@chain_mutant("as bytes")
class DecodesBytearrays(Evm):
    def decode_transaction(self, raw: bytes, **options: Any) -> Any:
        try:
            return Evm.decode_transaction(self, bytes(raw), **options)
        except TypeError as error:
            raise KeyError from error


@chain_mutant("cut or followed by more")
class LeavesTrailingBytes(Evm):
    def decode_transaction(self, raw: bytes, **options: Any) -> Any:
        try:
            return Evm.decode_transaction(self, raw, **options)
        except TransactionError:
            if type(raw) is not bytes:
                raise
            return Evm.decode_transaction(self, raw[:-1], **options)


@chain_mutant("the very same signatures")
class RebuildsAnother(Evm):
    def decode_transaction(self, raw: bytes, **options: Any) -> Any:
        read = Evm.decode_transaction(self, raw, **options)
        return replace(read, nonce=4) if isinstance(read, evm.Transaction) else read


@chain_mutant("as the signed transaction")
class ReadsSignedBytesAsUnsigned(Evm):
    def decode_transaction(self, raw: bytes, **options: Any) -> Any:
        read = Evm.decode_transaction(self, raw, **options)
        return read.transaction if isinstance(read, SignedTransaction) else read


@chain_mutant("the id of")
class GivesAnyId(Evm):
    def transaction_id(self, raw: bytes) -> str:
        return Evm.transaction_id(self, raw) if type(raw) is bytes and raw else "0x00"


@chain_mutant("its id is that of its bytes")
class GivesNoId(Evm):
    def transaction_id(self, raw: bytes) -> str:
        return ""


@chain_mutant("raises nothing")
class FailsOnItsOwnAddress(Evm):
    def parse_address(self, text: str, **options: Any) -> Address:
        raise AddressError("no")


CHAINS_BROKEN["no chain at all"] = lambda: object(), "a chain is a Chain"  # type: ignore[assignment,return-value]


@chain_mutant("copied and pickled as such, without")
class FailsToBePickled(Evm):
    def __reduce_ex__(self, protocol: Any) -> Any:
        raise TypeError("no")


@chain_mutant("hashed, copied and pickled as such")
class EqualToNothing(Evm):
    __hash__ = Evm.__hash__

    def __eq__(self, other: object) -> bool:
        return False


@chain_mutant("is refused with AddressError, not ValueError")
class RaisesForMisspellings(Evm):
    def parse_address(self, text: str, **options: Any) -> Address:
        try:
            return Evm.parse_address(self, text)
        except AddressError as error:
            if type(text) is str and error.reason == "checksum" and len(text) == 42:
                raise ValueError(text) from None
            raise


@chain_mutant("as address is refused")
class ReadsNothingAsAnAddress(Evm):
    def parse_address(self, text: Any, **options: Any) -> Address:
        if text is None:
            return Evm.address(self, PUBLIC[0])
        return Evm.parse_address(self, text)


@chain_mutant("an unknown profile")
class TakesAnyProfile(Evm):
    def profile(self, name: str = "", **options: Any) -> Any:
        return Evm.profile(self, "" if name == "no such profile" else name, **options)


@chain_mutant("not read as a signed one")
class ReadsUnsignedBytesAsSigned(Evm):
    def decode_transaction(self, raw: bytes, **options: Any) -> Any:
        read = Evm.decode_transaction(self, raw, **options)
        if isinstance(read, SignedTransaction):
            return read
        return SignedTransaction(chain=self, raw=raw, transaction=read, answers=())


def sample_mutant(promise: str) -> Callable[[type[evm.Transaction]], type[evm.Transaction]]:
    def noted(cls: type[evm.Transaction]) -> type[evm.Transaction]:
        SAMPLES_BROKEN[cls.__name__] = cls, promise
        return cls

    return noted


@sample_mutant("requests are a tuple")
class ListsItsRequests(evm.Transaction):
    def requests(self) -> Any:
        return list(evm.Transaction.requests(self))


@sample_mutant("requests are a tuple")
class AsksForNothing(evm.Transaction):
    def requests(self) -> Any:
        return ()


@sample_mutant("name what they are made for")
class NamesNoSubject(evm.Transaction):
    def requests(self) -> Any:
        return tuple(replace(request, subject=None) for request in evm.Transaction.requests(self))


@sample_mutant("not empty")
class HasNoEffects(evm.Transaction):
    def effects(self, *, erc20: Any = ()) -> Any:
        return ()


@sample_mutant("CAIP-19 names")
class MovesAnotherAsset(evm.Transaction):
    def effects(self, *, erc20: Any = ()) -> Any:
        return tuple(
            replace(effect, asset="eip155:10/slip44:60") if isinstance(effect, Transfer | Fee) else effect
            for effect in evm.Transaction.effects(self)
        )


@sample_mutant("the very same effects")
class HidesAnEffect(evm.Transaction):
    def effects(self, *, erc20: Any = ()) -> Any:
        return evm.Transaction.effects(self)[:1]


@sample_mutant("with the effects of what was to be signed")
class GivesAnotherChain(evm.Transaction):
    def assemble(self, answers: Any) -> Any:
        return replace(evm.Transaction.assemble(self, answers), chain=chain("polygon"))


@sample_mutant("no signature at all")
class AssemblesNothing(evm.Transaction):
    def assemble(self, answers: Any) -> Any:
        return evm.Transaction.assemble(self, answers) if any(answers) else None


@sample_mutant("a place too many")
class IgnoresPlaces(evm.Transaction):
    def assemble(self, answers: Any) -> Any:
        return evm.Transaction.assemble(self, answers[:1])


@sample_mutant("a flipped bit")
class TakesAnyAnswer(evm.Transaction):
    def assemble(self, answers: Any) -> Any:
        if len(answers) == 1 and answers[0] is not None:
            good = collect_of(self)
            return evm.Transaction.assemble(self, good)
        return evm.Transaction.assemble(self, answers)


def collect_of(sample: evm.Transaction) -> tuple[Signature, ...]:
    (request,) = sample.requests()
    data, recovery = KEYS[0].sign_recoverable(request.scheme, request.message)
    return (Signature(scheme=request.scheme, data=data, recovery=recovery),)


@sample_mutant("its answers are those that were accepted")
class KeepsPlainAnswers(evm.Transaction):
    def assemble(self, answers: Any) -> Any:
        signed = evm.Transaction.assemble(self, answers)
        return replace(signed, answers=collect_of(self))


@sample_mutant("a SignedTransaction of the sample")
class SignsAnotherSample(evm.Transaction):
    def assemble(self, answers: Any) -> Any:
        signed: Any = evm.Transaction.assemble(self, answers)
        return replace(signed, transaction=replace(sample(evm.Transaction, ROW), nonce=9, max_fee=10))


def sample(cls: type[evm.Transaction], row: Evm) -> evm.Transaction:
    to = replace(Evm.address(row, PUBLIC[1]), chain=row)
    fees: dict[str, Any] = {"gas": 21_000, "max_fee": 10, "max_priority_fee": 1}
    return cls(chain=row, sender=PUBLIC[0], to=to, value=5, nonce=3, **fees)


@pytest.mark.parametrize("name", CHAINS_BROKEN)
def test_a_broken_promise_of_a_row_is_seen_and_named(name: str) -> None:
    make, promise = CHAINS_BROKEN[name]
    row = make()
    with pytest.raises(Nonconformity) as caught:
        check_chain(row, samples=[sample(evm.Transaction, row if isinstance(row, Evm) else ROW)], keys=KEYS[:1])
    assert promise in str(caught.value)


@pytest.mark.parametrize("name", SAMPLES_BROKEN)
def test_a_broken_promise_of_what_is_signed_is_seen_and_named(name: str) -> None:
    cls, promise = SAMPLES_BROKEN[name]
    with pytest.raises(Nonconformity) as caught:
        check_chain(ROW, samples=[sample(cls, ROW)], keys=KEYS[:1])
    assert promise in str(caught.value)


def test_a_sample_that_the_keys_do_not_sign_is_told() -> None:
    with pytest.raises(Nonconformity, match="sign the whole sample"):
        check_chain(ROW, samples=[sample(evm.Transaction, ROW)], keys=KEYS[1:])
    with pytest.raises(Nonconformity, match="a sample is of this chain"):
        check_chain(chain("polygon"), samples=[sample(evm.Transaction, ROW)], keys=KEYS)


class ReadAsATransaction(evm.Message):
    @property
    def raw(self) -> bytes:
        return sample(evm.Transaction, ROW).raw


class HoldsAnother(evm.Message):
    def assemble(self, answers: Any) -> Any:
        signed: Any = evm.Message.assemble(self, answers)
        return replace(signed, message=evm.Message(chain=ROW, signer=PUBLIC[0], data=b"hello"))


@pytest.mark.parametrize(
    ("cls", "promise"), [(ReadAsATransaction, "not read as a transaction"), (HoldsAnother, "holds the message")]
)
def test_a_broken_promise_of_a_message_is_seen_and_named(cls: type[evm.Message], promise: str) -> None:
    with pytest.raises(Nonconformity, match=promise):
        check_chain(ROW, samples=[cls(chain=ROW, signer=PUBLIC[0], data=b"hello")], keys=KEYS[:1])


@pytest.mark.parametrize("arguments", [{"samples": [1]}, {"samples": 7}, {"keys": [b""]}, {"keys": None}])
def test_arguments_are_samples_and_private_keys(arguments: dict[str, Any]) -> None:
    with pytest.raises(Nonconformity, match="samples are" if "samples" in arguments else "keys are"):
        check_chain(ROW, **arguments)
