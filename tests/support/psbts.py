"""Random PSBTs of versions 0 and 2, made by hand: what other implementations are asked to read, sign and finish."""

from collections.abc import Callable
from random import Random
from typing import Any

from support.bitcoin import key
from support.oracles import JSON, number
from walletcore.chains.bitcoin.script import KEY_KINDS
from walletcore.hashes import hash160, sha256, sha256d
from walletcore.keys import PrivateKey

__all__ = ["KINDS", "MAGIC", "Map", "joined", "maps", "psbt", "record", "size", "sized", "u32", "u64", "written"]

MAGIC = b"psbt\xff"
KINDS = ("p2pkh", "p2wpkh", "p2sh-p2wpkh", "p2sh", "p2wsh", "p2sh-p2wsh", "p2tr")
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

    def origins(self, random: Random) -> Map:
        """Where its keys come from."""
        paths = [
            random.randbytes(4) + b"".join(u32(random.getrandbits(32)) for _ in range(random.randrange(4)))
            for _ in self.keys
        ]
        if self.kind == "p2tr":
            return [record(0x16, b"\x00" + paths[0], self._publics()[0][1:])]
        return [record(0x06, path, public) for path, public in zip(paths, self._publics(), strict=True)]


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
    found = [record(0x00, previous)] if lock.kind != "p2tr" or random.random() < 0.3 else []
    if lock.kind not in ("p2pkh", "p2sh"):
        found.append(record(0x01, u64(value) + sized(lock.script)))
    if hash_type is not None:
        found.append(record(0x03, u32(hash_type)))
    return [*found, *lock.fields, *lock.origins(random), *_unknown(random)]


def _signers(random: Random, locks: list[_Lock]) -> list[list[str]]:
    """Private keys of each: as many of every lock as it takes, or more."""
    held: list[list[str]] = [[] for _ in range(random.randint(1, _SIGNERS))]
    for lock in locks:
        for each in random.sample(lock.keys, random.randint(lock.required, len(lock.keys))):
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
