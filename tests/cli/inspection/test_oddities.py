"""What is odd about a transaction is said, by a code for machines; what is ordinary has none."""

from typing import Any

import pytest

from support.calldata import calldata
from support.commands import PHRASE
from walletcore import Wallet, sign
from walletcore.chains import bitcoin, chain, chains, evm, solana, theta
from walletcore.chains.bitcoin import Input, Transaction, pay
from walletcore.chains.bitcoin.locks import change
from walletcore.chains.bitcoin.tx import Tx, TxIn, TxOut
from walletcore.cli import run
from walletcore.cli.inspection.effects import rows_of
from walletcore.cli.inspection.recognition import recognise
from walletcore.path import KeyOrigin, Path

BITCOIN = chain("bitcoin", bitcoin.BitcoinChain)
ETHEREUM = chain("ethereum", evm.Evm)
SOLANA = chain("solana", solana.SolanaChain)
WALLET = Wallet.from_mnemonic(PHRASE)
FUNDING = Tx(
    version=2,
    inputs=(TxIn(txid="cc" * 32, vout=0),),
    outputs=(pay(WALLET.address(BITCOIN), 5_000_000), pay(WALLET.address(BITCOIN, kind="p2tr"), 5_000_000)),
    locktime=0,
)
FRIEND = BITCOIN.parse_address("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4")  # BIP-173
PAYS = pay(FRIEND, 4_999_000)


def spends(place: int = 0, **changes: Any) -> Input:
    kind = ("p2wpkh", "p2tr")[place]
    values: dict[str, Any] = {"txid": FUNDING.txid, "vout": place, "previous": FUNDING.encode(), "kind": kind}
    return Input(**{**values, "key": WALLET.public_key(BITCOIN, kind=kind), **changes})


def paying(
    *outputs: TxOut, place: int = 0, sequence: int = 0xFFFF_FFFD, sighash: str = "", **changes: Any
) -> Transaction:
    inputs = (spends(place, sequence=sequence, sighash=sighash),)
    return Transaction(chain=BITCOIN, inputs=inputs, outputs=outputs or (PAYS,), **changes)


def burnt(value: int) -> TxOut:
    return TxOut(value=value, script_pubkey=b"\x6a\x04test")


def to(program: str, value: int) -> TxOut:
    return TxOut(value=value, script_pubkey=bytes.fromhex(program))


OFF_CURVE = "5120" + "00" * 31 + "05"  # 5 is the x of no point: SEC 2's y^2 = x^3 + 7 has no root there
VERSION_16 = "6002751e"  # BIP-350
NEVER = 0xFFFF_FFFF  # seconds since 1970: in the year 2106
ODD = {
    "nothing": (paying(), set()),
    "a message": (paying(PAYS, burnt(0)), set()),
    "dust": (paying(PAYS, pay(FRIEND, 293)), {"dust"}),
    "no dust": (paying(PAYS, pay(FRIEND, 294)), set()),
    "burnt": (paying(pay(FRIEND, 4_900_000), burnt(99_000)), {"unspendable", "opaque"}),
    "to no point": (paying(to(OFF_CURVE, 4_999_000)), {"unspendable"}),
    "to a later version": (paying(to(VERSION_16, 4_999_000)), {"anyone-can-spend"}),
    "to an anchor": (paying(to("51024e73", 4_999_000)), {"anyone-can-spend"}),
    "a fee above all": (paying(pay(FRIEND, 10_000)), {"high-fee", "refused"}),
    "a high fee for its size": (paying(pay(FRIEND, 4_850_000)), {"high-fee"}),
    "no fee": (paying(pay(FRIEND, 5_000_000)), {"low-fee"}),
    "later": (paying(locktime=NEVER), {"lock-time"}),
    "much later": (paying(locktime=499_999_999), {"lock-time"}),
    "by now": (paying(locktime=850_000), set()),
    "at a time": (paying(locktime=1_231_006_505), {"lock-time"}),  # the first block's
    "later without effect": (paying(locktime=NEVER, sequence=0xFFFF_FFFF), {"lock-time"}),
    "after blocks": (paying(sequence=144), {"lock-time"}),
    "after seconds": (paying(sequence=1 << 22 | 3), {"lock-time"}),
    "after nothing": (paying(sequence=0), set()),
    "after blocks in version 1": (paying(sequence=144, version=1), set()),
    "a version that nobody passes on": (paying(version=4), {"version"}),
    "NONE": (paying(sighash="NONE"), {"hash-type", "fee-unknown", "opaque", "refused"}),
    "SINGLE": (paying(sighash="SINGLE"), {"hash-type", "fee-unknown", "refused"}),
    "ALL|ANYONECANPAY": (paying(sighash="ALL|ANYONECANPAY"), {"hash-type", "fee-unknown", "refused"}),
    "NONE of taproot": (paying(sighash="NONE", place=1), {"hash-type", "fee-unknown", "opaque", "refused"}),
}


