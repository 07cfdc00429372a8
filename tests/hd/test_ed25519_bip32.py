"""BIP32-Ed25519: three derivations, their texts and their limits, against bip_utils and the published figures."""
# ruff: noqa: N803 - the paper's letters

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from bip_utils import Bip32ChainCode, Bip32KeyData, Bip32KholawEd25519, CardanoByronLegacyBip32
from hypothesis import assume, given
from hypothesis import strategies as st

from support.hostile import MEBIBYTE, SHAPES, check_cost, filled
from support.vectors import Case, vectors
from walletcore.coding.text import bech32, to_words
from walletcore.curves.ed25519 import ORDER
from walletcore.errors import DerivationError, InvalidKey, PathError, SecretExportError
from walletcore.hd import ed25519_bip32, ed25519_roots
from walletcore.hd.ed25519_bip32 import KINDS, Bip32Ed25519PrivateKey, Bip32Ed25519PublicKey, Derivation
from walletcore.hd.ed25519_roots import Root
from walletcore.keys import Curve, PrivateKey, PublicKey, Scheme
from walletcore.mnemonic.bip39 import Mnemonic
from walletcore.path import HARDENED, Path
from walletcore.secret import Secret

KHOVRATOVICH_LAW, BYRON, PEIKERT = Derivation.KHOVRATOVICH_LAW, Derivation.BYRON_LEGACY, Derivation.PEIKERT
ORACLES = {KHOVRATOVICH_LAW: Bip32KholawEd25519, BYRON: CardanoByronLegacyBip32}
CHAIN_CODE = bytes(range(32))
PATH = "m/1852'/1815'/0'/0/0"

left = st.integers(2**251, 2**251 + 2**250 - 1).map(lambda n: (8 * n).to_bytes(32, "little"))
right = codes = st.binary(min_size=32, max_size=32)
keys = st.tuples(left, right).map(b"".join)
soft = st.integers(0, HARDENED - 1)
paths = st.lists(st.integers(0, 2 * HARDENED - 1), max_size=5).map(lambda steps: Path(tuple(steps)))
plain_paths = st.lists(soft, max_size=3).map(lambda steps: Path(tuple(steps)))
every_derivation = pytest.mark.parametrize("derivation", Derivation)


def node(k: bytes, c: bytes = CHAIN_CODE, derivation: Derivation = KHOVRATOVICH_LAW) -> Bip32Ed25519PrivateKey:
    private_key = PrivateKey(Curve.ED25519_BIP32, Secret(k))
    return Bip32Ed25519PrivateKey(private_key=private_key, chain_code=c, derivation=derivation)


def root(derivation: Derivation = KHOVRATOVICH_LAW) -> Bip32Ed25519PrivateKey:
    return node(bytes(31) + b"\x40" + bytes(range(32)), derivation=derivation)


def bare(key: Bip32Ed25519PrivateKey | Bip32Ed25519PublicKey) -> tuple[bytes, bytes]:
    data = key.private_key.secret.reveal() if isinstance(key, Bip32Ed25519PrivateKey) else key.public_key.data
    return data, key.chain_code


def refusal(call: Callable[..., object], *args: Any, **options: Any) -> str:
    with pytest.raises(DerivationError) as caught:
        call(*args, **options)
    assert caught.value.__context__ is None
    return caught.value.reason


def grown(case: Case) -> Bip32Ed25519PrivateKey:
    """The root that a case begins with."""
    scheme = Root(case.input["scheme"])
    passphrase: Any = case.input.get("passphrase", "")
    if "passphrase_hex" in case.input:
        passphrase = bytes.fromhex(case.input["passphrase_hex"])
    if "seed" in case.input:
        return ed25519_roots.from_seed(bytes.fromhex(case.input["seed"]), scheme, passphrase)
    made = ed25519_roots.from_mnemonic(Mnemonic.parse(case.input["mnemonic"]), scheme, passphrase)
    return replace(made, derivation=Derivation(case.input.get("derivation", made.derivation)))


