"""An invented integrated care board, as the publishers would publish it. Nothing in it is real.

`small()` has 60 small areas in two authorities, on a grid of 1.3 km in open country; `large()` has
about 1,060, made up from the statistics of Leicester, Leicestershire and Rutland, for speed. Names,
codes, people, sites, streets and buses are drawn from a seed; every name says Invented.
"""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from llrgeo.inputs.areas import read_areas
from llrgeo.inputs.embedded import embedded

BOARD = "NHS Invented Vale and Haven Integrated Care Board"
OTHER_BOARD = "NHS Invented Moor Integrated Care Board"
BOARDS = {"E54990001": BOARD, "E54990002": OTHER_BOARD}
ORIGIN = (500_400.0, 380_700.0)  # in open country
STEP_M = 1_300.0

AGES = (
    "Aged 4 years and under",
    *(f"Aged {age} to {age + 4} years" for age in range(5, 85, 5)),
    "Aged 85 years and over",
)
DISABILITY = (
    "Disabled under the Equality Act: Day-to-day activities limited a lot",
    "Disabled under the Equality Act: Day-to-day activities limited a little",
    (
        "Not disabled under the Equality Act: Has long term physical or mental health condition "
        "but day-to-day activities are not limited"
    ),
    "Not disabled under the Equality Act: No long term physical or mental health conditions",
)
HEALTH = ("Very good health", "Good health", "Fair health", "Bad health", "Very bad health")
CARS = (
    "No cars or vans in household",
    "1 car or van in household",
    "2 cars or vans in household",
    "3 or more cars or vans in household",
)
ETHNIC_GROUPS = (
    "Asian, Asian British or Asian Welsh",
    "Black, Black British, Black Welsh, Caribbean or African",
    "Mixed or Multiple ethnic groups",
    "White",
    "Other ethnic group",
)
LANGUAGES = ("English (English or Welsh in Wales)", "Polish", "Gujarati", "Any other language")
RESIDENCE = ("Lives in a household", "Lives in a communal establishment")
SINGLE_AGES = tuple(f"Age {age}" for age in range(15, 20))
TABLES = {
    "NM_2021_1": ("c2021_restype_3", "Total: All usual residents", RESIDENCE),
    "NM_2020_1": ("c2021_age_19", "Total", AGES),
    "NM_2056_1": ("c2021_disability_5", "Total: All usual residents", DISABILITY),
    "NM_2055_1": ("c2021_health_6", "Total: All usual residents", HEALTH),
    "NM_2063_1": ("c2021_cars_5", "Total: All households", CARS),
    "NM_2041_1": ("c2021_eth_20", "Total: All usual residents", ETHNIC_GROUPS),
    "NM_2043_1": ("c2021_mlang_94", "Total: All usual residents aged 3 and over", LANGUAGES),
    "NM_2014_1": ("c_age", None, SINGLE_AGES),
}


@dataclass
class Invented:
    """All that the publishers have of the invented board and its neighbour.

    `areas` is on the area's code; `counts` has, for each Nomis dataset, a table of areas by
    categories; `sites` is on the site's code. East of `border_m` lies another country; no street
    leads to the areas that are `roadless`; postcodes that are `unplaced` have no place.
    """

    areas: pd.DataFrame
    counts: dict[str, pd.DataFrame]
    sites: pd.DataFrame
    step_m: float = STEP_M
    border_m: float | None = None
    roadless: tuple[str, ...] = ()
    unplaced: tuple[str, ...] = ("",)
    boards: dict[str, str] = field(default_factory=lambda: dict(BOARDS))
    fillers: dict[str, int] = field(
        default_factory=lambda: {
            "epraccur": 5_000,
            "ebranchs": 1_000,
            "ets": 5_000,
            "etr": 150,
            "epcn": 500,
        }
    )

    @property
    def ours(self):
        """The areas of the first board."""
        return self.areas[self.areas["board"] == "E54990001"]

    @property
    def lads(self):
        """The authorities: names on codes."""
        return self.areas.drop_duplicates("lad").set_index("lad")["lad_name"]


def small(seed: int = 5) -> Invented:
    """Return the board of 60 areas in two authorities; the neighbour has six in a third."""
    random = np.random.default_rng(seed)
    rows = []
    for number in range(66):
        across, up = number % 10, number // 10
        lad = 0 if number < 38 else 1 if number < 60 else 2
        shift = random.uniform(-140, 140, 2)
        rows.append(
            {
                "code": f"E01990{number + 1:03d}",
                "x": round(ORIGIN[0] + across * STEP_M + shift[0]),
                "y": round(ORIGIN[1] + up * STEP_M + shift[1]),
                "lad": ("E07990001", "E06990002", "E07990003")[lad],
                "lad_name": ("Invented Vale", "Invented Haven", "Invented Moor")[lad],
                "board": "E54990001" if lad < 2 else "E54990002",
                "ward": f"Invented Ward {number // 4 + 1}",
                "residents": int(random.integers(1_150, 2_050)),
                "rural": bool(number % 7 == 3 or up == 3),
            }
        )
    areas = _named(pd.DataFrame(rows).set_index("code"))
    return Invented(areas, _counts(areas, random), _small_sites())


