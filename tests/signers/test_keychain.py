"""A keychain signs as the signers do that it gives, and as other implementations: no key leaves it, none is made."""

from dataclasses import replace
from threading import Thread
from typing import Any

import pytest
import wallycore as wally
from bip_utils import Bip32Slip10Secp256k1
from hypothesis import given
from hypothesis import strategies as st

from walletcore.chains import chain
from walletcore.chains.bitcoin import BitcoinChain, Input, Transaction, pay
from walletcore.chains.bitcoin.psbt import Psbt
from walletcore.chains.bitcoin.tx import Tx, TxIn, TxOut
from walletcore.curves import by_point, secp256k1
from walletcore.curves.bip66 import ORDER
from walletcore.curves.by_point import ChildSigner
from walletcore.errors import InvalidKey, InvalidSignature, SignerError, SigningRefused, TransactionError
from walletcore.hashes import keccak256, sha256d, sha512
from walletcore.hd import bip32
from walletcore.hd.bip32 import ExtendedPrivateKey
from walletcore.hd.slip10 import Slip10PrivateKey
from walletcore.keys import Curve, PublicKey, Scheme
from walletcore.path import KeyOrigin, Path
from walletcore.signers.hd import Keychain, Tree, signers_for
from walletcore.signing import AcceptedSignature, Answers, SigningRequest, collect

BITCOIN = chain("bitcoin", BitcoinChain)
SEED = bytes(range(16))  # BIP-32, test vector 1
FINGERPRINT = bytes.fromhex("3442193e")  # of its master key, as BIP-32 prints it
TREE = ExtendedPrivateKey.from_seed(SEED)
ED_TREE = Slip10PrivateKey.from_seed(SEED, Curve.ED25519)
TREES: list[Tree] = [ED_TREE, TREE]
PATHS = ["m", "m/0", "m/1", "m/7'", "m/84'/0'/0'/0/3", "m/84'/0'/0'/0/4", "m/86'/0'/0'/1/9", "m/1/2147483647'"]
ROOTS = [b"", bytes(range(32))]


def scalar(path: str) -> bytes:
    """The private key at the end of a path, by another implementation."""
    node = Bip32Slip10Secp256k1.FromSeedAndPath(SEED, path) if path != "m" else Bip32Slip10Secp256k1.FromSeed(SEED)
    found: bytes = node.PrivateKey().Raw().ToBytes()
    return found


def key(path: str) -> PublicKey:
    return PublicKey(Curve.SECP256K1, bytes(wally.ec_public_key_from_private_key(scalar(path))))


def request(public: PublicKey, path: str | None, scheme: Scheme = Scheme.ECDSA, **options: Any) -> SigningRequest:
    origin = None if path is None else KeyOrigin(FINGERPRINT, Path.parse(path))
    fields: dict[str, Any] = {"payload": bytes(32), "origin": origin}
    return SigningRequest(key=public, scheme=scheme, **{**fields, **options})


def ed_request(path: str) -> SigningRequest:
    public = ED_TREE.derive(Path.parse(path)).private_key.public_key
    origin = KeyOrigin(ED_TREE.fingerprint, Path.parse(path))
    return SigningRequest(key=public, scheme=Scheme.ED25519, payload=b"a message", origin=origin)


def by_signers(keychain: Keychain, wanted: list[SigningRequest]) -> Answers:
    return collect(wanted, *keychain.signers_for(wanted))


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize("path", PATHS)
def test_ecdsa_signatures_are_those_of_libwally(path: str, check: bool) -> None:
    payload = f"for {path}".encode()
    (answer,) = Keychain([TREE], check=check).collect([request(key(path), path, payload=payload, prehash=sha256d)])
    expected = wally.ec_sig_from_bytes(scalar(path), sha256d(payload), wally.EC_FLAG_ECDSA)
    assert type(answer) is AcceptedSignature
    assert answer.data == bytes(expected)
    recovered = secp256k1.ecdsa_recover(sha256d(payload), answer.data, answer.recovery or 0)
    assert recovered == key(path).data


