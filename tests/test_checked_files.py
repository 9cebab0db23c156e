"""What is cached on disk is used as it was written, or not at all."""

from pathlib import Path

import pytest

from llrgeo.execution.checked_files import read_checked, write_checked


@pytest.mark.parametrize("content", [b"", b"12.5", bytes(range(256))])
def test_what_is_written_is_read(tmp_path: Path, content: bytes) -> None:
    write_checked(tmp_path / "new" / "a.cache", content)
    assert read_checked(tmp_path / "new" / "a.cache") == content
    assert read_checked(tmp_path / "new" / "b.cache") is None


def test_what_is_cut_changed_or_lengthened_is_not_read(tmp_path: Path) -> None:
    file = tmp_path / "a.cache"
    write_checked(file, b"12.5")
    written = file.read_bytes()
    changed = (bytes([byte ^ 1]) for byte in written)
    damaged = [written[:i] + byte + written[i + 1 :] for i, byte in enumerate(changed)]
    for content in (*damaged, *(written[:i] for i in range(len(written))), written + b"\0"):
        file.write_bytes(content)
        assert read_checked(file) is None
