"""Random PSBTs of versions 0 and 2, made by hand: what other implementations are asked to read, sign and finish."""

from collections.abc import Callable
from random import Random
from typing import Any

from support.bitcoin import key
from support.oracles import JSON, number
from walletcore.chains.bitcoin.script import KEY_KINDS
from walletcore.curves.secp256k1 import tweak_public
from walletcore.hashes import hash160, sha256, sha256d, tagged
from walletcore.keys import PrivateKey

__all__ = [
    "KINDS",
    "LEAF",
    "MAGIC",
    "Map",
    "joined",
    "maps",
    "psbt",
    "record",
    "size",
    "sized",
    "u32",
    "u64",
    "written",
]

MAGIC = b"psbt\xff"
KINDS = ("p2pkh", "p2wpkh", "p2sh-p2wpkh", "p2sh", "p2wsh", "p2sh-p2wsh", "p2tr")
LEAF, BESIDE = "a leaf of p2tr", "p2tr beside leaves"
"""The kinds of inputs with a tree: signed by the keys of a leaf, or by the internal key, with leaves shown."""
_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
_SIGNERS = 3

Record = tuple[bytes, bytes]
Map = list[Record]


def size(count: int) -> bytes:
    """A CompactSize unsigned integer."""
    if count < 0xFD:
        return bytes((count,))
    return b"\xfd" + count.to_bytes(2, "little") if count < 2**16 else b"\xfe" + count.to_bytes(4, "little")


def sized(data: bytes) -> bytes:
    """Bytes behind their size."""
    return size(len(data)) + data


def record(number: int, value: bytes, data: bytes = b"") -> Record:
    """A record: its type with what belongs to the key, and its value."""
    return bytes((number,)) + data, value


def written(found: Map) -> bytes:
    """A map."""
    return b"".join(sized(k) + sized(v) for k, v in found) + b"\x00"


def joined(found: list[dict[bytes, bytes]]) -> bytes:
    """The PSBT of these maps."""
    return MAGIC + b"".join(written(list(each.items())) for each in found)


def maps(raw: bytes) -> list[dict[bytes, bytes]]:
    """The maps of a PSBT, however many; the order of their records says nothing (BIP-174)."""
    assert raw.startswith(MAGIC)
    found: list[dict[bytes, bytes]] = []
    at, records = len(MAGIC), dict[bytes, bytes]()
    while at < len(raw):
        k, at = _taken(raw, at)
        if not k:
            found.append(records)
            records = {}
            continue
        assert k not in records
        records[k], at = _taken(raw, at)
    return found


def _taken(raw: bytes, at: int) -> tuple[bytes, int]:
    width = {0xFD: 2, 0xFE: 4}.get(raw[at], 0)
    length = int.from_bytes(raw[at + 1 : at + 1 + width], "little") if width else raw[at]
    start = at + 1 + width
    return raw[start : start + length], start + length


def u32(value: int) -> bytes:
    """Four bytes."""
    return value.to_bytes(4, "little")


def u64(value: int) -> bytes:
    """Eight bytes."""
    return value.to_bytes(8, "little")


# -- inputs