@pytest.mark.parametrize("path", PATHS)
def test_signatures_with_a_low_r_are_those_of_libwally(path: str) -> None:
    digests = [sha256d(bytes((number,))) for number in range(8)]
    keychain = Keychain(TREES, low_r=True)
    wanted = [request(key(path), path, payload=digest) for digest in digests]
    flags = wally.EC_FLAG_ECDSA | wally.EC_FLAG_GRIND_R
    expected = [bytes(wally.ec_sig_from_bytes(scalar(path), digest, flags)) for digest in digests]
    assert [answer and answer.data for answer in keychain.collect(wanted)] == expected
    assert [answer and answer.data for answer in by_signers(keychain, wanted)] == expected
    taproot = [request(key(path).even_y(), path, Scheme.BIP340, tweak=b""), ed_request("m/0'")]
    assert keychain.collect(taproot) == Keychain(TREES).collect(taproot)


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize("root", ROOTS, ids=["key path only", "with a tree"])
@pytest.mark.parametrize("path", PATHS)
def test_taproot_signatures_are_those_of_libwally(path: str, root: bytes, check: bool) -> None:
    wanted = request(key(path).even_y(), path, Scheme.BIP340, tweak=root)
    (answer,) = Keychain([TREE], check=check).collect([wanted])
    tweaked = bytes(wally.ec_private_key_bip341_tweak(scalar(path), root or None, 0))
    expected = wally.ec_sig_from_bytes_aux(tweaked, bytes(32), bytes(32), wally.EC_FLAG_SCHNORR)
    assert answer is not None
    assert (type(answer), answer.data) == (AcceptedSignature, bytes(expected))


def test_keys_of_both_parities_are_among_these() -> None:
    assert {key(path).data[0] for path in PATHS} == {2, 3}


@pytest.mark.parametrize("check", [True, False])
def test_it_answers_as_its_signers_do(check: bool) -> None:
    other = PublicKey(Curve.SECP256K1, bytes(wally.ec_public_key_from_private_key(bytes(31) + b"\x05")))
    wanted = [
        *(request(key(path), path, payload=path.encode(), prehash=keccak256) for path in PATHS),
        *(request(key(path).even_y(), path, Scheme.BIP340) for path in PATHS),  # of a leaf: no tweak
        *(request(key(path), path, Scheme.SCHNORR_BCH) for path in PATHS),
        *(request(key(path).even_y(), path, Scheme.BIP340, tweak=root) for path in PATHS for root in ROOTS),
        *(request(other, path) for path in PATHS),
        *(request(other.even_y(), path, Scheme.BIP340, tweak=root) for path in PATHS for root in ROOTS),
        request(key("m/0"), None),
        request(key("m/0"), "m/1"),
        request(key("m/0"), "m/0'"),
        request(key("m/0").even_y(), "m/1", Scheme.BIP340),
        request(key("m/0"), "m" + "/0" * 11),
        request(key("m/0"), "m/0", origin=KeyOrigin(bytes(4), Path((0,)))),
        ed_request("m/0'"),
        ed_request("m/44'/501'/0'"),
    ]
    keychain = Keychain(TREES, check=check)
    answers = keychain.collect(wanted)
    assert answers == by_signers(keychain, wanted)
    assert {type(answer) for answer in answers} == {AcceptedSignature, type(None)}
    assert keychain.collect(wanted[::-1]) == answers[::-1]
    assert keychain.collect([]) == ()


@given(st.lists(st.one_of(st.integers(0, 3), st.integers(2**31, 2**31 + 3)), max_size=5), st.binary(max_size=80))
def test_it_answers_whatever_its_origins_say(steps: list[int], payload: bytes) -> None:
    path = str(Path(tuple(steps)))
    wanted = [request(key(path), path, payload=payload, prehash=sha256d), request(key("m/0"), path)]
    for check in (True, False):
        keychain = Keychain([TREE], check=check)
        assert keychain.collect(wanted) == by_signers(keychain, wanted)


@pytest.mark.parametrize("options", [{}, {"low_r": True}, {"check": False}], ids=["by parents", "low r", "unchecked"])
@pytest.mark.parametrize("scheme", [Scheme.ECDSA, Scheme.BIP340])
def test_an_origin_that_does_not_lead_to_a_key_hides_no_other_that_does(
    scheme: Scheme, options: dict[str, bool]
) -> None:
    """A fingerprint of others beside the same key and path, in either order: each is answered, as by signers."""
    public = key("m/0").even_y() if scheme is Scheme.BIP340 else key("m/0")
    right = request(public, "m/0", scheme)
    wrong = request(public, "m/0", scheme, origin=KeyOrigin(b"abcd", Path((0,))))
    for wanted in ([wrong, right], [right, wrong]):
        keychain = Keychain([TREE], **options)
        answers = keychain.collect(wanted)
        assert answers == by_signers(keychain, wanted)
        assert None not in answers
    assert Keychain([TREE], **options).collect([wrong]) == (None,)


