"""The signing server: keys behind HTTP, guards in front; what it signs it makes again from bytes (extra server)."""

from __future__ import annotations

from walletcore.lazily import lazily

TYPE_CHECKING = False

if TYPE_CHECKING:
    from walletcore.server.config import Config as Config
    from walletcore.server.config import load as load
    from walletcore.server.run import Running as Running
    from walletcore.server.run import serve as serve

__all__ = ["Config", "Running", "load", "serve"]

__getattr__ = lazily(__name__, {"Config": "config", "Running": "run", "load": "config", "serve": "run"})
