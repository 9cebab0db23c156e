"""The front page in a browser: an address with a reader's choices leads on to the explorer."""

import pytest

from llrgeo.publish.folder import publish


@pytest.fixture(scope="module")
def front(county, tmp_path_factory):
    """Publish the county and return its front page."""
    folder = tmp_path_factory.mktemp("front")
    publish(county, folder)
    return folder / "index.html"


def test_choices_in_the_address_go_on_to_the_explorer(front, open_page):
    page = open_page(front, "#o=option_2&v=after")
    page.wait_for_url("**/explorer.html#o=option_2&v=after")
    page.wait_for_selector("html.ready")
    assert page.input_value("#option") == "option_2"


def test_the_skip_link_stays_on_the_front_page(front, open_page):
    page = open_page(front, "#pages")
    assert page.url.endswith("/index.html#pages")
    page.click("text=Find your own journey")
    page.wait_for_selector("html.ready")
    assert page.url.endswith("/explorer.html")