def test_a_fingerprint_that_two_trees_have_leads_to_the_key_that_fits() -> None:
    class Impostor:
        fingerprint, private_key = FINGERPRINT, Slip10PrivateKey.from_seed(bytes(16), Curve.SECP256K1).private_key

        def derive(self, path: Path) -> Tree:
            return Slip10PrivateKey.from_seed(bytes(16), Curve.SECP256K1).derive(path)

    for check in (True, False):
        for first, second in ((Impostor(), TREE), (TREE, Impostor())):
            trees: list[Tree] = [first, second]
            (answer,) = Keychain(trees, check=check).collect([request(key("m/1"), "m/1")])
            assert answer is not None


@pytest.mark.parametrize("path", ["m/1", "m/84'/0'/0'/0/3"])
@pytest.mark.parametrize("tweak", [None, b""], ids=["ecdsa", "taproot"])
def test_a_fault_in_the_computation_is_told_where_answers_are_checked(
    monkeypatch: pytest.MonkeyPatch, path: str, tweak: bytes | None
) -> None:
    right = by_point._write

    def faulty(context: Any, compact: Any, recovery: Any, signature: Any) -> None:
        right(context, compact, recovery, signature)
        compact[40] ^= 1

    def faulty_pair(pair: Any, message: bytes, aux: bytes) -> tuple[bytes, None]:
        return bytes(range(64)), None

    monkeypatch.setattr(by_point, "_write", faulty)
    monkeypatch.setattr(by_point, "_BIP340", secp256k1.SCHEMES["bip340"]._replace(sign=faulty_pair))
    wanted = (
        request(key(path), path) if tweak is None else request(key(path).even_y(), path, Scheme.BIP340, tweak=tweak)
    )
    with pytest.raises(InvalidSignature) as caught:
        Keychain([TREE]).collect([wanted])
    assert caught.value.reason == "mismatch"
    assert Keychain([TREE], check=False).collect([wanted]) != (None,)


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize("scheme", [Scheme.ECDSA, Scheme.SCHNORR_BCH])
def test_what_a_hash_makes_longer_than_a_digest_is_refused(scheme: Scheme, check: bool) -> None:
    wanted = [request(key("m/1"), "m/1", scheme, prehash=sha512)]
    keychain = Keychain([TREE], check=check)
    with pytest.raises(InvalidSignature):
        keychain.collect(wanted)
    with pytest.raises(InvalidSignature):
        by_signers(keychain, wanted)
    elsewhere = [request(key("m/0"), "m/1", scheme, prehash=sha512)]
    assert keychain.collect(elsewhere) == by_signers(keychain, elsewhere) == (None,)


@pytest.mark.parametrize("path", ["m", "m/1", "m/84'/0'/0'/0/3"])
def test_it_signs_no_more_once_it_is_wiped(path: str) -> None:
    tree = ExtendedPrivateKey.from_seed(SEED)
    with Keychain([tree], check=False) as keychain:
        assert keychain.collect([request(key(path), path)]) != (None,)
    with pytest.raises(InvalidKey) as caught:
        keychain.collect([request(key(path), path)])
    assert caught.value.reason == "wiped"


@pytest.mark.parametrize("requests", [None, 7, {1: 2}, iter([]), [None], ["request"]])
def test_what_is_no_sequence_of_requests_is_refused(requests: Any) -> None:
    with pytest.raises(TransactionError) as caught:
        Keychain([TREE]).collect(requests)
    assert caught.value.reason == "type"


@pytest.mark.parametrize("subject", [None, 7, object()])
def test_what_cannot_be_signed_is_refused(subject: Any) -> None:
    with pytest.raises(TransactionError) as caught:
        Keychain([TREE]).sign(subject)
    assert caught.value.reason == "type"


