"""PSBTs from command to command: several people sign, others finalize the same bytes, and what is unsafe is refused."""

import base64
import json
import os
import stat
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import wallycore

from support.bitcoin import REGTEST, kernel_accepts, key
from support.commands import COMMAND, PHRASE, at_a_terminal, piped, with_secrets
from support.vectors import Case, load
from walletcore import KeyOrigin, PublicKey, Wallet
from walletcore import Path as KeyPath
from walletcore.chains import chain
from walletcore.chains.bitcoin import BitcoinChain, Input, Transaction, TxOut, pay
from walletcore.chains.bitcoin.bip322 import GenericMessage
from walletcore.chains.bitcoin.locks import change
from walletcore.chains.bitcoin.opcodes import classify, multisig
from walletcore.chains.bitcoin.psbt import Psbt
from walletcore.chains.bitcoin.sighash import HASH_TYPES
from walletcore.chains.bitcoin.tx import Tx, TxIn
from walletcore.cli import run
from walletcore.cli.files import Target
from walletcore.errors import DecodingError
from walletcore.hd.bip32 import ExtendedPrivateKey
from walletcore.mnemonic.bip39 import Mnemonic
from walletcore.signing import sign

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
    """Return whether libwally makes the same transaction; of bare multisig it pushes the script, as of P2SH."""
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
    assert run(["psbt", "combine", source, first, second, "--chain", REGTEST_NAME, "--out", both]) == 0
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


@pytest.mark.parametrize("kind", ["p2wpkh", "p2pkh", "p2sh-p2wpkh", "p2tr"])
def test_with_low_r_a_signature_is_that_of_libwally_when_it_grinds(kind: str, put: Put, tmp_path: Path) -> None:
    path = {"p2wpkh": "84", "p2pkh": "44", "p2sh-p2wpkh": "49", "p2tr": "86"}[kind]
    root = ExtendedPrivateKey.from_seed(Mnemonic.parse(PHRASE).seed())
    secret = root.derive(f"m/{path}'/1'/0'/0/0").private_key.secret.reveal()
    differ = 0
    for fee in range(1_000, 1_006):
        source, out = put(of_one(kind, fee=fee)), str(tmp_path / "out.psbt")
        signed(source, ALICE, out, "--low-r", "--overwrite")
        grinding, plain = (by_wally_signed(source, secret, flags) for flags in (wallycore.EC_FLAG_GRIND_R, 0))
        assert Path(out).read_bytes() == grinding
        differ += grinding != plain
    assert (differ > 0) is (kind != "p2tr")


def by_wally_signed(source: str, secret: bytes, flags: int) -> bytes:
    theirs = wallycore.psbt_from_bytes(Path(source).read_bytes(), 0)
    wallycore.psbt_sign(theirs, secret, flags)
    return bytes(wallycore.psbt_to_bytes(theirs, 0))


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


def test_a_file_that_comes_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    """Between the first look and the signature somebody else may have written it."""
    target = Target(str(tmp_path / "out.psbt"), None, False)
    target.check()
    (tmp_path / "out.psbt").write_text("precious")
    with pytest.raises(DecodingError):
        target.write(b"psbt")
    assert (tmp_path / "out.psbt").read_text() == "precious"


@pytest.mark.parametrize("kind", [*SINGLE, *SCRIPTED])
def test_versions_are_converted_as_libwally_does(kind: str, put: Put, tmp_path: Path) -> None:
    source = put(of_one(kind) if kind in SINGLE else of_three(kind, two=True))
    second, first = str(tmp_path / "2.psbt"), str(tmp_path / "0.psbt")
    assert run(["psbt", "convert", source, "--version", "2", "--out", second]) == 0
    theirs = wallycore.psbt_from_bytes(Path(source).read_bytes(), 0)
    wallycore.psbt_set_version(theirs, 0, 2)
    read = wallycore.psbt_from_bytes(Path(second).read_bytes(), 0)
    flags = b"\x01\x06\x01\x03"  # PSBT_GLOBAL_TX_MODIFIABLE: libwally lets inputs and outputs be added from there on
    converted = bytes(wallycore.psbt_to_bytes(theirs, 0)).replace(flags, b"", 1)
    assert bytes(wallycore.psbt_to_bytes(read, 0)) == converted
    assert run(["psbt", "convert", second, "--version", "0", "--out", first]) == 0
    assert Path(first).read_bytes() == Path(source).read_bytes()


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


@pytest.mark.parametrize("make", [os.mkfifo, lambda path: path.symlink_to("goal.psbt")], ids=["a pipe", "a link"])
def test_only_a_regular_file_is_overwritten(make: Callable[[Path], None], put: Put, capsys: Capture) -> None:
    """As root, --out /dev/null --overwrite would leave a system without it."""
    source = Path(put(of_one("p2wpkh")))
    out, goal = source.with_name("out.psbt"), Path(put(b"precious", "goal.psbt"))
    make(out)
    before = out.lstat()
    code = run(["psbt", "convert", str(source), "--version", "2", "--out", str(out), "--overwrite"])
    assert refused(capsys, code)[0] == "expected a regular file to overwrite by --out"
    assert (out.lstat().st_mode, out.lstat().st_ino) == (before.st_mode, before.st_ino)
    assert goal.read_bytes() == b"precious"


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o400], ids=oct)
def test_who_could_not_read_a_file_cannot_read_what_replaces_it(mode: int, put: Put) -> None:
    source, out = put(of_one("p2wpkh")), Path(put(b"precious", "out.psbt"))
    out.chmod(mode)
    assert run(["psbt", "convert", source, "--version", "2", "--out", str(out), "--overwrite"]) == 0
    assert stat.S_IMODE(out.stat().st_mode) == mode
    assert out.read_bytes().startswith(b"psbt\xff")


