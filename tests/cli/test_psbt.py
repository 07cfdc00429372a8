"""PSBTs from command to command: several people sign, others finalize the same bytes, and what is unsafe is refused."""

import base64
import json
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import wallycore

from support.bitcoin import REGTEST, kernel_accepts, key
from support.commands import COMMAND, PHRASE, at_a_terminal, piped, with_secrets
from walletcore import KeyOrigin, PublicKey, Wallet
from walletcore import Path as KeyPath
from walletcore.chains.bitcoin import Input, Transaction, TxOut, pay
from walletcore.chains.bitcoin.locks import change
from walletcore.chains.bitcoin.opcodes import classify, multisig
from walletcore.chains.bitcoin.psbt import Psbt
from walletcore.chains.bitcoin.tx import Tx, TxIn
from walletcore.cli import run
from walletcore.hd.bip32 import ExtendedPrivateKey
from walletcore.mnemonic.bip39 import Mnemonic

Capture = pytest.CaptureFixture[str]

PHRASES = [  # BIP-39, "Test vectors"
    PHRASE,
    "legal winner thank year wave sausage worth useful legal winner thank yellow",
    "letter advice cage absurd amount doctor acoustic avoid letter advice cage above",
]
ALICE, BOB, CAROL = (phrase + "\n" for phrase in PHRASES)
REGTEST_NAME = "bitcoin-regtest"
SCRIPTED = ["p2wsh", "p2sh-p2wsh", "p2sh", "bare"]
SINGLE = ["p2wpkh", "p2tr", "p2sh-p2wpkh", "p2pkh"]
VERSIONS = [0, 2]


def cosigner(place: int, index: int = 0) -> tuple[PublicKey, KeyOrigin]:
    """Return a key of one of three people and where it comes from (BIP-48, the test networks' coin type)."""
    root = ExtendedPrivateKey.from_seed(Mnemonic.parse(PHRASES[place]).seed())
    path = KeyPath.parse(f"m/48'/1'/0'/2'/0/{index}")
    return root.derive(path).private_key.public_key, KeyOrigin(root.public.fingerprint, path)


@dataclass(frozen=True)
class Spend:
    """A transaction, and the outputs that it spends."""

    transaction: Transaction
    spent: tuple[TxOut, ...]


def paid(script_pubkey: bytes, place: int = 0, value: int = 100_000) -> Tx:
    """Return a transaction that pays to a script."""
    output = TxOut(value=value, script_pubkey=script_pubkey)
    return Tx(version=2, inputs=(TxIn(txid=f"{place + 1:064x}", vout=0),), outputs=(output,), locktime=0)


def spend(inputs: Sequence[Input], *outputs: TxOut, fee: int = 1_000) -> Spend:
    """Return what spends these, to a stranger unless outputs are given."""
    known = [each.spent for each in inputs if each.spent is not None]
    left = sum(each.value for each in known) - sum(each.value for each in outputs) - fee
    stranger = pay(REGTEST.address(key(77).public_key), left)
    return Spend(Transaction(chain=REGTEST, inputs=tuple(inputs), outputs=(stranger, *outputs)), tuple(known))


def of_three(kind: str, *, two: bool = False, **options: Any) -> Spend:
    """Return what two of three people spend, from one output or two."""
    inputs = []
    for place in range(1 + two):
        people = [cosigner(each, place) for each in range(3)]
        script = multisig(2, [public for public, _ in people])
        lock: dict[str, Any] = {"redeem_script": script} if kind == "p2sh" else {"kind": kind, "witness_script": script}
        to = script if kind == "bare" else REGTEST.script_pubkey(REGTEST.script_address(script, kind=kind))
        lock = {"script_pubkey": script} if kind == "bare" else lock
        source = paid(to, place)
        inputs.append(
            Input(txid=source.txid, vout=0, previous=source.encode(), origins=tuple(people), **lock, **options)
        )
    return spend(inputs)