class _Lock:
    """What guards an output, by hand: its script, and the fields that say how to spend it."""

    def __init__(self, random: Random, kind: str) -> None:
        many = kind in ("p2sh", "p2wsh", "p2sh-p2wsh")
        self.kind = kind
        if kind in (LEAF, BESIDE):
            self._grow(random)
            return
        self.keys = [_key(random) for _ in range(random.randint(2, 4) if many else 1)]
        self.required = random.randint(1, len(self.keys)) if many else 1
        self.fields: Map = []
        self.root = random.randbytes(32) if kind == "p2tr" and random.random() < 0.3 else b""
        self.script = getattr(self, "_" + kind.replace("-", "_"))()

    def _publics(self) -> list[bytes]:
        return [each.public_key.data for each in self.keys]

    def _multisig(self) -> bytes:
        keys = b"".join(map(sized, self._publics()))
        return bytes((0x50 + self.required,)) + keys + bytes((0x50 + len(self.keys),)) + b"\xae"

    def _p2pkh(self) -> bytes:
        return b"\x76\xa9\x14" + hash160(self._publics()[0]) + b"\x88\xac"

    def _p2wpkh(self) -> bytes:
        return b"\x00\x14" + hash160(self._publics()[0])

    def _p2sh_p2wpkh(self) -> bytes:
        return self._redeemed(self._p2wpkh())

    def _p2sh(self) -> bytes:
        return self._redeemed(self._multisig())

    def _p2wsh(self) -> bytes:
        self.fields.append(record(0x05, self._multisig()))
        return b"\x00\x20" + sha256(self._multisig())

    def _p2sh_p2wsh(self) -> bytes:
        return self._redeemed(self._p2wsh())

    def _redeemed(self, script: bytes) -> bytes:
        self.fields.append(record(0x04, script))
        return b"\xa9\x14" + hash160(script) + b"\x87"

    def _p2tr(self) -> bytes:
        x = self._publics()[0][1:]
        self.fields.append(record(0x17, x))
        if self.root:
            self.fields.append(record(0x18, self.root))
        return KEY_KINDS["p2tr"](b"\x02" + x, self.root).script_pubkey

    def _grow(self, random: Random) -> None:
        """A tree of up to nine leaves, some of which are shown; one can be signed, and what shares its keys."""
        self.keys = [_key(random) for _ in range(random.randint(1, 4))]
        script, self.required = _leaf(random, self.keys)
        others = [
            _leaf(random, [_key(random) for _ in range(random.randint(1, 3))])[0] for _ in range(random.randrange(5))
        ]
        alone = [_pk(each) for each in random.sample(self.keys, random.randrange(2)) if len(self.keys) > 1]
        late = [_pk(_key(random))[:-1] + b"\xad\x51\xb2"] * random.randrange(2)  # no sequence is old enough
        shown = dict.fromkeys([script, *alone, *late])
        nodes = [
            (_tapleaf(each), {each: b""}) for each in dict.fromkeys([*shown, *others, *random.choice(([], [b"\x51"]))])
        ]
        random.shuffle(nodes)
        while len(nodes) > 1:
            place = random.randrange(len(nodes) - 1)
            nodes[place : place + 2] = [_branch(*nodes[place : place + 2])]
        ((self.root, paths),) = nodes
        holder = _key(random)
        internal = holder.public_key.data[1:]
        output = tweak_public(b"\x02" + internal, tagged("TapTweak")(internal + self.root))
        first = bytes((0xC0 | output[0] & 1,)) + internal
        seen = sorted(
            (first + paths[each], each + b"\xc0")
            for each in paths
            if each in shown or (each != b"\x51" and random.random() < 0.3)
        )
        self.script, self.hash = b"\x51\x20" + output[1:], _tapleaf(script)
        named = [record(0x17, internal)] if random.random() < 0.5 else []
        rooted = [record(0x18, self.root)] if random.random() < 0.5 else []
        if self.kind == BESIDE:
            self.keys, self.required, named, rooted = [holder], 1, [record(0x17, internal)], [record(0x18, self.root)]
        self.fields = [*[record(0x15, leaf, control) for control, leaf in seen], *named, *rooted]

    def origins(self, random: Random) -> Map:
        """Where its keys come from."""
        if self.kind == LEAF:
            told = b"\x01" + self.hash + random.randbytes(4) + u32(random.getrandbits(32))
            return [record(0x16, told, public[1:]) for public in self._publics()]
        paths = [
            random.randbytes(4) + b"".join(u32(random.getrandbits(32)) for _ in range(random.randrange(4)))
            for _ in self.keys
        ]
        if self.kind in ("p2tr", BESIDE):
            return [record(0x16, b"\x00" + paths[0], self._publics()[0][1:])]
        return [record(0x06, path, public) for path, public in zip(paths, self._publics(), strict=True)]


def _pk(one: PrivateKey) -> bytes:
    return b"\x20" + one.public_key.data[1:] + b"\xac"


def _leaf(random: Random, keys: list[PrivateKey]) -> tuple[bytes, int]:
    """A script of these keys, and how many must sign: all, or m of n; at times behind a lock time that has come."""
    required, checks = len(keys), [_pk(each)[:-1] for each in keys]
    if random.random() < 0.5:
        script = b"".join(each + b"\xad" for each in checks[:-1]) + checks[-1] + b"\xac"
    else:
        required = random.randint(1, len(keys))
        script = checks[0] + b"\xac" + b"".join(each + b"\xba" for each in checks[1:]) + bytes((0x50 + required, 0x9C))
    return (b"\x51\xb1\x69" if random.random() < 0.3 else b"") + script, required


Node = tuple[bytes, dict[bytes, bytes]]
"""A hash, and the leaves below it with the hashes on their ways."""


def _tapleaf(script: bytes) -> bytes:
    return tagged("TapLeaf")(b"\xc0" + sized(script))


def _branch(left: Node, right: Node) -> Node:
    pairs = (left, right[0]), (right, left[0])
    paths = {leaf: path + sibling for (_, below), sibling in pairs for leaf, path in below.items()}
    return tagged("TapBranch")(b"".join(sorted((left[0], right[0])))), paths


def _key(random: Random) -> PrivateKey:
    return key(random.randrange(1, _ORDER))


def _previous(random: Random, lock: _Lock, value: int) -> tuple[bytes, int]:
    """A transaction that pays the lock, with or without witnesses, and the place of that output."""
    outputs = [u64(number(random, 10**9)) + sized(random.randbytes(22)) for _ in range(random.randint(0, 2))]
    place = random.randint(0, len(outputs))
    outputs.insert(place, u64(value) + sized(lock.script))
    source = (
        random.randbytes(32) + u32(random.getrandbits(8)) + sized(random.randbytes(random.choice((0, 22)))) + u32(0)
    )
    body = b"\x01" + source + size(len(outputs)) + b"".join(outputs)
    if random.random() < 0.5:
        return u32(2) + b"\x00\x01" + body + b"\x02" + sized(random.randbytes(71)) + sized(random.randbytes(33)) + u32(
            0
        ), place
    return u32(1) + body + u32(random.getrandbits(16)), place


