"""The workloads, one module per theme; each has a list ``WORKLOADS``."""
