"""Joint accounts from the command line: what `psbt show` and `psbt sign` call change once the cosigners are named."""

import json
from pathlib import Path
from typing import Any

import pytest
from bip_utils import Bip32Slip10Secp256k1, Bip39SeedGenerator

from support.bitcoin import REGTEST, key
from support.commands import PHRASE, with_secrets
from walletcore import KeyOrigin, PublicKey
from walletcore import Path as KeyPath
from walletcore.chains.bitcoin import Input, Transaction, pay
from walletcore.chains.bitcoin.locks import change
from walletcore.chains.bitcoin.opcodes import multisig
from walletcore.chains.bitcoin.psbt import Psbt
from walletcore.chains.bitcoin.tx import Tx, TxIn, TxOut
from walletcore.cli import run
from walletcore.keys import Curve

Capture = pytest.CaptureFixture[str]

PHRASES = [  # BIP-39, "Test vectors"
    PHRASE,
    "legal winner thank year wave sausage worth useful legal winner thank yellow",
    "letter advice cage absurd amount doctor acoustic avoid letter advice cage above",
]
ACCOUNT = "48'/1'/0'/2'"


def node(person: int, path: str = "") -> Any:
    """Return the node of a person, by bip_utils."""
    root = Bip32Slip10Secp256k1.FromSeed(Bip39SeedGenerator(PHRASES[person]).Generate())
    return root.DerivePath(path) if path else root


def fingerprint(person: int) -> bytes:
    return bytes(node(person).PublicKey().FingerPrint().ToBytes())


def tpub(person: int) -> str:
    found = node(person, ACCOUNT)
    raw = bytes.fromhex("043587cf") + bytes((4,)) + bytes(found.ParentFingerPrint().ToBytes())
    raw += (2**31 + 2).to_bytes(4) + bytes(found.ChainCode().ToBytes())
    from bip_utils import Base58Encoder

    return str(Base58Encoder.CheckEncode(raw + bytes(found.PublicKey().RawCompressed().ToBytes())))


def descriptor(required: int = 2) -> str:
    keys = ",".join(f"[{fingerprint(each).hex()}/{ACCOUNT}]{tpub(each)}/<0;1>/*" for each in range(3))
    return f"wsh(sortedmulti({required},{keys}))"


def keys(level: int) -> tuple[tuple[PublicKey, KeyOrigin], ...]:
    path = f"{ACCOUNT}/{level}/0"
    return tuple(
        (
            PublicKey(Curve.SECP256K1, bytes(node(each, path).PublicKey().RawCompressed().ToBytes())),
            KeyOrigin(fingerprint(each), KeyPath.parse(f"m/{path}")),
        )
        for each in range(3)
    )


@pytest.fixture
def source(tmp_path: Path) -> str:
    """Write the PSBT of an ordinary two of three with change."""
    spent, back = (multisig(2, [each for each, _ in keys(level)], sort=True) for level in (0, 1))
    paid = TxOut(value=100_000, script_pubkey=REGTEST.script_pubkey(REGTEST.script_address(spent, kind="p2wsh")))
    funding = Tx(version=2, inputs=(TxIn(txid="11" * 32, vout=0),), outputs=(paid,), locktime=0)
    coin = Input(txid=funding.txid, vout=0, previous=funding.encode(), witness_script=spent, origins=keys(0))
    output = change(value=39_000, witness_script=back, kind="p2wsh", origins=keys(1))
    to = pay(REGTEST.address(key(77).public_key), 60_000)
    path = tmp_path / "joint.psbt"
    path.write_bytes(Psbt.from_transaction(Transaction(chain=REGTEST, inputs=(coin,), outputs=(to, output))).encode())
    return str(path)


def shown(capsys: Capture, source: str, *more: str) -> dict[str, str]:
    assert run(["psbt", "show", source, "--chain", REGTEST.name, "--json", *more]) == 0
    (found,) = json.loads(capsys.readouterr().out)
    facts: dict[str, str] = found["facts"]
    return facts


def test_show_proves_change_to_a_joint_account(source: str, capsys: Capture) -> None:
    assert "change" not in shown(capsys, source)
    assert shown(capsys, source, "--xpub", tpub(0))["change"] == "none is proven"
    assert shown(capsys, source, "--multisig", descriptor())["change"] == "proven: output 1"
    both = shown(capsys, source, "--xpub", tpub(0), "--multisig", descriptor(1), "--multisig", descriptor())
    assert both["change"] == "proven: output 1"


def test_PS67_show_proves_nothing_by_another_threshold(source: str, capsys: Capture) -> None:
    assert shown(capsys, source, "--multisig", descriptor(1))["change"] == "none is proven"


def test_sign_shows_change_to_a_joint_account(source: str, tmp_path: Path, capsys: Capture) -> None:
    for number, (more, told) in enumerate((((), "none is proven"), (("--multisig", descriptor()), "proven: output 1"))):
        out = str(tmp_path / f"{number}.psbt")
        command = ("psbt", "sign", source, "--chain", REGTEST.name, "--yes", "--out", out, *more)
        assert with_secrets(*command, lines=PHRASES[1] + "\n") == 0
        assert told in capsys.readouterr().err


def test_sign_refuses_a_joint_account_of_others(source: str, capsys: Capture) -> None:
    other = "zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo wrong\n"
    command = ("psbt", "sign", source, "--chain", REGTEST.name, "--yes", "--multisig", descriptor())
    assert with_secrets(*command, lines=other) != 0
    told = capsys.readouterr()
    assert "no key of the joint account is this wallet's" in told.err
    assert told.out == ""


@pytest.mark.parametrize("wrong", ["", "wpkh(x)", "wsh(multi(1,x))"])
def test_other_descriptors_are_refused(source: str, capsys: Capture, wrong: str) -> None:
    assert run(["psbt", "show", source, "--chain", REGTEST.name, "--multisig", wrong]) != 0
    assert "expected" in capsys.readouterr().err


def test_a_private_key_in_a_descriptor_is_refused_and_not_repeated(source: str, capsys: Capture) -> None:
    xprv = str(node(0, ACCOUNT).PrivateKey().ToExtended())
    wrong = descriptor().replace(tpub(0), xprv)
    assert run(["psbt", "show", source, "--chain", REGTEST.name, "--multisig", wrong]) != 0
    told = capsys.readouterr()
    assert "never an argument" in told.err
    assert xprv not in told.out + told.err


def test_one_account_in_two_descriptions_is_refused(source: str, capsys: Capture) -> None:
    """What it spends would count twice, and hide that somebody else is paid."""
    elsewhere = descriptor().replace(fingerprint(2).hex(), "00000000")
    both = ("--multisig", descriptor(), "--multisig", elsewhere)
    assert run(["psbt", "show", source, "--chain", REGTEST.name, *both]) != 0
    assert "described in two ways" in capsys.readouterr().err
    assert run(["psbt", "show", source, "--chain", REGTEST.name, *both[:2], *both[:2]]) == 0
