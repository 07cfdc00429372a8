"""What the server counts, in Prometheus' text format 0.0.4: requests by interface, key, client and outcome.

Labels are names of the configuration and of the tables here, never what a client sent: there is a bounded number.
"""

from __future__ import annotations

from collections.abc import Callable

from walletcore.errors import needs

with needs("server"):
    from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

__all__ = ["CONTENT_TYPE", "OUTCOMES", "Metrics"]

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
OUTCOMES = {
    "signed": "a signature was made and kept",
    "again": "the signature that had been kept for the same request",
    "refused": "not signed, and never will be",
    "unavailable": "not signed; it may be asked for again",
    "unknown": "it may be signed",
    "stranger": "the client is not known",
    "malformed": "no request that can be read",
    "other": "asked for something else than a signature",
}
"""What becomes of a request, and what that means."""
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Metrics:
    """The figures of one server, in a registry of their own."""

    def __init__(self, under_way: Callable[[], int], connections: Callable[[], int]) -> None:
        self._registry = CollectorRegistry()
        labels = ("interface", "key", "client", "outcome")
        self._requests = Counter("walletcore_requests", "Requests answered.", labels, registry=self._registry)
        self._seconds = Histogram(
            "walletcore_request_seconds",
            "From the head of a request to the end of its answer.",
            ("interface",),
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._children: dict[tuple[str, ...], tuple[Counter, Histogram]] = {}
        self._gauge("walletcore_under_way", "Requests for signatures that are under way.", under_way)
        self._gauge("walletcore_connections", "Open connections.", connections)

    def _gauge(self, name: str, text: str, value: Callable[[], int]) -> None:
        Gauge(name, text, registry=self._registry).set_function(value)

    def count(self, interface: str, key: str, client: str, outcome: str, seconds: float) -> None:
        """One request was answered."""
        labels = interface, key, client, outcome
        found = self._children.get(labels)
        if found is None:  # as many as there are names: finding them takes longer than counting
            found = self._requests.labels(*labels), self._seconds.labels(interface)
            self._children[labels] = found
        found[0].inc()
        found[1].observe(seconds)

    def text(self) -> bytes:
        """All of it."""
        return generate_latest(self._registry)
