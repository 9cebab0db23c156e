"""Ten headline figures of the default study, worked out again in plain numpy.

Nothing of the appraisal is called: only its published tables are compared with. The travel times
and the inputs are the study's; all else is arithmetic that stands here.
"""

import numpy as np
import pandas as pd
import pytest

from llrgeo.study.result import StudyResult

BANDS = ("age_0_17", "age_18_64", "age_65_74", "age_75_84", "age_85_plus")
NEAR = {"community_hospital", "health_centre"}
LONGER_MIN = 1.0


def recomputed(study: StudyResult) -> dict[str, dict[str, float]]:
    """Return by option the figures that the tables below publish."""
    areas, config = study.areas, study.study
    people, bands = areas["residents"].to_numpy(float), areas[list(BANDS)].to_numpy(float)
    poor = people * (areas["imd_decile"].to_numpy() <= 2)
    by_car = study.times.minutes.loc[areas.index]
    by_team = next(iter(study.team_times_by.values())).minutes.loc[areas.index]
    kinds = study.sites["kind"].to_dict()
    options = {option.name: option for option in study.inputs.options}
    today = config.baseline

    def nearest(option: str, service) -> tuple[np.ndarray, np.ndarray]:
        table = by_team if service.delivery == "team" else by_car
        sites = sorted(options[option].sites[service.id])
        minutes = table[sites].to_numpy()
        best = minutes.argmin(axis=1)
        near = np.array([kinds[site] in NEAR for site in sites])[best]
        return minutes[np.arange(len(minutes)), best], near

    found = {}
    for name in options:
        longer, shorter = np.zeros(len(areas), bool), np.zeros(len(areas), bool)
        worst = np.full(len(areas), -np.inf)
        spent, made = np.zeros(len(areas)), np.zeros(len(areas))
        sums = dict.fromkeys(("patient", "in_time", "close", "team", "team_in_time", "hours"), 0.0)
        for service in config.services:
            rates = np.array([service.rates.get(band, 0.0) for band in BANDS])
            contacts = bands @ rates / 1000 * service.visits
            limit = service.standard_min - service.call_min - service.dispatch_min
            minutes, near = nearest(name, service)
            within = minutes <= round(limit, 9)
            video = contacts * service.share_video
            travelled = contacts - video
            if service.delivery == "team":
                sums["team"] += contacts.sum()
                sums["team_in_time"] += travelled[within].sum() + video.sum()
                continue
            at_site = travelled - contacts * service.share_home
            sums["patient"] += contacts.sum()
            sums["in_time"] += travelled[within].sum() + video.sum()
            sums["close"] += at_site[near].sum() + (contacts - at_site).sum()
            sums["hours"] += (at_site * 2 * minutes / 60).sum()
            change = np.round(minutes - nearest(today, service)[0], 9)
            longer |= change > LONGER_MIN
            shorter |= change < -LONGER_MIN
            worst = np.maximum(worst, change)
            spent, made = spent + at_site * minutes, made + at_site
        average = spent / made
        found[name] = {
            "longer": people[longer].sum(),
            "mixed": people[longer & shorter].sum(),
            "shorter": people[shorter & ~longer].sum(),
            "worst_min": max(worst.max(), 0.0),
            "mean_minutes": (people * average).sum() / people.sum(),
            "most_deprived_minutes": (poor * average).sum() / poor.sum(),
            "within_standard": sums["in_time"] / sums["patient"],
            "closer_to_home": sums["close"] / sums["patient"],
            "team_in_time": sums["team_in_time"] / sums["team"],
            "patient_hours": sums["hours"],
        }
    return found


@pytest.mark.slow
def test_ten_headline_figures_of_every_option_come_out_the_same(default_study):
    tables = default_study.evidence.tables
    card = tables["scorecard"].set_index("option")
    everyone = tables["people_by_service"]
    everyone = everyone[everyone["group"] == "everyone"].set_index("option")
    hours = tables["burden"].groupby("option")["patient_hours"].sum()
    worst = tables["worst_changes"].groupby("option")["change_min"].max()
    published = pd.DataFrame(
        {
            "longer": everyone[["lost", "mixed", "longer"]].sum(axis=1),
            "mixed": everyone["mixed"],
            "shorter": everyone["shorter"],
            "worst_min": worst.reindex(card.index).fillna(0.0),
            **{
                name: card[name]
                for name in (
                    *("mean_minutes", "most_deprived_minutes", "within_standard"),
                    *("closer_to_home", "team_in_time"),
                )
            },
            "patient_hours": hours,
        }
    )
    again = pd.DataFrame(recomputed(default_study)).T
    assert len(again) == 6
    # The rows are those of the same names; how their names are stored is no figure.
    shown = published.loc[again.index, again.columns].astype(float).set_axis(again.index)
    pd.testing.assert_frame_equal(again, shown, rtol=1e-9, check_names=False)
