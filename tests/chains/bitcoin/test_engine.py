"""Bitcoin Core's own kernel: it accepts what we sign, refuses it with one bit flipped, and extends a chain with it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pbk
import pytest

from support.bitcoin import GUARDS, HASH_TYPES, REGTEST, kernel_accepts, key, signer
from support.spends import SPENDS
from support.spends import spending as beside
from walletcore.chains.bitcoin import Input, Transaction, TxOut, pay
from walletcore.chains.bitcoin.locks import Lock
from walletcore.chains.bitcoin.tx import Tx, TxIn
from walletcore.hashes import sha256d
from walletcore.signing import sign

SUBSIDY = 50 * 10**8
MINER, ALICE = key(11), key(12)
KINDS = [("p2wpkh",), ("p2tr",), ("p2wpkh", "p2tr"), ("p2tr", "p2wpkh", "p2tr"), ("p2wpkh", "p2wpkh")]


def spending(kinds: tuple[str, ...]) -> Transaction:
    inputs = tuple(
        Input(txid=f"{place + 1:064x}", vout=place, value=70_000, key=key(place + 1).public_key, kind=kind)
        for place, kind in enumerate(kinds)
    )
    everyone = [REGTEST.address(ALICE.public_key, kind=kind) for kind in ("p2pkh", "p2sh-p2wpkh", "p2wsh", "p2tr")]
    return Transaction(chain=REGTEST, inputs=inputs, outputs=tuple(pay(to, 10_000) for to in everyone))


def spent(tx: Transaction) -> list[TxOut]:
    return [each.spent for each in tx.inputs if each.spent is not None]


@pytest.mark.parametrize("kinds", KINDS, ids="+".join)
def test_every_input_that_we_sign_is_accepted(kinds: tuple[str, ...]) -> None:
    tx = (
        spending(kinds)
        if len(kinds) > 1
        else Transaction(
            chain=REGTEST,
            inputs=spending(kinds).inputs,
            outputs=(pay(REGTEST.address(ALICE.public_key), 60_000),),
        )
    )
    signed = sign(tx, *(signer(place + 1) for place in range(len(kinds))))
    assert kernel_accepts(signed.raw, spent(tx))


# -- every kind of spend


EVERY = [
    pytest.param(name, sighash, id=f"{name}, {sighash}") for name, each in SPENDS.items() for sighash in each.hash_types
]


def flipped_items(signed: Tx) -> Iterator[tuple[str, Tx]]:
    """Yield what is signed with one bit flipped at many places of what the first input hands over."""
    first, *others = signed.inputs
    for place in range(len(first.script_sig)):
        source = replace(first, script_sig=one_bit(first.script_sig, place))
        yield f"script_sig {place}", replace(signed, inputs=(source, *others))
    stack, *rest = signed.witnesses
    for number, item in enumerate(stack):
        for place in {*range(0, len(item), 5 + len(item) // 50), len(item) - 1} if item else ():
            witness = (*stack[:number], one_bit(item, place), *stack[number + 1 :])
            yield f"item {number} byte {place}", replace(signed, witnesses=(witness, *rest))


def one_bit(data: bytes, place: int) -> bytes:
    return data[:place] + bytes((data[place] ^ 1,)) + data[place + 1 :]


def changed(signed: Tx, paid: list[TxOut], kind: str, sighash: str) -> Iterator[tuple[str, Tx, list[TxOut], bool]]:
    """Yield the transaction, or what it spends, with one change, and whether a signature of this type commits to it."""
    own, other = signed.inputs
    first, last = signed.outputs
    alone, base = sighash.endswith("ANYONECANPAY"), sighash.partition("|")[0]
    whole, is_taproot = base in ("ALL", "DEFAULT"), kind == "p2tr"
    is_legacy = kind in ("p2pk", "p2pkh", "multisig", "p2sh")
    for name, tx, commits in (
        ("version", replace(signed, version=signed.version ^ 4), True),
        ("lock time", replace(signed, locktime=signed.locktime ^ 1), True),
        ("outpoint", replace(signed, inputs=(replace(own, vout=own.vout ^ 2), other)), True),
        ("sequence", replace(signed, inputs=(replace(own, sequence=own.sequence ^ 1), other)), True),
        ("other outpoint", replace(signed, inputs=(own, replace(other, vout=9))), not alone),
        (
            "other sequence",
            replace(signed, inputs=(own, replace(other, sequence=7))),
            not alone and (whole or is_taproot),
        ),
        ("output", replace(signed, outputs=(replace(first, value=first.value ^ 1), last)), base != "NONE"),
        ("other output", replace(signed, outputs=(first, replace(last, value=last.value ^ 1))), whole),
        ("output more", replace(signed, outputs=(first, last, last)), whole),
    ):
        yield name, tx, paid, commits
    more = [replace(each, value=each.value + 1) for each in paid]
    script = replace(paid[1], script_pubkey=one_bit(paid[1].script_pubkey, 9))
    yield "amount", signed, [more[0], paid[1]], not is_legacy
    yield "other amount", signed, [paid[0], more[1]], is_taproot and not alone
    yield "other script", signed, [paid[0], script], is_taproot and not alone
    yield "script", signed, [replace(paid[0], script_pubkey=one_bit(paid[0].script_pubkey, 9)), paid[1]], True


@pytest.mark.parametrize(("name", "sighash"), EVERY)
def test_the_kernel_accepts_every_spend_and_refuses_it_with_one_bit_flipped(name: str, sighash: str) -> None:
    """And it accepts what a hash type leaves open: nothing is refused for another reason than the one that is meant."""
    each = SPENDS[name]
    tx = beside(each.made(sighash), **each.of_tx)
    signed, paid = Tx.decode(sign(tx, *map(signer, {*each.who, 5})).raw), spent(tx)
    assert kernel_accepts(signed.encode(), paid)
    assert 0 <= tx.vsize - signed.vsize <= 5  # signatures of 71 bytes, or of less
    for what, broken in flipped_items(signed):
        assert not kernel_accepts(broken.encode(), paid, only=0), what
    for what, other, outputs, commits in changed(signed, paid, tx.inputs[0].kind, sighash):
        assert kernel_accepts(other.encode(), outputs, only=0) is not commits, what


def test_a_wrong_claim_about_an_amount_gives_no_valid_signature() -> None:
    """BIP-143 and BIP-341: a signature commits to the value of its own input."""
    for kind in ("p2wpkh", "p2tr"):
        tx = spending((kind, kind))
        lied = Transaction(
            chain=REGTEST,
            inputs=(
                Input(txid=tx.inputs[0].txid, vout=0, value=71_000, key=key(1).public_key, kind=kind),
                tx.inputs[1],
            ),
            outputs=tx.outputs,
        )
        assert not kernel_accepts(sign(lied, signer(1), signer(2)).raw, spent(tx))


# -- a chain of blocks, in this process


def merkle_root(hashes: list[bytes]) -> bytes:
    while len(hashes) > 1:
        hashes += hashes[-1:] * (len(hashes) % 2)
        hashes = [sha256d(hashes[i] + hashes[i + 1]) for i in range(0, len(hashes), 2)]
    return hashes[0]


class Chain:
    """A regtest chain of Bitcoin Core's kernel, and the miner who extends it."""

    def __init__(self, folder: Path) -> None:
        self.manager = pbk.load_chainman(folder, pbk.ChainType.REGTEST)
        self.tip = bytes(self.manager.get_active_chain().block_tree_entries[-1].block_hash)
        self.time = 1_296_688_602  # of the genesis block
        self.coinbases: list[Tx] = []

    @property
    def height(self) -> int:
        return int(self.manager.get_active_chain().height)

    def mine(self, *raws: bytes) -> None:
        """Offer a block with these transactions; only a valid one raises the height."""
        height = self.height + 1
        coinbase = self._coinbase(height, raws)
        ids = [bytes.fromhex(tx.txid)[::-1] for tx in (coinbase, *map(Tx.decode, raws))]
        self.time += 600
        header = self._header(merkle_root(ids))
        block = header + bytes((1 + len(raws),)) + coinbase.encode() + b"".join(raws)
        self.manager.process_block(pbk.Block(block))
        if self.height == height:
            self.tip = sha256d(header)
            self.coinbases.append(coinbase)

    def _coinbase(self, height: int, raws: tuple[bytes, ...]) -> Tx:
        assert height < 128  # BIP-34: a short push
        number = bytes((0x50 + height,)) if height <= 16 else bytes((1, height))
        outputs = [TxOut(value=SUBSIDY, script_pubkey=REGTEST.script_pubkey(REGTEST.address(MINER.public_key)))]
        if raws:  # BIP-141, "Commitment structure"
            wtxids = [bytes(32), *(bytes.fromhex(Tx.decode(raw).wtxid)[::-1] for raw in raws)]
            commitment = sha256d(merkle_root(wtxids) + bytes(32))
            outputs.append(TxOut(value=0, script_pubkey=b"\x6a\x24\xaa\x21\xa9\xed" + commitment))
        source = TxIn(txid="00" * 32, vout=0xFFFF_FFFF, script_sig=number + b"\x00")
        witnesses = ((bytes(32),),) if raws else ()
        return Tx(version=2, inputs=(source,), outputs=tuple(outputs), witnesses=witnesses, locktime=0)

    def _header(self, root: bytes) -> bytes:
        bits = 0x207F_FFFF
        for nonce in range(2**32):
            numbers = b"".join(number.to_bytes(4, "little") for number in (self.time, bits, nonce))
            header = (0x2000_0000).to_bytes(4, "little") + self.tip + root + numbers
            if int.from_bytes(sha256d(header), "little") <= 0x7F_FFFF << 232:
                return header
        raise AssertionError("no block")


