"""How the pages are built: Sphinx with MyST and furo; `make docs`."""

import walletcore

project = "walletcore"
author = "The walletcore developers"
project_copyright = author
version = release = walletcore.__version__

extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build"]

myst_heading_anchors = 3

html_theme = "furo"
html_title = "walletcore"
html_static_path: list[str] = []