def outputs(case: Case, key: Bip32Ed25519PrivateKey | Bip32Ed25519PublicKey) -> dict[str, str]:
    """What a case may name of a key; texts are also read again."""
    kind = case.input.get("kind", "root")
    found = {"chain_code": key.chain_code.hex(), "public": key.public_key.data.hex()}
    if isinstance(key, Bip32Ed25519PrivateKey):
        found["private"] = key.private_key.secret.reveal().hex()
        if key.derivation is not PEIKERT:
            found["xsk"], found["xvk"] = key.reveal(kind=kind), key.public.text(kind=kind)
            assert Bip32Ed25519PrivateKey.parse(found["xsk"], kind=kind, derivation=key.derivation) == key
            assert Bip32Ed25519PublicKey.parse(found["xvk"], kind=kind, derivation=key.derivation) == key.public
    return found


# -- published figures


@vectors("ed25519-bip32/derive", result="valid")
def test_a_path_leads_to_the_published_key(case: Case) -> None:
    if "public" in case.input:
        public = PublicKey(Curve.ED25519_BIP32, bytes.fromhex(case.input["public"]))
        key: Any = Bip32Ed25519PublicKey(
            public_key=public,
            chain_code=bytes.fromhex(case.input["chain_code"]),
            derivation=Derivation(case.input["derivation"]),
        )
    else:
        key = grown(case)
    *above, _ = case.input["path"].split("/")
    found = outputs(case, key.derive(case.input["path"]))
    found["fingerprint"] = key.derive("/".join(above)).fingerprint.hex() if above else ""
    expected = {name: value for name, value in case.expect.items() if name != "result"}
    assert expected == {name: found[name] for name in expected}


@vectors("ed25519-bip32/derive", result="invalid")
def test_S11_the_published_refusal_is_ours(case: Case) -> None:
    public = PublicKey(Curve.ED25519_BIP32, bytes.fromhex(case.input["public"]))
    key = Bip32Ed25519PublicKey(
        public_key=public,
        chain_code=bytes.fromhex(case.input["chain_code"]),
        derivation=Derivation(case.input["derivation"]),
    )
    assert refusal(key.derive, case.input["path"]) == case.expect["reason"]


@vectors("ed25519-bip32/sign")
def test_a_signature_is_the_published_one(case: Case) -> None:
    key = PrivateKey(Curve.ED25519_BIP32, Secret(bytes.fromhex(case.input["secret"])))
    signature = key.sign(Scheme.ED25519_BIP32, bytes.fromhex(case.input["message"]))
    assert signature.hex() == case.expect["signature"]
    assert key.public_key.data.hex() == case.expect.get("public_key", key.public_key.data.hex())
    plain = PublicKey(Curve.ED25519, key.public_key.data)
    plain.verify(Scheme.ED25519, bytes.fromhex(case.input["message"]), signature)


@vectors("ed25519-bip32/verify")
def test_a_signature_has_the_published_verdict(case: Case) -> None:
    asked = bytes.fromhex(case.input["message"]), bytes.fromhex(case.input["signature"])
    for curve, scheme in ((Curve.ED25519_BIP32, Scheme.ED25519_BIP32), (Curve.ED25519, Scheme.ED25519)):
        PublicKey(curve, bytes.fromhex(case.input["public_key"])).verify(scheme, *asked)


# -- a second implementation


@pytest.mark.parametrize("derivation", list(ORACLES))
@given(keys, codes, paths)
def test_bip_utils_derives_the_same_keys(derivation: Derivation, k: bytes, c: bytes, path: Path) -> None:
    theirs = ORACLES[derivation].FromPrivateKey(k, Bip32KeyData(chain_code=Bip32ChainCode(c))).DerivePath(str(path))
    ours = node(k, c, derivation).derive(path)
    assert bare(ours) == (theirs.PrivateKey().Raw().ToBytes(), theirs.ChainCode().ToBytes())
    assert b"\0" + ours.public_key.data == theirs.PublicKey().RawCompressed().ToBytes()
    assert ours.fingerprint == theirs.FingerPrint().ToBytes()


