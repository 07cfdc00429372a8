"""Side-by-side timing of walletcore, its peers and the bare C calls; run with ``python -m bench``."""
