"""Signers over PKCS #11: what is told apart without a token, and real signatures of a token of SoftHSM."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import coincurve
import pkcs11
import pytest
from eth_account import Account
from nacl.signing import VerifyKey
from pkcs11 import Attribute, KeyType, Mechanism, ObjectClass, TokenFlag, exceptions

from support.bitcoin import REGTEST, kernel_accepts
from support.softhsm import (
    BIP32_KEY,
    BIP32_PUBLIC,
    LABEL,
    PIN,
    RFC8032_KEY,
    RFC8032_PUBLIC,
    Step,
    Token,
    private_template,
)
from support.vectors import load
from walletcore.chains import chain, evm, solana
from walletcore.chains.bitcoin import Input, Transaction, pay
from walletcore.errors import (
    InvalidKey,
    InvalidSignature,
    OutcomeUnknown,
    SignerError,
    SignerUnavailable,
    SigningRefused,
    WalletcoreError,
)
from walletcore.hashes import sha256
from walletcore.keys import Curve, PrivateKey, PublicKey, Scheme
from walletcore.secret import Secret
from walletcore.signers import open_signer
from walletcore.signers import pkcs11 as signers
from walletcore.signers.asn1 import read_point
from walletcore.signers.pkcs11_module import Module
from walletcore.signers.uri import SignerUri
from walletcore.signing import SigningRequest, sign
from walletcore.testing import check_signer

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
STRANGER = PrivateKey(Curve.SECP256K1, Secret(bytes([8]) * 32)).public_key
PINNED = PublicKey.parse(Curve.SECP256K1, bytes.fromhex(BIP32_PUBLIC))


def asked(key: PublicKey, payload: bytes = b"pay") -> SigningRequest:
    scheme = {Curve.SECP256K1: Scheme.ECDSA, Curve.P256: Scheme.ECDSA_P256, Curve.ED25519: Scheme.ED25519}[key.curve]
    return SigningRequest(key=key, scheme=scheme, payload=payload, prehash=None if scheme is Scheme.ED25519 else sha256)


def why(error: type[WalletcoreError], call: Callable[..., Any], *arguments: Any, **options: Any) -> str:
    with pytest.raises(error) as caught:
        call(*arguments, **options)
    assert type(caught.value) is error
    assert PIN not in str(caught.value)
    return caught.value.reason


# Without a token.

PARAMETERS = {
    Curve.SECP256K1: "06052b8104000a",
    Curve.P256: "06082a8648ce3d030107",
    Curve.ED25519: "130c656477617264733235353139",
}


def full(data: str) -> bytes:
    """A point with both coordinates, as libsecp256k1 writes it."""
    return coincurve.PublicKey(bytes.fromhex(data)).format(compressed=False)


@pytest.mark.parametrize("head", [b"\x04\x41", b""], ids=["an octet string", "the point itself"])
def test_H14_a_point_is_read_in_both_encodings(head: bytes) -> None:
    parameters = bytes.fromhex(PARAMETERS[Curve.SECP256K1])
    assert read_point(parameters, head + full(BIP32_PUBLIC)) == PINNED


@pytest.mark.parametrize("head", [b"\x04\x20", b""], ids=["an octet string", "the key itself"])
@pytest.mark.parametrize("parameters", ["06032b6570", "130c656477617264733235353139"])
def test_H14_an_edwards_key_is_read_in_both_encodings_of_both_names(head: bytes, parameters: str) -> None:
    data = bytes.fromhex(RFC8032_PUBLIC)
    assert read_point(bytes.fromhex(parameters), head + data) == PublicKey.parse(Curve.ED25519, data)


def test_H14_every_other_encoding_of_a_point_is_refused() -> None:
    parameters, point = bytes.fromhex(PARAMETERS[Curve.SECP256K1]), full(BIP32_PUBLIC)
    wrong = [
        b"",
        b"\x04\x40" + point,
        b"\x03\x41" + point,
        b"\x04\x81\x41" + point,
        b"\x04\x41" + point + b"\0",
        b"\x04\x41" + point[:-1],
        b"\x04\x41" + point[:-1] + bytes([point[-1] ^ 1]),
        b"\x04\x41\x04\x41" + point,
        b"\x04\x41" + b"\x06" + point[1:],
        point[:-1],
        point + b"\0",
        bytes(65),
    ]
    for each in wrong:
        why(InvalidKey, read_point, parameters, each)
    for name in (b"", bytes.fromhex("06052b81040022"), None, 5, parameters + b"\0"):
        assert why(InvalidKey, read_point, name, point) == "scheme"
    assert why(InvalidKey, read_point, parameters, None) == "scheme"


@pytest.mark.parametrize("size", [0, 1, 63, 65, 70, 72, 128])
def test_H02_an_answer_of_another_length_is_no_signature(size: int) -> None:
    assert why(InvalidSignature, signers._raw, Scheme.ECDSA, bytes(size)) == "length"


TOLD: list[tuple[Exception, type[WalletcoreError], type[WalletcoreError]]] = [
    (exceptions.PinIncorrect(PIN), SigningRefused, SigningRefused),
    (exceptions.FunctionRejected(PIN), SigningRefused, SigningRefused),
    (exceptions.SessionHandleInvalid(PIN), SignerUnavailable, SignerUnavailable),
    (exceptions.TokenNotPresent(PIN), SignerUnavailable, SignerUnavailable),
    (exceptions.SessionClosed(PIN), SignerUnavailable, OutcomeUnknown),
    (exceptions.DeviceRemoved(PIN), SignerUnavailable, OutcomeUnknown),
    (exceptions.DeviceError(PIN), SignerUnavailable, OutcomeUnknown),
    (exceptions.PKCS11Error(PIN), SignerUnavailable, OutcomeUnknown),
    (SystemError(PIN), SignerUnavailable, OutcomeUnknown),
    (UnicodeDecodeError("utf-8", PIN.encode(), 0, 1, PIN), SignerUnavailable, OutcomeUnknown),
    (InvalidSignature("mine"), InvalidSignature, InvalidSignature),
]


@pytest.mark.parametrize(("error", "before", "while_signing"), TOLD, ids=lambda value: getattr(value, "__name__", ""))
def test_H13_errors_of_a_module_are_told_by_whether_it_may_have_signed_and_without_their_text(
    error: Exception, before: type[WalletcoreError], while_signing: type[WalletcoreError]
) -> None:
    module = Module("nothing")

    def fails(signing: bool) -> None:
        with module.told(signing=signing):
            raise error

    why(before, fails, False)
    why(while_signing, fails, True)


def test_H10_what_fails_while_the_pin_is_tried_is_no_fault_of_the_pin() -> None:
    module, token = Module("nothing"), SimpleNamespace(flags=TokenFlag(0), serial=b"1")

    def fails() -> None:
        with module.told(signing=True), module.tried(token, Secret(PIN.encode()), final_try=False):
            raise UnicodeDecodeError("utf-8", b"", 0, 1, "the binding read what the module gave")

    why(OutcomeUnknown, fails)


def test_a_uri_names_a_module_of_the_list_and_holds_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    place = f"pkcs11:token={LABEL};object=hot"

    def opened(uri: str) -> str:
        return why(SignerError, open_signer, uri, public_key=PINNED, secrets=lambda name: Secret(PIN.encode()))

    assert opened(place) == "unknown"
    assert opened(f"{place}?module-name=/tmp/evil.so") == "unknown"
    assert opened(f"{place}?module-path=/tmp/evil.so") == "unknown"
    assert opened(f"{place}?module-name=softhsm2&pin-value={PIN}") == "unknown"
    assert opened(f"{place}?module-name=softhsm2&pin-source=file:/{PIN}") == "unknown"
    assert opened(f"{place}?module-name=softhsm2&vendor-x={PIN}") == "unknown"
    monkeypatch.setattr(signers, "MODULES", {"softhsm2": ("/nowhere/libsofthsm2.so",)})
    uri = f"{place}?module-name=softhsm2"
    assert why(SignerUnavailable, open_signer, uri, public_key=PINNED) == "missing"


def test_code_names_a_module_by_its_absolute_path_and_nothing_else_opens_one(tmp_path: Path) -> None:
    uri = SignerUri.parse("pkcs11:token=a;object=b")

    def opened(*arguments: Any, **options: Any) -> str:
        return why(SignerError, signers.open_key, *arguments, **options)

    for module in ("libsofthsm2.so", "./libsofthsm2.so", "", None, tmp_path):
        assert opened(uri, PINNED, print, module=module) == "type"
    assert opened("pkcs11:token=a;object=b", PINNED, print, module="/m.so") == "type"
    assert opened(uri, PINNED.data, print, module="/m.so") == "type"
    assert opened(uri, PINNED, "4711", module="/m.so") == "type"
    assert opened(SignerUri.parse("pkcs11:token=a;object=b?pin-value=1"), PINNED, print, module="/m.so") == "unknown"
    no_module = tmp_path / "module.so"
    for content in (None, b"no library"):
        if content is not None:
            no_module.write_bytes(content)
        why(SignerUnavailable, signers.open_key, uri, PINNED, print, module=str(no_module))


# A token.


@pytest.mark.engine
@pytest.mark.parametrize("label", ["hot", "p256", "ed", "bip32", "rfc8032"])
def test_X01_a_key_of_each_curve_keeps_the_contract_of_a_signer(token: Token, label: str) -> None:
    report = check_signer(token.signer(label), secrets=[PIN.encode()])
    assert report.is_deterministic is (token.public_key(label).curve is Curve.ED25519)
    assert token.shim.shim_calls(Step.LOGIN) == 1


@pytest.mark.engine
def test_H01_H05_half_of_the_answers_have_high_s_and_all_become_canonical(token: Token) -> None:
    signer = token.signer()
    with token.get().open(user_pin=PIN) as session:
        key = session.get_key(label="hot", object_class=ObjectClass.PRIVATE_KEY)
        raw = [key.sign(sha256(b"%d" % n), mechanism=Mechanism.ECDSA) for n in range(100)]
    assert 20 < sum(int.from_bytes(each[32:]) > ORDER // 2 for each in raw) < 80
    for number in range(100):
        signature = signer.sign(asked(signer.public_key, b"%d" % number))
        assert int.from_bytes(signature.data[32:]) <= ORDER // 2
        assert signature.recovery in (0, 1)


@pytest.mark.engine
def test_a_published_key_in_the_token_gives_its_published_signature(token: Token) -> None:
    case = next(each for each in load("ed25519/sign") if each.id == "ed25519/sign/djb-0")
    assert case.input["secret"] == RFC8032_KEY
    message = bytes.fromhex(case.input["message"])
    signature = token.signer("rfc8032").sign(asked(token.public_key("rfc8032"), message))
    assert signature.data.hex() == case.expect["signature"]


@pytest.mark.engine
def test_an_evm_transaction_of_a_key_in_the_token_leads_back_to_it(token: Token) -> None:
    signer, ethereum = token.signer(), chain("ethereum", evm.Evm)
    transaction = evm.Transaction(
        chain=ethereum,
        sender=signer.public_key,
        to=ethereum.address(STRANGER),
        value=1,
        nonce=0,
        gas=21_000,
        max_fee=evm.GWEI,
        max_priority_fee=0,
    )
    signed = sign(transaction, signer)
    assert Account.recover_transaction(signed.raw) == ethereum.address(signer.public_key).text


@pytest.mark.engine
def test_a_bitcoin_transaction_of_a_key_in_the_token_is_accepted_by_the_kernel(token: Token) -> None:
    signer = token.signer("bip32")
    spent = Input(txid="11" * 32, vout=0, value=70_000, key=signer.public_key, kind="p2wpkh")
    outputs = (pay(REGTEST.address(STRANGER), 60_000),)
    transaction = Transaction(chain=REGTEST, inputs=(spent,), outputs=outputs)
    assert spent.spent is not None
    assert kernel_accepts(sign(transaction, signer).raw, [spent.spent])


@pytest.mark.engine
def test_a_solana_transaction_of_a_key_in_the_token_verifies(token: Token) -> None:
    signer, row = token.signer("ed"), chain("solana", solana.SolanaChain)
    transaction = solana.Transaction.compile(
        chain=row,
        fee_payer=signer.public_key,
        instructions=[
            solana.transfer(source=signer.public_key, destination=row.address(signer.public_key), lamports=1)
        ],
        recent_blockhash="EETubP5AKHgjPAhzPAFcb8BAY1hMH639CWCFTqi3hq1k",
    )
    signed = sign(transaction, signer)
    signature, message = signed.raw[1:65], signed.raw[65:]
    VerifyKey(signer.public_key.data).verify(message, signature)


def add(token: Token, *templates: dict[Attribute, Any]) -> None:
    with token.get().open(rw=True, user_pin=PIN) as session:
        for template in templates:
            session.create_object(template)


def private(label: str, key: str = BIP32_KEY, curve: Curve = Curve.SECP256K1, **changes: Any) -> dict[Attribute, Any]:
    return private_template(curve, label, b"\x77", bytes.fromhex(key), **changes)


def reason(token: Token, uri: str, key: PublicKey = PINNED) -> str:
    signer = token.open(uri, key)
    return why(SigningRefused, signer.sign, asked(key))


@pytest.mark.engine
def test_H15_two_keys_with_one_label_are_refused_and_told_apart_by_their_id(token: Token) -> None:
    add(token, private("twin"), private("twin", "11" * 32, ID=b"\x78"))
    assert reason(token, f"pkcs11:token={LABEL};object=twin") == "ambiguous"
    signer = token.open(f"pkcs11:token={LABEL};object=twin;id=%77", PINNED)
    assert signer.sign(asked(PINNED)).scheme is Scheme.ECDSA


@pytest.mark.engine
def test_H08_a_key_that_is_missing_of_another_curve_or_kept_from_signing_is_refused(token: Token) -> None:
    add(token, private("quiet", SIGN=False), private("other", curve=Curve.P256))
    vault = f"pkcs11:token={LABEL}"
    before = token.shim.shim_signatures()
    assert reason(token, f"{vault};object=nobody") == "missing"
    assert reason(token, f"{vault};object=hot;id=%77") == "missing"
    assert reason(token, f"{vault};object=quiet") == "policy"
    assert reason(token, f"{vault};object=other") == "mismatch"
    assert reason(token, f"{vault};object=rfc8032") == "mismatch"
    assert token.shim.shim_signatures() == before
    assert token.shim.shim_calls(Step.LOGIN) <= 2


@pytest.mark.engine
def test_H03_a_key_that_is_not_the_pinned_one_is_refused_when_it_is_opened_or_used(token: Token) -> None:
    uri = f"pkcs11:token={LABEL};object=hot"
    assert why(InvalidKey, token.open, uri, STRANGER) == "mismatch"  # its public key needs no PIN
    signer = token.open(f"pkcs11:token={LABEL};object=bip32", STRANGER)  # it shows none
    why(InvalidSignature, signer.sign, asked(STRANGER))


@pytest.mark.engine
def test_H03_a_public_object_that_lies_about_its_private_key_gains_nothing(token: Token) -> None:
    with token.get().open(rw=True, user_pin=PIN) as session:
        point = b"\x04\x41" + full(BIP32_PUBLIC)
        lie = {
            Attribute.CLASS: ObjectClass.PUBLIC_KEY,
            Attribute.KEY_TYPE: KeyType.EC,
            Attribute.EC_PARAMS: bytes.fromhex(PARAMETERS[Curve.SECP256K1]),
            Attribute.TOKEN: True,
            Attribute.PRIVATE: False,
        }
        session.create_object({**lie, Attribute.EC_POINT: point, Attribute.LABEL: "stranger", Attribute.ID: b"\x77"})
    add(token, private("stranger", "11" * 32))
    signer = token.open(f"pkcs11:token={LABEL};object=stranger", PINNED)
    why(InvalidSignature, signer.sign, asked(PINNED))


@pytest.mark.engine
def test_a_token_is_found_by_any_of_its_attributes_and_must_be_one(token: Token) -> None:
    found = token.get()
    serial, slot = found.serial.decode().strip(), found.slot.slot_id
    for attributes in (
        f"serial={serial}",
        f"slot-id={slot}",
        f"token={LABEL};manufacturer=SoftHSM%20project;model=SoftHSM%20v2",
        f"slot-manufacturer=SoftHSM%20project;token={LABEL}",
        f"token={LABEL};slot-id={slot};serial={serial}",
    ):
        signer = token.open(f"pkcs11:{attributes};object=bip32;type=private", PINNED)
        assert signer.sign(asked(PINNED)).recovery in (0, 1)
    for attributes in ("token=other", f"token={LABEL};serial=0", f"slot-id={slot + 1}", f"token={LABEL};model=x"):
        assert why(SignerUnavailable, token.open, f"pkcs11:{attributes};object=bip32", PINNED) == "missing"
    assert why(SigningRefused, token.open, "pkcs11:model=SoftHSM%20v2;object=bip32", PINNED) == "ambiguous"


@pytest.mark.engine
def test_a_uri_alone_opens_a_key_of_an_installed_module(template: Token, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOFTHSM2_CONF", template.config)
    uri = f"pkcs11:token={LABEL};object=bip32?module-name=softhsm2"
    signer = open_signer(uri, public_key=PINNED, secrets=lambda name: Secret(PIN.encode()))
    assert signer.sign(asked(PINNED)).scheme is Scheme.ECDSA
    pkcs11.lib(signers.MODULES["softhsm2"][0]).finalize()
