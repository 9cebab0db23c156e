"""Downloads are resumed, checked and whole; the server stands on this machine."""

import hashlib
import re
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from llrgeo.cli import main
from llrgeo.errors import InputError
from llrgeo.inputs.fetch import Download, fetch, fetch_all, read_downloads

BODY = bytes(range(256)) * 5_000


class Server(BaseHTTPRequestHandler):
    """Serve BODY with ranges, its MD5, a wrong MD5, and a file that breaks off."""

    requests: list[str]

    def do_GET(self):
        type(self).requests.append(f"{self.path} {self.headers.get('Range', '')}".strip())
        if self.path.endswith(".md5"):
            stated = hashlib.md5(BODY if "good" in self.path else b"other").hexdigest()
            self._send(200, f"{stated}  extract.osm.pbf\n".encode())
        elif self.path == "/short":
            self._send(200, BODY[:1_000], length=len(BODY))
        elif self.path == "/extract.osm.pbf":
            start = int(self.headers.get("Range", "bytes=0-").split("=")[1].rstrip("-"))
            if start >= len(BODY):
                self.send_error(416)
            else:
                self._send(206 if start else 200, BODY[start:])
        else:
            self.send_error(404)

    def _send(self, status, body, *, length=None):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def url():
    Server.requests = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


def extract(url, md5="good"):
    return Download(f"{url}/extract.osm.pbf", "extract.osm.pbf", "ODbL", f"{url}/{md5}.md5")


def test_a_file_is_fetched_once_and_known_again(url, tmp_path):
    first = fetch(extract(url), tmp_path)
    again = fetch(extract(url), tmp_path)
    assert first == again
    assert first.read_bytes() == BODY
    assert Server.requests == ["/extract.osm.pbf", "/good.md5"]


def test_an_interrupted_download_goes_on_where_it_stopped(url, tmp_path):
    (tmp_path / "extract.osm.pbf.part").write_bytes(BODY[:1_234])
    assert fetch(extract(url), tmp_path).read_bytes() == BODY
    assert Server.requests[0] == "/extract.osm.pbf bytes=1234-"


def test_a_download_that_was_complete_but_not_checked_is_checked(url, tmp_path):
    (tmp_path / "extract.osm.pbf.part").write_bytes(BODY)
    assert fetch(extract(url), tmp_path).read_bytes() == BODY


def test_a_changed_file_is_fetched_again(url, tmp_path):
    fetch(extract(url), tmp_path).write_bytes(b"damaged")
    assert fetch(extract(url), tmp_path).read_bytes() == BODY


def test_a_wrong_checksum_leaves_nothing(url, tmp_path):
    with pytest.raises(InputError, match="checksum differs"):
        fetch(extract(url, md5="bad"), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_download_that_breaks_off_is_kept_as_part(url, tmp_path):
    with pytest.raises(InputError, match="run the command again"):
        fetch(Download(f"{url}/short", "extract.osm.pbf", "ODbL"), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["extract.osm.pbf.part"]


def test_the_command_goes_on_where_it_stopped_and_refuses_a_wrong_checksum(
    url, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(sys, "argv", ["llrgeo", "fetch", "osm", "--out", str(tmp_path)])
    known = {"osm": (extract(url, md5="bad"),)}
    monkeypatch.setattr("llrgeo.inputs.fetch.read_downloads", lambda kind: known[kind])
    (tmp_path / "extract.osm.pbf.part").write_bytes(BODY[:500])
    with pytest.raises(SystemExit) as stopped:
        main()
    assert stopped.value.code == 1
    said = capsys.readouterr().err
    assert re.fullmatch(r"llrgeo: \S+: the checksum differs [^\n]+; fetch it again\n", said)
    assert list(tmp_path.iterdir()) == []
    known["osm"] = (extract(url),)
    (tmp_path / "extract.osm.pbf.part").write_bytes(BODY[:500])
    with pytest.raises(SystemExit) as stopped:
        main()
    assert stopped.value.code == 0
    assert (tmp_path / "extract.osm.pbf").read_bytes() == BODY
    assert Server.requests.count("/extract.osm.pbf bytes=500-") == 2


def test_a_missing_file_is_an_error_that_names_it(url, tmp_path):
    with pytest.raises(InputError, match=r"/nowhere.*404"):
        fetch(Download(f"{url}/nowhere", "x", "ODbL"), tmp_path)


def test_plain_http_is_refused(tmp_path):
    with pytest.raises(InputError, match="only https"):
        fetch(Download("http://example.org/x", "x", "ODbL"), tmp_path)


def test_the_table_of_sources_has_the_counties_and_their_checksums(url, tmp_path):
    counties = read_downloads("osm")
    assert len(counties) >= 6
    assert all(one.url.startswith("https://") and one.md5_url for one in counties)
    with pytest.raises(InputError, match="known are osm"):
        read_downloads("nothing")
    assert [path.name for path in fetch_all([extract(url)], tmp_path)] == ["extract.osm.pbf"]
