"""Random PSBTs in all roles, beside libwally, embit and bdk: what is read, signed, combined, made final and extracted.

Each case has up to four inputs of seven kinds, up to three signers, unknown and proprietary fields, and is of version 0
or 2. ``tests/oracles/README.md`` tells how many cases, and how to replay one.
"""

from dataclasses import replace
from random import Random

from support.bitcoin import BITCOIN, key
from support.oracles import JSON, both, compared
from support.psbts import KINDS, maps, psbt
from walletcore.chains.bitcoin.psbt import Psbt, Safety
from walletcore.chains.bitcoin.sighash import HASH_TYPES
from walletcore.chains.bitcoin.tx import Tx
from walletcore.signers.local import LocalSigner
from walletcore.signing import sign

ANY = Safety(sighash=tuple(name for name in HASH_TYPES), max_fee=None, max_fee_rate=None)
SIGHASH, FINAL_WITNESS, MERKLE_ROOT = b"\x03", b"\x08", b"\x18"
TYPES = (0x01, 0x02, 0x03, 0x81, 0x82, 0x83)


def any_type(random: Random, kind: str, has_output: bool) -> int | None:
    """Every hash type that the input can have; SINGLE needs an output at its place."""
    if random.random() < 0.4:
        return None
    types = [each for each in TYPES if has_output or each & 3 != 3]
    return random.choice([0, *types] if kind == "p2tr" else types)


class Ours:
    """The roles here."""

    def __init__(self, case: JSON) -> None:
        raw = bytes.fromhex(case["raw"])
        self.read = Psbt.decode(BITCOIN, raw, safety=ANY)
        assert self.read.raw == raw
        self.signed = [sign(self.read, *map(signer, keys)) for keys in case["signers"]]
        self.combined = self.signed[0].combine(*self.signed[1:])
        self.finalized = self.combined.finalized()
        self.final = self.finalized.extract().raw


def signer(secret: str) -> LocalSigner:
    return LocalSigner(key(int(secret, 16)))


def kinds_of(case: JSON) -> list[str]:
    types = [f"type {'none' if each is None else f'{each:02x}'}" for each in case["hash_types"]]
    return [*dict.fromkeys([*case["kinds"], *types]), f"version {case['version']}", f"{len(case['signers'])} signers"]


ALL_KINDS = {*KINDS, *(f"type {each:02x}" for each in (0, *TYPES)), "type none", "version 0", "version 2"}
ALL_KINDS |= {f"{count} signers" for count in (1, 2, 3)}


# -- libwally


def for_libwally(random: Random) -> JSON:
    return {"task": "psbt", **psbt(random, choose=any_type)}


def told(raw: bytes, case: JSON) -> list[dict[bytes, bytes]]:
    """The maps as far as libwally writes them.

    It writes previous transactions without their witnesses, which their ids do not have either, and not at all a hash
    type that is DEFAULT. A final input keeps its merkle root: see `assert_known`.
    """
    found = maps(raw)
    for each in inputs_of(found, case):
        if b"\x00" in each:
            each[b"\x00"] = replace(Tx.decode(each[b"\x00"]), witnesses=()).encode()
        if each.get(SIGHASH) == bytes(4):
            del each[SIGHASH]
        if FINAL_WITNESS in each:
            each.pop(MERKLE_ROOT, None)
    return found


def assert_known(case: JSON, finalized: bytes) -> None:
    """What libwally leaves in a final input: BIP-174, "Input Finalizer", lets all be cleared but UTXO and unknown."""
    before, after = (inputs_of(maps(raw), case) for raw in (bytes.fromhex(case["raw"]), finalized))
    assert [each.get(MERKLE_ROOT) for each in before] == [each.get(MERKLE_ROOT) for each in after]


def inputs_of(found: list[dict[bytes, bytes]], case: JSON) -> list[dict[bytes, bytes]]:
    return found[1 : 1 + len(case["kinds"])]


def same_as_libwally(case: JSON, verdict: JSON) -> list[str]:
    """All of it, byte for byte but for the order of records."""
    mine = Ours(case)
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
    return kinds_of(case)


@both
def test_random_psbts_are_signed_combined_and_finished_as_by_libwally(environment: str) -> None:
    compared("wallycore", "psbt", environment, for_libwally, same_as_libwally, kinds={*ALL_KINDS, "an empty value"})