def large(seed: int = 6) -> Invented:
    """Return a board of 1,060 areas: LLR's places and sizes, and 426 more of them to the south."""
    random = np.random.default_rng(seed)
    llr = read_areas(embedded("areas.csv"))
    more = llr.sample(426, random_state=seed)
    places = pd.concat([llr, more])
    north = np.where(np.arange(len(places)) < len(llr), 0.0, -46_000.0)
    shift = random.uniform(-400, 400, (len(places), 2)) * (north < 0)[:, None]
    names = sorted(set(llr["authority_code"]))
    authority = places["authority_code"].map(names.index).to_numpy() % 6
    south = 6 + (authority % 2)
    number = np.where(north < 0, south, authority)
    areas = pd.DataFrame(
        {
            "x": (places.geometry.x.to_numpy() + shift[:, 0]).round(),
            "y": (places.geometry.y.to_numpy() + north + shift[:, 1]).round(),
            "lad": [f"E0799{one + 1:04d}" for one in number],
            "lad_name": [f"Invented District {one + 1}" for one in number],
            "board": "E54990001",
            "ward": [f"Invented Ward {one // 5 + 1}" for one in range(len(places))],
            "residents": places["residents"].to_numpy(),
            "rural": (places["rural_urban"] == "Rural").to_numpy(),
        },
        index=pd.Index([f"E0198{one + 1:04d}" for one in range(len(places))], name="code"),
    )
    areas = _named(areas)
    return Invented(areas, _counts(areas, random), _large_sites(areas), step_m=600.0)


def _named(areas: pd.DataFrame) -> pd.DataFrame:
    order = areas.groupby("lad").cumcount()
    names = [
        f"{lad} {number // 5 + 1:03d}{'ABCDE'[number % 5]}"
        for lad, number in zip(areas["lad_name"], order, strict=True)
    ]
    rank = np.random.default_rng(1).choice(33_755, len(areas), replace=False) + 1
    classes = areas["rural"].map(
        {
            True: "Larger rural: Further from a major town or city",
            False: "Urban: Further from a major town or city",
        }
    )
    areas = areas.assign(**{"class": classes})
    return areas.assign(name=names, imd_rank=rank, imd_score=np.round(88.0 - rank * 0.0025, 3))


def _counts(areas: pd.DataFrame, random: np.random.Generator) -> dict[str, pd.DataFrame]:
    """Draw the census tables; each adds up to the residents, or to the households."""
    people = areas["residents"].to_numpy()
    old = np.where(areas["rural"], 1.5, 0.9)
    profile = np.linspace(1.2, 0.5, len(AGES)) * np.where(np.arange(len(AGES)) > 12, 0.9, 1.0)
    weights = profile * np.where(np.arange(len(AGES)) > 12, old[:, None], 1.0)
    shares = {
        "NM_2020_1": weights,
        "NM_2021_1": np.tile([0.985, 0.015], (len(areas), 1)),
        "NM_2056_1": np.tile([0.071, 0.104, 0.068, 0.757], (len(areas), 1)),
        "NM_2055_1": np.tile([0.48, 0.335, 0.128, 0.043, 0.014], (len(areas), 1)),
        "NM_2041_1": np.tile([0.11, 0.03, 0.02, 0.82, 0.02], (len(areas), 1)),
        "NM_2043_1": np.tile([0.91, 0.02, 0.03, 0.04], (len(areas), 1)),
    }
    counts = {
        dataset: _drawn(people, each, TABLES[dataset][2], areas.index, random)
        for dataset, each in shares.items()
    }
    households = np.round(people / 2.37).astype(int)
    cars = np.where(
        areas["rural"].to_numpy()[:, None], [0.09, 0.38, 0.39, 0.14], [0.24, 0.43, 0.26, 0.07]
    )
    counts["NM_2063_1"] = _drawn(households, cars, CARS, areas.index, random)
    teens = np.maximum(counts["NM_2020_1"][AGES[3]].to_numpy() + random.integers(-9, 9), 15)
    single = np.tile([0.22, 0.21, 0.2, 0.19, 0.18], (len(areas), 1))
    counts["NM_2014_1"] = _drawn(teens, single, SINGLE_AGES, areas.index, random)
    return counts