@given(keys, codes, plain_paths)
def test_bip_utils_derives_the_same_public_keys(k: bytes, c: bytes, path: Path) -> None:
    """Not those of Daedalus: what it adds may pass 2^255, and bip_utils then gives another key than in private."""
    public = node(k, c).public
    data = Bip32KeyData(chain_code=Bip32ChainCode(c))
    theirs = Bip32KholawEd25519.FromPublicKey(b"\0" + public.public_key.data, data).DerivePath(str(path))
    assert b"\0" + public.derive(path).public_key.data == theirs.PublicKey().RawCompressed().ToBytes()
    assert public.derive(path).chain_code == theirs.ChainCode().ToBytes()


def peikert(k: bytes, c: bytes, i: int) -> tuple[bytes, bytes]:
    """A child as ARC-52 writes it down, over whole numbers and another library's hashes and points."""
    from cryptography.hazmat.primitives import hashes, hmac
    from nacl.bindings import crypto_scalarmult_ed25519_base_noclamp

    def mac(data: bytes) -> bytes:
        made = hmac.HMAC(c, hashes.SHA512())
        made.update(data + i.to_bytes(4, "little"))
        return made.finalize()

    of = k if i >= HARDENED else crypto_scalarmult_ed25519_base_noclamp(k[:32])
    Z, again = (mac(bytes([first]) + of) for first in ((0, 1) if i >= HARDENED else (2, 3)))
    kept = int(bin(int.from_bytes(Z[:32], "little") | 1 << 256)[-247:], 2)
    left = int.from_bytes(k[:32], "little") + 8 * kept
    right = (int.from_bytes(k[32:], "little") + int.from_bytes(Z[32:], "little")) % 2**256
    return left.to_bytes(32, "little") + right.to_bytes(32, "little"), again[32:]


@given(keys, codes, st.lists(st.integers(0, 2 * HARDENED - 1), max_size=4))
def test_algorand_s_children_are_those_of_its_text(k: bytes, c: bytes, steps: list[int]) -> None:
    ours, theirs = node(k, c, PEIKERT).derive(Path(tuple(steps))), (k, c)
    for step in steps:
        theirs = peikert(*theirs, step)
    assert bare(ours) == theirs


# -- properties


@every_derivation
@given(keys, codes, paths, plain_paths)
def test_public_derivation_commutes_with_private_derivation(
    derivation: Derivation, k: bytes, c: bytes, path: Path, below: Path
) -> None:
    parent = node(k, c, derivation).derive(path)
    assert parent.public.derive(below) == parent.derive(below).public


@every_derivation
@given(keys, codes, paths, paths)
def test_a_path_may_be_walked_in_parts(derivation: Derivation, k: bytes, c: bytes, first: Path, second: Path) -> None:
    start = node(k, c, derivation)
    assert start.derive(first).derive(second) == start.derive(Path(first.steps + second.steps))


@given(keys, codes, st.sampled_from(KINDS), st.sampled_from([KHOVRATOVICH_LAW, BYRON]))
def test_a_text_is_read_as_the_key_that_wrote_it(k: bytes, c: bytes, kind: str, derivation: Derivation) -> None:
    key = node(k, c, derivation)
    text, public = key.reveal(kind=kind), key.public.text(kind=kind)
    assert text.startswith(f"{kind}_xsk1")
    assert public.startswith(f"{kind}_xvk1")
    for wanted in (None, kind):
        assert Bip32Ed25519PrivateKey.parse(text, kind=wanted, derivation=derivation) == key
        assert Bip32Ed25519PublicKey.parse(public.upper(), kind=wanted, derivation=derivation) == key.public


@given(keys, codes, st.integers(0, 200), st.sampled_from("qpzry9x8gf2tvdw0s3jn54khce6mua7l"))
def test_a_changed_character_is_noticed(k: bytes, c: bytes, place: int, letter: str) -> None:
    for text, parse in (
        (node(k, c).reveal(kind="acct"), Bip32Ed25519PrivateKey.parse),
        (node(k, c).public.text(kind="acct"), Bip32Ed25519PublicKey.parse),
    ):
        at = len("acct_xsk1") + place % (len(text) - len("acct_xsk1"))
        if text[at] != letter:
            assert refusal(parse, text[:at] + letter + text[at + 1 :]) == "checksum"


