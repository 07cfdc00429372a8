"""Classes of transactions by type, each with its fields and with what makes it malformed."""

__all__: list[str] = []