def of_one(kind: str, *, proven: bool = True, value: int = 100_000, fee: int = 1_000, **options: Any) -> Spend:
    """Return what the first phrase spends alone, with change; unproven, segwit's amount is only claimed."""
    with Wallet.from_mnemonic(PHRASE) as wallet:
        public, origin = wallet.public_key(REGTEST, kind=kind), wallet.origin(REGTEST, kind=kind)
        back = change(
            value=value // 4,
            kind=kind,
            key=wallet.public_key(REGTEST, kind=kind, change=1),
            origin=wallet.origin(REGTEST, kind=kind, change=1),
        )
    source = paid(REGTEST.script_pubkey(REGTEST.address(public, kind=kind)), value=value)
    known: dict[str, Any] = {"previous": source.encode()} if proven else {"value": value}
    spent = Input(txid=source.txid, vout=0, kind=kind, key=public, origin=origin, **known, **options)
    return spend([spent], back, fee=fee)


@pytest.fixture
def put(tmp_path: Path) -> Callable[..., str]:
    """Write the PSBT of a spend to a file."""

    def write(what: Spend | Psbt | bytes, name: str = "tx.psbt", *, version: int = 0) -> str:
        if isinstance(what, Spend):
            what = Psbt.from_transaction(what.transaction, version=version)
        path = tmp_path / name
        path.write_bytes(what if isinstance(what, bytes) else what.encode())
        return str(path)

    return write


Put = Callable[..., str]


def signed(source: str, phrase: str, out: str, *more: str) -> None:
    """Sign as one of the people does, into a file."""
    code = with_secrets("psbt", "sign", source, "--chain", REGTEST_NAME, "--yes", "--out", out, *more, lines=phrase)
    assert code == 0


def finalized(source: str, capsys: Capture) -> bytes:
    capsys.readouterr()
    assert run(["psbt", "finalize", source, "--chain", REGTEST_NAME]) == 0
    return bytes.fromhex(capsys.readouterr().out.strip())


def by_wally(raw: bytes) -> bytes:
    """Return the transaction of a PSBT as libwally finalizes it."""
    theirs = wallycore.psbt_from_bytes(raw, 0)
    wallycore.psbt_finalize(theirs, 0)
    return bytes(wallycore.tx_to_bytes(wallycore.psbt_extract(theirs, 0), wallycore.WALLY_TX_FLAG_USE_WITNESS))


def as_wally(raw: bytes, kind: str, psbt: str) -> bool:
    """Return whether libwally makes the same transaction; it pushes the script of bare multisig as if it were P2SH's."""
    ours, theirs = Tx.decode(raw), Tx.decode(by_wally(Path(psbt).read_bytes()))
    if kind != "bare":
        return ours == theirs
    pairs = list(zip(ours.inputs, theirs.inputs, strict=True))
    pushed = [each.script_sig.removeprefix(own.script_sig) for own, each in pairs]
    return all(
        own.script_sig and classify(more[2:]).kind == "multisig" for (own, _), more in zip(pairs, pushed, strict=True)
    )


# -- from command to command


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("kind", SCRIPTED)
def test_two_of_three_people_sign_one_after_the_other(
    kind: str, version: int, put: Put, tmp_path: Path, capsys: Capture
) -> None:
    case = of_three(kind, two=True)
    source = put(case, version=version)
    first, second = str(tmp_path / "1.psbt"), str(tmp_path / "2.psbt")
    signed(source, ALICE, first)
    signed(first, CAROL, second)
    raw = finalized(second, capsys)
    assert kernel_accepts(raw, case.spent)
    assert as_wally(raw, kind, second)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("kind", SCRIPTED)
def test_two_of_three_people_sign_apart_and_a_third_combines(
    kind: str, version: int, put: Put, tmp_path: Path, capsys: Capture
) -> None:
    case = of_three(kind)
    source = put(case, version=version)
    first, second, both = (str(tmp_path / name) for name in ("1.psbt", "2.psbt", "both.psbt"))
    signed(source, BOB, first)
    signed(source, ALICE, second)
    assert run(["psbt", "combine", first, second, source, "--chain", REGTEST_NAME, "--out", both]) == 0
    raw = finalized(both, capsys)
    assert kernel_accepts(raw, case.spent)
    assert as_wally(raw, kind, both)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("kind", SINGLE)
def test_one_person_signs_and_finalizes(kind: str, version: int, put: Put, tmp_path: Path, capsys: Capture) -> None:
    case = of_one(kind)
    out = str(tmp_path / "signed.psbt")
    signed(put(case, version=version), ALICE, out)
    raw = finalized(out, capsys)
    assert kernel_accepts(raw, case.spent)
    assert as_wally(raw, kind, out)


