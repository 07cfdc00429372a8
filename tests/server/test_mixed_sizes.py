"""One transaction, of which one input is brief work of the event loop, and another one is signed in a thread."""

import asyncio
import threading
from datetime import timedelta
from pathlib import Path

from support.disk import Disk
from support.signing_service import KEYS
from walletcore.chains import chain
from walletcore.chains.bitcoin import BitcoinChain, Input, Transaction, pay
from walletcore.chains.bitcoin.tx import Tx, TxIn
from walletcore.keys import Curve
from walletcore.server.desk import Answer, Desk
from walletcore.server.keys import Held
from walletcore.server.memory import Together
from walletcore.signers.guard import guard
from walletcore.signers.local import LocalSigner
from walletcore.signers.protocol import Asked, Subject
from walletcore.signers.rules import limit
from walletcore.signers.sqlite import SqliteStore

BITCOIN = chain("bitcoin", BitcoinChain)
KEY = KEYS[Curve.SECP256K1]
HOT = KEY.public_key


def spent(kind: str, number: int) -> Input:
    before = TxIn(txid=f"{number + 1:064x}", vout=0)
    previous = Tx(version=2, inputs=(before,), outputs=(pay(BITCOIN.address(HOT, kind=kind), 200_000),), locktime=0)
    return Input(txid=previous.txid, vout=0, key=HOT, kind=kind, previous=previous.encode())


def both(number: int) -> tuple[Asked, Asked]:
    """The requests of a legacy input, which has the whole transaction as its payload, and of one of P2WPKH."""
    outputs = tuple(pay(BITCOIN.address(HOT, kind="p2wpkh"), 1000 + each) for each in range(140))
    made = Transaction(chain=BITCOIN, inputs=(spent("p2pkh", number), spent("p2wpkh", number)), outputs=outputs)
    long, brief = made.requests()
    subject = Subject(chain=BITCOIN.caip2, raw=made.raw)
    return Asked(request=long, subject=subject), Asked(request=brief, subject=subject)


def opened(path: Path) -> tuple[Disk, Desk, Held]:
    writer = Disk(path)
    memory = Together(writer, SqliteStore(path))
    rule = limit(BITCOIN.asset, total=10**12, per=timedelta(days=1))
    hot, brief = (guard(LocalSigner(KEY), rule, store=memory) for _ in range(2))
    desk = Desk(memory, signing=128, threads=8, answer=10)
    return writer, desk, Held(name="hot", public_key=HOT, signer=hot, is_guarded=True, brief=brief)


def test_a_long_and_a_brief_request_of_one_transaction_do_not_wait_for_each_other(tmp_path: Path) -> None:
    _, desk, held = opened(tmp_path / "s.db")
    found: list[Answer] = []

    async def main() -> None:
        for number in range(50):
            long, brief = both(number)
            begun = asyncio.ensure_future(desk.sign(held, long, "x"))
            await asyncio.sleep(0.003)
            found.extend(await asyncio.gather(begun, desk.sign(held, brief, "x")))

    thread = threading.Thread(target=lambda: asyncio.run(main()), daemon=True)
    thread.start()
    thread.join(30)
    assert not thread.is_alive(), "the event loop waits for a thread that waits for the event loop"
    assert len(found) == 100


def test_no_signature_is_told_whose_charge_was_lost(tmp_path: Path) -> None:
    writer, desk, held = opened(tmp_path / "s.db")
    long, brief = both(0)

    async def main() -> list[Answer | BaseException]:
        writer.is_full, writer.pause = True, 0.3
        first = asyncio.ensure_future(desk.sign(held, brief, "x"))
        await asyncio.sleep(0.1)  # its charge is in a transaction that is about to fail
        second = asyncio.ensure_future(desk.sign(held, long, "x"))
        await asyncio.wait([first])
        writer.is_full = False  # the next one does not
        return list(await asyncio.gather(first, second, return_exceptions=True))

    told = asyncio.run(main())
    with writer.reading() as open_:
        charges = open_.run("SELECT 1 FROM walletcore_charges")
    assert charges or not any(isinstance(each, Answer) for each in told)