def _drawn(totals, weights, names, index, random):
    shares = weights / weights.sum(axis=1, keepdims=True)
    rows = [random.multinomial(total, share) for total, share in zip(totals, shares, strict=True)]
    return pd.DataFrame(rows, index=index, columns=list(names))


SITE_COLUMNS = ["report", "name", "x", "y", "parent", "closed", "type", "floor_m2"]


def _small_sites() -> pd.DataFrame:
    """Place hospitals, clinics and practices: on the grid, off it, and far away."""
    at = {
        (across, up): (ORIGIN[0] + across * STEP_M, ORIGIN[1] + up * STEP_M)
        for across in range(-9, 24)
        for up in range(-9, 12)
    }
    rows = {
        "ZT101": (
            "ets",
            "INVENTED GENERAL HOSPITAL",
            *at[2, 1],
            "ZT1",
            "",
            "General acute hospital",
            "61400",
        ),
        "ZT102": (
            "ets",
            "INVENTED COTTAGE HOSPITAL",
            *at[8, 4],
            "ZT1",
            "",
            "Community hospital (with inpatient beds)",
            "3150",
        ),
        "ZT103": (
            "ets",
            "INVENTED VALE COMMUNITY HOSPITAL",
            *at[5, 0],
            "ZT1",
            "",
            "Community hospital (with inpatient beds)",
            "4020",
        ),
        "ZT104": (
            "ets",
            "INVENTED OLD INFIRMARY",
            *at[1, 4],
            "ZT1",
            "20190331",
            "General acute hospital",
            "9900",
        ),
        "ZT105": ("ets", "INVENTED MARKET CLINIC", *at[7, 2], "ZT1", "", "", ""),
        "ZT106": ("ets", "INVENTED OFFICES", *at[3, 2], "ZT1", "", "Support facilities", "2210"),
        "ZN201": (
            "ets",
            "INVENTED MOOR DISTRICT HOSPITAL",
            *at[16, 3],
            "ZN2",
            "",
            "General acute hospital",
            "38800",
        ),
        "ZN202": (
            "ets",
            "INVENTED MOOR COTTAGE",
            *at[15, 5],
            "ZN2",
            "",
            "Community hospital (with inpatient beds)",
            "1810",
        ),
        "ZF301": (
            "ets",
            "INVENTED FAR INFIRMARY",
            180_500.0,
            42_300.0,
            "ZF3",
            "",
            "General acute hospital",
            "52000",
        ),
        "Z99001": ("epraccur", "INVENTED MARKET SURGERY", *at[0, 0], "ZP1", "", "4", ""),
        "Z99002": ("epraccur", "INVENTED CHURCH STREET PRACTICE", *at[4, 3], "ZP1", "", "4", ""),
        "Z99003": ("epraccur", "INVENTED HAVEN SURGERY", *at[9, 5], "ZP1", "", "4", ""),
        "Z99004": ("epraccur", "INVENTED SHUT SURGERY", *at[6, 2], "ZP1", "20240630", "4", ""),
        "Z99005": ("epraccur", "INVENTED HOSPICE PRESCRIBING", *at[6, 3], "ZP1", "", "14", ""),
        "Z99001001": ("ebranchs", "INVENTED BRANCH SURGERY", *at[3, 5], "Z99001", "", "", ""),
    }
    sites = pd.DataFrame.from_dict(rows, orient="index", columns=SITE_COLUMNS)
    return _with_postcodes(sites)


def _large_sites(areas: pd.DataFrame) -> pd.DataFrame:
    """Place 3 acute, 11 community hospitals and 150 practices at areas drawn by chance."""
    drawn = areas.sample(164, random_state=3)
    rows = {}
    for number, (x, y) in enumerate(zip(drawn["x"], drawn["y"], strict=True)):
        acute, hospital = number < 3, number < 14
        code = f"ZT{number + 101}" if hospital else f"Z98{number:03d}"
        kind = "General acute hospital" if acute else "Community hospital (with inpatient beds)"
        rows[code] = (
            "ets" if hospital else "epraccur",
            f"INVENTED {'HOSPITAL' if hospital else 'SURGERY'} {number + 1}",
            x + 120.0,
            y - 90.0,
            "ZT1" if hospital else "ZP1",
            "",
            kind if hospital else "4",
            str(41_000 + 37 * number) if hospital else "",
        )
    return _with_postcodes(pd.DataFrame.from_dict(rows, orient="index", columns=SITE_COLUMNS))


def _with_postcodes(sites: pd.DataFrame) -> pd.DataFrame:
    letters = "ABDEFGHJLN"
    codes = [
        f"ZZ{number // 100 + 1} {number % 9 + 1}{letters[number // 10 % 10]}{letters[number % 10]}"
        for number in range(len(sites))
    ]
    return sites.assign(postcode=codes)
