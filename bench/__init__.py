"""Side-by-side timing of walletcore, its peers and the bare C calls; run with ``python -m bench``.

What tests have made for themselves (servers, stores, transactions) is used here, too, from their folder.
"""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "tests"))
