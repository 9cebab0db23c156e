"""Only fetch goes online: with every socket guarded, a study runs, and addresses are refused."""

import socket

import pytest

from llrgeo.errors import LlrgeoError
from llrgeo.study.config import load_study
from llrgeo.study.inputs import read_inputs
from llrgeo.study.run import publish_study, run_study


@pytest.fixture
def guarded(monkeypatch):
    """Count the connections that Python asks for."""
    asked = []

    def refused(_, address, *__):
        asked.append(address)
        msg = f"a connection to {address}"
        raise AssertionError(msg)

    monkeypatch.setattr(socket.socket, "connect", refused)
    monkeypatch.setattr(socket, "getaddrinfo", refused)
    return asked


def test_a_study_is_run_and_published_without_a_connection(town_study, tmp_path, guarded):
    publish_study(run_study(load_study(town_study)), tmp_path / "maps")
    assert guarded == []


PARTS = {
    "outlines": "base_map",
    "areas": "areas",
    "sites": "known_sites",
    "theme": "theme",
    "network": "routers",
}
VRT = "<OGRVRTDataSource><OGRVRTLayer name='x'><SrcDataSource>{}</SrcDataSource></OGRVRTLayer>"
LINKS = {
    "an address": ("{url}", ""),
    "an address for GDAL": ("/vsicurl/{url}", ""),
    "an address in a stream": ("/vsicurl_streaming/{url}", ""),
    "a packed address": ("/vsizip//vsicurl/{url}", ""),
    "a driver with an address": ("GeoJSON:{url}", ""),
    "a VRT": ("x.vrt", VRT),
    "a VRT by another name": ("x.geojson", VRT),
    "a VRT named as a database": ("x.gpkg", VRT),
    "a service of features": ("x.json", '"{}"'),
    "words with an address": ("x.geojson", "{}"),
    "a web service": ("x.xml", "<WFS_Capabilities><URL>{}</URL></WFS_Capabilities>"),
}


@pytest.mark.parametrize(("name", "content"), LINKS.values(), ids=LINKS)
@pytest.mark.parametrize(("key", "part"), PARTS.items())
def test_no_key_of_a_study_goes_online(town_study, guarded, key, part, name, content):
    with socket.socket() as listener:  # whoever connects, from C code too, is noticed
        listener.bind(("127.0.0.1", 0))
        listener.listen(8)
        listener.settimeout(0.02)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/x"
        refuse_study(town_study, key, part, (name.format(url=url), content.format(url)))
        with pytest.raises(TimeoutError):
            listener.accept()
    assert guarded == []


def refuse_study(town_study, key, part, file):
    name, content = file
    if content:
        (town_study.parent / name).write_text(content)
    text = town_study.read_text(encoding="utf-8")
    old = next((line for line in text.splitlines() if line.startswith(f"{key} =")), None)
    new = f'{key} = "{name}"'
    text = text.replace(old, new) if old else text.replace("title =", f"{new}\ntitle =")
    town_study.write_text(text, encoding="utf-8")
    with pytest.raises(LlrgeoError):
        read_inputs(load_study(town_study), [part])