@pytest.fixture(scope="module")
def mined(tmp_path_factory: pytest.TempPathFactory) -> Chain:
    chain = Chain(tmp_path_factory.mktemp("regtest"))
    for _ in range(101):
        chain.mine()
    assert chain.height == 101
    return chain


def flipped(raw: bytes) -> bytes:
    """Flip one bit in the middle of the first signature."""
    tx = Tx.decode(raw)
    (signature, *rest), *others = tx.witnesses
    damaged = signature[:20] + bytes((signature[20] ^ 1,)) + signature[21:]
    witnesses = ((damaged, *rest), *others)
    return Tx(
        version=tx.version, inputs=tx.inputs, outputs=tx.outputs, witnesses=witnesses, locktime=tx.locktime
    ).encode()


def test_a_chain_grows_by_what_we_sign_and_not_by_one_flipped_bit(mined: Chain) -> None:
    """The first coinbase goes to P2WPKH and P2TR outputs of ours, and these go on, together."""
    coinbase = mined.coinbases[0]
    first = Transaction(
        chain=REGTEST,
        inputs=(Input(txid=coinbase.txid, vout=0, key=MINER.public_key, previous=coinbase.encode()),),
        outputs=(
            pay(REGTEST.address(ALICE.public_key), 20 * 10**8),
            pay(REGTEST.address(ALICE.public_key, kind="p2tr"), 29 * 10**8),
        ),
    )
    signed = sign(first, signer(11))
    mined.mine(flipped(signed.raw))
    assert mined.height == 101
    mined.mine(signed.raw)
    assert mined.height == 102
    second = Transaction(
        chain=REGTEST,
        inputs=(
            Input(txid=signed.id, vout=0, key=ALICE.public_key, previous=signed.raw),
            Input(txid=signed.id, vout=1, key=ALICE.public_key, previous=signed.raw),
        ),
        outputs=(pay(REGTEST.address(MINER.public_key, kind="p2tr"), 48 * 10**8),),
    )
    assert [each.kind for each in second.inputs] == ["p2wpkh", "p2tr"]
    assert second.claimed_fee == 10**8
    again = sign(second, signer(12))
    mined.mine(flipped(again.raw))
    assert mined.height == 102
    mined.mine(again.raw)
    assert mined.height == 103
    mined.mine(again.raw)  # the same coins a second time
    assert mined.height == 103