@pytest.mark.parametrize(("subject", "expected"), ODD.values(), ids=ODD.keys())
def test_what_is_odd_about_a_psbt_is_said(subject: Transaction, expected: set[str]) -> None:
    (finding,) = recognise(subject.raw.hex(), (BITCOIN,))
    assert {each.code for each in finding.odd} == expected


OF_VALUES = {
    "high-fee",
    "low-fee",
    "opaque",
    "refused",
}  # signed bytes do not say what they spend, nor what a signature left open


@pytest.mark.parametrize(("subject", "expected"), ODD.values(), ids=ODD.keys())
def test_what_is_odd_about_signed_bytes_is_said(subject: Transaction, expected: set[str]) -> None:
    kind = ("p2wpkh", "p2tr")[subject.inputs[0].vout]
    raw = sign(subject, WALLET.signer(BITCOIN, kind=kind)).raw
    (finding,) = recognise(raw.hex(), (BITCOIN,))
    assert {each.code for each in finding.odd} - OF_VALUES == expected - OF_VALUES | {"fee-unknown"}


@pytest.mark.parametrize(
    ("script", "limit"),
    [
        ("76a914" + "11" * 20 + "88ac", 546),
        ("a914" + "11" * 20 + "87", 540),
        ("0014" + "11" * 20, 294),
        ("0020" + "11" * 32, 330),
        ("6028" + "11" * 40, 354),
    ],
)
def test_dust_is_what_bolt_3_says(script: str, limit: int) -> None:
    """BOLT-3, "Dust Limits", which are those of Bitcoin Core."""
    for value, odd in ((limit - 1, True), (limit, False)):
        (finding,) = recognise(paying(PAYS, to(script, value)).raw.hex(), (BITCOIN,))
        assert ("dust" in {each.code for each in finding.odd}) is odd


def test_an_uncompressed_key_in_signed_bytes_is_odd() -> None:
    """The first payment of all, of block 170: an output to a key of 65 bytes; and a p2pkh input made of its key."""
    key = bytes.fromhex(
        "0411db93e1dcdb8a016b49840f8c53bc1eb68a382e97b1482ecad7b148a6909a5c"
        "b2e0eaddfb84ccf9744464f82e160bfa9b8b64f9d4c03f999b8643f656b412a3"
    )
    script_sig = b"\x47" + b"\x30\x44" + bytes(68) + b"\x01" + b"\x41" + key
    tx = Tx(version=1, inputs=(TxIn(txid="ab" * 32, vout=0, script_sig=script_sig),), outputs=(PAYS,), locktime=0)
    (finding,) = recognise(tx.encode().hex(), (BITCOIN,))
    assert {each.code for each in finding.odd} == {"fee-unknown", "uncompressed"}


def test_PS67_change_is_a_claim_and_PS68_a_far_path_is_odd() -> None:
    key, origin = WALLET.public_key(BITCOIN, change=1), WALLET.origin(BITCOIN, change=1)
    (finding,) = recognise(paying(change(key, value=4_999_000, origin=origin)).raw.hex(), (BITCOIN,))
    assert [each.code for each in finding.odd] == ["change-claimed"]
    assert "73c5da0a/84'/0'/0'/1/0" in finding.odd[0].text
    far = KeyOrigin(fingerprint=origin.fingerprint, path=Path.parse("m/84'/0'/0'/1/2000000000"))
    (finding,) = recognise(paying(change(key, value=4_999_000, origin=far)).raw.hex(), (BITCOIN,))
    assert [each.code for each in finding.odd] == ["change-claimed", "far-path"]


def call(**changes: Any) -> evm.Transaction:
    values = {"chain": ETHEREUM, "to": WALLET.address(ETHEREUM, index=1), "value": 10**18, "nonce": 0, "gas": 21_000}
    return evm.Transaction(**{**values, "max_fee": 10**10, "max_priority_fee": 1, **changes})