@given(keys, codes)
def test_the_older_spellings_are_read(k: bytes, c: bytes) -> None:
    key = node(k, c)
    private, public = to_words(b"".join(bare(key))), to_words(b"".join(bare(key.public)))
    for kind in KINDS:
        assert Bip32Ed25519PrivateKey.parse(bech32.encode(f"{kind}_xprv", private, max_length=200), kind=kind) == key
        assert (
            Bip32Ed25519PublicKey.parse(bech32.encode(f"{kind}_xpub", public, max_length=200), kind=kind) == key.public
        )
    assert Bip32Ed25519PrivateKey.parse(bech32.encode("xprv", private, max_length=200)) == key
    assert Bip32Ed25519PublicKey.parse(bech32.encode("xpub", public, max_length=200)) == key.public


# -- what is refused


@every_derivation
@pytest.mark.parametrize("path", ["m/0'", "m/0/2147483647'", Path((2 * HARDENED - 1,))])
def test_S11_a_hardened_child_of_a_public_key_is_refused(derivation: Derivation, path: Path | str) -> None:
    assert refusal(root(derivation).public.derive, path) == "hardened"


@every_derivation
@pytest.mark.parametrize("path", ["", "0'", "m/", "m/2147483648", "m/-1", None, b"m", (HARDENED,), "m" + "/0" * 256])
def test_a_malformed_path_is_refused(derivation: Derivation, path: Any) -> None:
    for key in (root(derivation), root(derivation).public):
        with pytest.raises(PathError):
            key.derive(path)


def test_a_tree_of_255_levels_stays_within_the_scalars() -> None:
    deepest = root().derive("m" + "/2147483647'" * 255)
    assert ed25519_bip32._is_clamped(deepest.private_key.secret.reveal())


def test_a_child_that_the_order_divides_is_discarded() -> None:
    """The paper, V.C: k_L = -8 * trunc(Z_L) modulo n makes the child zero."""
    for derivation in Derivation:
        rules, Z_L = ed25519_bip32._RULES[derivation], bytes(range(1, 33))
        k_L = (-rules.eightfold(Z_L) % ORDER).to_bytes(32, "little")
        assert refusal(ed25519_bip32._add_left, rules, Z_L, k_L) == "range"


@pytest.mark.parametrize("derivation", [KHOVRATOVICH_LAW, PEIKERT])
def test_a_child_from_2_to_the_255_on_is_refused(derivation: Derivation) -> None:
    """There libsodium ignores a bit of the scalar, and the public key would be another key's."""
    rules, Z_L = ed25519_bip32._RULES[derivation], b"\1" + bytes(31)
    for k_L, is_child in ((2**255 - 9, True), (2**255 - 8, False)):
        if is_child:
            assert ed25519_bip32._add_left(rules, Z_L, k_L.to_bytes(32, "little")) == (k_L + 8).to_bytes(32, "little")
        else:
            assert refusal(ed25519_bip32._add_left, rules, Z_L, k_L.to_bytes(32, "little")) == "range"


@given(keys, codes, soft)
def test_a_public_child_at_the_neutral_point_is_refused(k: bytes, c: bytes, i: int) -> None:
    """A = -[8 * Z_L]B: the chain code gives Z_L only for a known A, so the sum is asked for itself."""
    from nacl.bindings import crypto_core_ed25519_scalar_negate, crypto_core_ed25519_scalar_reduce

    from walletcore.curves import ed25519_bip32 as curve

    scalar = crypto_core_ed25519_scalar_reduce(k[:32] + bytes(32))
    A = curve.base_times(scalar)
    with pytest.raises(InvalidKey) as caught:
        curve.add_point(A, crypto_core_ed25519_scalar_negate(scalar))
    assert caught.value.reason == "point"
    assert curve.add_point(A, bytes(32)) == A == curve.add_point(A, ORDER.to_bytes(32, "little"))


