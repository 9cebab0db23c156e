"""Write `data/checksums.txt`: run it after any change of the embedded data."""

from pathlib import Path

from llrgeo.inputs.embedded import CHECKSUMS, checksum_lines

DATA = Path(__file__).parents[1]

if __name__ == "__main__":
    (DATA / CHECKSUMS).write_text(checksum_lines(DATA), encoding="utf-8", newline="\n")