def test_commands_are_joined_by_pipes(put: Put, tmp_path: Path) -> None:
    case = of_three("p2wsh")
    put(case)
    for name, phrase in (("alice", ALICE), ("bob", BOB)):
        (tmp_path / name).write_text(phrase)
    walletcore = " ".join(COMMAND)
    network = f"--chain {REGTEST_NAME}"
    line = (
        f"{walletcore} psbt sign tx.psbt {network} --yes --fd 3 3< alice"
        f" | {walletcore} psbt sign - {network} --yes --fd 3 3< bob | {walletcore} psbt finalize - {network}"
    )
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, cwd=tmp_path, check=True)
    assert kernel_accepts(bytes.fromhex(done.stdout.strip()), case.spent)


def test_the_draft_of_sign_becomes_a_psbt_that_cosigners_sign(tmp_path: Path, capsys: Capture) -> None:
    with Wallet.from_mnemonic(PHRASE) as wallet:
        own, where = wallet.public_key(REGTEST), wallet.origin(REGTEST)
    other, origin = cosigner(1)
    script = multisig(2, [own, other])
    source = paid(REGTEST.script_pubkey(REGTEST.script_address(script, kind="p2wsh")))
    lock = {"m": 2, "keys": [{"from": {}}, {"key": other.data.hex(), "origin": str(origin)}]}
    to = {"address": REGTEST.address(key(77).public_key).text, "value": 99_000}
    spent = {"txid": source.txid, "vout": 0, "previous": source.encode().hex(), "multisig": lock}
    draft = {"chain": REGTEST_NAME, "inputs": [spent], "outputs": [to]}
    (tmp_path / "draft.json").write_text(json.dumps(draft))
    made, first, second = (str(tmp_path / name) for name in ("made.psbt", "1.psbt", "2.psbt"))
    assert with_secrets("psbt", "create", str(tmp_path / "draft.json"), "--version", "2", "--out", made) == 0
    assert Psbt.decode(REGTEST, Path(made).read_bytes()).version == 2
    assert where.fingerprint in Path(made).read_bytes()
    signed(made, BOB, first)
    signed(first, ALICE, second)
    assert kernel_accepts(finalized(second, capsys), source.outputs)


# -- forms and files


@pytest.mark.parametrize("form", ["base64", "hex", "binary"])
def test_each_form_is_written_and_read(form: str, put: Put, tmp_path: Path) -> None:
    source, out = put(of_one("p2wpkh")), str(tmp_path / "out")
    raw = Path(source).read_bytes()
    forms = {"base64": base64.b64encode(raw) + b"\n", "hex": raw.hex().encode() + b"\n", "binary": raw}
    assert run(["psbt", "convert", source, "--version", "0", "--form", form, "--out", out]) == 0
    assert Path(out).read_bytes() == forms[form]
    done = subprocess.run(
        [*COMMAND, "psbt", "convert", "-", "--version", "0", "--form", form], input=forms[form], capture_output=True
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, forms[form], b"")


def test_the_name_of_a_file_decides_where_no_form_is_named(put: Put, tmp_path: Path) -> None:
    source = put(of_one("p2wpkh"))
    raw = Path(source).read_bytes()
    for name, content in (("a.psbt", raw), ("a.PSBT", raw), ("a.txt", base64.b64encode(raw) + b"\n")):
        assert run(["psbt", "convert", source, "--version", "0", "--out", str(tmp_path / name)]) == 0
        assert (tmp_path / name).read_bytes() == content


@pytest.mark.parametrize("spell", [lambda raw: base64.b64encode(raw).decode(), bytes.hex, lambda raw: "0x" + raw.hex()])
def test_a_psbt_may_be_the_argument_itself(spell: Callable[[bytes], str], put: Put, capsys: Capture) -> None:
    raw = Path(put(of_one("p2tr"))).read_bytes()
    assert run(["psbt", "convert", spell(raw), "--version", "0", "--form", "hex"]) == 0
    assert capsys.readouterr().out == raw.hex() + "\n"


