"""A mebibyte of the worst known input: its processor time, against the bound of its kind of format.

Formats with a small maximum length have 20 ms, containers 250 ms. Each run decodes bytes that it has not seen, or has
forgotten. Beside them: signing a transaction of many inputs, whose time must grow with their number and no faster.
"""

from __future__ import annotations

import gc
import json
import time
from collections.abc import Callable
from functools import cache, partial
from typing import Any

from bench.harness import Case, Target, Workload, span
from walletcore import Curve, ExtendedPublicKey, LocalSigner, Path, PrivateKey, PublicKey, Secret, chain, sign
from walletcore.chains import evm
from walletcore.chains.bitcoin import BitcoinChain, Input, Transaction, pay
from walletcore.chains.bitcoin.opcodes import multisig
from walletcore.chains.bitcoin.psbt import MAGIC, Psbt, PsbtGlobals, PsbtInput, PsbtOutput, Safety
from walletcore.chains.bitcoin.psbt.codec import encode
from walletcore.chains.bitcoin.tx import TX_OUT, Tx, TxIn, TxOut
from walletcore.chains.evm import abi
from walletcore.coding import rlp, strict_json
from walletcore.coding.text import base58, base58check, decode_bech32
from walletcore.coding.wire import compact_size
from walletcore.curves.secp256k1 import point, tweak_public
from walletcore.errors import WalletcoreError
from walletcore.hashes import sha256, tagged
from walletcore.mnemonic.bip39 import Mnemonic
from walletcore.path import KeyOrigin

MIB = 1 << 20
BITCOIN, ETHEREUM, SOLANA = chain("bitcoin", BitcoinChain), chain("ethereum", evm.Evm), chain("solana")
KEY, KINDS = PrivateKey(Curve.SECP256K1, Secret(bytes([7]) * 32)), ("p2wpkh", "p2tr")
ORIGIN = KeyOrigin(b"abcd", Path())
PAID = TxOut(value=1_000, script_pubkey=b"\x00\x14" + bytes(20))
KEYS = 9_000
WEIGHT = 400_000  # what inputs of 230 units, outputs of 124 and scripts may have together in a PSBT
ROOM = WEIGHT - 230 - 124  # beside an input and an output


class Hostile(Case):
    """The processor's time of one decoding, the best of three: it is refused or read, which does not matter here."""

    def timed(self, count: int) -> float:
        return min(self._once() for _ in range(3))

    def _once(self) -> float:
        state = self.prepare(1)
        gc.enable()  # whoever decodes has it enabled
        begin = time.process_time()
        try:
            self.run(state, 1)
        except WalletcoreError:
            pass
        finally:
            seconds = time.process_time() - begin
            gc.disable()
        return seconds


def hostile(name: str, decode: Callable[[Any], object], make: Callable[[], Any]) -> Hostile:
    """A case from a decoder, and what makes the input once it is wanted."""
    given = cache(make)
    return Hostile(name=name, prepare=lambda count: given(), run=lambda state, count: ignore(decode(state)))


def ignore(_: object) -> None:
    """Timed cases return nothing."""


# -- formats of a small maximum length


