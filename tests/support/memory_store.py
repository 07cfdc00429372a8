"""The protocol of a store, whole, in the memory of one process: what guards are tried on where no disk is meant."""

import threading
from collections.abc import Callable, Iterator, Sequence
from itertools import count

from walletcore.errors import SigningRefused
from walletcore.hashes import sha256
from walletcore.signers.store import Charge, Entry

__all__ = ["MemoryStore"]


class MemoryStore:
    """One lock around everything; the clock is an argument, and never goes back."""

    def __init__(self, clock: Callable[[], int] = lambda: 1_700_000_000) -> None:
        self._clock, self._now, self._lock = clock, 0, threading.RLock()
        self.charges: dict[bytes, list[tuple[Charge, int]]] = {}
        self.admissions: dict[bytes, int] = {}
        self._receipts = count()
        self._owners: dict[bytes, bytes] = {}  # subject -> the receipt of the latest one who has met it
        self._signatures: dict[bytes, bytes] = {}
        self._numbers: dict[str, dict[bytes, int]] = {}
        self._entries: list[Entry] = []

    def _time(self) -> int:
        self._now = max(self._now, self._clock())
        return self._now

    def spent(self, window: str, seconds: int) -> int:
        """Return what stands in a window now."""
        since = self._time() - seconds
        every = (pair for pairs in self.charges.values() for pair in pairs)
        return sum(charge.amount for charge, at in every if charge.window == window and at > since)

    def admit(self, subject: bytes, charges: Sequence[Charge] = (), log: Sequence[str] = ()) -> bytes:
        with self._lock:
            if subject not in self.admissions:
                self._check(charges)
                self.charges[subject] = [(charge, self._time()) for charge in charges]
            self.admissions[subject] = self.admissions.get(subject, 0) + 1
            receipt = self._owners[subject] = subject + next(self._receipts).to_bytes(8)
            self.append(*log)
            return receipt

    def _check(self, charges: Sequence[Charge]) -> None:
        asked: dict[str, int] = {}
        for charge in charges:
            asked[charge.window] = asked.get(charge.window, 0) + charge.amount
            if self.spent(charge.window, charge.seconds) + asked[charge.window] > charge.at_most:
                raise SigningRefused(f"more than {charge.at_most} in {charge.window}", reason="policy")

    def refund(self, receipt: bytes, log: Sequence[str] = ()) -> None:
        with self._lock:
            subject = receipt[:32]
            if self.admissions.get(subject) == 1 and self._owners[subject] == receipt:
                del self.admissions[subject], self.charges[subject]
            self.append(*log)

    def keep(self, request: bytes, signature: bytes, log: Sequence[str] = ()) -> bytes:
        with self._lock:
            self.append(*log)
            return self._signatures.setdefault(request, signature)

    def kept(self, request: bytes) -> bytes | None:
        with self._lock:
            return self._signatures.get(request)

    def reserve(self, account: str, purpose: bytes, *, first: int = 0) -> int:
        with self._lock:
            numbers = self._numbers.setdefault(account, {})
            if purpose not in numbers:
                taken = set(numbers.values())
                numbers[purpose] = next(number for number in range(first, 2**64) if number not in taken)
            return numbers[purpose]

    def release(self, account: str, purpose: bytes) -> None:
        with self._lock:
            self._numbers.get(account, {}).pop(purpose, None)

    def append(self, *texts: str) -> bytes:
        with self._lock:
            for text in texts:
                before = self._entries[-1].head if self._entries else bytes(32)
                number, time = len(self._entries) + 1, self._time()
                head = sha256(before + number.to_bytes(8) + time.to_bytes(8) + text.encode())
                self._entries.append(Entry(number=number, time=time, text=text, head=head))
            return self._entries[-1].head if self._entries else bytes(32)

    def log(self, after: int = 0) -> Iterator[Entry]:
        with self._lock:
            return iter(self._entries[after:])

    def close(self) -> None:
        pass