@pytest.mark.parametrize("overwrite", ["", " --overwrite"])
def test_what_cannot_be_written_whole_is_not_there(overwrite: str, put: Put, tmp_path: Path) -> None:
    put(of_one("p2wpkh"))
    if overwrite:
        (tmp_path / "out.psbt").write_text("precious")
    line = f"ulimit -f 0; {' '.join(COMMAND)} psbt convert tx.psbt --version 2 --out out.psbt{overwrite}"
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (1, "error: cannot read or write: File too large\n")
    assert {path.name: path.read_bytes()[:8] for path in tmp_path.iterdir() if path.name != "tx.psbt"} == (
        {"out.psbt": b"precious"} if overwrite else {}
    )


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
    "a draft and a phrase on standard input": ("psbt", "create", "-", "--stdin"),
    "version 1": ("psbt", "convert", "x.psbt", "--version", "1"),
    "a draft in version 1": ("psbt", "create", "x.json", "--version", "1"),
    "one PSBT to combine": ("psbt", "combine", "x.psbt"),
    "no version": ("psbt", "convert", "x.psbt"),
    "version 3": ("psbt", "convert", "x.psbt", "--version", "3"),
    "a form that is none": ("psbt", "convert", "x.psbt", "--version", "2", "--form", "base58"),
    "overwriting nothing": ("psbt", "convert", "x.psbt", "--version", "2", "--overwrite"),
    "a file with the name of standard output": ("psbt", "convert", "x.psbt", "--version", "2", "--out", "-"),
    "JSON in another form": ("psbt", "convert", "x.psbt", "--version", "2", "--json", "--form", "hex"),
    "a PSBT as a picture": ("psbt", "finalize", "x.psbt", "--psbt", "--qr"),
    "a transaction into a file": ("psbt", "finalize", "x.psbt", "--out", "y"),
    "a negative fee": ("psbt", "sign", "x.psbt", "--max-fee", "-1"),
    "a fee rate that is none": ("psbt", "sign", "x.psbt", "--max-fee-rate", "1e3"),
    "a fee rate of four decimals": ("psbt", "sign", "x.psbt", "--max-fee-rate", "0.0001"),
    "a PSBT and a previous transaction on standard input": ("psbt", "show", "-", "--previous", "-"),
    "two previous transactions on standard input": ("psbt", "finalize", "x.psbt", "--previous", "-", "--previous", "-"),
    "a previous transaction and a phrase on standard input": ("psbt", "sign", "x.psbt", "--previous", "-", "--stdin"),
    "a previous transaction for who joins only": ("psbt", "combine", "x.psbt", "x.psbt", "--previous", "00" * 60),
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


# -- what is refused: one line, a hint perhaps, and nothing on standard output


def sign_of(source: str, *more: str) -> int:
    return with_secrets("psbt", "sign", source, "--chain", REGTEST_NAME, "--yes", *more)


def refused(capsys: Capture, code: int) -> tuple[str, str]:
    """Return the error and the hint of a command that ended so."""
    shown = capsys.readouterr()
    lines = shown.err.splitlines()
    assert (code, shown.out) == (1, "")
    assert "Traceback" not in shown.err
    assert lines[0].startswith("error: "), shown.err
    assert all(line.startswith("hint: ") for line in lines[1:])
    assert len(lines) <= 2
    return lines[0].removeprefix("error: "), "".join(lines[1:]).removeprefix("hint: ")


def psbt_of(case: Spend, version: int = 0) -> Psbt:
    return Psbt.from_transaction(case.transaction, version=version)


def with_input(psbt: Psbt, **fields: Any) -> bytes:
    """Return the bytes of a PSBT whose first input has these fields instead."""
    return replace(psbt, inputs=(psbt.inputs[0].with_fields(**fields), *psbt.inputs[1:])).encode()


def with_output(psbt: Psbt, place: int, **fields: Any) -> bytes:
    outputs = list(psbt.outputs)
    outputs[place] = outputs[place].with_fields(**fields)
    return replace(psbt, outputs=tuple(outputs)).encode()


@pytest.mark.parametrize("version", VERSIONS)
def test_PS60_an_amount_that_the_previous_transaction_refutes_is_refused(
    version: int, put: Put, capsys: Capture
) -> None:
    psbt = psbt_of(of_one("p2wpkh"), version)
    claimed = psbt.inputs[0].witness_utxo
    assert claimed is not None
    source = put(with_input(psbt, witness_utxo=replace(claimed, value=claimed.value + 1)))
    refused(capsys, sign_of(source))
    assert run(["psbt", "show", source, "--chain", REGTEST_NAME, "--json"]) == 0  # it may be looked at
    (found,) = json.loads(capsys.readouterr().out)
    assert "contradiction" in {each["code"] for each in found["odd"]}


def test_PS61_a_previous_transaction_of_another_id_is_refused(put: Put, capsys: Capture) -> None:
    other = paid(b"\x51", 5).encode()
    refused(capsys, sign_of(put(with_input(psbt_of(of_one("p2wpkh")), non_witness_utxo=other))))


