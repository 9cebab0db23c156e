"""Sphinx's configuration: pages in Markdown, the reference from docstrings, nothing from the web.

Sphinx with MyST is what pandas, geopandas, momepy and PySAL are documented with: numpydoc
docstrings are read as they are. Furo brings its own style and script, and no fonts.
"""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from generate_pages import write_pages  # noqa: E402 (found beside this file)

import llrgeo  # noqa: E402 (after the line above)

project = "llrgeo"
author = "The llrgeo authors"
copyright = author  # noqa: A001 - as Sphinx calls it
release = llrgeo.__version__
# githubpages writes .nojekyll, without which GitHub Pages leaves out folders that begin with _.
extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.githubpages",
    "sphinx.ext.napoleon",
    "myst_parser",
]
exclude_patterns = ["build"]
default_role = "literal"
myst_heading_anchors = 4
myst_enable_extensions = ["deflist"]
napoleon_google_docstring = False
napoleon_use_rtype = False
# Two names in one line of "Attributes" are two attributes, not a type and a name.
napoleon_custom_sections = [("Attributes", "params_style")]
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
python_maximum_signature_line_length = 88
html_theme = "furo"
html_title = "llrgeo"
html_copy_source = False
html_show_sphinx = False

write_pages(HERE)