@pytest.mark.parametrize(
    "k_L",
    [b"\1" + bytes(30) + b"\x40", b"\4" + bytes(30) + b"\x40", bytes(30) + b"\1" + b"\x3f", b"\x08" + bytes(31)],
)
@pytest.mark.parametrize("derivation", [KHOVRATOVICH_LAW, PEIKERT])
def test_K03_a_key_without_the_bits_of_its_derivation_is_refused(derivation: Derivation, k_L: bytes) -> None:
    assert refusal(node, k_L + bytes(32), derivation=derivation) == "range"
    assert node(k_L + bytes(32), derivation=BYRON)  # whose sums are reduced


@pytest.mark.parametrize("size", [31, 32, 63, 64, 65, 95, 97, 128])
def test_K01_a_text_of_another_length_is_refused(size: int) -> None:
    for prefix, parse, right in (
        ("root_xsk", Bip32Ed25519PrivateKey.parse, 96),
        ("root_xvk", Bip32Ed25519PublicKey.parse, 64),
    ):
        if size != right:
            text = bech32.encode(prefix, to_words((bytes(31) + b"\x40") * 4)[: -(-size * 8 // 5)], max_length=300)
            assert refusal(parse, text) in ("length", "too-large", "non-canonical")


def test_a_text_of_another_kind_or_half_is_refused() -> None:
    private, public = root().reveal(kind="root"), root().public.text(kind="root")
    assert refusal(Bip32Ed25519PrivateKey.parse, public) == "prefix"
    assert refusal(Bip32Ed25519PublicKey.parse, private) == "prefix"
    assert refusal(Bip32Ed25519PrivateKey.parse, private, kind="acct") == "prefix"
    assert refusal(Bip32Ed25519PublicKey.parse, public, kind="root_shared") == "prefix"
    words = to_words(b"".join(bare(root())))
    for prefix in ("root_sk", "policy_xsk", "xsk", "_xsk", "stake", "nsec"):
        assert refusal(Bip32Ed25519PrivateKey.parse, bech32.encode(prefix, words, max_length=200)) == "prefix"


@pytest.mark.parametrize("k_L", [bytes(32), ORDER.to_bytes(32, "little"), b"\xff" * 32])
def test_K03_a_text_of_a_key_out_of_range_is_refused(k_L: bytes) -> None:
    text = bech32.encode("root_xsk", to_words(k_L + bytes(64)), max_length=200)
    assert refusal(Bip32Ed25519PrivateKey.parse, text) == "range"
    assert refusal(Bip32Ed25519PrivateKey.parse, text, derivation=BYRON) == "range"


@pytest.mark.parametrize("point", [bytes(32), b"\1" + bytes(31), b"\xff" * 32, b"\2" + bytes(31)])
def test_K07_a_text_of_no_key_is_refused(point: bytes) -> None:
    text = bech32.encode("acct_xvk", to_words(point + bytes(32)), max_length=200)
    assert refusal(Bip32Ed25519PublicKey.parse, text) == "point"


@pytest.mark.parametrize("kind", ["", "xsk", "ROOT", "policy", None, 0, b"root", ["root"]])
def test_an_unknown_kind_is_refused(kind: Any) -> None:
    assert refusal(root().reveal, kind=kind) == "unknown"
    assert refusal(root().public.text, kind=kind) == "unknown"
    if kind is not None:
        assert refusal(Bip32Ed25519PrivateKey.parse, root().reveal(kind="root"), kind=kind) == "unknown"


def test_algorand_s_keys_have_no_text() -> None:
    text = root().reveal(kind="root")
    assert refusal(root(PEIKERT).reveal, kind="root") == "scheme"
    assert refusal(root(PEIKERT).public.text, kind="root") == "scheme"
    assert refusal(Bip32Ed25519PrivateKey.parse, text, derivation=PEIKERT) == "scheme"
    assert refusal(Bip32Ed25519PublicKey.parse, root().public.text(kind="root"), derivation=PEIKERT) == "scheme"


@pytest.mark.parametrize("text", [None, 0, b"root_xsk1", ["a"], "", "1", "root_xsk1", "root_xsk", "\xe9", "\ud800"])
def test_X18_what_is_no_text_of_a_key_is_refused(text: Any) -> None:
    for parse in (Bip32Ed25519PrivateKey.parse, Bip32Ed25519PublicKey.parse):
        assert refusal(parse, text)


@pytest.mark.parametrize("derivation", [None, "khovratovich-law", 0, Root.ICARUS, ["peikert"]])
def test_what_is_no_derivation_is_refused(derivation: Any) -> None:
    assert refusal(node, root().private_key.secret.reveal(), derivation=derivation) == "type"
    assert refusal(Bip32Ed25519PrivateKey.parse, root().reveal(kind="root"), derivation=derivation) == "type"
    with pytest.raises(DerivationError):
        Bip32Ed25519PublicKey(public_key=root().public_key, chain_code=CHAIN_CODE, derivation=derivation)


def test_a_node_with_a_wrong_part_is_not_made() -> None:
    key, other = root().private_key, PrivateKey(Curve.ED25519, Secret(bytes(32)))
    wrong: Any
    for wrong in (bytes(31), bytes(33), bytearray(32), None, "00" * 32):
        assert refusal(Bip32Ed25519PrivateKey, private_key=key, chain_code=wrong, derivation=BYRON) == "length"
        assert refusal(Bip32Ed25519PublicKey, public_key=key.public_key, chain_code=wrong, derivation=BYRON) == "length"
    for wrong in (other, key.secret, bytes(64), None):
        assert refusal(Bip32Ed25519PrivateKey, private_key=wrong, chain_code=CHAIN_CODE, derivation=BYRON) == "type"
    for wrong in (other.public_key, key.public_key.data, None):
        assert refusal(Bip32Ed25519PublicKey, public_key=wrong, chain_code=CHAIN_CODE, derivation=BYRON) == "type"


@pytest.mark.parametrize("shape", SHAPES)
def test_X13_mebibytes_of_one_thing_are_no_key_and_are_refused_at_once(shape: str) -> None:
    text = "root_xsk1" + filled(SHAPES[shape], MEBIBYTE).decode("latin-1")
    for parse in (Bip32Ed25519PrivateKey.parse, Bip32Ed25519PublicKey.parse):
        check_cost(partial(parse, text), DerivationError, seconds=0.005, memory=MEBIBYTE)


# -- secrets


@every_derivation
def test_X08_X09_a_node_shows_its_derivation_only_and_is_not_exported(derivation: Derivation) -> None:
    import copy
    import pickle

    key = root(derivation)
    assert repr(key) == str(key) == f"Bip32Ed25519PrivateKey({derivation.value})"
    for export in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(SecretExportError):
            export(key)
    with pytest.raises(TypeError, match="unhashable"):
        hash(key)


@every_derivation
def test_X12_a_wiped_node_derives_and_tells_nothing(derivation: Derivation) -> None:
    key = root(derivation)
    key.private_key.wipe()
    calls: tuple[Callable[[], object], ...] = (
        lambda: key.derive("m/0'"),
        lambda: key.derive("m/0"),
        lambda: key.derive("m"),
    )
    for call in calls:
        with pytest.raises(InvalidKey) as caught:
            call()
        assert caught.value.reason == "wiped"


@given(keys, codes, st.sampled_from(list(Derivation)))
def test_a_child_outlives_its_parent_s_wiping(k: bytes, c: bytes, derivation: Derivation) -> None:
    parent = node(k, c, derivation)
    child, same = parent.derive("m/0'/1"), parent.derive("m")
    expected = bare(child)
    parent.private_key.wipe()
    assert bare(child) == expected
    assert bare(same) == (k, c)


@given(keys, codes, st.sampled_from(list(Derivation)), st.binary(max_size=64))
def test_every_child_signs_for_its_public_key(k: bytes, c: bytes, derivation: Derivation, message: bytes) -> None:
    child = node(k, c, derivation).derive(PATH)
    signature = child.private_key.sign(Scheme.ED25519_BIP32, message)
    child.public_key.verify(Scheme.ED25519_BIP32, message, signature)
    assume(message)
    with pytest.raises(Exception, match="verify"):
        child.public_key.verify(Scheme.ED25519_BIP32, message[:-1], signature)