def test_a_file_that_is_there_is_not_overwritten_unless_that_is_said(put: Put, tmp_path: Path, capsys: Capture) -> None:
    source, out = put(of_one("p2wpkh")), tmp_path / "out.psbt"
    out.write_text("precious")
    arguments = ["psbt", "sign", source, "--chain", REGTEST_NAME, "--yes", "--out", str(out)]
    assert with_secrets(*arguments) == 1
    shown = capsys.readouterr()
    assert shown.err == "error: the file of --out is there already\nhint: --overwrite replaces it\n"
    assert out.read_text() == "precious"
    assert with_secrets(*arguments, "--overwrite") == 0
    assert out.read_bytes().startswith(b"psbt\xff")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.psbt", "tx.psbt"]


def test_a_file_that_is_there_is_said_before_any_secret_is_read(put: Put, tmp_path: Path) -> None:
    source, out = put(of_one("p2wpkh")), tmp_path / "out.psbt"
    out.write_text("precious")
    done = piped("psbt", "sign", source, "--chain", REGTEST_NAME, "--yes", "--out", str(out), "--stdin", lines="")
    assert (done.returncode, done.stderr.splitlines()[0]) == (1, "error: the file of --out is there already")


def test_a_link_to_nowhere_is_not_followed(put: Put, tmp_path: Path) -> None:
    source, out = put(of_one("p2wpkh")), tmp_path / "link.psbt"
    out.symlink_to(tmp_path / "elsewhere")
    assert run(["psbt", "convert", source, "--version", "2", "--out", str(out)]) == 1
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize("overwrite", [[], ["--overwrite"]])
@pytest.mark.parametrize("out", ["/nowhere/at/all.psbt", "/dev/full/x.psbt", "a\0b.psbt"])
def test_where_nothing_can_be_written_one_line_says_so(
    out: str, overwrite: list[str], put: Put, capsys: Capture
) -> None:
    assert run(["psbt", "convert", put(of_one("p2wpkh")), "--version", "2", "--out", out, *overwrite]) == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_a_directory_is_not_overwritten(put: Put, tmp_path: Path, capsys: Capture) -> None:
    out = tmp_path / "folder.psbt"
    out.mkdir()
    source = put(of_one("p2wpkh"))
    assert run(["psbt", "convert", source, "--version", "2", "--out", str(out), "--overwrite"]) == 1
    assert capsys.readouterr().err.count("\n") == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder.psbt", "tx.psbt"]


def test_a_terminal_is_shown_no_bytes(put: Put) -> None:
    source = put(of_one("p2wpkh"))
    code, shown = at_a_terminal("psbt", "convert", source, "--version", "2", "--form", "binary", answers={})
    assert code == 2
    assert "--out names a file" in shown


USAGE: dict[str, tuple[str, ...]] = {
    "no command": ("psbt",),
    "another command": ("psbt", "sing"),
    "no psbt": ("psbt", "sign"),
    "two things on standard input": ("psbt", "sign", "-", "--stdin"),
    "two PSBTs on standard input": ("psbt", "combine", "-", "-"),
    "one PSBT to combine": ("psbt", "combine", "x.psbt"),
    "no version": ("psbt", "convert", "x.psbt"),
    "version 3": ("psbt", "convert", "x.psbt", "--version", "3"),
    "a form that is none": ("psbt", "convert", "x.psbt", "--version", "2", "--form", "base58"),
    "overwriting nothing": ("psbt", "convert", "x.psbt", "--version", "2", "--overwrite"),
    "a transaction into a file": ("psbt", "finalize", "x.psbt", "--out", "y"),
    "a negative fee": ("psbt", "sign", "x.psbt", "--max-fee", "-1"),
    "a fee rate that is none": ("psbt", "sign", "x.psbt", "--max-fee-rate", "1e3"),
    "a fee rate of four decimals": ("psbt", "sign", "x.psbt", "--max-fee-rate", "0.0001"),
    "a limit and none": ("psbt", "sign", "x.psbt", "--max-fee", "1", "--high-fee"),
}


@pytest.mark.parametrize("arguments", USAGE.values(), ids=USAGE.keys())
def test_wrong_usage_is_exit_code_2_and_signs_nothing(
    arguments: tuple[str, ...], put: Put, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(of_one("p2wpkh"), "x.psbt")
    monkeypatch.chdir(tmp_path)
    assert run(arguments) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "Traceback" not in shown.err
