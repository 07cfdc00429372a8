"""Random PSBTs in all roles, beside libwally, embit and bdk: what is read, signed, combined, made final and extracted.

Each case has up to four inputs of nine kinds, up to three signers, unknown and proprietary fields, and is of version 0
or 2. ``tests/oracles/README.md`` tells how many cases, and how to replay one.
"""

from collections.abc import Callable
from dataclasses import replace
from random import Random

from support.bitcoin import BITCOIN, REGTEST, kernel_accepts, key, reason
from support.oracles import JSON, both, compared, locked, started
from support.psbts import BESIDE, KINDS, LEAF, joined, maps, psbt, u32, u64
from walletcore.chains.bitcoin.psbt import Psbt, Safety
from walletcore.chains.bitcoin.sighash import HASH_TYPES
from walletcore.chains.bitcoin.tx import Tx
from walletcore.errors import MissingSignature, TransactionError
from walletcore.hd.bip32 import ExtendedPrivateKey
from walletcore.signers.local import LocalSigner
from walletcore.signing import sign
from walletcore.wallet import Wallet

ALICE = Wallet.from_seed(bytes(64))
ANY = Safety(sighash=tuple(name for name in HASH_TYPES), max_fee=None, max_fee_rate=None)
PARTIAL_SIG, SIGHASH, FINAL_WITNESS, TAP_KEY_SIG, MERKLE_ROOT = b"\x02", b"\x03", b"\x08", b"\x13", b"\x18"
TAP_SCRIPT_SIG, TAP_LEAF_SCRIPT = b"\x14", b"\x15"
TYPES = (0x01, 0x02, 0x03, 0x81, 0x82, 0x83)
OF_TAPROOT = ("p2tr", LEAF, BESIDE)


def any_type(random: Random, kind: str, has_output: bool) -> int | None:
    """Every hash type that the input can have; SINGLE needs an output at its place."""
    if random.random() < 0.4:
        return None
    types = [each for each in TYPES if has_output or each & 3 != 3]
    return random.choice([0, *types] if kind in OF_TAPROOT else types)


class Ours:
    """The roles here."""

    def __init__(self, case: JSON, *, low_r: bool = False) -> None:
        raw = bytes.fromhex(case["raw"])
        self.read = Psbt.decode(BITCOIN, raw, safety=ANY)
        assert self.read.raw == raw
        self.signed = [sign(self.read, *(signer(each, low_r) for each in keys)) for keys in case["signers"]]
        self.combined = self.signed[0].combine(*self.signed[1:])
        self.finalized = self.combined.finalized()
        self.final = self.finalized.extract().raw


def signer(secret: str, low_r: bool) -> LocalSigner:
    return LocalSigner(key(int(secret, 16)), low_r=low_r)


def kinds_of(case: JSON) -> list[str]:
    types = [f"type {'none' if each is None else f'{each:02x}'}" for each in case["hash_types"]]
    return [*dict.fromkeys([*case["kinds"], *types]), f"version {case['version']}", f"{len(case['signers'])} signers"]


ALL_KINDS = {*KINDS, BESIDE, *(f"type {each:02x}" for each in (0, *TYPES)), "type none", "version 0", "version 2"}
ALL_KINDS |= {f"{count} signers" for count in (1, 2, 3)}


# -- libwally


def for_libwally(random: Random) -> JSON:
    """It signs by the internal key, and not for leaves; half of the signers grind for a low R."""
    case = psbt(random, kinds=(*KINDS, BESIDE), choose=any_type)
    return {"task": "psbt", **case, "low_r": random.random() < 0.5}


def told(raw: bytes, case: JSON) -> list[dict[bytes, bytes]]:
    """The maps as far as libwally writes them.

    It writes previous transactions without their witnesses, which their ids do not have either, and not at all a hash
    type that is DEFAULT. A final input keeps its merkle root and its leaves: see `assert_known`.
    """
    found = maps(raw)
    for each in inputs_of(found, case):
        if b"\x00" in each:
            each[b"\x00"] = replace(Tx.decode(each[b"\x00"]), witnesses=()).encode()
        if each.get(SIGHASH) == bytes(4):
            del each[SIGHASH]
        if FINAL_WITNESS in each:
            for name in [name for name in each if is_of_tree(name)]:
                del each[name]
    return found


