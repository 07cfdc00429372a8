"""Commands on PSBTs: ``psbt show``, ``create``, ``sign``, ``combine``, ``finalize``, ``convert`` (BIP-174, BIP-370)."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Annotated

import typer

from walletcore.cli import qr as qr_code
from walletcore.cli import show
from walletcore.cli.asking import Secrets, agreed, can_agree, check_streams, nobody_to_ask, read_text
from walletcore.cli.base import AsJson, AsQr, FromFd, FromStdin, Language, Passphrase, app
from walletcore.cli.files import FormOption, Out, Overwrite, Previous, PsbtSource, Target, read_psbt
from walletcore.cli.joint import MultisigOption, accounts
from walletcore.cli.names import chain_names, find_chain
from walletcore.cli.sign import QUESTION, HighFee, Yes
from walletcore.cli.wallets import opened
from walletcore.errors import MissingSignature, SigningRefused, Unsupported, WalletcoreError

if TYPE_CHECKING:
    from walletcore.chains.bitcoin import BitcoinChain
    from walletcore.chains.bitcoin.descriptor import MultisigDescriptor
    from walletcore.chains.bitcoin.psbt import Psbt, Safety
    from walletcore.signing import SigningRequest
    from walletcore.wallet import Wallet

__all__ = []

_RATE = re.compile(r"(0|[1-9][0-9]{0,8})(?:\.([0-9]{1,3}))?", re.ASCII)
_SWITCH = re.compile(r"(?:^|\((?:\.\.\., )?)(\w+)=")  # the first one of each call: the next ones say the same
_SWITCHES = {
    "previous": "--previous proves it",
    "trust_witness_utxo": "--trust-witness-utxo believes it",
    "sighash": "--sighash allows it by its name",
    "max_fee": "--max-fee sets another limit, --high-fee none",
    "max_fee_rate": "--max-fee-rate sets another limit, --high-fee none",
    "trust_scripts": "--trust-scripts gives it away without verifying it",
    "allow_foreign_path": "--chain names the chain that the PSBT is of",
}

psbt = typer.Typer(help="Look into, sign, combine and finalize PSBTs.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(psbt, name="psbt")

Network = Annotated[
    str, typer.Option("--chain", help="The chain that it is of; its bytes do not say.", autocompletion=chain_names)
]
Xpub = Annotated[str, typer.Option(help="An account's extended public key, whose change is searched for.")]
TrustWitnessUtxo = Annotated[
    bool, typer.Option("--trust-witness-utxo", help="Believe amounts that no previous transaction proves.")
]
Sighash = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME", help="A hash type to allow beside ALL and DEFAULT; as often as needed."),
]
TrustScripts = Annotated[
    bool, typer.Option("--trust-scripts", help="Give away inputs that others finalized in ways not understood here.")
]
MaxFee = Annotated[int | None, typer.Option(min=0, metavar="SATOSHI", help="The highest fee, in place of the usual.")]
MaxFeeRate = Annotated[str, typer.Option(metavar="N", help="The highest fee rate, in satoshi per virtual byte.")]


LowR = Annotated[
    bool, typer.Option("--low-r", help="Try until the first half of an ECDSA signature is short, as Bitcoin Core does.")
]


@psbt.command("show")
def show_psbt(
    source: PsbtSource,
    chain: Network = "bitcoin",
    previous: Previous = None,
    xpub: Xpub = "",
    multisig: MultisigOption = None,
    as_json: AsJson = False,
) -> None:
    """Say what a PSBT spends and pays, who has signed and who has not, and what is odd about it."""
    from walletcore.cli.inspection.psbt import finding
    from walletcore.cli.look import account_of, tell
    from walletcore.wallet import any_change

    check_streams((source, *(previous or ())))
    row = _row(chain)
    given = read_psbt(source, row, previous=previous)
    proofs = [each.change_of for each in accounts(multisig)]
    if xpub:
        proofs.append(account_of(xpub, (row,))[1].change_of)
    tell([finding(given, [row], change_of=any_change(*proofs) if proofs else None)], as_json=as_json)


@psbt.command("create")
def create_psbt(
    file: Annotated[str, typer.Argument(help="JSON of an unsigned transaction; - is standard input.")],
    version: Annotated[int, typer.Option(min=0, max=2, metavar="N", help="0 (BIP-174) or 2 (BIP-370).")] = 0,
    out: Out = "",
    form: FormOption = None,
    overwrite: Overwrite = False,
    language: Language = "",
    passphrase: Passphrase = False,
    stdin: FromStdin = False,
    fd: FromFd = None,
    as_json: AsJson = False,
) -> None:
    """Make a PSBT of the JSON that `walletcore sign` reads; nothing is signed.

    A phrase says which keys are the wallet's.
    """
    check_streams((file,), secrets=stdin)
    _check_version(version)
    from walletcore.chains.bitcoin import Transaction
    from walletcore.chains.bitcoin.psbt import Psbt
    from walletcore.cli.drafts import parse

    target = Target(out, form, overwrite)
    target.check(as_json=as_json)
    draft = parse(read_text(file, "the transaction"))
    _row(draft.row.name)
    with opened(Secrets(stdin=stdin, fd=fd), language=language, salted=passphrase) as wallet:
        subject, _ = draft.build(wallet)
    assert isinstance(subject, Transaction)
    _print(Psbt.from_transaction(subject, version=version), target, as_json)


@psbt.command("sign")
def sign_psbt(
    source: PsbtSource,
    chain: Network = "bitcoin",
    yes: Yes = False,
    previous: Previous = None,
    trust_witness_utxo: TrustWitnessUtxo = False,
    sighash: Sighash = None,
    max_fee: MaxFee = None,
    max_fee_rate: MaxFeeRate = "",
    high_fee: HighFee = False,
    low_r: LowR = False,
    multisig: MultisigOption = None,
    out: Out = "",
    form: FormOption = None,
    overwrite: Overwrite = False,
    language: Language = "",
    passphrase: Passphrase = False,
    stdin: FromStdin = False,
    fd: FromFd = None,
    as_json: AsJson = False,
) -> None:
    """Show what a PSBT does, ask, and print it with this phrase's signatures.

    Refused are amounts that nothing proves, hash types other than ALL and DEFAULT, and fees that nobody means.
    """
    check_streams((source, *(previous or ())), secrets=stdin)
    target = Target(out, form, overwrite)
    safety = _safety(trust_witness_utxo, sighash, max_fee, max_fee_rate, high_fee)
    given = read_psbt(source, _row(chain), safety=safety, previous=previous)
    joint = accounts(multisig)
    target.check(as_json=as_json)
    if not yes and (stdin or not can_agree()):
        raise nobody_to_ask()
    with opened(Secrets(stdin=stdin, fd=fd), language=language, salted=passphrase) as wallet:
        signed = _signed(given, wallet, joint, yes=yes, low_r=low_r)
    _print(signed, target, as_json)


@psbt.command("combine")
def combine_psbts(
    sources: Annotated[
        list[str], typer.Argument(metavar="PSBT...", help="Files or texts, of which one may be - for standard input.")
    ],
    chain: Network = "bitcoin",
    out: Out = "",
    form: FormOption = None,
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """Join what several people have added to the same PSBT.

    Where two of them say different things of the same field, they are refused: nothing is overwritten.
    """
    check_streams(sources)
    row, target = _row(chain), Target(out, form, overwrite)
    if len(sources) < 2:
        raise typer.BadParameter("expected two PSBTs or more")
    first, *others = [read_psbt(each, row, f"PSBT {place}") for place, each in enumerate(sources, 1)]
    target.check(as_json=as_json)
    _print(first.combine(*others), target, as_json)


@psbt.command("finalize")
def finalize_psbt(
    source: PsbtSource,
    chain: Network = "bitcoin",
    keep: Annotated[
        bool, typer.Option("--psbt", help="Print the finalized PSBT, with what is not signed yet as it is.")
    ] = False,
    previous: Previous = None,
    trust_witness_utxo: TrustWitnessUtxo = False,
    trust_scripts: TrustScripts = False,
    sighash: Sighash = None,
    max_fee: MaxFee = None,
    max_fee_rate: MaxFeeRate = "",
    high_fee: HighFee = False,
    out: Out = "",
    form: FormOption = None,
    overwrite: Overwrite = False,
    qr: AsQr = False,
    as_json: AsJson = False,
) -> None:
    """Make the transaction of a PSBT that has all signatures, check them, and print it.

    What is printed is hex, ready for a node; of a PSBT with a message (BIP-322) its signature.
    """
    if (form or overwrite or out) and not keep:
        raise typer.BadParameter("--out, --form and --overwrite are for --psbt: a transaction is printed in hex")
    if qr and keep:
        raise typer.BadParameter("--qr is for the transaction, not for --psbt")
    check_streams((source, *(previous or ())))
    target = Target(out, form, overwrite)
    safety = _safety(trust_witness_utxo, sighash, max_fee, max_fee_rate, high_fee, trust_scripts=trust_scripts)
    given = read_psbt(source, _row(chain), safety=safety, previous=previous)
    if keep:
        target.check(as_json=as_json)
        _print(_finalized(given), target, as_json)
        return
    with _switches():
        text, found = _signature(given) if given.message else _transaction(given)
    if as_json:
        show.print_json({"chain": given.chain.name, **found})
        return
    typer.echo(text)
    if qr:
        qr_code.draw(text)


def _finalized(given: Psbt) -> Psbt:
    """The finalized PSBT; where nothing is missing any more it holds a transaction, which is checked as that is."""
    made = given.finalized()
    if made.inputs and made.outputs:
        with suppress(MissingSignature), _switches():
            _ = made.signed_message() if made.message else made.extract()
    return made


def _transaction(given: Psbt) -> tuple[str, dict[str, str]]:
    """What is printed of a transaction, for people and for machines."""
    signed = given.finalize()
    raw = signed.raw.hex()
    return raw, {"id": signed.id, "raw": raw}


def _signature(given: Psbt) -> tuple[str, dict[str, str]]:
    """The same of a message; a bare script has no address."""
    signed = given.signed_message()
    text, message = signed.raw.decode("ascii"), signed.message
    destination = message.chain.destination_of(message.script_pubkey)
    return text, {"address": "" if destination is None else message.address.text, "signature": text}


@psbt.command("convert")
def convert_psbt(
    source: PsbtSource,
    version: Annotated[int, typer.Option(min=0, max=2, metavar="N", help="0 (BIP-174) or 2 (BIP-370).")],
    chain: Network = "bitcoin",
    out: Out = "",
    form: FormOption = None,
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """Write a PSBT in the other version, or in another form."""
    target = Target(out, form, overwrite)
    _check_version(version)
    given = read_psbt(source, _row(chain))
    target.check(as_json=as_json)
    _print(given.to_version(version), target, as_json)


def _check_version(version: int) -> None:
    if version == 1:
        raise typer.BadParameter("expected 0 or 2 as --version: nobody made version 1")


def _row(name: str) -> BitcoinChain:
    """A chain of the family that has PSBTs. Raises `Unsupported`."""
    from walletcore.chains.bitcoin import BitcoinChain
    from walletcore.cli.inspection.transactions import has_psbts

    row = find_chain(name)
    if not isinstance(row, BitcoinChain) or not has_psbts(row):
        raise Unsupported(f"{row.name} has no PSBTs", reason="unknown")
    return row


def _rate(text: str) -> int:
    """Satoshi per 1,000 virtual bytes, out of satoshi per virtual byte with up to three decimals."""
    found = _RATE.fullmatch(text)
    if found is None:
        raise typer.BadParameter("expected --max-fee-rate in satoshi per virtual byte, such as 25 or 1.5")
    return int(found[1]) * 1000 + int((found[2] or "").ljust(3, "0"))


# Safety, by its switches


def _safety(
    trust_witness_utxo: bool,
    sighash: list[str] | None,
    max_fee: int | None,
    max_fee_rate: str,
    high_fee: bool,
    *,
    trust_scripts: bool = False,
) -> Safety:
    """Raises `TransactionError` where ``sighash`` names no hash type."""
    from walletcore.chains.bitcoin.psbt import SAFE, Safety

    limited = max_fee is not None or bool(max_fee_rate)
    if limited and high_fee:
        raise typer.BadParameter("expected limits, or --high-fee for none")
    return Safety(
        trust_witness_utxo=trust_witness_utxo,
        sighash=tuple(sighash or ()),
        max_fee=None if high_fee else SAFE.max_fee if max_fee is None else max_fee,
        max_fee_rate=None if high_fee else _rate(max_fee_rate) if max_fee_rate else SAFE.max_fee_rate,
        trust_scripts=trust_scripts,
    )


@contextmanager
def _switches() -> Iterator[None]:
    """A refusal names the options of these commands, in place of the library's names for them."""
    try:
        yield
    except SigningRefused as error:
        hint = ", ".join([_SWITCHES[name] for name in _SWITCH.findall(error.hint) if name in _SWITCHES])
        raise SigningRefused(str(error), reason=error.reason, hint=hint or error.hint) from None
    except MissingSignature as error:
        hint = "`walletcore psbt sign` adds some, `walletcore psbt combine` joins those of several people"
        raise MissingSignature(str(error), reason=error.reason, hint=hint) from None