def _txid(raw: bytes) -> bytes:
    if raw[4:6] == b"\x00\x01":
        raw = raw[:4] + raw[6 : -4 - 1 - 72 - 34] + raw[-4:]
    return sha256d(raw)


def _unknown(random: Random) -> Map:
    """Fields that nobody knows, at times without a value, and proprietary ones (BIP-174)."""
    sizes = [0 if random.random() < 0.02 else random.randint(1, 9) for _ in range(random.randrange(3))]
    found = [
        record(0x60 + place, random.randbytes(length), random.randbytes(random.randrange(3)))
        for place, length in enumerate(sizes)
    ]
    if random.random() < 0.4:
        found.append(record(0xFC, random.randbytes(5), sized(b"test") + b"\x00" + random.randbytes(3)))
    return found


Choose = Callable[[Random, str, bool], int | None]
"""The hash type that an input asks for, by its kind and whether there is an output at its place."""


def psbt(random: Random, *, kinds: tuple[str, ...] = KINDS, choose: Choose, versions: tuple[int, ...] = (0, 2)) -> JSON:
    """A PSBT without signatures, and the keys of up to three signers who have enough of them together."""
    count, version = random.randint(1, 4), random.choice(versions)
    locks = [_Lock(random, random.choice(kinds)) for _ in range(count)]
    outputs = [(number(random, 10**8), b"\x00\x14" + random.randbytes(20)) for _ in range(random.randint(1, 4))]
    locktime, sequences = random.randrange(500_000_000), [random.choice((0xFFFFFFFD, 0xFFFFFFFE, 0)) for _ in locks]
    inputs, sources, hash_types = [], [], []
    for place, lock in enumerate(locks):
        value = 10**9 + number(random, 10**9)
        previous, vout = _previous(random, lock, value)
        sources.append((_txid(previous), vout))
        hash_types.append(choose(random, lock.kind, place < len(outputs)))
        inputs.append(_input(random, lock, previous, value, hash_types[-1]))
    common, maps_in, maps_out = (_version_2 if version else _version_0)(sources, sequences, outputs, locktime)
    extra = [written([*have, *more]) for have, more in zip(maps_in, inputs, strict=True)]
    ends = [written([*have, *_unknown(random)]) for have in maps_out]
    raw = MAGIC + written([*common, *_unknown(random)]) + b"".join(extra) + b"".join(ends)
    return {
        "raw": raw.hex(),
        "signers": _signers(random, locks),
        "kinds": [lock.kind for lock in locks],
        "hash_types": hash_types,
        "sequences": sequences,
        "version": version,
    }


def _input(random: Random, lock: _Lock, previous: bytes, value: int, hash_type: int | None) -> Map:
    found = [record(0x00, previous)] if lock.kind not in ("p2tr", LEAF, BESIDE) or random.random() < 0.3 else []
    if lock.kind not in ("p2pkh", "p2sh"):
        found.append(record(0x01, u64(value) + sized(lock.script)))
    if hash_type is not None:
        found.append(record(0x03, u32(hash_type)))
    return [*found, *lock.fields, *lock.origins(random), *_unknown(random)]


def _signers(random: Random, locks: list[_Lock]) -> list[list[str]]:
    """Private keys of each: as many of every lock as it takes, or more; of multi_a each takes others of too many."""
    held: list[list[str]] = [[] for _ in range(random.randint(1, _SIGNERS))]
    for lock in locks:
        most = lock.required if lock.kind == LEAF else len(lock.keys)
        for each in random.sample(lock.keys, random.randint(lock.required, most)):
            random.choice(held).append(each.secret.reveal().hex())
    return held


Parts = tuple[Map, list[Map], list[Map]]


def _version_0(sources: Any, sequences: Any, outputs: Any, locktime: int) -> Parts:
    spent = [txid + u32(vout) + b"\x00" + u32(last) for (txid, vout), last in zip(sources, sequences, strict=True)]
    paid = [u64(value) + sized(script) for value, script in outputs]
    tx = u32(2) + size(len(spent)) + b"".join(spent) + size(len(paid)) + b"".join(paid) + u32(locktime)
    return [record(0x00, tx)], [[] for _ in spent], [[] for _ in paid]


def _version_2(sources: Any, sequences: Any, outputs: Any, locktime: int) -> Parts:
    common = [
        record(0x02, u32(2)),
        record(0x03, u32(locktime)),
        record(0x04, size(len(sources))),
        record(0x05, size(len(outputs))),
    ]
    spent = [
        [record(0x0E, txid), record(0x0F, u32(vout)), record(0x10, u32(last))]
        for (txid, vout), last in zip(sources, sequences, strict=True)
    ]
    paid = [[record(0x03, u64(value)), record(0x04, script)] for value, script in outputs]
    return [*common, record(0xFB, u32(2))], spent, paid