def assert_known(case: JSON, finalized: bytes) -> None:
    """What libwally leaves in a final input: BIP-174, "Input Finalizer", lets all be cleared but UTXO and unknown."""
    before, after = (inputs_of(maps(raw), case) for raw in (bytes.fromhex(case["raw"]), finalized))
    trees = [[{k: v for k, v in each.items() if is_of_tree(k)} for each in found] for found in (before, after)]
    assert trees[0] == trees[1]


def is_of_tree(name: bytes) -> bool:
    return name[:1] in (MERKLE_ROOT, TAP_LEAF_SCRIPT)


def inputs_of(found: list[dict[bytes, bytes]], case: JSON) -> list[dict[bytes, bytes]]:
    return found[1 : 1 + len(case["kinds"])]


def same_as_libwally(case: JSON, verdict: JSON) -> list[str]:
    """All of it, byte for byte but for the order of records."""
    mine = Ours(case, low_r=case["low_r"])
    if any(not value for found in maps(bytes.fromhex(case["raw"])) for value in found.values()):
        assert "refused" in verdict  # BIP-174: <value> := <valuelen> <valuedata>, of any length
        return ["an empty value"]
    assert "refused" not in verdict
    for name in ("read", "combined", "finalized"):
        assert told(getattr(mine, name).raw, case) == told(bytes.fromhex(verdict[name]), case), name
    signed = [told(each.raw, case) for each in mine.signed]
    assert signed == [told(bytes.fromhex(each), case) for each in verdict["signed"]]
    assert_known(case, bytes.fromhex(verdict["finalized"]))
    assert mine.final.hex() == verdict["final"]
    return [*kinds_of(case), "low R" if case["low_r"] else "any R"]


LIBWALLYS = {*ALL_KINDS, "an empty value", "low R", "any R"}


@both
def test_random_psbts_are_signed_combined_and_finished_as_by_libwally(environment: str) -> None:
    compared("wallycore", "psbt", environment, for_libwally, same_as_libwally, kinds=LIBWALLYS)


# -- embit


def embits_type(random: Random, kind: str, has_output: bool) -> int | None:
    """Those whose messages embit makes as Core does: see the signature hashes in ``test_differential.py``."""
    found = any_type(random, kind, has_output)
    wrong = {"p2pkh": (0x03, 0x83), "p2sh": (0x03, 0x83), **dict.fromkeys(OF_TAPROOT, (0x03, 0x81, 0x82, 0x83))}
    return None if found in wrong.get(kind, ()) else found


def for_embit(random: Random) -> JSON:
    return {"task": "psbt", **psbt(random, kinds=(*KINDS, LEAF, BESIDE), choose=embits_type)}


def same_as_embit(case: JSON, verdict: JSON) -> list[str]:
    """The records with their signatures, which both make until R is low; taproot inputs it makes final itself.

    What it signs is made final here, too, which verifies each signature.
    """
    mine = Ours(case, low_r=True)
    assert "refused" not in verdict
    if 0 in case["sequences"]:
        return [assert_other_sequence(case, verdict)]
    assert maps(mine.read.raw) == maps(bytes.fromhex(verdict["read"]))
    pairs = zip([*mine.signed, mine.combined], [*verdict["signed"], verdict["combined"]], strict=True)
    short = [sum(map(short_for_embit, maps(each.raw), maps(bytes.fromhex(theirs)))) for each, theirs in pairs]
    theirs = Psbt.decode(BITCOIN, bytes.fromhex(verdict["combined"]), safety=ANY)
    final = theirs.finalize().raw
    if not {"p2sh", "p2sh-p2wpkh", "p2sh-p2wsh", LEAF} & set(case["kinds"]):
        assert final.hex() == verdict["final"]
    return [*kinds_of(case), *(["a high R beside a short S"] if any(short) else [])]


