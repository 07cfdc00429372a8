"""JSON Web Keys: published keys, a second implementation, and what must be refused."""

import base64
import json
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc.jwk import ECKey, OKPKey

from house.canary import KEY, leaks
from house.doors import told
from house.source import child
from support.hostile import MEBIBYTE, SHAPES, check_cost, filled
from support.keys import key_of
from support.vectors import Case, load, vectors
from walletcore.errors import InvalidKey, KeystoreError
from walletcore.keys import Curve, PrivateKey, PublicKey
from walletcore.keystore import jwk
from walletcore.secret import Secret

FIGURES = {case.id.removeprefix("jwk/keys/jose-"): case for case in load("jwk/keys")}
NAMES = ["p256", "secp256k1", "ed25519"]
ORDERS = {
    Curve.SECP256K1: 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141,  # SEC 2, 2.4.1
    Curve.P256: 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,  # SEC 2, 2.4.2
    Curve.ED25519: 2**256,
}
CURVES = {curve.value: curve for curve in ORDERS}
MISSING = object()

keys = st.sampled_from(list(ORDERS)).flatmap(
    lambda curve: st.integers(1, ORDERS[curve] - 1).map(
        lambda k: PrivateKey(curve, Secret(k.to_bytes(32))),
    )
)


class Text(str):
    """A str that could print or compare as it likes."""

    __slots__ = ()


def members(name: str) -> dict[str, Any]:
    return dict(json.loads(FIGURES[name].input["text"]))


def changed(name: str, **others: Any) -> str:
    whole = {**members(name), **others}
    return json.dumps({member: value for member, value in whole.items() if value is not MISSING})


def why(text: Any, read: Any = jwk.parse) -> str:
    with pytest.raises(KeystoreError) as caught:
        read(text)
    return caught.value.reason


@vectors("jwk/keys", result="valid")
def test_the_published_keys_are_read_and_written(case: Case) -> None:
    expect, published = case.expect, json.loads(case.input["text"])
    public = PublicKey(CURVES[expect["curve"]], bytes.fromhex(expect["public_key"]))
    only = {name: value for name, value in published.items() if name in ("kty", "crv", "x", "y")}
    assert jwk.parse_public(json.dumps(only)) == public
    assert json.loads(jwk.text_of(public)) == only
    if "private_key" in expect:
        key = jwk.parse(case.input["text"])
        assert key == PrivateKey(public.curve, Secret(bytes.fromhex(expect["private_key"])))
        assert json.loads(jwk.reveal(key)) == {**only, "d": published["d"]}
    assert jwk.thumbprint(public) == expect.get("thumbprint", jwk.thumbprint(public))


@vectors("jwk/keys", result="invalid")
def test_the_published_wrong_keys_are_refused(case: Case) -> None:
    assert why(case.input["text"]) == why(case.input["text"], jwk.parse_public) == case.expect["reason"]


@settings(max_examples=50, deadline=None)
@given(keys)
def test_another_implementation_reads_and_writes_the_same(key: PrivateKey) -> None:
    kind: Any = OKPKey if key.curve is Curve.ED25519 else ECKey
    theirs = kind.import_key(json.loads(jwk.reveal(key)))
    assert json.loads(jwk.text_of(key.public_key)) == theirs.as_dict(private=False)
    assert theirs.thumbprint() == jwk.thumbprint(key.public_key)
    exported = kind.import_key(theirs.as_pem(private=True)).as_dict(private=True)  # through OpenSSL's PKCS #8
    assert jwk.parse(json.dumps(exported)) == key


@pytest.mark.parametrize("name", NAMES)
def test_a_public_half_of_another_key_is_refused(name: str) -> None:
    other = json.loads(jwk.text_of(PrivateKey(CURVES[FIGURES[name].expect["curve"]], Secret(KEY)).public_key))
    assert why(changed(name, **other)) == "mismatch"


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("member", ["kty", "crv", "x", "y", "d"])
def test_a_member_that_is_missing_or_of_another_type_is_refused(name: str, member: str) -> None:
    if member in members(name):
        assert why(changed(name, **{member: MISSING})) == "missing"
        values: list[Any] = [None, 7, True, [], ["EC"], {}]
        for value in values:
            assert why(changed(name, **{member: value})) == "type"


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("member", ["x", "y", "d"])
def test_a_number_has_one_spelling(name: str, member: str) -> None:
    if member not in members(name):
        return
    text: str = members(name)[member]
    wrong = {
        "": "length",
        text[:-1]: "length",
        text + "=": "length",
        text + "A": "length",
        text[:-2] + "=A": "character",
        "+" + text[1:]: "character",
        "/" + text[1:]: "character",
        " " + text[1:]: "character",
        text[:-1] + "\n": "character",
        text[:-1] + "B": "character",  # two bits that are not zero
        "é" + text[1:]: "character",
        base64.urlsafe_b64encode(base64.urlsafe_b64decode(text + "=")[1:]).decode().rstrip("="): "length",
    }
    assert {value: why(changed(name, **{member: value})) for value in wrong} == wrong


@pytest.mark.parametrize(
    ("kty", "crv"),
    [
        ("EC", "P-384"),
        ("EC", "P-521"),
        ("EC", "Ed25519"),
        ("EC", "p-256"),
        ("EC", "P-256K"),
        ("OKP", "P-256"),
        ("OKP", "X25519"),
        ("OKP", "Ed448"),
        ("RSA", "P-256"),
        ("oct", "P-256"),
        ("ec", "P-256"),
        ("", ""),
    ],
)
def test_a_key_of_another_kind_is_refused(kty: str, crv: str) -> None:
    assert why(changed("p256", kty=kty, crv=crv)) == "scheme"


