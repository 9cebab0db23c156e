"""Names of a kit's files, by which others know them."""

from typing import Final

FOLDER: Final = "places"  # where the pages of places are
LANDING: Final = "kit.html"
PREVIEW: Final = "preview_kit.png"  # the picture that other websites show beside a link