def test_a_key_with_even_y_is_that_of_bip340_only() -> None:
    path = next(path for path in PATHS if key(path).data[0] == 3)
    for each in (path, "m"):
        for scheme in (Scheme.ECDSA, Scheme.SCHNORR_BCH):
            for tree in (TREE, Slip10PrivateKey.from_seed(SEED, Curve.SECP256K1)):
                for check in (True, False):
                    other = PublicKey(Curve.SECP256K1, bytes((key(each).data[0] ^ 1,)) + key(each).data[1:])
                    wanted = [request(other, each, scheme), request(key(each), each, scheme)]
                    keychain = Keychain([tree], check=check)
                    answers = keychain.collect(wanted)
                    assert answers == by_signers(keychain, wanted)
                    assert [answer is not None for answer in answers] == [False, True]


def test_a_node_that_can_have_no_children_answers_for_none() -> None:
    deepest = ExtendedPrivateKey(private_key=TREE.private_key, chain_code=bytes(32), depth=255)
    origin = KeyOrigin(deepest.fingerprint, Path((1,)))
    wanted = [request(key("m/1"), None, origin=origin), request(key("m"), None, origin=replace(origin, path=Path()))]
    keychain = Keychain([deepest])
    assert [answer is not None for answer in keychain.collect(wanted)] == [False, True]
    assert keychain.collect(wanted) == by_signers(keychain, wanted)


def test_a_tree_that_is_wiped_meanwhile_signs_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    tree, right = ExtendedPrivateKey.from_seed(SEED), by_point._write

    def wiping(*signature: Any) -> None:
        tree.private_key.wipe()
        right(*signature)

    monkeypatch.setattr(by_point, "_write", wiping)
    with pytest.raises(InvalidKey) as caught:
        Keychain([tree]).collect([request(key(f"m/{n}"), f"m/{n}") for n in range(3)])
    assert caught.value.reason == "wiped"


@pytest.mark.parametrize("whole", [True, False], ids=["the keychain", "the key of the tree"])
@pytest.mark.parametrize("low_r", [True, False])
def test_a_wipe_while_a_parent_is_derived_ends_that_one_as_well(
    monkeypatch: pytest.MonkeyPatch, low_r: bool, whole: bool
) -> None:
    tree, right, made = ExtendedPrivateKey.from_seed(SEED), ExtendedPrivateKey.derive, list[ExtendedPrivateKey]()
    keychain = Keychain([tree], low_r=low_r)

    def derive(self: ExtendedPrivateKey, path: Path) -> ExtendedPrivateKey:
        made.append(right(self, path))
        other = Thread(target=keychain.wipe if whole else tree.private_key.wipe)
        other.start()
        other.join()
        return made[-1]

    monkeypatch.setattr(ExtendedPrivateKey, "derive", derive)
    for _ in range(2):
        with pytest.raises(InvalidKey) as caught:
            keychain.collect([request(key("m/84'/0'/0'/0/3"), "m/84'/0'/0'/0/3")])
        assert caught.value.reason == "wiped"
        monkeypatch.undo()
    assert [node.private_key.secret.is_wiped for node in made] == [True]


@pytest.mark.parametrize("check", [True, False])
def test_parents_that_make_room_for_others_sign_to_the_end(monkeypatch: pytest.MonkeyPatch, check: bool) -> None:
    """Others' paths, more than are kept, while a signature is under way: it is made all the same."""
    keychain, right, others = Keychain([TREE], check=check), by_point._write, list(range(300))

    def crowded(*signature: Any) -> None:
        asked, others[:] = others[:], []
        for account in asked:
            keychain.collect([request(key("m/0"), f"m/7'/{account}'/0")])
        right(*signature)

    monkeypatch.setattr(by_point, "_write", crowded)
    wanted = [request(key(path), path) for path in ("m/84'/0'/0'/0/3", "m/84'/0'/0'/0/4")]
    assert None not in keychain.collect(wanted)
    assert not others


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize("path", ["m/1", "m/0"], ids=["a signature", "none"])
def test_no_scalar_of_a_child_stays_in_memory(monkeypatch: pytest.MonkeyPatch, path: str, check: bool) -> None:
    made: list[ChildSigner] = []

    class Watched(ChildSigner):
        def __init__(self) -> None:
            super().__init__()
            made.append(self)

    monkeypatch.setattr(bip32, "ChildSigner", Watched)
    Keychain([TREE], check=check).collect([request(key(path), "m/1")])
    with pytest.raises(InvalidSignature):
        Keychain([TREE], check=check).collect([request(key("m/1"), "m/1", prehash=sha512)])
    assert [bytes(each._k) for each in made] == [bytes(32)] * 2


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize("root", [None, b""], ids=["ecdsa", "taproot"])
@pytest.mark.parametrize("summand", [ORDER, 2**256 - 1, ORDER - 7], ids=["n", "more", "zero as the sum"])
def test_a_number_that_has_no_key_signs_nothing(summand: int, root: bytes | None, check: bool) -> None:
    """BIP-32, "Private parent key": parse256(I_L) >= n or k_i = 0."""
    parent, public = (7).to_bytes(32), key("m/0").even_y().data
    assert ChildSigner().sign(parent, summand.to_bytes(32), public, bytes(32), root, check) is None