# Signing


def _signed(given: Psbt, wallet: Wallet, joint: Sequence[MultisigDescriptor], *, yes: bool, low_r: bool) -> Psbt:
    """The PSBT with the signatures of this wallet, after somebody has seen what it does.

    Raises `SigningRefused`, and `DerivationError` where one of the joint accounts is none of the wallet's.
    """
    from walletcore.cli.inspection.psbt import finding
    from walletcore.cli.look import tell
    from walletcore.signing import collect

    change_of = wallet.change_with(*joint)
    with _switches():
        requests = given.requests()
        signers = wallet.signers_for(given, low_r=low_r)
    if not signers:
        raise _nothing_to_sign(given, wallet, requests)
    tell([finding(given, [given.chain], change_of=change_of)], err=True)
    if not yes:
        agreed(QUESTION)
    return given.assemble(collect(requests, *signers))


def _nothing_to_sign(given: Psbt, wallet: Wallet, requests: Sequence[SigningRequest]) -> WalletcoreError:
    from walletcore.cli.inspection.psbt import signed_by

    if not requests:
        return _nobody_asked(given)
    names = dict.fromkeys(each.origin.fingerprint.hex() if each.origin else "an unknown key" for each in requests)
    own, wanted = wallet.origin(given.chain).fingerprint.hex(), show.listed(tuple(names))
    if own not in names and own in signed_by(given):
        return SigningRefused(f"this phrase, {own}, has signed already: the PSBT asks {wanted}", reason="missing")
    hint = "another passphrase makes other keys" if own not in names else "they are not at the paths that it names"
    return SigningRefused(
        f"no key of this phrase is asked for: it has {own}, the PSBT asks {wanted}", reason="mismatch", hint=hint
    )


def _nobody_asked(given: Psbt) -> SigningRefused:
    """Why a PSBT asks for no signature: it has them all, or it does not say who signs."""
    from walletcore.cli.inspection.psbt import unasked

    why = unasked(given)
    if not why:
        hint = "`walletcore psbt finalize` makes the transaction, or a message's signature, of what has all of them"
        return SigningRefused("nothing is left to sign", reason="missing", hint=hint)
    hint = "whoever made it names keys (Bitcoin Core: `utxoupdatepsbt` with descriptors; here: `Psbt.with_keys`)"
    return SigningRefused(f"nobody is asked to sign: {why}", reason="missing", hint=hint)


# What is printed


def _print(made: Psbt, target: Target, as_json: bool) -> None:
    """The PSBT; and for machines, whether it has all signatures."""
    raw = made.encode()
    if target.path or not as_json:
        target.write(raw)
    if as_json:
        text = base64.b64encode(raw).decode()
        found = {"chain": made.chain.name, "version": made.version, "complete": _is_complete(made), "psbt": text}
        show.print_json(found)


def _is_complete(made: Psbt) -> bool:
    return all(each.is_final for each in made.finalized().inputs)