def short_for_embit(mine: dict[bytes, bytes], other: dict[bytes, bytes]) -> int:
    """How many signatures embit found short enough, 70 bytes of DER, for S's sake: Core looks at R alone.

    All else is equal but signatures of taproot, for whose nonces embit takes other auxiliary bytes than zeros.
    """
    if TAP_KEY_SIG in mine:
        assert len(mine.pop(TAP_KEY_SIG)) + 2 == len(other.pop(FINAL_WITNESS))
    for name in [name for name in mine if name[:1] == TAP_SCRIPT_SIG]:
        assert len(mine.pop(name)) == len(other.pop(name))
    differ = [name for name in mine if mine[name] != other[name]]
    for name in differ:
        assert name[:1] == PARTIAL_SIG
        assert len(other[name]) <= 71
        assert other[name][3] == 33  # the bytes of R, the first of which is zero
    assert {**mine, **{name: other[name] for name in differ}} == other
    return len(differ)


def assert_other_sequence(case: JSON, verdict: JSON) -> str:
    """embit takes a sequence of 0, which BIP-68 and lock times are about, for none, and signs 2^32-1."""
    read = maps(bytes.fromhex(verdict["read"]))
    sequences = [each.get(b"\x10") for each in inputs_of(read, case)]
    if not case["version"]:
        sequences = [each.sequence.to_bytes(4, "little") for each in Tx.decode(read[0][b"\x00"]).inputs]
        assert sequences == [(each or 0xFFFFFFFF).to_bytes(4, "little") for each in case["sequences"]]
    return "a sequence of 0"


EMBITS = {*ALL_KINDS, LEAF, "a sequence of 0", "a high R beside a short S"}


@locked
def test_random_psbts_are_signed_combined_and_finished_as_by_embit(environment: str) -> None:
    """Finished by embit where no input has a redeem script, which it puts into the script_sig as it is, or a leaf."""
    compared("embit", "psbt", environment, for_embit, same_as_embit, kinds=EMBITS)


# -- bdk


def for_bdk(random: Random) -> JSON:
    """With what our signers return: its own sign for descriptors only."""
    case = psbt(random, kinds=(*KINDS, LEAF, BESIDE), choose=any_type, versions=(0,))
    return {"task": "psbt", **case, "parts": [each.raw.hex() for each in Ours(case).signed]}


def same_as_bdk(case: JSON, verdict: JSON) -> list[str]:
    """All of it; a final input loses what is unknown, which BIP-174 ("Input Finalizer") lets be kept."""
    mine = Ours(case)
    assert "refused" not in verdict
    assert maps(mine.read.raw) == maps(bytes.fromhex(verdict["read"]))
    assert maps(mine.combined.raw) == maps(bytes.fromhex(verdict["combined"]))
    finalized = maps(mine.finalized.raw)
    forgotten = [pop_unknown(each) for each in inputs_of(finalized, case)]
    assert finalized == maps(bytes.fromhex(verdict["finalized"]))
    assert mine.final.hex() == verdict["final"]
    return [*kinds_of(case), *(["something unknown is lost"] if any(forgotten) else [])]


def pop_unknown(records: dict[bytes, bytes]) -> int:
    unknown = [name for name in records if name[0] >= 0x60]
    for name in unknown:
        del records[name]
    return len(unknown)


@locked
def test_random_psbts_are_combined_and_finished_as_by_bdk(environment: str) -> None:
    kinds = ALL_KINDS - {"version 2"} | {LEAF, "something unknown is lost"}
    compared("bdkpython", "psbt", environment, for_bdk, same_as_bdk, kinds=kinds)


WALLETS = {
    "wsh(and_v(v:pk({0}),older(144)))": True,
    "wsh(and_v(v:pkh({0}),after(500)))": True,
    "sh(wsh(and_v(v:pk({0}),older(9))))": True,
    "sh(and_v(v:pk({0}),older(144)))": True,
    "wsh(and_v(v:pk({0}),sha256(" + "5a" * 32 + ")))": False,
    "tr(50929b74c1a04954b78b4b6035e97a5e078a5a0f28ec96d547bfee9ace803ac0,pk({0}))": True,
    "wsh(sortedmulti(2,{0},{1}))": True,
    "wsh(pkh({0}))": True,
}
"""Descriptors, and whether their wallet can sign alone."""