TOKEN = ETHEREUM.parse_address("0x6B175474E89094C44Da98b954EedeAC495271d0F")
TRANSFER, APPROVE = bytes.fromhex("a9059cbb"), bytes.fromhex("095ea7b3")
SENT = {"to": TOKEN, "value": 0, "gas": 65_000}
SAFE_721 = "safeTransferFrom(address,address,uint256)"
SAFE_1155, FOR_ALL = "safeTransferFrom(address,address,uint256,uint256,bytes)", "setApprovalForAll(address,bool)"

OF_EVM: dict[str, tuple[Any, set[str]]] = {
    "nothing": (call(), set()),
    "to zero": (call(to=ETHEREUM.account(bytes(20))), {"unspendable"}),
    "to a precompile": (call(to=ETHEREUM.account(bytes(19) + b"\x04")), {"reserved"}),
    "too little gas": (call(gas=20_999), {"low-fee"}),
    "too little gas for data": (call(gas=21_039, data=b"\x01"), {"low-fee", "opaque"}),  # EIP-7623: 40 a byte
    "enough for data": (call(gas=21_040, data=b"\x01"), {"opaque"}),
    "a contract": (call(to=None, value=0, gas=53_018, data=b"\x01"), {"opaque"}),  # EIP-2, EIP-3860
    "too little gas for a contract": (call(to=None, value=0, gas=53_017, data=b"\x01"), {"low-fee", "opaque"}),
    "a contract without code": (call(to=None, gas=53_000, allow_endowment=True), {"no-code", "opaque"}),
    "no fee": (call(max_fee=0, max_priority_fee=0), {"low-fee"}),
    "tokens to their contract": (
        call(**SENT, data=TRANSFER + bytes(12) + TOKEN.payload + bytes(31) + b"\x01"),
        {"unspendable"},
    ),
    "tokens to zero": (call(**SENT, data=TRANSFER + bytes(32) + bytes(31) + b"\x01"), {"unspendable"}),
    "all tokens": (call(**SENT, data=APPROVE + bytes(12) + b"\x42" * 20 + b"\xff" * 32), {"unlimited", "kind-open"}),
    "a token or tokens": (call(**SENT, data=APPROVE + bytes(12) + b"\x42" * 20 + bytes(31) + b"\x05"), {"kind-open"}),
    "a collectible to its contract": (
        call(**SENT, data=calldata(SAFE_721, bytes(20), TOKEN.payload, 7)),
        {"unspendable"},
    ),
    "a collectible to zero": (call(**SENT, data=calldata(SAFE_721, TOKEN.payload, bytes(20), 7)), {"unspendable"}),
    "many to zero": (call(**SENT, data=calldata(SAFE_1155, TOKEN.payload, bytes(20), 7, 1, b"")), {"unspendable"}),
    "a whole collection": (call(**SENT, data=calldata(FOR_ALL, b"\x42" * 20, True)), {"unlimited"}),
    "another owner": (call(**SENT, data=calldata("transferOwnership(address)", b"\x42" * 20)), {"control"}),
    "calls of others": (
        call(**SENT, data=calldata("aggregate((address,bytes)[])", [(TOKEN.payload, b"\x01")])),
        {"opaque"},
    ),
    "without a chain id": (
        evm.LegacyTransaction(
            chain=ETHEREUM, to=TOKEN, value=1, nonce=0, gas=21_000, gas_price=1, replay_protected=False
        ),
        {"replayable", "opaque", "high-fee"},
    ),
}


@pytest.mark.parametrize(("subject", "expected"), OF_EVM.values(), ids=OF_EVM.keys())
def test_what_is_odd_about_an_evm_transaction_is_said(subject: Any, expected: set[str]) -> None:
    (finding,) = recognise(subject.raw.hex(), chains())
    assert {each.code for each in finding.odd} == expected


def approving(number: int) -> str:
    return call(**SENT, data=APPROVE + bytes(12) + b"\x42" * 20 + number.to_bytes(32)).raw.hex()


