"""The word lists are the published ones, whole and well formed, and each is read only when it is needed."""

import hashlib
import json
import subprocess
import sys
import unicodedata
from importlib.resources import files

import pytest
import shamir_mnemonic.wordlist

from walletcore.errors import MnemonicError
from walletcore.mnemonic import wordlists
from walletcore.mnemonic.wordlists import LANGUAGES, SHA256, monero, word_list

PACKAGE = files("walletcore.mnemonic.wordlists")
by_language = pytest.mark.parametrize("language", LANGUAGES)
FOUR_LETTERS = ("english", "spanish", "french", "italian", "czech", "portuguese")


@by_language
def test_the_file_has_the_checksum_that_code_and_origin_state(language: str) -> None:
    digest = hashlib.sha256(PACKAGE.joinpath(f"{language}.txt").read_bytes()).hexdigest()
    assert SHA256[language] == digest
    assert f"| `{language}.txt` | `{digest}` |" in PACKAGE.joinpath("ORIGIN.md").read_text()


@pytest.mark.parametrize(
    "fact", ["bitcoin/bips", "bip-0039/<language>.txt", "7fe0b034ec967b52a5a28276419117326df93263"]
)
def test_the_origin_names_repository_path_and_commit(fact: str) -> None:
    assert fact in PACKAGE.joinpath("ORIGIN.md").read_text()


@by_language
def test_the_list_is_2048_different_words_in_nfkd(language: str) -> None:
    known = word_list(language)
    assert len(known.words) == len(set(known.words)) == 2048
    assert all(unicodedata.normalize("NFKD", word) == word for word in known.words)
    assert [known.index[word] for word in known.words] == list(range(2048))
    assert not any(character.isspace() for word in known.words for character in word)


@pytest.mark.parametrize("language", FOUR_LETTERS)
def test_four_letters_identify_a_word(language: str) -> None:
    known = word_list(language)
    for word in known.words:
        letters = "".join(character for character in word if not unicodedata.combining(character))
        assert known.expand(letters[:4]) == known.index[word]
        assert known.expand(letters) == known.index[word]


def test_fewer_letters_or_other_letters_identify_none() -> None:
    english = word_list("english")
    assert english.expand("aba") is None
    assert english.expand("abanx") is None
    assert english.expand("abandoned") is None
    assert english.expand("") is None
    assert english.expand("act") == english.index["act"]  # a whole word, though others begin with it


def test_japanese_keeps_its_voicing_marks_in_a_prefix() -> None:
    japanese = word_list("japanese")
    gaka, kaka = (unicodedata.normalize("NFKD", text) for text in ("がぞう", "かぞう"))
    assert japanese.expand(gaka) == japanese.index[gaka]
    assert japanese.expand(kaka) is None


@pytest.mark.parametrize("language", ["English", "russian", "", "../english", "english.txt", None, 1, ["english"]])
def test_an_unknown_language_is_refused(language: str) -> None:
    with pytest.raises(MnemonicError) as caught:
        word_list(language)
    assert caught.value.reason == "unknown"


def test_a_damaged_list_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SHA256, "czech", SHA256["english"])
    wordlists._read.cache_clear()
    with pytest.raises(MnemonicError) as caught:
        word_list("czech")
    assert caught.value.reason == "checksum"
    monkeypatch.undo()
    assert word_list("czech").language == "czech"


def test_naming_a_language_reads_no_other_list() -> None:
    program = """if True:
        import json, sys
        opened = []
        sys.addaudithook(lambda event, args: event == "open" and opened.append(str(args[0])))
        from walletcore.mnemonic import Mnemonic
        before = [name for name in opened if name.endswith(".txt")]
        Mnemonic.from_entropy(bytes(16), "korean").seed()
        print(json.dumps([before, [name for name in opened if name.endswith(".txt")]]))
    """
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    before, after = json.loads(run.stdout)
    assert before == []
    assert [name.rsplit("/", 1)[1] for name in after] == ["korean.txt"]


def test_the_list_of_slip_39_is_as_its_specification_describes_it() -> None:
    data = PACKAGE.joinpath("slip39.txt").read_bytes()
    origin, digest = PACKAGE.joinpath("ORIGIN.md").read_text(), hashlib.sha256(data).hexdigest()
    assert f"| `slip39.txt` | `{digest}` |" in origin
    assert "trezor/python-shamir-mnemonic" in origin
    words = wordlists.read_words("slip39", digest)
    assert len(words) == len({word[:4] for word in words}) == 1024
    assert list(words) == sorted(words)
    assert {len(word) for word in words} == {4, 5, 6, 7, 8}
    assert list(words) == shamir_mnemonic.wordlist.WORDLIST
    with pytest.raises(MnemonicError):
        wordlists.read_words("slip39", SHA256["english"])


by_monero_language = pytest.mark.parametrize("language", monero.LANGUAGES)


@by_monero_language
def test_a_list_of_monero_has_the_checksum_that_code_and_origin_state(language: str) -> None:
    digest = hashlib.sha256(PACKAGE.joinpath(f"monero/{language}.txt").read_bytes()).hexdigest()
    assert monero.SHA256[language] == digest
    assert f"| `monero/{language}.txt` | `{digest}` |" in PACKAGE.joinpath("ORIGIN.md").read_text()


@by_monero_language
def test_a_list_of_monero_is_1626_different_words_in_nfc(language: str) -> None:
    known = monero.monero_list(language)
    assert len(known.words) == len(set(known.words)) == len(known.index) == 1626
    assert all(unicodedata.normalize("NFC", word) == word for word in known.words)
    assert [known.index[word.lower()] for word in known.words] == list(range(1626))


@by_monero_language
def test_the_first_letters_identify_a_word_of_monero_where_there_is_a_checksum(language: str) -> None:
    known = monero.monero_list(language)
    for letters in known.prefixes[:1]:
        assert len({word.lower()[:letters] for word in known.words}) == 1626
        assert all(known.expand(word.lower()[:letters]) == place for place, word in enumerate(known.words))
    assert bool(known.prefixes) is (language != "english_old")


def test_the_portuguese_list_of_electrum_is_moneros_but_for_three_words() -> None:
    digest = hashlib.sha256(PACKAGE.joinpath("electrum/portuguese.txt").read_bytes()).hexdigest()
    assert f"| `electrum/portuguese.txt` | `{digest}` |" in PACKAGE.joinpath("ORIGIN.md").read_text()
    theirs = wordlists.read_words("electrum/portuguese", digest)
    assert len(set(theirs)) == 1626
    assert sum(one != other for one, other in zip(theirs, monero.monero_list("portuguese").words, strict=True)) == 3


@pytest.mark.parametrize("language", ["English", "korean", "", "../english", None, 1, ["english"]])
def test_an_unknown_language_of_monero_is_refused(language: str) -> None:
    with pytest.raises(MnemonicError) as caught:
        monero.monero_list(language)
    assert caught.value.reason == "unknown"