def damaged(raw: bytes) -> bytes:
    """Flip one bit in the first signature, wherever it stands."""
    tx = Tx.decode(raw)
    if tx.witnesses:
        (stack,) = tx.witnesses
        place = next(place for place, item in enumerate(stack) if item)
        broken = stack[place][:20] + bytes((stack[place][20] ^ 1,)) + stack[place][21:]
        return replace(tx, witnesses=((*stack[:place], broken, *stack[place + 1 :]),)).encode()
    (source,) = tx.inputs
    script_sig = source.script_sig[:20] + bytes((source.script_sig[20] ^ 1,)) + source.script_sig[21:]
    return replace(tx, inputs=(replace(source, script_sig=script_sig),)).encode()


def test_a_spend_of_every_kind_is_mined_and_not_with_one_flipped_bit(mined: Chain) -> None:
    """One coinbase pays an output of every kind; each is spent on its own, with one hash type after the other."""
    coinbase = mined.coinbases[1]
    mined.mine()  # it is a hundred blocks deep
    first = Transaction(
        chain=REGTEST,
        inputs=(Input(txid=coinbase.txid, vout=0, key=MINER.public_key, previous=coinbase.encode()),),
        outputs=tuple(TxOut(value=10**8, script_pubkey=Lock(**guard).script_pubkey) for guard in GUARDS.values()),
    )
    funded = sign(first, signer(11))
    mined.mine(funded.raw)
    height = mined.height
    for place, (guard, spec) in enumerate(GUARDS.items()):
        sighash = HASH_TYPES[place % len(HASH_TYPES)]
        tx = Transaction(
            chain=REGTEST,
            inputs=(Input(txid=funded.id, vout=place, previous=funded.raw, sighash=sighash, **spec),),
            outputs=(pay(REGTEST.address(ALICE.public_key), 99_000_000),),
        )
        signed = sign(tx, signer(2), signer(1))
        mined.mine(damaged(signed.raw))
        assert mined.height == height, guard
        mined.mine(signed.raw)
        height += 1
        assert mined.height == height, guard