@pytest.mark.parametrize("kind", ["p2wpkh", "p2sh-p2wpkh"])
def test_PS62_an_amount_that_nothing_proves_is_refused_unless_it_is_trusted(
    kind: str, put: Put, tmp_path: Path, capsys: Capture
) -> None:
    case = of_one(kind, proven=False)
    source, out = put(case), str(tmp_path / "out.psbt")
    assert refused(capsys, sign_of(source))[1] == "--trust-witness-utxo believes it"
    assert sign_of(source, "--trust-witness-utxo", "--out", out) == 0
    capsys.readouterr()
    code = run(["psbt", "finalize", out, "--chain", REGTEST_NAME])
    assert refused(capsys, code)[1] == "--trust-witness-utxo believes it"
    assert run(["psbt", "finalize", out, "--chain", REGTEST_NAME, "--trust-witness-utxo"]) == 0
    assert kernel_accepts(bytes.fromhex(capsys.readouterr().out), case.spent)


def test_PS62_taproot_signs_the_amounts_so_that_none_has_to_be_trusted(put: Put, capsys: Capture) -> None:
    assert sign_of(put(of_one("p2tr", proven=False))) == 0
    assert "claimed" not in capsys.readouterr().err


def test_PS64_a_number_of_inputs_that_is_only_claimed_costs_nothing(capsys: Capture) -> None:
    claimed = "70736274ff01fb040200000001020402000000010405feffffffff010501010000"
    refused(capsys, run(["psbt", "show", claimed]))
    refused(capsys, run(["inspect", claimed]))


def test_PS65_bytes_after_the_end_are_refused(put: Put, capsys: Capture) -> None:
    refused(capsys, sign_of(put(psbt_of(of_one("p2wpkh")).encode() + b"\x00")))


def told(capsys: Capture) -> list[str]:
    """Return the first words of the rows of effects that were shown before signing."""
    lines = capsys.readouterr().err.split("what it does\n")[1].splitlines()[1:]
    return [line.split()[0] for line in lines[:3]]


def test_change_is_shown_as_change_where_the_wallet_proves_it(put: Put, capsys: Capture) -> None:
    assert sign_of(put(of_one("p2wpkh"))) == 0
    assert told(capsys) == ["transfer", "change", "fee"]


def test_PS67_change_to_a_script_of_another_key_is_no_change(put: Put, capsys: Capture) -> None:
    case = of_one("p2wpkh")
    ours = case.transaction.outputs[1].lock
    assert ours is not None
    (_, origin), stranger = ours.origins[0], key(78).public_key
    script = REGTEST.script_pubkey(REGTEST.address(stranger))
    stolen = replace(case.transaction, outputs=(case.transaction.outputs[0], TxOut(value=25_000, script_pubkey=script)))
    psbt = Psbt.from_transaction(stolen)
    assert sign_of(put(with_output(psbt, 1, bip32_derivation=((stranger.data, origin),)))) == 0
    assert told(capsys) == ["transfer", "transfer", "fee"]
    own = ours.origins[0][0].data
    refused(capsys, sign_of(put(with_output(psbt, 1, bip32_derivation=((own, origin),)))))


@pytest.mark.parametrize("where", [{"account": 1}, {"change": 1, "index": 2_000_000_000}])
def test_PS68_change_where_no_wallet_looks_is_no_change(where: Any, put: Put, capsys: Capture) -> None:
    with Wallet.from_mnemonic(PHRASE) as wallet:
        public, origin = wallet.public_key(REGTEST, **where), wallet.origin(REGTEST, **where)
    case = of_one("p2wpkh")
    far = change(value=25_000, kind="p2wpkh", key=public, origin=origin)
    assert sign_of(put(Spend(replace(case.transaction, outputs=(case.transaction.outputs[0], far)), case.spent))) == 0
    assert told(capsys) == ["transfer", "transfer", "fee"]


def test_PS69_the_same_key_twice_is_refused_and_what_is_not_known_survives(
    put: Put, tmp_path: Path, capsys: Capture
) -> None:
    psbt = psbt_of(of_one("p2wpkh"))
    proprietary = b"\xfc\x05hello\x00" + b"any", b"thing"
    unknown = b"\x7fkey", b"value"
    first = type(psbt.inputs[0])((*psbt.inputs[0].records, unknown, proprietary))
    out = str(tmp_path / "out.psbt")
    assert sign_of(put(replace(psbt, inputs=(first,)).encode()), "--out", out) == 0
    assert "PSBT_IN_PROPRIETARY" in capsys.readouterr().err
    for version in ("2", "0"):
        assert run(["psbt", "convert", out, "--version", version, "--out", out, "--overwrite"]) == 0
    kept = Psbt.decode(REGTEST, Path(out).read_bytes()).inputs[0]
    assert {unknown, proprietary} <= set(kept.records)
    raw = psbt.encode()
    record = b"\x01\x03\x04\x01\x00\x00\x00"  # PSBT_IN_SIGHASH_TYPE
    assert raw.count(record) == 1
    refused(capsys, sign_of(put(raw.replace(record, 2 * record))))


@pytest.mark.parametrize("version", VERSIONS)
def test_PS71_two_signatures_of_one_key_are_not_chosen_between(version: int, put: Put, capsys: Capture) -> None:
    psbt = psbt_of(of_three("p2wsh"), version)
    public = cosigner(0)[0].data
    signatures = [b"\x30\x06\x02\x01" + bytes((r,)) + b"\x02\x01\x01\x01" for r in (1, 2)]
    sources = [
        put(with_input(psbt, partial_sig=((public, each),)), f"{place}") for place, each in enumerate(signatures)
    ]
    refused(capsys, run(["psbt", "combine", *sources, "--chain", REGTEST_NAME]))
    assert run(["psbt", "combine", sources[0], sources[0], "--chain", REGTEST_NAME]) == 0