@pytest.mark.parametrize("name", ["p256", "secp256k1"])
def test_a_point_that_is_not_on_the_curve_is_refused(name: str) -> None:
    assert why(changed(name, y=members(name)["x"])) == "point"
    other = "secp256k1" if name == "p256" else "P-256"
    assert why(changed(name, crv=other)) == "point"


def test_K07_a_point_of_small_order_is_refused() -> None:
    one = base64.urlsafe_b64encode(b"\1" + bytes(31)).decode().rstrip("=")
    assert why(changed("ed25519", x=one)) == "point"


@pytest.mark.parametrize("curve", [Curve.SECP256K1, Curve.P256])
def test_a_private_key_out_of_range_is_refused(curve: Curve) -> None:
    name = "p256" if curve is Curve.P256 else "secp256k1"
    for number in (0, ORDERS[curve], 2**256 - 1):
        text = base64.urlsafe_b64encode(number.to_bytes(32)).decode().rstrip("=")
        assert why(changed(name, d=text)) == "range"


@pytest.mark.parametrize("name", NAMES)
def test_a_private_key_is_no_public_one(name: str) -> None:
    assert why(FIGURES[name].input["text"], jwk.parse_public) == "policy"
    assert why(changed(name, d=None), jwk.parse_public) == "policy"


@pytest.mark.parametrize("name", NAMES)
def test_what_is_not_of_the_key_is_ignored(name: str) -> None:
    expected = jwk.parse(FIGURES[name].input["text"])
    for member in ("kid", "use", "alg", "key_ops", "x5c", "ext", "D"):
        values: list[Any] = [None, "x", ["x"], {"a": 1}]
        for value in values:
            assert jwk.parse(changed(name, **{member: value})) == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "character"),
        ("{}", "missing"),
        (json.dumps({"keys": [members("p256")]}), "missing"),
        (json.dumps([members("p256")]), "type"),
        (FIGURES["p256"].input["text"] + "x", "character"),
        (FIGURES["p256"].input["text"].replace('"d"', '"d": "x", "d"'), "duplicate"),
        (FIGURES["p256"].input["text"].encode(), "type"),
        (Text(FIGURES["p256"].input["text"]), "type"),
        (members("p256"), "type"),
        (None, "type"),
    ],
)
def test_X19_what_is_no_text_of_a_key_is_refused(text: Any, reason: str) -> None:
    assert why(text) == reason


@pytest.mark.parametrize("other", [None, KEY, Secret(KEY), "{}", Curve.P256])
def test_X19_what_is_no_key_is_not_written(other: Any) -> None:
    assert why(other, jwk.reveal) == why(other, jwk.text_of) == why(other, jwk.thumbprint) == "type"
    key = PrivateKey(Curve.P256, Secret(KEY))
    assert why(key, jwk.text_of) == why(key.public_key, jwk.reveal) == "type"


def test_a_wiped_key_is_not_revealed() -> None:
    key = PrivateKey(Curve.ED25519, Secret(KEY))
    key.public_key  # noqa: B018  # is kept when the secret goes
    key.wipe()
    with pytest.raises(InvalidKey) as caught:
        jwk.reveal(key)
    assert caught.value.reason == "wiped"


def test_KS10_nesting_is_refused_under_any_recursion_limit() -> None:
    printed = child(
        """
from walletcore.errors import KeystoreError
from walletcore.keystore import jwk
sys.setrecursionlimit(100000)
for text in ("[" * 60_000, '{"a":' * 12_000, "[" * 100_000):
    try:
        jwk.parse(text)
    except KeystoreError as error:
        print(error.reason)
"""
    )
    assert printed == "too-deep\ntoo-deep\ntoo-large\n"


@pytest.mark.parametrize("shape", SHAPES)
def test_X13_mebibytes_of_one_thing_are_no_key_and_are_refused_at_once(shape: str) -> None:
    for size, seconds in ((jwk.MAX_LENGTH, 0.02), (MEBIBYTE, 0.005), (16 * MEBIBYTE, 0.005)):
        text = filled(SHAPES[shape], size).decode("latin-1")
        check_cost(partial(jwk.parse, text), KeystoreError, seconds=seconds, memory=3 * MEBIBYTE)


@pytest.mark.parametrize("curve", [curve for curve in Curve if curve not in ORDERS])
def test_a_key_of_a_curve_without_a_registered_form_makes_no_text(curve: Curve) -> None:
    key = key_of(curve, KEY)
    calls: tuple[Callable[[], str], ...] = (
        lambda: jwk.reveal(key),
        lambda: jwk.text_of(key.public_key),
        lambda: jwk.thumbprint(key.public_key),
    )
    for call in calls:
        with pytest.raises(KeystoreError) as caught:
            call()
        assert caught.value.reason == "scheme"
        assert leaks(told(caught.value)) == []


FAULTS = ["another public half", "the secret as x", "another kind", "too short", "padded"]


def faulty(curve: Curve, fault: str) -> str:
    """The text of the canary with something wrong; it stands in no frame that a crash reporter sees."""
    whole = json.loads(jwk.reveal(PrivateKey(curve, Secret(KEY))))
    others = json.loads(jwk.text_of(PrivateKey(curve, Secret(b"\1" * 32)).public_key))
    d = whole["d"]
    changes = (others, {"x": d}, {"kty": "RSA"}, {"d": d[:-1]}, {"d": d + "="})
    return json.dumps({**whole, **changes[FAULTS.index(fault)]})


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("curve", list(ORDERS))
def test_X10_no_error_tells_the_key(curve: Curve, fault: str) -> None:
    with pytest.raises(KeystoreError) as caught:
        jwk.parse(faulty(curve, fault))
    assert leaks(told(caught.value)) == []