def small() -> list[Case]:
    """Texts: base58, bech32, paths, mnemonics, extended keys, addresses of each family."""
    cases: list[Case] = [
        hostile("base58", base58.decode, lambda: "z" * MIB),
        hostile("base58check", lambda text: base58check.decode(text, size=21), lambda: "1" * MIB),
        hostile("bech32", decode_bech32, lambda: "bc1" + "q" * MIB),
        hostile("path, digits", Path.parse, lambda: "m/" + "9" * MIB),
        hostile("path, steps", Path.parse, lambda: "m" + "/0" * (MIB // 2)),
        hostile("mnemonic, words", Mnemonic.parse, lambda: "abandon " * (MIB // 8)),
        hostile("mnemonic, marks", Mnemonic.parse, lambda: "a" + "\u0315\u0300" * (MIB // 4)),
        hostile("extended key", ExtendedPublicKey.parse, lambda: "xpub" + "1" * MIB),
    ]
    texts = {"bc1": lambda: "bc1" + "q" * MIB, "ones": lambda: "1" * MIB, "0x": lambda: "0x" + "0" * MIB}
    for row in (BITCOIN, ETHEREUM, SOLANA):
        cases += [hostile(f"{row.name} address, {name}", row.parse_address, make) for name, make in texts.items()]
    return [*cases, span(20)]


# -- Bitcoin's containers


def outpoints(number: int) -> tuple[TxIn, ...]:
    """Inputs of 41 bytes."""
    return tuple(TxIn(txid=f"{place + 1:064x}", vout=0) for place in range(number))


def unsigned(inputs: int, outputs: tuple[TxOut, ...] = (TxOut(value=0, script_pubkey=b""),)) -> Tx:
    """A transaction of that many inputs."""
    return Tx(version=2, inputs=outpoints(inputs), outputs=outputs, locktime=0)


def many_outputs() -> bytes:
    """Outputs of nine bytes, as many as there is room for; the first could be spent."""
    return unsigned(1, (PAID, *[TxOut(value=0, script_pubkey=b"")] * (MIB // 9 - 20))).encode()


def many_witnesses() -> bytes:
    """Inputs with a witness each, of which only the last has an item."""
    number = MIB // 42 - 10
    tx = unsigned(number)
    witnesses = (*[()] * (number - 1), (b"",))
    return Tx(version=2, inputs=tx.inputs, outputs=tx.outputs, witnesses=witnesses, locktime=0).encode()


def psbt(inputs: list[PsbtInput], outputs: list[tuple[TxOut, PsbtOutput]] | None = None) -> bytes:
    """A PSBT with these fields."""
    pairs = outputs or [(TxOut(value=0, script_pubkey=b""), PsbtOutput())]
    tx = unsigned(len(inputs), tuple(output for output, _ in pairs))
    common = PsbtGlobals(unsigned_tx=tx.encode())
    return encode(common, tuple(inputs), tuple(fields for _, fields in pairs))


@cache
def keys() -> list[PublicKey]:
    """Different keys, as a hostile PSBT would have."""
    return [PublicKey.trusted(Curve.SECP256K1, point(place.to_bytes(32))) for place in range(1, KEYS + 1)]


def of_scripts(scripts: list[bytes], origins: list[tuple[tuple[bytes, KeyOrigin], ...]]) -> bytes:
    """A PSBT that spends P2WSH outputs of these scripts."""
    outputs = [TxOut(value=1, script_pubkey=b"\x00\x20" + sha256(script)) for script in scripts]
    fields = zip(outputs, scripts, origins, strict=True)
    return psbt([PsbtInput(witness_utxo=o, witness_script=s, bip32_derivation=d) for o, s, d in fields])


def two_of_three() -> bytes:
    """As many inputs of 2 of 3 keys as are read, each key with its origin."""
    groups = [keys()[3 * place :][:3] for place in range(ROOM // (230 + 105))]
    origins = [tuple((key.data, ORIGIN) for key in group) for group in groups]
    return of_scripts([multisig(2, group) for group in groups], origins)


def twenty_of_twenty() -> bytes:
    """The most points of the curve in the fewest bytes."""
    groups = [keys()[start * 7 % (KEYS - 20) :][:20] for start in range(ROOM // (230 + 685))]
    return of_scripts([multisig(20, group) for group in groups], [()] * len(groups))


def taproot() -> bytes:
    """Outputs of 43 bytes whose key the reader must compute, as many as there may be."""
    some = keys()[: ROOM // (4 * 43)]
    paid = [TxOut(value=1, script_pubkey=b"\x51\x20" + key.taproot_output(b"").data[1:]) for key in some]
    fields = [PsbtOutput(tap_internal_key=key.data[1:]) for key in some]
    return psbt([PsbtInput()], list(zip(paid, fields, strict=True)))


def proven(previous: bytes) -> bytes:
    """A PSBT of one input, with the transaction that it spends from."""
    source = TxIn(txid=Tx.decode(previous).txid, vout=0)
    tx = Tx(version=2, inputs=(source,), outputs=(TxOut(value=0, script_pubkey=b""),), locktime=0)
    return encode(PsbtGlobals(unsigned_tx=tx.encode()), (PsbtInput(non_witness_utxo=previous),), (PsbtOutput(),))


def script(code: bytes) -> bytes:
    """One input whose output has such a script."""
    return psbt([PsbtInput(witness_utxo=TxOut(value=0, script_pubkey=code))])


def forgetful(name: str, make: Callable[[], bytes]) -> Hostile:
    """A case after another PSBT was read, as the last previous transaction is remembered."""
    given, other = cache(make), cache(lambda: proven(unsigned(2, (PAID,)).encode()))

    def prepare(count: int) -> bytes:
        BITCOIN.decode_transaction(other())
        return given()

    return Hostile(name=name, prepare=prepare, run=lambda state, count: ignore(BITCOIN.decode_transaction(state)))


def bitcoin() -> list[Case]:
    """Transactions and PSBTs."""
    makers: dict[str, Callable[[], bytes]] = {
        "transaction, inputs": lambda: unsigned(MIB // 41 - 10).encode(),
        "transaction, outputs": many_outputs,
        "transaction, witnesses": many_witnesses,
        "PSBT, inputs": lambda: psbt([PsbtInput()] * (MIB // 42 - 10)),
        "PSBT, 2 of 3": two_of_three,
        "PSBT, 20 of 20": twenty_of_twenty,
        "PSBT, taproot outputs": taproot,
        "PSBT, opcodes": lambda: script(b"\x51" * MIB),
        "PSBT, data": lambda: script(b"\x6a" + b"\x51" * MIB),
    }
    cases = [hostile(name, BITCOIN.decode_transaction, make) for name, make in makers.items()]
    return [*cases, forgetful("PSBT, previous", lambda: proven(many_outputs())), span(250)]


# -- PSBTs of version 2


def sized(data: bytes) -> bytes:
    """Bytes behind their size."""
    return compact_size.encode(len(data)) + data


def version_2(inputs: bytes, outputs: bytes = b"", counts: tuple[int, int] = (1, 1)) -> bytes:
    """A PSBT of these maps (BIP-370)."""
    records = {b"\x02": b"\x02\0\0\0", b"\x04": compact_size.encode(counts[0]), b"\x05": compact_size.encode(counts[1])}
    common = b"".join(sized(key) + sized(value) for key, value in {**records, b"\xfb": b"\x02\0\0\0"}.items())
    return MAGIC + common + b"\0" + inputs + outputs


def map_2(place: int, more: bytes = b"") -> bytes:
    """An input by its outpoint, and these records."""
    return sized(b"\x0e") + sized(place.to_bytes(32)) + sized(b"\x0f") + sized(bytes(4)) + more + b"\0"


def output_2(more: bytes = b"") -> bytes:
    """An output of nothing, and these records."""
    return sized(b"\x03") + sized(bytes(8)) + sized(b"\x04") + sized(b"") + more + b"\0"


def tiny(number: int) -> bytes:
    """A mebibyte of records of seven bytes."""
    return b"".join(b"\x05" + bytes((number,)) + place.to_bytes(4) + b"\0" for place in range(MIB // 7))


Tree = list[tuple[bytes, bytes]]
"""The leaves of a tree: each script, and the way from it to the root."""


def branch(*halves: bytes) -> bytes:
    """BIP-341: a node above two others."""
    return tagged("TapBranch")(b"".join(sorted(halves)))


def leaf(script: bytes) -> bytes:
    """BIP-341: a leaf of the version that BIP-342 is about."""
    return tagged("TapLeaf")(b"\xc0" + sized(script))


def wide(depth: int) -> tuple[bytes, Tree]:
    """The root of a tree that has all its leaves at this depth, and them."""
    scripts = [place.to_bytes(2) for place in range(1 << depth)]
    nodes, ways = list(map(leaf, scripts)), [b""] * len(scripts)
    for level in range(depth):
        ways = [way + nodes[(place >> level) ^ 1] for place, way in enumerate(ways)]
        nodes = [branch(*pair) for pair in zip(nodes[::2], nodes[1::2], strict=True)]
    return nodes[0], list(zip(scripts, ways, strict=True))


def deep(depth: int) -> tuple[bytes, Tree]:
    """The root of a tree that has one leaf at each depth."""
    root, found = leaf(b"\0"), [(b"\0", b"")]
    for place in range(depth):
        script = bytes((1 + place,))
        found = [(each, way + leaf(script)) for each, way in found] + [(script, root)]
        root = branch(root, leaf(script))
    return root, found


def of_tree(root: bytes, leaves: Tree) -> bytes:
    """An input that shows all leaves of its output."""
    internal = keys()[0].data[1:]
    output = tweak_public(b"\x02" + internal, tagged("TapTweak")(internal + root))
    spent = TxOut(value=1, script_pubkey=b"\x51\x20" + output[1:])
    start = bytes((0xC0 + output[0] % 2,)) + internal
    records = [sized(b"\x15" + start + way) + sized(script + b"\xc0") for script, way in leaves]
    return version_2(map_2(1, sized(b"\x01") + sized(TX_OUT.encode(spent)) + b"".join(records)), output_2())


def looked_at(raw: bytes) -> object:
    """What somebody sees who is asked to sign, and believes everything."""
    read = Psbt.decode(BITCOIN, raw, safety=Safety(trust_witness_utxo=True, max_fee=None, max_fee_rate=None))
    return read.requests(), read.summary()


def version_2_cases() -> list[Case]:
    """Counts, records and trees that cost much."""
    tree = output_2(sized(b"\x06") + sized(b"\x02\xc0\0" * 4))
    inputs, outputs = ROOM // 230 - 1, ROOM // 124 - 1
    makers: dict[str, Callable[[], bytes]] = {
        "a count": lambda: version_2(b"", counts=(0xFFFF_FFFF, 1)),
        "inputs": lambda: version_2(b"".join(map(map_2, range(1, inputs + 1))), output_2(), (inputs, 1)),
        "outputs": lambda: version_2(map_2(1), output_2() * outputs, (1, outputs)),
        "unknown records": lambda: version_2(map_2(1, tiny(0x60)), output_2()),
        "proprietary records": lambda: version_2(map_2(1, tiny(0xFC)), output_2()),
        "32 MiB": lambda: version_2(map_2(1, sized(b"\x60") + sized(bytes(32 * MIB))), output_2()),
        "leaves": lambda: of_tree(*wide(11)),
        "deep leaves": lambda: of_tree(*deep(128)),
        "trees": lambda: version_2(map_2(1), tree * outputs, (1, outputs)),
    }
    return [*[hostile(name, looked_at, make) for name, make in makers.items()], span(250)]


# -- what a guard does with the largest that are read


def spending(number: int, script: bytes, paid: bytes = PAID.script_pubkey, times: int = 1) -> bytes:
    """A PSBT of so many inputs of one script, and so many outputs of another."""
    fields = PsbtInput(witness_utxo=TxOut(value=1_000, script_pubkey=script))
    return psbt([fields] * number, [(TxOut(value=0, script_pubkey=paid), PsbtOutput())] * times)


def judged() -> list[Case]:
    """Transactions that may be signed, as large as they may be: read, asked, told in words."""
    mine, taproot_of_mine = (BITCOIN.script_pubkey(BITCOIN.address(KEY.public_key, kind=kind)) for kind in KINDS)
    makers: dict[str, Callable[[], bytes]] = {
        "inputs": lambda: spending(ROOM // 230, mine),
        "taproot inputs": lambda: spending(ROOM // 230, taproot_of_mine),
        "outputs": lambda: spending(1, mine, times=ROOM // 124),
        "empty outputs": lambda: spending(1, mine, b"", ROOM // 124),
        "data outputs": lambda: spending(1, mine, b"\x6a\x02ab", ROOM // 124),
    }
    return [*[hostile(name, judge, make) for name, make in makers.items()], span(250)]


def judge(raw: bytes) -> object:
    """What is asked for the key, and all effects in words."""
    read: Any = BITCOIN.decode_transaction(raw, keys=(KEY.public_key,))
    return [request.id for request in read.requests()], [str(effect) for effect in read.effects()]


# -- JSON


def filled(piece: str) -> str:
    """An array of it, of eight MiB."""
    return "[" + piece * ((8 * MIB - 3) // len(piece)) + "0]"


def small_values() -> list[Case]:
    """The eight MiB that a server takes, full of the smallest values."""
    pieces = {
        "objects": "{},",
        "arrays": "[],",
        "strings": '"",',
        "numbers": "0,",
        "members": '{"":0},',
        "nothing": ",",
    }
    makers: dict[str, Callable[[], str]] = {name: partial(filled, piece) for name, piece in pieces.items()}
    makers["digits"] = lambda: '["' + "0" * (8 * MIB - 4) + '"]'
    cases = [
        hostile(name, lambda text: strict_json.decode(text, max_length=8 * MIB), make) for name, make in makers.items()
    ]
    return [*cases, span(250)]


# -- the other families


def ethereum() -> list[Case]:
    """RLP alone, and type 2 transactions."""
    fields: list[Any] = [b"\x01", *[b""] * 7]
    makers: dict[str, Callable[[], bytes]] = {
        "empty lists": lambda: b"\xfa\x0f\xff\xfb" + b"\xc0" * (MIB - 5),
        "two-byte strings": lambda: b"\xfa\x0f\xff\xfc" + b"\x81\x80" * (MIB // 2 - 2),
        "nested lists": lambda: b"\xc1" * (MIB - 1),
        "accounts": lambda: rlp.encode((*fields, ((bytes(20), ()),) * 45_000)),
        "accounts that pass": lambda: rlp.encode((*fields, ((bytes(20), ()),) * 16_000)),
        "storage keys": lambda: rlp.encode((*fields, ((bytes(20), (bytes(32),) * 31_000),))),
        "data": lambda: rlp.encode((*fields[:-1], bytes(MIB), ())),
    }
    cases: list[Case] = [hostile(f"RLP, {name}", rlp.decode, make) for name, make in makers.items()]
    for name, make in makers.items():
        cases.append(hostile(f"EVM, {name}", lambda raw: ETHEREUM.decode_transaction(b"\x02" + raw), make))
    return [*cases, span(250)]


def typed(types: dict[str, Any], message: dict[str, Any]) -> str:
    """The JSON of typed data."""
    return json.dumps({"types": types, "primaryType": "T", "domain": {}, "message": message}, separators=(",", ":"))


def typed_data() -> list[Case]:
    """EIP-712 as JSON: its own size, its values, its types."""
    numbers = {"T": [{"name": "a", "type": "uint8[]"}]}
    text = {"T": [{"name": "a", "type": "string"}]}
    makers: dict[str, Callable[[], str]] = {
        "brackets": lambda: "[" * MIB,
        "strings": lambda: '"' * MIB,
        "numbers": lambda: typed(numbers, {"a": [1] * (MIB // 2 - 60)}),
        "numbers that pass": lambda: typed(numbers, {"a": [1] * 16_300}),
        "text": lambda: typed(text, {"a": "x" * (MIB - 200)}),
        "types": lambda: typed({f"T{place}": numbers["T"] for place in range(MIB // 42)}, {"a": []}),
    }
    return [*[hostile(name, evm.TypedData.parse, make) for name, make in makers.items()], span(250)]


def calldata() -> list[Case]:
    """Values of contracts: many small ones that pass, and offsets that lead to one place."""

    def words(*numbers: int) -> bytes:
        return b"".join([number.to_bytes(32) for number in numbers])

    makers: dict[tuple[str, str], Callable[[], bytes]] = {
        ("bool[]", "ABI, bools that pass"): lambda: words(32, 32_766, *[1] * 32_766),
        ("address[]", "ABI, addresses that pass"): lambda: words(32, 32_766, *[1] * 32_766),
        ("bytes[]", "ABI, empty bytes that pass"): lambda: abi.encode(["bytes[]"], [[b""] * 16_000]),
        ("bytes[]", "ABI, offsets to one place"): lambda: words(32, 32_764, *[32 * 32_764] * 32_764, 0),
        ("uint8" + "[]" * 31, "ABI, arrays in arrays"): lambda: words(32, *[1, 32] * 16_000),
    }
    cases: list[Case] = [hostile(name, partial(abi.decode, [kind]), make) for (kind, name), make in makers.items()]
    return [*cases, span(250)]


def solana() -> list[Case]:
    """Messages, alone and below a signature: no more than a packet of them is read."""
    start = b"\x01\x00\x00"
    makers: dict[str, Callable[[], bytes]] = {
        "zeros": lambda: bytes(MIB),
        "ones": lambda: b"\xff" * MIB,
        "accounts": lambda: start + b"\xff\xff\x01" + bytes(MIB),
        "instructions": lambda: start + b"\x03" + bytes(range(128)) + b"\xff\xff\x03" + b"\x02\x00\x00" * (MIB // 3),
        "version 0": lambda: b"\x80" + start + b"\x03" + bytes(128) + b"\xff\xff\x03" + b"\x02\x00\x00" * (MIB // 3),
    }
    cases: list[Case] = [hostile(name, SOLANA.decode_transaction, make) for name, make in makers.items()]
    for name, make in makers.items():
        cases.append(hostile(f"signed, {name}", lambda raw: SOLANA.decode_transaction(b"\x01" + bytes(64) + raw), make))
    return [*cases, span(250)]


# -- many inputs


class Signing(Case):
    """Seconds per input of a transaction of as many P2WPKH inputs as the name says, built, signed and assembled."""

    def timed(self, count: int) -> float:
        number = int(self.name.split()[0])
        return min(self._once(number) for _ in range(2)) / number

    def _once(self, number: int) -> float:
        begin = time.process_time()
        inputs = tuple(
            Input(txid=f"{place + 1:064x}", vout=0, value=1_000, key=KEY.public_key) for place in range(number)
        )
        to = BITCOIN.address(KEY.public_key)
        sign(Transaction(chain=BITCOIN, inputs=inputs, outputs=(pay(to, 900 * number),)), LocalSigner(KEY))
        return time.process_time() - begin


def signing() -> list[Case]:
    """A thousand inputs beside half and twice as many."""
    return [Signing(name=f"{number} inputs", run=lambda state, count: None) for number in (500, 1000, 2000)]


def workload(name: str, cases: Callable[[], list[Case]], milliseconds: int) -> Workload:
    """Each case within the bound."""
    bound = span(milliseconds).name
    names = [case.name for case in cases() if case.name != bound]
    targets = tuple(Target(case=name, reference=bound, ratio=1) for name in names)
    return Workload(name=name, reference=bound, cases=cases, targets=targets, rounds=3)


WORKLOADS = [
    workload("hostile MiB: texts", small, 20),
    workload("hostile MiB: Bitcoin", bitcoin, 250),
    workload("hostile PSBTs of version 2", version_2_cases, 250),
    workload("largest PSBTs, judged", judged, 250),
    workload("hostile 8 MiB: JSON", small_values, 250),
    workload("hostile MiB: RLP and EVM transactions", ethereum, 250),
    workload("hostile MiB: EIP-712", typed_data, 250),
    workload("hostile MiB: contract ABI", calldata, 250),
    workload("hostile MiB: Solana messages", solana, 250),
    Workload(
        name="segwit transaction, per input",
        reference="500 inputs",
        cases=signing,
        targets=tuple(Target(case=f"{n} inputs", reference="500 inputs", ratio=1.2) for n in (1000, 2000)),
        rounds=5,
    ),
]
