"""Looking into a text: addresses, keys, transactions of every chain, and what is odd about them."""

__all__: list[str] = []
