"""Signing and verifying from the command line: published bytes come out, effects first, and bad signatures are seen."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from solders.pubkey import Pubkey
from solders.token.associated import get_associated_token_address

from support.bitcoin import BITCOIN as BITCOIN_ROW
from support.bitcoin import kernel_accepts, key
from support.commands import PHRASE, at_a_terminal, piped, with_secrets
from support.vectors import load
from walletcore import Wallet
from walletcore.chains import bitcoin, chain, evm, solana, theta
from walletcore.chains.base import SignedTransaction
from walletcore.chains.bitcoin.opcodes import multisig, push
from walletcore.chains.bitcoin.script import p2pkh
from walletcore.chains.bitcoin.sighash import HASH_TYPES
from walletcore.chains.bitcoin.tx import Tx, TxIn, TxOut
from walletcore.cli import run
from walletcore.cli.drafts import parse
from walletcore.cli.inspection.verification import verdict
from walletcore.coding.text import base58
from walletcore.effects import Transfer
from walletcore.errors import TransactionError, Unsupported, WalletcoreError
from walletcore.hashes import hash160
from walletcore.signing import sign

# The demonstration's transactions, which other implementations have signed: vectors/chains/demo-transactions.json
PUBLISHED = {case.id.rpartition("/")[2]: case.expect for case in load("chains/demo-transactions")}
ETHEREUM: dict[str, Any] = {
    "chain": "ethereum",
    "to": "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
    "value": "100000000000000000",
    "nonce": 7,
    "gas": 21000,
    "max_fee": 30_000_000_000,
    "max_priority_fee": 2_000_000_000,
}
BITCOIN: dict[str, Any] = {
    "chain": "bitcoin",
    "inputs": [
        {"txid": "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", "vout": 0, "value": 100_000},
        {
            "txid": "fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0efeeedecebeae9e8e7e6e5e4e3e2e1e0",
            "vout": 1,
            "value": 250_000,
            "from": {"kind": "p2tr"},
        },
    ],
    "outputs": [
        {"address": "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", "value": 200_000},
        {"change": {"change": 1}, "value": 148_000},
    ],
}
SOLANA: dict[str, Any] = {
    "chain": "solana",
    "blockhash": "EETubP5AKHgjPAhzPAFcb8BAY1hMH639CWCFTqi3hq1k",
    "instructions": [
        {
            "transfer": {
                "from": {"account": 1},
                "to": "J3dxNj7nDRRqRRXuEMynDG57DkZK4jYRuv3Garmb1i99",
                "lamports": 1_500_000_000,
            }
        }
    ],
}
THETA: dict[str, Any] = {
    "chain": "theta",
    "sequence": 1,
    "fee": 3 * 10**17,
    "outputs": [{"address": "0xf2142cb79CEEC9aD39C15151CdEa90f0b853EA1C", "theta": 10**18, "tfuel": 2}],
}
DRAFTS = {"bitcoin": BITCOIN, "ethereum": ETHEREUM, "solana": SOLANA}


@pytest.fixture
def written(tmp_path: Path) -> Callable[[object], str]:
    """Write a draft to a file."""

    def write(draft: object) -> str:
        path = tmp_path / "transaction.json"
        path.write_text(draft if isinstance(draft, str) else json.dumps(draft))
        return str(path)

    return write


Write = Callable[[object], str]


@pytest.mark.parametrize("name", DRAFTS)
def test_a_draft_becomes_the_published_transaction(
    name: str, written: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    assert with_secrets("sign", written(DRAFTS[name]), "--yes") == 0
    shown = capsys.readouterr()
    assert shown.out == PUBLISHED[name]["raw"] + "\n"
    assert "transfer" in shown.err


def kinds_shown(text: str) -> list[str]:
    """The first words of the table of effects."""
    return [line.split()[0] for line in text.splitlines()[2:4]]


def test_change_is_shown_as_change_where_the_wallet_proves_it(
    written: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    assert with_secrets("sign", written(BITCOIN), "--yes") == 0
    assert kinds_shown(capsys.readouterr().err) == ["transfer", "change"]
    with Wallet.from_mnemonic(PHRASE) as wallet:
        psbt = parse(json.dumps(BITCOIN)).build(wallet)[0].raw
    assert with_secrets("sign", written({"chain": "bitcoin", "raw": psbt.hex()}), "--yes") == 0
    assert kinds_shown(capsys.readouterr().err) == ["transfer", "change"]


@pytest.mark.parametrize("kind", ["p2wsh", "p2sh-p2wsh", "p2sh", "bare"])
def test_multisig_is_signed_where_the_wallet_has_enough_keys(
    kind: str, written: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    keys = [{"from": {}}, {"key": key(3).public_key.data.hex()}, {"from": {"account": 1}}]
    with Wallet.from_mnemonic(PHRASE) as wallet:
        own = [wallet.public_key("bitcoin", account=account) for account in (0, 1)]
    script = multisig(2, [own[0], key(3).public_key, own[1]])
    bare = kind == "bare"
    to = script if bare else BITCOIN_ROW.script_pubkey(BITCOIN_ROW.script_address(script, kind=kind))
    paid, known = funded(to)
    lock = {"m": 2, "keys": keys, "kind": kind}
    spent = {**known, "multisig": lock, "sighash": "ALL"}
    draft = {**BITCOIN, "inputs": [spent], "outputs": [{"multisig": {**lock, "kind": "p2wsh"}, "value": 99_000}]}
    assert with_secrets("sign", written(draft), "--yes") == 0
    assert kernel_accepts(bytes.fromhex(capsys.readouterr().out.strip()), [paid])
    foreign = {**lock, "keys": [keys[0], keys[1], {"key": own[1].data.hex()}]}
    assert with_secrets("sign", written({**draft, "inputs": [{**spent, "multisig": foreign}]}), "--yes") == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "error: too few signatures" in shown.err
    assert shown.err.endswith("`walletcore psbt create` makes one, `walletcore psbt sign` signs\n")


@pytest.mark.parametrize("kind", ["p2wsh", "p2sh-p2wsh", "p2sh"])
@pytest.mark.parametrize("form", ["multisig", "p2pk", "p2pkh"])
def test_scripts_in_hex_are_signed_for_by_the_keys_that_are_named(
    form: str, kind: str, written: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    with Wallet.from_mnemonic(PHRASE) as wallet:
        own = wallet.public_key("bitcoin", index=4)
    scripts = {
        "multisig": multisig(1, [key(3).public_key, own]),
        "p2pk": push(own.data) + b"\xac",
        "p2pkh": p2pkh(hash160(own.data)).script_pubkey,
    }
    script = scripts[form]
    paid, known = funded(BITCOIN_ROW.script_pubkey(BITCOIN_ROW.script_address(script, kind=kind)))
    name = "redeem_script" if kind == "p2sh" else "witness_script"
    spent = {**known, name: script.hex(), "kind": kind, "keys": [{"from": {"index": 4}}]}
    draft = {**BITCOIN, "inputs": [spent], "outputs": [{"change": {}, "value": 99_000}]}
    assert with_secrets("sign", written(draft), "--yes") == 0
    assert kernel_accepts(bytes.fromhex(capsys.readouterr().out.strip()), [paid])
    for keys, why in (([{"from": {"index": 5}}], "mismatch"), ([{"key": own.data.hex()}], "unknown")):
        assert why_not({**draft, "inputs": [{**spent, "keys": keys}]}) == why
    assert why_not({**draft, "inputs": [{**spent, "from": {}}]}) == "unknown"
    assert why_not({**draft, "inputs": [{**spent, name: script.hex()[2:]}]}) in ("mismatch", "unknown", "truncated")


@pytest.mark.parametrize("sighash", [name for name in HASH_TYPES if name != "DEFAULT"])
@pytest.mark.parametrize("kind", ["p2wpkh", "p2tr", "p2pkh"])
def test_T10_a_hash_type_is_taken_by_its_name_and_what_it_leaves_open_is_told(
    kind: str, sighash: str, written: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    with Wallet.from_mnemonic(PHRASE) as wallet:
        paid, known = funded(BITCOIN_ROW.script_pubkey(wallet.address("bitcoin", kind=kind)))
    spent = {**known, "from": {"kind": kind}, "sighash": sighash}
    draft = {**BITCOIN, "inputs": [spent], "outputs": [{"change": {}, "value": 99_000}]}
    assert with_secrets("sign", written(draft), "--yes") == 0
    shown = capsys.readouterr()
    assert kernel_accepts(bytes.fromhex(shown.out.strip()), [paid])
    assert ("any output may be replaced" in shown.err) is sighash.startswith("NONE")
    assert ("all outputs but one may be replaced" in shown.err) is sighash.startswith("SINGLE")
    assert ("inputs may be added" in shown.err) is sighash.endswith("ANYONECANPAY")


def funded(script_pubkey: bytes) -> tuple[TxOut, dict[str, Any]]:
    """Return an output with this script, and the members of a draft that spend it."""
    paid = TxOut(value=100_000, script_pubkey=script_pubkey)
    source = Tx(version=2, inputs=(TxIn(txid="aa" * 32, vout=0),), outputs=(paid,), locktime=0)
    return paid, {"txid": source.txid, "vout": 0, "previous": source.encode().hex()}


def why_not(draft: object) -> str:
    with Wallet.from_mnemonic(PHRASE) as wallet, pytest.raises(WalletcoreError) as caught:
        parse(json.dumps(draft)).build(wallet)
    return caught.value.reason


def test_PS68_change_to_another_account_is_shown_as_a_transfer(
    written: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    for where in ({"account": 1}, {"change": 1, "index": 2_000_000_000}):
        outputs = [BITCOIN["outputs"][0], {"change": where, "value": 148_000}]
        assert with_secrets("sign", written(changed(BITCOIN, outputs=outputs)), "--yes") == 0
        assert kinds_shown(capsys.readouterr().err) == ["transfer", "transfer"]


def test_what_another_program_has_built_is_signed_the_same(written: Write, capsys: pytest.CaptureFixture[str]) -> None:
    with Wallet.from_mnemonic(PHRASE) as wallet:
        raw = parse(json.dumps(ETHEREUM)).build(wallet)[0].raw
    assert with_secrets("sign", written({"chain": "ethereum", "raw": "0x" + raw.hex()}), "--yes", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["chain"], found["raw"]) == ("ethereum", PUBLISHED["ethereum"]["raw"])
    assert found["id"].removeprefix("0x") == PUBLISHED["ethereum"]["id"].removeprefix("0x")


def test_a_psbt_is_signed_by_the_origins_in_it(written: Write, capsys: pytest.CaptureFixture[str]) -> None:
    with Wallet.from_mnemonic(PHRASE) as wallet:
        psbt = parse(json.dumps(BITCOIN)).build(wallet)[0].raw
    assert with_secrets("sign", written({"chain": "bitcoin", "raw": psbt.hex()}), "--yes") == 0
    assert capsys.readouterr().out.strip() == PUBLISHED["bitcoin"]["raw"]


@pytest.mark.parametrize("form", ["base64", "hex", "bytes"])
def test_a_psbt_where_json_is_expected_is_told_its_command(
    form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Wallet.from_mnemonic(PHRASE) as wallet:
        raw = parse(json.dumps(BITCOIN)).build(wallet)[0].raw
    forms = {"base64": base64.encodebytes(raw), "hex": raw.hex().encode(), "bytes": raw}
    (tmp_path / "tx").write_bytes(forms[form])
    assert with_secrets("sign", str(tmp_path / "tx"), "--yes") == 1
    assert capsys.readouterr().err == (
        "error: expected the JSON of a transaction, got a PSBT\nhint: `walletcore psbt sign` signs it\n"
    )


def test_a_cosigners_origin_stands_in_the_psbt() -> None:
    origin = "[0a0b0c0d/48'/0'/0'/2'/0/5]"
    lock = {"m": 1, "keys": [{"from": {}}, {"key": key(3).public_key.data.hex(), "origin": origin}]}
    draft = {**BITCOIN, "outputs": [{"value": 1_000, "multisig": lock}]}
    with Wallet.from_mnemonic(PHRASE) as wallet:
        subject, _ = parse(json.dumps(draft)).build(wallet)
        own = wallet.origin("bitcoin")
    assert isinstance(subject, bitcoin.Transaction)
    made = subject.outputs[0].lock
    assert made is not None
    assert [str(each) for _, each in made.origins] == [str(own), origin]
    for wrong in (origin[1:], "[0a0b0c/1]", "[0a0b0c0d/x]", "[0a0b0c0d/4294967296]", "[0a0b0c0d//1]"):
        keys = [{"key": key(3).public_key.data.hex(), "origin": wrong}]
        assert why_not({**draft, "outputs": [{"value": 1, "multisig": {"m": 1, "keys": keys}}]}) in (
            "character",
            "range",
        ), wrong


def test_a_person_reads_the_effects_and_says_yes(written: Write) -> None:
    code, shown = at_a_terminal("sign", written(ETHEREUM), answers={"mnemonic: ": PHRASE, "[y/N]: ": "y"})
    assert code == 0
    assert PUBLISHED["ethereum"]["raw"] in shown
    assert shown.index("0.1 ETH") < shown.index("Sign it?") < shown.index(PUBLISHED["ethereum"]["raw"])
    assert "abandon" not in shown


def with_fee(satoshi: int) -> dict[str, Any]:
    """The Bitcoin draft, with a first input that leaves this fee."""
    first, second = BITCOIN["inputs"]
    return {**BITCOIN, "inputs": [{**first, "value": satoshi + 348_000 - second["value"]}, second]}


def offering(**budget: int) -> dict[str, Any]:
    """The Solana draft, with instructions for the compute budget."""
    return {**SOLANA, "instructions": [*SOLANA["instructions"], *({name: value} for name, value in budget.items())]}


UNIT = 100_000_000 * 1_000_000 // 1_400_000  # micro-lamports for each of the most units: 0.1 SOL, rounded down
ABSURD = {
    "ethereum": {**ETHEREUM, "max_fee": 10**18 // 21_000 + 1},
    "bitcoin": with_fee(10_000_001),
    "solana": offering(compute_unit_limit=1_000_000, compute_unit_price=100_000_001),
    "solana without a limit": offering(compute_unit_price=UNIT + 1),
    "theta": {**THETA, "fee": 100 * 10**18 + 1},
}
HIGHEST = {
    "ethereum": {**ETHEREUM, "max_fee": 10**18 // 21_000},
    "bitcoin": with_fee(10_000_000),
    "solana": offering(compute_unit_limit=1_000_000, compute_unit_price=100_000_000),
    "solana without a limit": offering(compute_unit_price=UNIT),
    "theta": {**THETA, "fee": 100 * 10**18},
}


@pytest.mark.parametrize("name", ABSURD)
def test_ET05_T13_a_fee_that_nobody_means_is_refused_unless_it_is_named(
    name: str, written: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    assert with_secrets("sign", written(ABSURD[name]), "--yes") == 1
    refused = capsys.readouterr()
    assert refused.out == ""
    assert refused.err.endswith("is the most\nhint: --high-fee signs all the same\n")
    for draft, options in ((ABSURD[name], ["--high-fee"]), (HIGHEST[name], [])):
        assert with_secrets("sign", written(draft), "--yes", *options) == 0
        assert capsys.readouterr().out


@pytest.mark.parametrize("answer", ["n", "", "no"])
def test_anything_but_yes_signs_nothing(answer: str, written: Write) -> None:
    code, shown = at_a_terminal("sign", written(ETHEREUM), answers={"mnemonic: ": PHRASE, "[y/N]: ": answer})
    assert code == 1
    assert "nothing was signed" in shown
    assert PUBLISHED["ethereum"]["raw"] not in shown


def test_nobody_to_ask_is_refused_before_any_secret_is_read(written: Write) -> None:
    done = piped("sign", written(ETHEREUM), "--stdin")
    assert (done.returncode, done.stdout) == (1, "")
    assert "--yes" in done.stderr


def test_standard_input_has_one_thing_only(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["sign", "-", "--stdin"]) == 2
    assert run(["message", "sign", "ethereum", "--file", "-", "--stdin"]) == 2
    assert "Traceback" not in capsys.readouterr().err


def changed(draft: dict[str, Any], **members: Any) -> dict[str, Any]:
    return {name: value for name, value in {**draft, **members}.items() if value is not ...}


STEP = SOLANA["instructions"][0]["transfer"]
MINT = "So11111111111111111111111111111111111111112"
FRIEND = "Hh8QwFUA6MtVu1qAoq12ucvFHNwCcVTV7hpWjeY1Hztb"  # a wallet; the one of STEP is off the curve
OFFCHAIN = (b"\xffsolana offchain" + bytes(34) + b"\x01" + b"\x11" * 32 + b"\x02\x00hi").hex()
WRONG: dict[str, tuple[object, str]] = {
    "no JSON": ("{", "character"),
    "a list": ([], "type"),
    "the same name twice": ('{"chain": "ethereum", "chain": "ethereum"}', "duplicate"),
    "NaN": ('{"chain": "ethereum", "value": NaN}', "non-canonical"),
    "no chain": (changed(ETHEREUM, chain=...), "missing"),
    "a member that nobody knows": (changed(ETHEREUM, gas_limit=1), "unknown"),
    "a member of from that nobody knows": (changed(ETHEREUM, **{"from": {"path": "m/0"}}), "unknown"),
    "no nonce": (changed(ETHEREUM, nonce=...), "missing"),
    "no destination": (changed(ETHEREUM, to=...), "missing"),
    "a number with a point": (changed(ETHEREUM, value=1.5), "type"),
    "a number that is true": (changed(ETHEREUM, value=True), "type"),
    "a negative number": (changed(ETHEREUM, value=-1), "type"),
    "a number with a leading zero": (changed(ETHEREUM, value="01"), "type"),
    "a number in hex": (changed(ETHEREUM, value="0x10"), "type"),
    "digits of another script": (changed(ETHEREUM, value="١"), "type"),
    "too large a number": (changed(ETHEREUM, value=str(2**256)), "range"),
    "an address with a typo": (changed(ETHEREUM, to="0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAee"), "checksum"),
    "an address of another chain": (changed(ETHEREUM, to="bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"), "prefix"),
    "data that are no hex": (changed(ETHEREUM, data="0xzz"), "type"),
    "an access list that is an object": (changed(ETHEREUM, access_list={}), "type"),
    "a short storage key": (
        changed(ETHEREUM, access_list=[{"address": ETHEREUM["to"], "storage_keys": ["0x00"]}]),
        "length",
    ),
    "a cosigner's key that is no point": (
        changed(BITCOIN, outputs=[{"value": 1, "multisig": {"m": 1, "keys": [{"key": "02" + "ff" * 32}]}}]),
        "point",
    ),
    "a bare multisig output": (
        changed(BITCOIN, outputs=[{"value": 1, "multisig": {"m": 1, "keys": [{"from": {}}], "kind": "bare"}}]),
        "unknown",
    ),
    "a script without the keys that sign": (
        changed(BITCOIN, inputs=[{"txid": "11" * 32, "vout": 0, "value": 1, "witness_script": "51"}]),
        "missing",
    ),
    "multisig of a kind that has no script": (
        changed(BITCOIN, outputs=[{"value": 1, "multisig": {"m": 1, "keys": [{"from": {}}], "kind": "p2tr"}}]),
        "unknown",
    ),
    "no inputs": (changed(BITCOIN, inputs=[]), "length"),
    "an input that is a text": (changed(BITCOIN, inputs=["00"]), "type"),
    "an output of nothing": (changed(BITCOIN, outputs=[{"value": 1}]), "missing"),
    "outputs above the inputs": (changed(BITCOIN, outputs=[{"change": {}, "value": 350_001}]), "range"),
    "too much data": (changed(BITCOIN, outputs=[{"data": "00" * 76}]), "too-large"),
    "an instruction that nobody knows": (changed(SOLANA, instructions=[{"stake": {}}]), "unknown"),
    "two instructions in one": (changed(SOLANA, instructions=[{"transfer": STEP, "memo": "x"}]), "unknown"),
    "version 2": (changed(SOLANA, version=2), "version"),
    "raw that is neither hex nor base64": ({"chain": "ethereum", "raw": "§"}, "character"),
    "raw that is signed": ({"chain": "ethereum", "raw": PUBLISHED["ethereum"]["raw"]}, "policy"),
    "raw that is a message": ({"chain": "ethereum", "raw": (b"\x19Ethereum Signed Message:\n2hi").hex()}, "type"),
    "raw that is a message of Solana": ({"chain": "solana", "raw": OFFCHAIN}, "type"),
    "raw and a nonce": ({"chain": "ethereum", "raw": "02", "nonce": 1}, "unknown"),
}


@pytest.mark.parametrize(("draft", "reason"), WRONG.values(), ids=WRONG.keys())
def test_a_wrong_draft_is_refused(draft: object, reason: str) -> None:
    text = draft if isinstance(draft, str) else json.dumps(draft)
    with Wallet.from_mnemonic(PHRASE) as wallet, pytest.raises(TransactionError) as caught:
        parse(text).build(wallet)
    assert caught.value.reason == reason


def test_a_wrong_draft_is_one_line(written: Write, capsys: pytest.CaptureFixture[str]) -> None:
    assert with_secrets("sign", written(changed(BITCOIN, outputs=[{"change": {}, "value": "x"}])), "--yes") == 1
    assert capsys.readouterr().err == (
        "error: outputs[0].value: expected a whole number from 0 on, or its digits as text\n"
    )


def test_a_missing_file_is_said_before_anybody_is_asked() -> None:
    done = piped("sign", "/nowhere/at/all", "--stdin")
    assert (done.returncode, done.stderr) == (1, "error: cannot read the transaction: No such file or directory\n")


@pytest.mark.parametrize("source", ["/nowhere/at/all", "/", "/dev/null"])
def test_a_file_that_has_no_transaction_is_one_line(source: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert with_secrets("sign", source, "--yes") == 1
    assert capsys.readouterr().err.startswith("error: ")


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(
    name=st.sampled_from(sorted(DRAFTS)),
    changes=st.dictionaries(st.sampled_from(sorted({m for d in DRAFTS.values() for m in d} | {"from", "raw"})), VALUES),
)
def test_any_other_value_is_taken_or_refused(name: str, changes: dict[str, Any]) -> None:
    with Wallet.from_seed(bytes(64)) as wallet:
        try:
            subject, _ = parse(json.dumps({**DRAFTS[name], **changes})).build(wallet)
        except WalletcoreError:
            return
    assert subject.raw


def test_solanas_other_instructions_are_built() -> None:
    mint = "So11111111111111111111111111111111111111112"
    steps = [
        {"compute_unit_limit": 200_000},
        {"compute_unit_price": 1_000},
        {"token_transfer": {"mint": mint, "to": FRIEND, "amount": 5, "decimals": 9}},
        {"memo": "thanks"},
        {"call": {"program": mint, "accounts": [{"from": {}, "signer": True}, {"address": mint}], "data": "0x01"}},
    ]
    with Wallet.from_mnemonic(PHRASE) as wallet:
        subject, signers = parse(json.dumps(changed(SOLANA, instructions=steps, version=0))).build(wallet)
        signed = sign(subject, *signers)
    kinds = [type(effect).__name__ for effect in subject.effects()]
    assert "Statement" in kinds
    assert [effect.amount for effect in subject.effects() if isinstance(effect, Transfer)] == [
        None,
        5,
    ]  # rent, then tokens
    assert chain("solana", solana.SolanaChain).decode_transaction(signed.raw).effects() == subject.effects()


def test_a_draft_names_any_instruction_of_a_known_program() -> None:
    """Its bytes are those of the function for it; how these are, its own tests say."""
    row, mint = chain("solana", solana.SolanaChain), "So11111111111111111111111111111111111111112"
    named = {
        "program": "stake",
        "name": "Authorize",
        "accounts": {"stake": {"address": mint}, "authority": {"from": {"account": 1}}},
        "fields": {"new_authority": FRIEND, "role": "withdraw"},
    }
    members = [{"from": {"account": account}} for account in (1, 2)]
    shared = {
        "program": "token",
        "name": "SetAuthority",
        "accounts": {"account": {"address": mint}, "authority": {"address": FRIEND}},
        "fields": {"role": "freeze"},
        "others": members,
    }
    steps = [{"instruction": named}, {"instruction": shared}]
    with Wallet.from_mnemonic(PHRASE) as wallet:
        subject, signers = parse(json.dumps(changed(SOLANA, instructions=steps))).build(wallet)
        assert isinstance(subject, solana.Transaction)
        keys = [wallet.public_key("solana", account=account) for account in (1, 2)]
        assert sign(subject, *signers).raw
    account, friend = row.parse_address(mint), row.parse_address(FRIEND)
    made = [
        solana.authorize_stake(stake=account, authority=keys[0], new_authority=friend, role="withdraw"),
        solana.set_authority(account=account, authority=friend, role="freeze", new_authority=None, signers=keys),
    ]
    decompiled = subject.message.decompile()
    assert [each.data for each in decompiled] == [each.data for each in made]
    assert [[meta.pubkey for meta in each.accounts] for each in decompiled] == [
        [meta.pubkey for meta in each.accounts] for each in made
    ]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"program": "steak"}, "unknown"),
        ({"name": "Authorise"}, "unknown"),
        ({"fields": {"new_authority": FRIEND, "role": "owner"}}, "unknown"),
        ({"fields": {"new_authority": FRIEND, "role": "stake", "more": 1}}, "unknown"),
        ({"fields": {"role": "stake"}}, "missing"),
        ({"accounts": {"stake": {"address": FRIEND}}}, "missing"),
        (
            {"accounts": {"stake": {"address": FRIEND}, "authority": {"from": {}}, "vote": {"address": FRIEND}}},
            "unknown",
        ),
        ({"others": [{"from": {}}]}, "unknown"),
    ],
)
def test_a_draft_of_another_instruction_is_refused(changes: dict[str, Any], reason: str) -> None:
    step = {
        "program": "stake",
        "name": "Authorize",
        "accounts": {"stake": {"address": FRIEND}, "authority": {"from": {}}},
        "fields": {"new_authority": FRIEND, "role": "stake"},
        **changes,
    }
    with Wallet.from_mnemonic(PHRASE) as wallet, pytest.raises(TransactionError) as caught:
        parse(json.dumps(changed(SOLANA, instructions=[{"instruction": step}]))).build(wallet)
    assert caught.value.reason == reason


def test_a_draft_of_version_1_carries_its_config() -> None:
    with Wallet.from_mnemonic(PHRASE) as wallet:
        draft = changed(SOLANA, version=1, config={"priority_fee": "7", "compute_unit_limit": 9})
        subject, _ = parse(json.dumps(draft)).build(wallet)
        empty, _ = parse(json.dumps(changed(SOLANA, version=1))).build(wallet)
        assert isinstance(subject, solana.Transaction)
        assert isinstance(empty, solana.Transaction)
        assert subject.message.config == solana.TransactionConfig(priority_fee=7, compute_unit_limit=9)
        assert empty.message.config == solana.TransactionConfig()
        for wrong in (changed(SOLANA, version=2), changed(SOLANA, version=0, config={"priority_fee": 7})):
            with pytest.raises(TransactionError):
                parse(json.dumps(wrong)).build(wallet)


def tokens(**changes: Any) -> Any:
    step = {"mint": MINT, "to": FRIEND, "amount": 5, "decimals": 9, **changes}
    with Wallet.from_mnemonic(PHRASE) as wallet:
        return parse(json.dumps(changed(SOLANA, instructions=[{"token_transfer": step}]))).build(wallet)[0]


@pytest.mark.parametrize("program", [solana.TOKEN_PROGRAM, solana.TOKEN_2022_PROGRAM])
def test_a_draft_names_the_token_program(program: bytes) -> None:
    """The accounts are those that solders derives for this program."""
    message = tokens(program=base58.encode(program)).message
    mint, payer = Pubkey.from_string(MINT), Pubkey(message.account_keys[0])
    made, moved = message.decompile()
    assert moved.program_id == made.accounts[5].pubkey == program
    owners = (payer, Pubkey.from_string(FRIEND))
    owned = [get_associated_token_address(owner, mint, Pubkey(program)) for owner in owners]
    assert [moved.accounts[0].pubkey, moved.accounts[2].pubkey] == list(map(bytes, owned))
    assert made.accounts[1].pubkey == moved.accounts[2].pubkey
    assert (tokens() == tokens(program=base58.encode(program))) is (program == solana.TOKEN_PROGRAM)


def test_a_draft_names_no_other_program() -> None:
    with pytest.raises(TransactionError) as caught:
        tokens(program=MINT)
    assert caught.value.reason == "unknown"


def test_a_draft_sends_tokens_to_no_owner_off_the_curve_unless_it_says_so() -> None:
    row = chain("solana", solana.SolanaChain)
    account = solana.associated_token_account(owner=row.parse_address(FRIEND), mint=row.parse_address(MINT)).text
    with pytest.raises(TransactionError) as caught:
        tokens(to=account)
    assert caught.value.reason == "point"
    assert tokens(to=account, allow_owner_off_curve=True).effects()


def test_a_contract_is_created_only_when_that_is_said() -> None:
    with Wallet.from_mnemonic(PHRASE) as wallet:
        subject, _ = parse(json.dumps(changed(ETHEREUM, to=..., create=True, value="0", data="0x6000"))).build(wallet)
    assert "creates a contract" in str(subject.effects())


def test_a_contract_without_code_is_not_drafted() -> None:
    with Wallet.from_mnemonic(PHRASE) as wallet, pytest.raises(TransactionError) as caught:
        parse(json.dumps(changed(ETHEREUM, to=..., create=True))).build(wallet)
    assert caught.value.reason == "missing"


EIP_155 = {  # EIP-155, "Example": what is signed
    "chain": "ethereum",
    "to": "0x3535353535353535353535353535353535353535",
    "value": "1000000000000000000",
    "nonce": 9,
    "gas": 21_000,
    "gas_price": 20_000_000_000,
}


def test_a_gas_price_makes_a_legacy_transaction() -> None:
    with Wallet.from_mnemonic(PHRASE) as wallet:
        subject, _ = parse(json.dumps(EIP_155)).build(wallet)
    assert subject.raw.hex() == (
        "ec098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a764000080018080"
    )


def test_a_gas_price_and_an_access_list_make_type_1() -> None:
    draft = {**EIP_155, "access_list": [{"address": EIP_155["to"], "storage_keys": ["0x" + "00" * 32]}]}
    with Wallet.from_mnemonic(PHRASE) as wallet:
        subject, signers = parse(json.dumps(draft)).build(wallet)
        raw = sign(subject, *signers).raw
    assert raw[0] == 1
    assert verdict(raw.hex(), (chain("ethereum"),)).verified


def test_no_replay_protection_has_to_be_said_and_is_odd(written: Write, capsys: pytest.CaptureFixture[str]) -> None:
    assert with_secrets("sign", written({**EIP_155, "replay_protected": False}), "--yes") == 0
    shown = capsys.readouterr()
    assert "no chain id" in shown.err
    assert run(["inspect", shown.out.strip(), "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)
    assert "replayable" in {each["code"] for each in found["odd"]}


TO = ETHEREUM["to"]
TYPES: dict[str, dict[str, Any]] = {
    "blobs": {"max_blob_fee": 7, "versioned_hashes": ["0x01" + "22" * 31]},
    "authorizations": {"authorizations": []},
    "celo": {"chain": "celo", "fee_currency": "0x765DE816845861e75A25fCA122bb6898B8B1282a"},
}


@pytest.mark.parametrize("name", TYPES)
def test_members_say_the_type(name: str, written: Write, capsys: pytest.CaptureFixture[str]) -> None:
    row = chain(TYPES[name].get("chain", "ethereum"), evm.Evm)
    draft = {**ETHEREUM, **TYPES[name]}
    if name == "authorizations":
        request = {"chain": "ethereum", "authorize": ETHEREUM["to"], "nonce": 8, "from": {"index": 1}}
        assert with_secrets("sign", written(request), "--yes") == 0
        draft["authorizations"] = [capsys.readouterr().out.strip()]
    assert with_secrets("sign", written(draft), "--yes", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    sent = row.decode_transaction(bytes.fromhex(found["raw"]))
    assert isinstance(sent, SignedTransaction)
    made = sent.transaction
    assert (found["id"], made.nonce, made.max_fee) == (sent.id, 7, 30_000_000_000)
    if name == "authorizations":
        (authorization,) = made.authorizations
        with Wallet.from_mnemonic(PHRASE) as wallet:
            assert authorization.authority == wallet.public_key(row, index=1)
        assert (f"0x{authorization.address.hex()}", authorization.nonce) == (ETHEREUM["to"].lower(), 8)
    elif name == "blobs":
        assert (made.max_blob_fee, made.versioned_hashes) == (7, (b"\x01" + b"\x22" * 31,))
    else:
        assert made.fee_currency == row.parse_address(TYPES["celo"]["fee_currency"])


def test_an_authorization_built_elsewhere_is_signed(written: Write, capsys: pytest.CaptureFixture[str]) -> None:
    raw = evm.Authorization(chain=chain("ethereum", evm.Evm), address=chain("ethereum").parse_address(TO), nonce=8).raw
    assert with_secrets("sign", written({"chain": "ethereum", "raw": raw.hex()}), "--yes", "--json") == 0
    shown = capsys.readouterr()
    assert "runs the code of" in shown.err
    assert evm.SignedAuthorization.decode(bytes.fromhex(json.loads(shown.out)["raw"])).nonce == 8


def test_an_authorization_for_every_chain_has_to_be_said_twice(
    written: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    request = {"chain": "ethereum", "authorize": TO, "nonce": 8, "every_chain": True}
    assert with_secrets("sign", written(request), "--yes") == 0
    draft = {**ETHEREUM, "authorizations": [capsys.readouterr().out.strip()]}
    assert with_secrets("sign", written(draft), "--yes") == 1
    assert with_secrets("sign", written({**draft, "allow_every_chain": True}), "--yes") == 0


def test_a_fee_in_a_token_that_nobody_means_is_refused(written: Write, capsys: pytest.CaptureFixture[str]) -> None:
    """CIP-64: fee currencies count in 18 decimals, so that more than one whole one is as much as one coin."""
    draft = {**ETHEREUM, **TYPES["celo"], "max_fee": 10**18 // 21_000 + 1}
    assert with_secrets("sign", written(draft), "--yes") == 1
    assert "/erc20:" in capsys.readouterr().err
    assert with_secrets("sign", written(draft), "--yes", "--high-fee") == 0


def test_two_kinds_of_fees_are_refused() -> None:
    with Wallet.from_mnemonic(PHRASE) as wallet, pytest.raises(TransactionError, match="max_fee"):
        parse(json.dumps({**EIP_155, "max_fee": 1})).build(wallet)


def test_other_families_take_raw_only() -> None:
    with pytest.raises(Unsupported):
        parse('{"chain": "nowhere"}')


# Verifying


@pytest.mark.parametrize("name", ["ethereum", "solana"])
def test_published_signatures_are_verified(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    raw = PUBLISHED[name]["raw"]
    assert run(["verify", raw, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    signer = found["signers"][0]
    assert found["verified"] is True
    assert signer in (
        "0x9858EfFD232B4033E47d90003D41EC34EcaEda94",
        "HAgk14JpMQLgt6rVgv7cBQFJWFto5Dqxi472uT3DKpqk",
    )
    assert run(["verify", raw, "--by", signer, "--chain", name]) == 0
    assert capsys.readouterr().out.startswith("verified\n")


def test_a_signer_that_is_not_the_one_is_exit_code_3(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["verify", PUBLISHED["ethereum"]["raw"], "--by", ETHEREUM["to"]]) == 3
    assert "not among the signers" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["bitcoin", "solana"])
def test_a_flipped_bit_is_exit_code_3(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    raw = bytearray.fromhex(PUBLISHED[name]["raw"])
    raw[len(raw) - 60 if name == "bitcoin" else 40] ^= 1
    assert run(["verify", raw.hex()]) == 3
    assert capsys.readouterr().out.startswith("NOT VERIFIED")


def test_a_flipped_bit_makes_another_sender(capsys: pytest.CaptureFixture[str]) -> None:
    raw = bytearray.fromhex(PUBLISHED["ethereum"]["raw"])
    raw[-70] ^= 1  # in r
    sender = "0x9858EfFD232B4033E47d90003D41EC34EcaEda94"
    assert run(["verify", raw.hex(), "--by", sender]) in (1, 3)
    assert not capsys.readouterr().out.startswith("verified")


def test_an_unsigned_transaction_is_not_verified(capsys: pytest.CaptureFixture[str]) -> None:
    with Wallet.from_mnemonic(PHRASE) as wallet:
        raw = parse(json.dumps(ETHEREUM)).build(wallet)[0].raw
    assert run(["verify", raw.hex()]) == 3
    assert "not signed" in capsys.readouterr().out


@pytest.mark.parametrize("text", ["hello", "00", "ab" * 100])
def test_what_is_no_transaction_is_refused(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["verify", text]) == 1
    assert capsys.readouterr().err.startswith("error: ")


KINDS = ("p2wpkh", "p2tr", "p2sh-p2wpkh", "p2pkh")


@pytest.mark.parametrize("kind", KINDS)
def test_bitcoins_signatures_are_checked_against_what_they_spend(kind: str) -> None:
    row = chain("bitcoin", bitcoin.BitcoinChain)
    with Wallet.from_mnemonic(PHRASE) as wallet:
        address = wallet.address(row, kind=kind)
        previous = Tx(
            version=2,
            inputs=(TxIn(txid="ab" * 32, vout=0),),
            outputs=(bitcoin.pay(address, 70_000),),
            locktime=0,
        )
        draft = {
            "chain": "bitcoin",
            "inputs": [
                {"txid": previous.txid, "vout": 0, "previous": previous.encode().hex(), "from": {"kind": kind}},
            ],
            "outputs": [{"change": {"change": 1}, "value": 60_000}],
        }
        subject, signers = parse(json.dumps(draft)).build(wallet)
        raw = sign(subject, *signers).raw
    given = [previous.encode()]
    found = verdict(raw.hex(), (row,), previous=given, by=address.text)
    assert (found.verified, found.signers) == (True, (address.text,))
    place = raw.index((60_000).to_bytes(8, "little"))
    stolen = raw[:place] + (59_999).to_bytes(8, "little") + raw[place + 8 :]
    assert not verdict(stolen.hex(), (row,), previous=given).verified
    assert "--previous has to give" in verdict(raw.hex(), (row,)).why


@pytest.mark.parametrize("name", ["bitcoin-cash", "ecash", "bitcoin-sv"])
def test_a_draft_of_a_relative_speaks_its_dialect(name: str) -> None:
    row = chain(name, bitcoin.BitcoinChain)
    with Wallet.from_mnemonic(PHRASE) as wallet:
        draft = {
            "chain": name,
            "inputs": [{"txid": "11" * 32, "vout": 0, "value": 100_000}],
            "outputs": [
                {"address": str(wallet.address(row, index=1)), "value": 60_000},
                {"change": {}, "value": 39_000},
            ],
        }
        transaction = parse(json.dumps(draft)).build(wallet)[0]
    (request,) = transaction.requests()
    assert request.payload[-4:] == b"\x41\x00\x00\x00"  # ALL with FORKID: no signature of Bitcoin


def test_a_draft_of_theta_is_the_transaction_that_it_says(written: Write, capsys: pytest.CaptureFixture[str]) -> None:
    """Its bytes are compared with theta-js where transactions are made; here it is what the draft says."""
    row = chain("theta", theta.ThetaChain)
    assert with_secrets("sign", written(THETA), "--yes") == 0
    sent = row.decode_transaction(bytes.fromhex(capsys.readouterr().out))
    assert isinstance(sent, SignedTransaction)
    with Wallet.from_mnemonic(PHRASE) as wallet:
        source = wallet.address(row)
    assert isinstance(sent.transaction, theta.Send)
    (given,), (got,) = sent.transaction.inputs, sent.transaction.outputs
    assert (given.account, given.coins, given.sequence) == (source, theta.Coins(theta=10**18, tfuel=3 * 10**17 + 2), 1)
    assert (got.account.text, got.coins) == (THETA["outputs"][0]["address"], theta.Coins(theta=10**18, tfuel=2))
    call = {"chain": "theta", "sequence": 2, "gas": 9, "gas_price": 4, "tfuel": 5, "data": "0x0102"}
    for more, to in (({"create": True}, None), ({"to": got.account.text}, got.account)):
        assert with_secrets("sign", written({**call, **more}), "--yes") == 0
        made = row.decode_transaction(bytes.fromhex(capsys.readouterr().out))
        assert isinstance(made, SignedTransaction)
        assert isinstance(made.transaction, theta.SmartContract)
        assert (made.transaction.to, made.transaction.data, made.transaction.gas) == (to, b"\x01\x02", 9)
    assert with_secrets("sign", written({**THETA, "memo": "hi"}), "--yes") == 1