def test_PS71_psbts_of_two_transactions_are_not_combined(put: Put, capsys: Capture) -> None:
    sources = [put(of_one("p2wpkh", fee=fee), str(fee)) for fee in (1_000, 2_000)]
    refused(capsys, run(["psbt", "combine", *sources, "--chain", REGTEST_NAME]))


def test_PS73_a_file_that_is_too_large_is_refused(put: Put, capsys: Capture) -> None:
    refused(capsys, sign_of(put(b"psbt\xff" + bytes(32 << 20))))
    refused(capsys, sign_of(put(b"psbt\xff" + bytes(34 << 20))))


def test_versions_are_combined_into_that_of_the_first(put: Put, tmp_path: Path, capsys: Capture) -> None:
    case = of_three("p2wsh")
    first, second, both = (str(tmp_path / name) for name in ("1.psbt", "2.psbt", "both.psbt"))
    signed(put(case, version=0), ALICE, first)
    signed(put(case, version=2), BOB, second)
    assert run(["psbt", "combine", second, first, "--chain", REGTEST_NAME, "--out", both]) == 0
    assert Psbt.decode(REGTEST, Path(both).read_bytes()).version == 2
    assert kernel_accepts(finalized(both, capsys), case.spent)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_psbt_that_is_cut_is_refused_wherever_it_is_cut(version: int, capsys: Capture) -> None:
    raw = psbt_of(of_three("p2sh-p2wsh"), version).encode()
    for size in range(5, len(raw), 7):
        refused(capsys, run(["psbt", "show", raw[:size].hex(), "--chain", REGTEST_NAME]))


def test_paths_of_another_network_are_refused_with_the_option(put: Put, capsys: Capture) -> None:
    error, hint = refused(capsys, with_secrets("psbt", "sign", put(of_one("p2wpkh")), "--yes"))
    assert error == "m/84'/1'/0'/0/0 is no path of bitcoin"
    assert hint == "--chain names the chain that the PSBT is of"


@pytest.mark.parametrize("content", [b"", b"psbt", b"hello", b"\xff\xfe\x00", b"00", b"cHNidP8", b"70736274ff0"])
def test_what_is_no_psbt_is_refused(content: bytes, put: Put, capsys: Capture) -> None:
    for arguments in (["show"], ["finalize"], ["convert", "--version", "2"]):
        refused(capsys, run(["psbt", *arguments, put(content)]))
    refused(capsys, run(["psbt", "combine", put(content), put(content)]))


def test_a_chain_without_psbts_is_refused(put: Put, capsys: Capture) -> None:
    assert refused(capsys, run(["psbt", "show", put(of_one("p2tr")), "--chain", "ethereum"]))[0] == (
        "ethereum has no PSBTs"
    )


@pytest.mark.parametrize("name", [name for name in HASH_TYPES if name not in ("ALL", "DEFAULT")])
def test_T10_a_hash_type_is_refused_unless_it_is_named(name: str, put: Put, tmp_path: Path, capsys: Capture) -> None:
    case = of_one("p2wpkh", sighash=name)
    source, out = put(case), str(tmp_path / "out.psbt")
    assert refused(capsys, sign_of(source))[1] == "--sighash allows it by its name"
    refused(capsys, sign_of(source, "--sighash", "EVERYTHING"))
    assert sign_of(source, "--sighash", name, "--out", out) == 0
    assert f"input 0 is signed {name}" in capsys.readouterr().err
    assert refused(capsys, run(["psbt", "finalize", out, "--chain", REGTEST_NAME, "--psbt"]))[1].startswith("--sighash")
    assert run(["psbt", "finalize", out, "--chain", REGTEST_NAME, "--sighash", name]) == 0
    assert kernel_accepts(bytes.fromhex(capsys.readouterr().out), case.spent)


LIMITS = {
    "a fee": (of_one("p2wpkh", fee=1_001), "--max-fee", "1000", "--max-fee sets another limit, --high-fee none"),
    "a fee rate": (
        of_one("p2wpkh", fee=30_000),
        "--max-fee-rate",
        "150.5",
        "--max-fee-rate sets another limit, --high-fee none",
    ),
    "the usual fee": (
        of_one("p2wpkh", value=200_000_000, fee=10_000_001),
        "--sighash",
        "NONE",
        "--max-fee sets another limit, --high-fee none",
    ),
}


@pytest.mark.parametrize(("case", "option", "value", "hint"), LIMITS.values(), ids=LIMITS.keys())
def test_T13_a_fee_above_a_limit_is_refused_unless_that_is_said(
    case: Spend, option: str, value: str, hint: str, put: Put, capsys: Capture
) -> None:
    source = put(case)
    assert refused(capsys, sign_of(source, option, value))[1] == hint
    assert sign_of(source, "--high-fee") == 0


