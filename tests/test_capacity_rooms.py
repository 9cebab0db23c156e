"""Rooms, machines and parking by hand."""

import numpy as np
import pandas as pd
import pytest

from llrgeo.appraisal.capacity.parameters import Parameters
from llrgeo.appraisal.capacity.rooms import (
    Arrivals,
    RoomHours,
    accessible_spaces,
    arrivals_of,
    machines_needed,
    mean_cars,
    parking_needed,
    room_hours_of,
    room_load,
    room_table,
    rooms_needed,
    scans_a_year,
)
from llrgeo.errors import InputError
from llrgeo.inputs.capacity import read_capacity

HOURS = RoomHours(50, 60, 0.6)
ARRIVALS = Arrivals(250, 0.15, 0.85, 1.0)


def test_20000_contacts_need_four_rooms() -> None:
    assert room_load(20_000, 20, HOURS) == pytest.approx(3.70, abs=0.005)
    assert rooms_needed(20_000, 20, HOURS) == 4
    assert rooms_needed(0, 20, HOURS) == 0
    assert rooms_needed(5_400, 20, HOURS) == 1  # exactly one room, not two


def test_do_the_rooms_suffice() -> None:
    contacts = pd.Series({"north": 20_000.0, "south": 9_000.0})
    table = room_table(contacts, pd.Series({"north": 3, "south": np.nan}), HOURS, slot_min=20)
    assert table.loc["north", ["rooms_needed", "rooms_short"]].tolist() == [4, 1]
    assert table.loc["north", "use"] == pytest.approx(20_000 / 3 / 9_000)
    assert np.isnan(table.loc["south", "rooms_short"])


def test_an_mri_scanner() -> None:
    machine = read_capacity("machines").loc["mri"]
    assert scans_a_year(machine) == pytest.approx(7_344)
    assert machines_needed(14_700, machine) == 3
    assert machines_needed(7_344, machine) == 1


def test_a_car_park() -> None:
    assert mean_cars(40_000, ARRIVALS) == pytest.approx(20.4)
    assert parking_needed(40_000, ARRIVALS, full_share=0.05) == 28
    assert accessible_spaces(45, 0.06) == 3


def test_the_defaults_are_data() -> None:
    defaults = Parameters(read_capacity("parameters"))
    assert room_hours_of(defaults) == HOURS
    assert arrivals_of(defaults) == ARRIVALS


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: RoomHours(50, 60, 1.2), "use of 1.2"),
        (lambda: Arrivals(250, 1.5, 0.8, 1), "shares between 0 and 1"),
        (lambda: rooms_needed(100, 0, HOURS), "slots of 0 minutes"),
        (
            lambda: room_table(pd.Series({"n": 9.0}), pd.Series({"n": 2.5}), HOURS, slot_min=20),
            "rooms at n are 2.5",
        ),
    ],
)
def test_faults_take_one_line(call, says: str) -> None:
    with pytest.raises(InputError, match=says) as caught:
        call()
    assert "\n" not in str(caught.value)