def spending_bitcoin(path: str, origin: KeyOrigin | None = None) -> bytes:
    """A PSBT over a P2PKH output of Bitcoin with its previous transaction: Dogecoin signs the same bytes."""
    bitcoin, public = chain("bitcoin", BitcoinChain), key(path)
    script = bitcoin.script_pubkey(bitcoin.address(public, kind="p2pkh"))
    funding = Tx(
        version=2,
        inputs=(TxIn(txid="11" * 32, vout=0),),
        outputs=(TxOut(value=9_000, script_pubkey=script),),
        locktime=0,
    )
    origin = origin or KeyOrigin(FINGERPRINT, Path.parse(path))
    spent = Input(txid=funding.txid, vout=0, previous=funding.encode(), key=public, kind="p2pkh", origin=origin)
    to = bitcoin.address(key("m/0"), kind="p2pkh")
    return Psbt.from_transaction(Transaction(chain=bitcoin, inputs=(spent,), outputs=(pay(to, 8_000),))).raw


SIGNS: dict[str, Any] = {
    "sign": lambda psbt, **options: Keychain([TREE], **options).sign(psbt),
    "collect": lambda psbt, **options: Keychain([TREE], **options).collect(psbt.requests()),
    "signers_for": lambda psbt, **options: Keychain([TREE], **options).signers_for(psbt.requests()),
    "signers_for of trees": lambda psbt, **options: signers_for(psbt.requests(), [TREE], **options),
}


@pytest.mark.parametrize("name", SIGNS)
@pytest.mark.parametrize("other", ["dogecoin", "litecoin", "bitcoin-testnet"])
def test_P23_coins_of_one_chain_are_not_signed_for_as_those_of_another(other: str, name: str) -> None:
    """No PSBT names its network: the coin type of the path does (BIP-44, SLIP-44)."""
    raw = spending_bitcoin("m/44'/0'/0'/0/3")
    foreign = Psbt.decode(chain(other, BitcoinChain), raw)
    with pytest.raises(SigningRefused) as caught:
        SIGNS[name](foreign)
    assert caught.value.reason == "policy"
    assert SIGNS[name](foreign, allow_foreign_path=True)
    assert SIGNS[name](Psbt.decode(chain("bitcoin", BitcoinChain), raw))


@pytest.mark.parametrize("name", SIGNS)
@pytest.mark.parametrize("kind", ["p2wpkh", "p2sh-p2wpkh", "p2tr"])
def test_P23_neighbour_coins_of_every_kind_of_key_are_those_of_one_chain(kind: str, name: str) -> None:
    raw = joint(held("m/44'/0'/0'/0/3", kind)).raw
    for other in ("litecoin", "bitcoin-testnet"):
        with pytest.raises(SigningRefused):
            SIGNS[name](Psbt.decode(chain(other, BitcoinChain), raw))
    assert SIGNS[name](Psbt.decode(BITCOIN, raw))


ODD = ["m", "m/0", "m/84'/2'/0'/0/0", "m/44'/0'", "m/84'/1'/0'/0/3", "m" + "/84'" * 200]