def test_who_names_a_contract_of_ERC_20_is_told_amounts() -> None:
    """The other contracts stay what they may be; the number is said either way."""
    for number, expected in ((5, set()), (2**256 - 1, {"unlimited"})):
        (finding,) = recognise(approving(number), chains(), erc20=(TOKEN.payload,))
        assert {each.code for each in finding.odd} == expected
        (row, _) = rows_of(finding.effects, ETHEREUM)
        assert ("5 units of erc20:" in row[1]) is (number == 5)
    (finding,) = recognise(approving(5), chains(), erc20=(bytes(20),))
    assert {each.code for each in finding.odd} == {"kind-open"}
    (row, fee) = rows_of(finding.effects, ETHEREUM)
    assert row[:2] == ("allow to spend", f"value or token id 5 of erc20/erc721:{TOKEN}")
    assert fee[0] == "fee"


def test_a_contract_without_checksum_is_refused_as_one_that_is_known(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["inspect", approving(5), "--erc20", TOKEN.text]) == 0
    assert "5 units of erc20:" in capsys.readouterr().out
    assert run(["inspect", approving(5), "--erc20", TOKEN.text.lower()]) == 1


def moving(*before: solana.Instruction, to: bytes = b"", blockhash: bytes = b"\x01" * 32) -> solana.Transaction:
    payer = WALLET.public_key(SOLANA)
    destination = SOLANA.account(to) if to else WALLET.address(SOLANA, account=1)
    return solana.Transaction.compile(
        chain=SOLANA,
        fee_payer=payer,
        instructions=[*before, solana.transfer(source=payer, destination=destination, lamports=10**11)],
        recent_blockhash=blockhash,
    )


DEAR = (solana.set_compute_unit_limit(1_400_000), solana.set_compute_unit_price(10**9))
OF_SOLANA = {
    "nothing": (moving(), set()),
    "no blockhash": (moving(blockhash=bytes(32)), {"no-blockhash"}),
    "to a program": (moving(to=solana.TOKEN_PROGRAM), {"unspendable"}),
    "to an account of a program": (moving(to=solana.find_program_address([b"x"], solana.TOKEN_PROGRAM)[0]), {"no-key"}),
    "a high priority fee": (moving(*DEAR), {"high-fee"}),
}


@pytest.mark.parametrize(("subject", "expected"), OF_SOLANA.values(), ids=OF_SOLANA.keys())
def test_what_is_odd_about_a_solana_transaction_is_said(subject: solana.Transaction, expected: set[str]) -> None:
    (finding,) = recognise(subject.raw.hex(), (SOLANA,))
    assert {each.code for each in finding.odd} == expected | {"fee-unknown"}


def test_a_lock_time_is_a_fact_with_its_date() -> None:
    """Bitcoin's first block is of 3 January 2009, 18:15:05."""
    for number, shown in ((850_000, "block 850000"), (1_231_006_505, "Sat, 03 Jan 2009 18:15:05 GMT")):
        (finding,) = recognise(paying(locktime=number).raw.hex(), (BITCOIN,))
        assert dict(finding.facts)["not before"] == shown


THETA = chain("theta", theta.ThetaChain)


def sent(**changes: Any) -> theta.Send:
    fee = changes.pop("fee", 3 * 10**17)
    coins = theta.Coins(theta=10**18, tfuel=fee)
    source = theta.Input(account=WALLET.address(THETA), key=WALLET.public_key(THETA), sequence=1, coins=coins)
    to = changes.pop("to", WALLET.address(THETA, index=1))
    outputs = (theta.Output(account=to, coins=theta.Coins(theta=10**18)),)
    return theta.Send(**{"chain": THETA, "fee": fee, "inputs": (source,), "outputs": outputs, **changes})


OF_THETA: dict[str, tuple[Any, set[str]]] = {
    "nothing": (sent(), set()),
    "too low a fee": (sent(fee=3 * 10**17 - 1), {"low-fee"}),
    "to zero": (sent(to=THETA.account(bytes(20))), {"unspendable"}),
    "too low a price": (
        theta.SmartContract(chain=THETA, source=sent().inputs[0], to=None, gas=1, gas_price=1, data=b"\x01"),
        {"low-fee", "opaque"},
    ),
}


@pytest.mark.parametrize("name", OF_THETA)
def test_what_is_odd_about_transactions_of_theta(name: str) -> None:
    subject, expected = OF_THETA[name]
    (finding,) = recognise(subject.raw.hex(), (THETA,))
    assert {each.code for each in finding.odd} == expected