def of_a_wallet(random: Random) -> JSON:
    """It tells its change as what it spends: with scripts, and where keys come from."""
    descriptor, roots = random.choice(list(WALLETS)), [random.randbytes(32) for _ in range(2)]
    texts = [ExtendedPrivateKey.from_seed(root, network="testnet").reveal() for root in roots]
    found = [
        descriptor.format(f"{texts[0]}/84'/1'/0'/{change}/*", f"{texts[1]}/48'/1'/0'/{change}/*") for change in (0, 1)
    ]
    before = u32(2) + b"\1" + random.randbytes(32) + u32(0) + b"\0" + u32(0xFFFFFFFF) + b"\1" + u64(1_000_000)
    to = b"\0\x14" + random.randbytes(20)
    parts = {"descriptors": found, "before": before.hex(), "to": to.hex(), "value": random.randrange(1_000, 900_000)}
    return {"task": "wallet", "kind": descriptor, **parts}


def read_as_from_a_wallet(case: JSON, verdict: JSON) -> list[str]:
    """What it pays is told, what returns to it is no change of ours, and what it has signed is given away."""
    raw, signed = bytes.fromhex(verdict["raw"]), bytes.fromhex(verdict["signed"])
    read, done = (Psbt.decode(REGTEST, each, safety=replace(ANY, trust_scripts=True)) for each in (raw, signed))
    assert read.raw == raw
    assert maps(read.to_version(2).to_version(0).raw) == maps(raw)
    paid, summary = read.unsigned_tx.outputs, read.summary(ALICE.change_of)
    assert (bytes.fromhex(case["to"]), case["value"]) in [(each.script_pubkey, each.value) for each in paid]
    assert (len(summary.outflows), summary.change) == (len(paid), ())
    assert summary.fee == 1_000_000 - sum([each.value for each in paid])
    assert ALICE.signers_for(read) == ()
    assert sign(read) == read
    if WALLETS[case["kind"]]:
        assert kernel_accepts(done.finalize().raw, [each.spent for each in done.transaction.inputs if each.spent])
    else:
        assert reason(MissingSignature, done.finalize) == "missing"
    return [case["kind"]]


@locked
def test_psbts_of_bdks_wallets_of_any_script_are_read(environment: str) -> None:
    compared("bdkpython", "wallet", environment, of_a_wallet, read_as_from_a_wallet, kinds=WALLETS, most=1_000)


# -- what they take and should not


def false_amount(found: list[dict[bytes, bytes]]) -> None:
    """PS60: less than the previous transaction says, so that the fee seems lower (CVE-2020-14199)."""
    found[1][b"\x01"] = (1_000).to_bytes(8, "little") + found[1][b"\x01"][8:]


def other_previous(found: list[dict[bytes, bytes]]) -> None:
    """PS61: a previous transaction that is not the one which is spent from."""
    found[1][b"\x00"] = found[1][b"\x00"][:-1] + bytes((found[1][b"\x00"][-1] ^ 1,))


def nothing(_: list[dict[bytes, bytes]]) -> None:
    """PS65: all is well but for a byte behind the end."""


WRONG: dict[str, tuple[Callable[[list[dict[bytes, bytes]]], None], bytes, str]] = {
    "PS60": (false_amount, b"", "mismatch"),
    "PS61": (other_previous, b"", "mismatch"),
    "PS65": (nothing, b"\x00", "trailing"),
}


def wrong(name: str) -> JSON:
    case = psbt(Random("wrong"), kinds=("p2wpkh",), choose=lambda *_: None, versions=(0,))
    change, tail, _ = WRONG[name]
    found = maps(bytes.fromhex(case["raw"]))
    change(found)
    return {"task": "psbt", **case, "low_r": False, "raw": (joined(found) + tail).hex()}


def takes(oracle: str, environment: str, name: str) -> bool:
    """Whether it signs and finishes this PSBT, which is refused here."""
    case = wrong(name)
    assert reason(TransactionError, Ours, case) == WRONG[name][2]
    with started(oracle, environment) as peer:
        ((_, verdict),) = peer.verdicts(iter([case]))
    return verdict.get("final") is not None


@both
def test_PS60_PS61_PS65_libwally_signs_whatever_the_previous_transaction_is_and_reads_past_the_end(
    environment: str,
) -> None:
    assert [takes("wallycore", environment, name) for name in WRONG] == [True, True, True]


@locked
def test_PS60_PS61_embit_signs_whatever_the_previous_transaction_is(environment: str) -> None:
    assert [takes("embit", environment, name) for name in WRONG] == [True, True, False]