def test_T13_a_fee_rate_is_in_satoshi_per_virtual_byte_with_three_decimals(put: Put, capsys: Capture) -> None:
    case = of_one("p2tr", fee=7_777)
    source, size = put(case), case.transaction.vsize
    rate = -(-7_777_000 // size)
    for millis, code in ((rate, 0), (rate - 1, 1)):
        assert sign_of(source, "--max-fee-rate", f"{millis // 1000}.{millis % 1000:03}") == code
        capsys.readouterr()


def test_a_phrase_whose_keys_are_not_asked_for_is_told_so(put: Put, capsys: Capture) -> None:
    code = with_secrets("psbt", "sign", put(of_one("p2wpkh")), "--chain", REGTEST_NAME, "--yes", lines=BOB)
    error, hint = refused(capsys, code)
    assert error == "no key of this phrase is asked for: it has b8688df1, the PSBT asks 73c5da0a"
    assert hint == "another passphrase makes other keys"


@pytest.mark.parametrize("kind", ["p2wsh", "p2sh"])
def test_a_phrase_that_has_signed_already_is_told_so(kind: str, put: Put, tmp_path: Path, capsys: Capture) -> None:
    """It was taken for one without keys there, and another passphrase was looked for."""
    out = str(tmp_path / "1.psbt")
    signed(put(of_three(kind)), ALICE, out)
    capsys.readouterr()
    error, hint = refused(capsys, sign_of(out))
    assert error.startswith("this phrase, 73c5da0a, has signed already: the PSBT asks b8688df1")
    assert hint == ""


def test_a_finalized_psbt_is_judged_as_its_transaction_is(put: Put, tmp_path: Path, capsys: Capture) -> None:
    """It holds all of it; one that lacks signatures holds none."""
    out, first = str(tmp_path / "out.psbt"), str(tmp_path / "1.psbt")
    signed(put(of_one("p2wpkh")), ALICE, out)
    capsys.readouterr()
    keep = ("psbt", "finalize", out, "--chain", REGTEST_NAME, "--psbt")
    assert refused(capsys, run([*keep, "--max-fee", "999"]))[1] == "--max-fee sets another limit, --high-fee none"
    assert run([*keep, "--max-fee", "1000"]) == 0
    signed(put(of_three("p2wsh")), ALICE, first)
    assert run(["psbt", "finalize", first, "--chain", REGTEST_NAME, "--psbt", "--max-fee", "1"]) == 0
    anchor = paid(b"\x51\x02\x4e\x73", place=5, value=240)  # P2A, which hands over nothing: no field makes it final
    own = of_one("p2wpkh").transaction.inputs[0]
    beside = spend([own, Input(txid=anchor.txid, vout=0, previous=anchor.encode())])
    signed(put(beside), ALICE, out, "--overwrite")
    capsys.readouterr()
    assert refused(capsys, run([*keep, "--max-fee", "999"]))[1] == "--max-fee sets another limit, --high-fee none"


def test_keys_of_which_nothing_is_known_are_told_as_such(put: Put, capsys: Capture) -> None:
    psbt = psbt_of(of_three("p2wsh"))
    source = put(with_input(psbt, bip32_derivation=()))
    error, _ = refused(capsys, sign_of(source))
    assert error == "no key of this phrase is asked for: it has 73c5da0a, the PSBT asks an unknown key"


def test_nothing_is_signed_twice(put: Put, tmp_path: Path, capsys: Capture) -> None:
    out = str(tmp_path / "out.psbt")
    signed(put(of_one("p2wpkh")), ALICE, out)
    capsys.readouterr()
    error, hint = refused(capsys, sign_of(out))
    assert (error, "psbt finalize" in hint) == ("nothing is left to sign", True)


@pytest.mark.parametrize("kind", ["p2wpkh", "p2tr", "p2sh-p2wpkh", "p2pkh"])
def test_a_psbt_that_names_no_key_is_told_as_such(kind: str, put: Put, capsys: Capture) -> None:
    """Bitcoin Core's `createpsbt` and `utxoupdatepsbt` make those; nothing of it is signed."""
    psbt = psbt_of(of_one(kind))
    bare = replace(psbt, inputs=tuple([each.without((4, 6, 0x16, 0x17)) for each in psbt.inputs]))
    source = put(bare.raw)
    error, hint = refused(capsys, sign_of(source))
    assert error == "nobody is asked to sign: no key is named by input 0"
    assert "Psbt.with_keys" in hint
    assert run(["psbt", "show", source, "--chain", REGTEST_NAME]) == 0
    assert "to be signed by  not known (no key is named by input 0)" in capsys.readouterr().out


def test_a_script_that_is_not_understood_is_told_as_such(put: Put, capsys: Capture) -> None:
    """Its keys are named and nobody here can ask them."""
    psbt = psbt_of(of_three("p2wsh"))
    script = b"\x51\x69" + (psbt.inputs[0].witness_script or b"")  # OP_1 OP_VERIFY before the multisig
    source = paid(REGTEST.script_pubkey(REGTEST.script_address(script, kind="p2wsh")))
    made = psbt_of(spend([Input(txid=source.txid, vout=0, previous=source.encode())]))
    named = with_input(made, witness_script=script, bip32_derivation=psbt.inputs[0].bip32_derivation)
    error, _ = refused(capsys, sign_of(put(named)))
    assert error == "nobody is asked to sign: not understood here is the script of input 0"


def test_too_few_signatures_make_no_transaction(put: Put, tmp_path: Path, capsys: Capture) -> None:
    out = str(tmp_path / "out.psbt")
    signed(put(of_three("p2wsh")), ALICE, out)
    capsys.readouterr()
    error, hint = refused(capsys, run(["psbt", "finalize", out, "--chain", REGTEST_NAME]))
    assert error.startswith("too few signatures")
    assert hint == "`walletcore psbt sign` adds some, `walletcore psbt combine` joins those of several people"


@pytest.mark.parametrize("kind", SINGLE)
def test_a_flipped_bit_of_a_signature_is_seen_before_anything_is_printed(
    kind: str, put: Put, tmp_path: Path, capsys: Capture
) -> None:
    out = str(tmp_path / "out.psbt")
    signed(put(of_one(kind)), ALICE, out)
    psbt = Psbt.decode(REGTEST, Path(out).read_bytes())
    fields = psbt.inputs[0]
    if kind == "p2tr":
        assert fields.tap_key_sig is not None
        bad: dict[str, Any] = {"tap_key_sig": bytes((fields.tap_key_sig[0] ^ 1,)) + fields.tap_key_sig[1:]}
    else:
        ((public, signature),) = fields.partial_sig
        bad = {"partial_sig": ((public, signature[:20] + bytes((signature[20] ^ 1,)) + signature[21:]),)}
    source = put(with_input(psbt, **bad), "bad.psbt")
    capsys.readouterr()
    refused(capsys, run(["psbt", "finalize", source, "--chain", REGTEST_NAME]))
    assert run(["psbt", "show", source, "--chain", REGTEST_NAME, "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)
    assert "bad-signature" in {each["code"] for each in found["odd"]}


# -- asking


def test_a_person_sees_what_it_does_and_says_yes(put: Put) -> None:
    source = put(of_one("p2wpkh"))
    answers = {"mnemonic: ": PHRASE, "[y/N]: ": "y"}
    code, shown = at_a_terminal("psbt", "sign", source, "--chain", REGTEST_NAME, answers=answers, columns=250)
    assert code == 0
    assert shown.index("0.00074 tBTC") < shown.index("Sign it?") < shown.index("cHNidP8")
    assert "abandon" not in shown


@pytest.mark.parametrize("answer", ["n", "", "no"])
def test_anything_but_yes_signs_nothing(answer: str, put: Put, tmp_path: Path) -> None:
    source, out = put(of_one("p2wpkh")), tmp_path / "out.psbt"
    answers = {"mnemonic: ": PHRASE, "[y/N]: ": answer}
    code, shown = at_a_terminal("psbt", "sign", source, "--chain", REGTEST_NAME, "--out", str(out), answers=answers)
    assert code == 1
    assert "nothing was signed" in shown
    assert not out.exists()


def test_nobody_to_ask_is_refused_before_any_secret_is_read(put: Put) -> None:
    done = piped("psbt", "sign", put(of_one("p2wpkh")), "--chain", REGTEST_NAME, "--stdin")
    assert (done.returncode, done.stdout) == (1, "")
    assert "--yes" in done.stderr


def test_nobody_can_be_asked_without_a_terminal_or_where_it_has_the_phrase(put: Put, capsys: Capture) -> None:
    source = put(of_one("p2wpkh"))
    error, hint = refused(capsys, with_secrets("psbt", "sign", source, "--chain", REGTEST_NAME))
    assert (error.startswith("nobody can be asked"), "--yes" in hint) == (True, True)
    code, shown = at_a_terminal("psbt", "sign", source, "--chain", REGTEST_NAME, "--stdin", answers={})
    assert (code, "nobody can be asked" in shown) == (1, True)


# -- for machines


def test_what_is_printed_for_machines_says_whether_all_have_signed(put: Put, tmp_path: Path, capsys: Capture) -> None:
    source, out = put(of_three("p2wsh"), version=2), str(tmp_path / "1.psbt")
    common = ("--chain", REGTEST_NAME, "--yes", "--json")
    assert with_secrets("psbt", "sign", source, *common, "--out", out, lines=ALICE) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["chain"], found["version"], found["complete"]) == (REGTEST_NAME, 2, False)
    assert base64.b64decode(found["psbt"]) == Path(out).read_bytes()
    assert with_secrets("psbt", "sign", found["psbt"], *common, lines=BOB) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["complete"] is True
    assert run(["psbt", "finalize", found["psbt"], "--chain", REGTEST_NAME, "--json"]) == 0
    done = json.loads(capsys.readouterr().out)
    assert (done["chain"], done["id"]) == (REGTEST_NAME, Tx.decode(bytes.fromhex(done["raw"])).txid)


def test_a_finalized_psbt_is_kept_where_that_is_wanted(put: Put, tmp_path: Path, capsys: Capture) -> None:
    case = of_one("p2wpkh")
    out, final = str(tmp_path / "out.psbt"), str(tmp_path / "final.psbt")
    signed(put(case), ALICE, out)
    assert run(["psbt", "finalize", out, "--chain", REGTEST_NAME, "--psbt", "--out", final]) == 0
    theirs = wallycore.psbt_from_bytes(Path(out).read_bytes(), 0)
    wallycore.psbt_finalize(theirs, 0)
    assert Path(final).read_bytes() == bytes(wallycore.psbt_to_bytes(theirs, 0))
    assert kernel_accepts(finalized(final, capsys), case.spent)


def test_a_transaction_is_drawn_where_that_is_wanted(put: Put, tmp_path: Path, capsys: Capture) -> None:
    out = str(tmp_path / "out.psbt")
    signed(put(of_one("p2wpkh")), ALICE, out)
    capsys.readouterr()
    assert run(["psbt", "finalize", out, "--chain", REGTEST_NAME, "--qr"]) == 0
    raw, *drawn = capsys.readouterr().out.splitlines()
    assert Tx.decode(bytes.fromhex(raw)).is_signed
    assert len(drawn) > 20


def test_show_proves_change_by_an_extended_key(put: Put, capsys: Capture) -> None:
    with Wallet.from_mnemonic(PHRASE) as wallet:
        xpub = str(wallet.xpub(REGTEST, kind="p2wpkh"))
    assert run(["psbt", "show", put(of_one("p2wpkh")), "--chain", REGTEST_NAME, "--xpub", xpub, "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)
    assert found["facts"]["change"] == "proven: output 1"
    assert [each.get("change") for each in found["effects"]] == [None, True, None]
    (spent,) = found["inputs"]
    assert (spent["amount"], spent["proven"], spent["kind"]) == ("100000", True, "p2wpkh")
    assert (spent["signatures"], spent["required"], spent["finalized"]) == (0, 1, False)


# -- Bitcoin Cash and eCash, whose PSBTs have the output that is spent: what proves it is given beside them

BESIDE = ["bitcoin-cash", "bitcoin-cash-testnet4", "ecash", "ecash-testnet"]
beside = pytest.mark.parametrize("name", BESIDE)
BOTH = "--previous proves it, --trust-witness-utxo believes it"


def of_nodes(name: str, *, value: int = 100_000) -> tuple[Transaction, str]:
    """Return what the first phrase spends there, and the transaction in hex that paid it."""
    row = chain(name, BitcoinChain)
    with Wallet.from_mnemonic(PHRASE) as wallet:
        public, origin = wallet.public_key(row), wallet.origin(row)
    source = paid(row.script_pubkey(row.address(public)), value=value)
    spent = Input(txid=source.txid, vout=0, key=public, origin=origin, previous=source.encode(), dialect=row.dialect)
    outputs = (pay(row.address(key(77).public_key), 99_000),)
    return Transaction(chain=row, inputs=(spent,), outputs=outputs), source.encode().hex()


def shown(capsys: Capture, *arguments: str) -> Any:
    """Return what `psbt show` has to say for machines."""
    capsys.readouterr()
    assert run(["psbt", "show", *arguments, "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)
    return found


@beside
def test_a_previous_transaction_beside_the_psbt_proves_what_it_spends(
    name: str, put: Put, tmp_path: Path, capsys: Capture
) -> None:
    transaction, previous = of_nodes(name)
    source, out = put(Psbt.from_transaction(transaction)), str(tmp_path / "out.psbt")
    named, given = ("--chain", name), ("--previous", put(previous.encode() + b"\n", "previous.hex"))
    bare, proven = shown(capsys, source, *named), shown(capsys, source, *named, *given)
    assert [each["proven"] for found in (bare, proven) for each in found["inputs"]] == [False, True]
    assert {"unproven", "refused"} <= {each["code"] for each in bare["odd"]}
    assert not {"unproven", "refused"} & {each["code"] for each in proven["odd"]}
    assert [found["effects"][-1]["effect"] for found in (bare, proven)] == ["Opaque", "Fee"]

    signing = ("psbt", "sign", source, *named, "--yes", "--out", out)
    said, hint = refused(capsys, with_secrets(*signing))
    assert (said, hint) == ("input 0: expected the previous transaction, as its amount is only claimed", BOTH)
    assert with_secrets(*signing, "--previous", previous) == 0
    assert "claimed" not in capsys.readouterr().err

    assert refused(capsys, run(["psbt", "finalize", out, *named]))[1] == BOTH
    assert run(["psbt", "finalize", out, *named, *given]) == 0
    with Wallet.from_mnemonic(PHRASE) as wallet:
        alone = sign(transaction, *wallet.signers_for(transaction))
    assert capsys.readouterr().out == alone.raw.hex() + "\n"


def test_a_previous_transaction_comes_by_a_pipe_from_a_node(put: Put) -> None:
    transaction, previous = of_nodes("ecash")
    source = put(Psbt.from_transaction(transaction))
    told = piped("psbt", "show", source, "--chain", "ecash", "--previous", "-", lines=previous + "\n")
    assert (told.returncode, told.stderr) == (0, "")
    assert "claimed" not in told.stdout.split("what is odd")[0]


PUBLISHED = [case for case in load("relatives/psbts") if case.id.endswith("/signer-0")]


def test_both_nodes_publish_what_a_signer_is_given() -> None:
    assert len(PUBLISHED) == 2


@pytest.mark.parametrize("case", PUBLISHED, ids=lambda case: case.id)
def test_the_transaction_of_bip174_proves_the_published_output_of_a_node(case: Case, put: Put, capsys: Capture) -> None:
    """The nodes' tests spend the output of BIP-174's example, whose PSBT has the transaction that made it."""
    raw, named = bytes.fromhex(case.input["psbt"]), ("--chain", case.input["chain"])
    example = next(each for each in load("bitcoin/psbts") if each.id == "bitcoin/psbts/31")
    previous = Psbt.decode(REGTEST, bytes.fromhex(example.input["psbt"])).inputs[0].non_witness_utxo
    assert previous is not None
    given = ("--previous", previous.hex())
    found = shown(capsys, put(raw), *named, *given)
    assert [each["proven"] for each in found["inputs"]] == [True, False]
    value = (50_000_000).to_bytes(8, "little")
    assert raw.count(value) == 1
    found = shown(capsys, put(raw.replace(value, (50_000_001).to_bytes(8, "little"))), *named, *given)
    assert "contradiction" in {each["code"] for each in found["odd"]}


@beside
def test_a_previous_transaction_with_another_amount_is_refused(name: str, put: Put, capsys: Capture) -> None:
    transaction, previous = of_nodes(name)
    psbt = Psbt.from_transaction(transaction)
    spent = transaction.inputs[0].spent
    assert spent is not None
    lie = put(with_input(psbt, non_witness_utxo=replace(spent, value=spent.value - 1).encode()))
    signing = ("psbt", "sign", lie, "--chain", name, "--yes", "--previous")
    for trusting in ((), ("--trust-witness-utxo",)):
        said, _ = refused(capsys, with_secrets(*signing, previous, *trusting))
        assert said == "input 0: the previous transaction has another value or script there"
    _, forged = of_nodes(name, value=spent.value - 1)  # which agrees with the lie: it has another id
    assert refused(capsys, with_secrets(*signing, forged))[1] == BOTH


BAD: dict[str, Callable[[str], str]] = {
    "nothing": lambda _: "",
    "an id": lambda _: "ab" * 32,
    "a digit too few": lambda raw: raw[:-1],
    "cut": lambda raw: raw[:-2],
    "with more behind it": lambda raw: raw + "00",
    "with a comma": lambda raw: raw + ",",
    "another thing in hex": lambda raw: "ff" * (len(raw) // 2),
    "a PSBT": lambda _: "tx.psbt",
    "a file that is not there": lambda _: "previous.hex",
    "a file of bytes": lambda _: "previous.raw",
}


@pytest.mark.parametrize("command", ["show", "sign", "finalize"])
@pytest.mark.parametrize("bad", BAD.values(), ids=BAD.keys())
def test_what_is_no_previous_transaction_is_refused(
    bad: Callable[[str], str], command: str, put: Put, capsys: Capture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    transaction, previous = of_nodes("bitcoin-cash")
    put(Psbt.from_transaction(transaction))
    put(bytes.fromhex(previous), "previous.raw")
    monkeypatch.chdir(tmp_path)
    given = ("--previous", previous, "--previous", bad(previous))
    said, _ = refused(capsys, run(["psbt", command, "tx.psbt", "--chain", "bitcoin-cash", *given]))
    assert "previous transaction 2" in said


@pytest.mark.parametrize("command", ["show", "sign", "finalize"])
@pytest.mark.parametrize("name", ["bitcoin-regtest", "groestlcoin"])
def test_no_previous_transaction_stands_beside_maps_that_have_them(
    name: str, command: str, put: Put, capsys: Capture
) -> None:
    given = ("--chain", name, "--previous", paid(b"\x51").encode().hex())
    assert run(["psbt", command, put(of_one("p2wpkh")), *given, "--json"]) == 1
    found = json.loads(capsys.readouterr().err)
    assert (found["reason"], f"PSBTs of {name} have" in found["error"]) == ("network", True)


def message_of_three(kind: str) -> GenericMessage:
    """Return a message of two of three people."""
    people = [cosigner(each) for each in range(3)]
    script = multisig(2, [public for public, _ in people])
    lock: dict[str, Any] = {"redeem_script": script} if kind == "p2sh" else {"kind": kind, "witness_script": script}
    return GenericMessage(chain=REGTEST, data=b"ours since 2020", origins=tuple(people), **lock)


@pytest.mark.parametrize(("kind", "variant"), [("p2wsh", "smp"), ("p2sh", "ful"), ("p2sh-p2wsh", "ful")])
def test_a_message_is_shown_signed_by_several_and_given_away_as_its_signature(
    kind: str, variant: str, put: Put, tmp_path: Path, capsys: Capture
) -> None:
    """BIP-322, "PSBT signer" and "PSBT finalizer"."""
    subject = message_of_three(kind)
    source, first, second, both = put(subject.raw), *[str(tmp_path / f"{each}.psbt") for each in range(3)]
    signed(source, ALICE, first)
    shown = capsys.readouterr().err
    for expected in (
        "message to be signed of bitcoin-regtest",
        "'ours since 2020'",
        f"for              {subject.address}",
    ):
        assert expected in shown
    signed(source, BOB, second)
    network = ("--chain", REGTEST_NAME)
    assert run(["psbt", "combine", first, second, *network, "--out", both]) == 0
    capsys.readouterr()
    assert run(["psbt", "show", both, *network]) == 0
    assert capsys.readouterr().out.startswith("partly signed message of bitcoin-regtest")
    assert run(["psbt", "finalize", both, *network]) == 0
    text = capsys.readouterr().out.strip()
    assert text[:3] == variant
    assert run(["message", "verify", REGTEST_NAME, subject.address.text, text, "ours since 2020"]) == 0
    capsys.readouterr()
    assert run(["psbt", "finalize", both, *network, "--json"]) == 0
    found = {"chain": REGTEST_NAME, "address": subject.address.text, "signature": text}
    assert json.loads(capsys.readouterr().out) == found
    assert run(["psbt", "finalize", first, *network]) == 1
    assert "error: too few signatures" in capsys.readouterr().err


def test_a_message_that_is_not_what_is_signed_is_told_and_refused(put: Put, capsys: Capture) -> None:
    psbt = Psbt.decode(REGTEST, message_of_three("p2wsh").raw)
    source = put(replace(psbt, globals=psbt.globals.with_fields(generic_signed_message=b"a lie")))
    for words in (["psbt", "show", source, "--chain", REGTEST_NAME], ["inspect", "--file", source]):
        assert run(words) == 0
        assert "no signer takes it: the PSBT does not sign the message that it names" in capsys.readouterr().out
    assert with_secrets("psbt", "sign", source, "--chain", REGTEST_NAME, "--yes", lines=ALICE) == 1
    assert "error: the PSBT does not sign the message that it names" in capsys.readouterr().err
    assert run(["psbt", "finalize", source, "--chain", REGTEST_NAME]) == 1