@pytest.mark.parametrize("name", SIGNS)
@pytest.mark.parametrize("kind", ["p2wpkh", "p2pkh", "p2tr"])
@pytest.mark.parametrize("path", ODD, ids=[path[:20] for path in ODD])
def test_P23_neighbour_an_input_of_others_under_our_fingerprint_stops_nobody(path: str, kind: str, name: str) -> None:
    """A fingerprint is anybody's to claim (BIP-129, "Signer"): the path is ours only where it leads to the key."""
    other = ExtendedPrivateKey.from_seed(bytes(16)).derive(Path.parse("m/84'/0'/0'/0/0")).public_key
    theirs = held("m/84'/0'/0'/0/9", kind, other, KeyOrigin(FINGERPRINT, Path.parse(path)))
    psbt = joint(held("m/84'/0'/0'/0/3", "p2wpkh"), theirs)
    ours, not_ours = psbt.requests()
    assert not_ours.origin == KeyOrigin(FINGERPRINT, Path.parse(path))
    found = SIGNS[name](psbt)
    if name == "sign":
        assert [each.key for each in found.requests()] == [not_ours.key]
    elif name == "collect":
        assert [answer is not None for answer in found] == [True, False]
    else:
        assert [signer.public_key for signer in found] == [ours.key]


def held(path: str, kind: str, public: PublicKey | None = None, origin: KeyOrigin | None = None) -> Input:
    """What spends an output of Bitcoin's to our key at this path, or to another one that claims an origin."""
    public = public or key(path)
    script = BITCOIN.script_pubkey(BITCOIN.address(public, kind=kind))
    output = TxOut(value=9_000, script_pubkey=script)
    funding = Tx(version=2, inputs=(TxIn(txid="22" * 32, vout=0),), outputs=(output,), locktime=0)
    origin = origin or KeyOrigin(FINGERPRINT, Path.parse(path))
    return Input(txid=funding.txid, vout=0, previous=funding.encode(), key=public, kind=kind, origin=origin)


def joint(*inputs: Input) -> Psbt:
    to = BITCOIN.address(key("m/0"), kind="p2pkh")
    return Psbt.from_transaction(Transaction(chain=BITCOIN, inputs=inputs, outputs=(pay(to, 8_000 * len(inputs)),)))


@pytest.mark.parametrize("first", [True, False])
def test_P23_neighbour_the_origin_of_another_chains_request_does_not_lend_its_key(first: bool) -> None:
    """Both are for one key: the path that leads to it stands beside the request of its own chain only."""
    origin = KeyOrigin(b"abcd", Path.parse("m/44'/3'/0'/0/0"))
    own = Psbt.decode(BITCOIN, spending_bitcoin("m/44'/0'/0'/0/3"))
    foreign = Psbt.decode(chain("dogecoin", BitcoinChain), spending_bitcoin("m/44'/0'/0'/0/3", origin))
    requests = (*own.requests(), *foreign.requests())
    wanted = requests if first else requests[::-1]
    keychain = Keychain([TREE])
    for call in (keychain.collect, keychain.signers_for):
        with pytest.raises(SigningRefused) as caught:
            call(wanted)
        assert caught.value.reason == "policy"
    assert None not in Keychain([TREE], allow_foreign_path=True).collect(wanted)
    assert keychain.collect(foreign.requests()) == (None,)
    assert None not in keychain.collect((*own.requests(), *own.requests()))


def test_P23_below_an_account_no_path_names_a_coin_and_no_origin_of_others_counts() -> None:
    account = TREE.derive(Path.parse("m/44'/0'/0'"))
    origin = KeyOrigin(account.fingerprint, Path((0, 3)))
    psbt = Psbt.decode(chain("dogecoin", BitcoinChain), spending_bitcoin("m/44'/0'/0'/0/3", origin))
    assert Keychain([account]).sign(psbt).requests() == ()
    assert Keychain([ED_TREE, account]).collect(psbt.requests()) != (None,)
    assert Keychain([ED_TREE]).collect(psbt.requests()) == (None,)


def test_a_request_about_nothing_is_of_no_chain() -> None:
    assert Keychain([TREE]).collect([request(key("m/1"), "m/1")]) != (None,)


@pytest.mark.parametrize("option", ["check", "low_r", "allow_foreign_path"])
def test_options_that_are_no_bools_are_refused(option: str) -> None:
    options: dict[str, Any] = {option: 1}
    with pytest.raises(SignerError) as caught:
        Keychain([TREE], **options)
    assert caught.value.reason == "type"
