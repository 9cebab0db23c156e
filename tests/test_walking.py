"""Walking along the streets of a driving network."""

import numpy as np
import pytest

from llrgeo.errors import NetworkError
from llrgeo.inputs.embedded import embedded
from llrgeo.roads.network_files import load_network
from llrgeo.roads.snap import main_component
from llrgeo.roads.walking import on_foot


def test_one_way_streets_are_refused_with_what_to_do(town_network):
    with pytest.raises(NetworkError, match="--mode walk"):
        on_foot(town_network)


def test_the_planning_network_is_walked_at_one_speed_and_not_on_motorways():
    walked = on_foot(load_network(embedded("network")))
    km, hours = walked.edges["length_m"] / 1_000, walked.edges["ms_am_peak"] / 3_600_000
    np.testing.assert_allclose(km, hours * 4.8, atol=1e-3)
    assert "motorway" not in set(walked.edges["road_class"])
    assert (walked.info.mode, walked.info.ends_s) == ("walk", 0)


def test_nearly_all_streets_can_be_walked_to():
    walked = on_foot(load_network(embedded("network")))
    used = np.unique(walked.edges[["from_node", "to_node"]])
    assert main_component(walked)[used].mean() > 0.99
