"""What the tests of siting share: random problems, and the best plan by trying every one."""

from collections.abc import Iterator
from itertools import combinations

import numpy as np
import pandas as pd
from hypothesis import strategies as st
from scipy.optimize import linprog

from llrgeo.appraisal.siting.constraints import (
    Budget,
    Capacity,
    Close,
    Constraint,
    DiffersFrom,
    Exclusive,
    Keep,
    MaxBeyond,
    MinimumActivity,
    NoGroupWorse,
    OneInEach,
    OneOf,
)
from llrgeo.appraisal.siting.problem import SitingProblem
from llrgeo.travel.times import TravelTimes

CEILING_MIN = 100.0
KAPPA = -0.05


def random_case(rng: np.random.Generator, sites: int) -> tuple[TravelTimes, pd.Series]:
    """Return times with ties and unreachable pairs, and demand that is 0 in some areas."""
    areas = int(rng.integers(2, 9))
    minutes = rng.integers(0, 40, (areas, sites)).astype(float)
    minutes[rng.random((areas, sites)) < 0.1] = np.inf
    area_ids = pd.Index([f"a{i}" for i in range(areas)], name="area_id")
    site_ids = pd.Index([f"s{j:02}" for j in range(sites)], name="site_id")
    demand = pd.Series(rng.integers(0, 20, areas).astype(float), index=area_ids)
    demand.iloc[0] += 1
    return TravelTimes(pd.DataFrame(minutes, area_ids, site_ids)), demand


def random_constraint(rng: np.random.Generator, kind: type, times: TravelTimes) -> Constraint:
    """Return a constraint of a kind that often, not always, can be met."""
    sites, areas = times.minutes.columns, times.minutes.index
    some = frozenset(rng.choice(sites, int(rng.integers(1, 3)), replace=False))
    people = pd.Series(rng.integers(0, 20, len(areas)).astype(float), index=areas)
    today = times.minutes[list(rng.choice(sites, 1))].min(axis=1)
    group = rng.choice(list("nesw")[: rng.integers(2, 5)], len(sites))
    by_kind: dict[type, Constraint] = {
        Keep: Keep(some),
        Close: Close(some),
        OneOf: OneOf(some),
        Exclusive: Exclusive(some),
        DiffersFrom: DiffersFrom(some, int(rng.integers(1, 3))),
        OneInEach: OneInEach(dict(zip(sites, group, strict=True))),
        Budget: Budget(
            dict(zip(sites, rng.integers(1, 9, len(sites)).astype(float), strict=True)),
            float(rng.integers(3, 16)),
        ),
        Capacity: Capacity(
            dict(zip(sites, rng.integers(10, 90, len(sites)).astype(float), strict=True))
        ),
        MinimumActivity: MinimumActivity(float(rng.integers(1, 30))),
        MaxBeyond: MaxBeyond(float(rng.integers(5, 30)), people, float(rng.integers(0, 40))),
        NoGroupWorse: NoGroupWorse(
            pd.Series(rng.choice([1, 2], len(areas)), index=areas), people, today
        ),
    }
    return by_kind[kind]


class BruteForce:
    """Tries every plan of a problem, by definitions written apart from the siting package."""

    def __init__(self, times: TravelTimes, demand: pd.Series, problem: SitingProblem) -> None:
        self.minutes = times.minutes
        self.t = np.minimum(times.minutes.to_numpy(), CEILING_MIN)
        self.reach = np.isfinite(times.minutes.to_numpy())
        shut = {site for one in problem.constraints if isinstance(one, Close) for site in one.sites}
        usable = [site not in shut for site in times.minutes.columns]
        # An area that no plan can reach is not in the objective.
        self.w = demand.to_numpy() * (self.reach[:, usable].any(axis=1) | (not any(usable)))
        self.demand = demand.to_numpy()
        self.problem = problem

    def best(self) -> float | None:
        """Return the best value; None where no plan is feasible."""
        if not self.w.any():
            return None
        tried = {plan: self.value(list(plan)) for plan in self.plans()}
        values = {plan: value for plan, value in tried.items() if value is not None}
        if self.problem.objective == "lscp-b":
            fewest = min(values.values(), default=0.0)
            values = {plan: self.backup(list(plan)) for plan in values if len(plan) == fewest}
        best = max if self.problem.objective in {"mclp", "lscp-b"} else min
        return best(values.values(), default=None)

    def plans(self) -> Iterator[tuple[int, ...]]:
        """Return every plan of as many sites as asked for, or of any number."""
        sites = self.t.shape[1]
        sizes = range(1, sites + 1) if self.problem.p is None else [self.problem.p]
        for size in sizes:
            yield from combinations(range(sites), size)

    def value(self, plan: list[int]) -> float | None:
        """Return the value of a plan; None where it breaks a constraint."""
        if not all(self.meets(plan, constraint) for constraint in self.problem.constraints):
            return None
        capacity = [one for one in self.problem.constraints if isinstance(one, Capacity)]
        if capacity and not any(
            isinstance(one, MinimumActivity) for one in self.problem.constraints
        ):
            return self.shared_out(plan, capacity[0])
        if capacity and (self.loads(plan) > self.room(capacity[0])[plan]).any():
            return None
        if self.problem.objective.startswith("lscp"):
            return float(len(plan)) if self.covers(plan) else None
        return self.summed(self.costs()[:, plan].min(axis=1))

    def costs(self) -> np.ndarray:
        problem = self.problem
        beyond = (~self.reach | (self.t > problem.standard_min)).astype(float)
        inequality = np.exp(-KAPPA * self.t)
        if problem.objective == "mix":
            parts = {"p-median": self.t, "mclp": beyond, "kolm-pollak": inequality}
            return sum(weight * parts[name] for name, weight in problem.mix.items())
        by = {"mclp": beyond, "kolm-pollak": inequality, "lscp": beyond, "lscp-b": beyond}
        return by.get(problem.objective, self.t)

    def covers(self, plan: list[int]) -> bool:
        return not self.costs()[self.w > 0][:, plan].min(axis=1).any()

    def summed(self, per_area: np.ndarray) -> float:
        mean = float(self.w @ per_area / self.w.sum())
        objective = self.problem.objective
        if objective == "p-centre":
            return float(per_area[self.w > 0].max())
        return -np.log(mean) / KAPPA if objective == "kolm-pollak" else self.turned(mean)

    def turned(self, mean: float) -> float:
        return 1 - mean if self.problem.objective == "mclp" else mean

    def backup(self, plan: list[int]) -> float:
        twice = (self.costs()[:, plan] == 0).sum(axis=1) >= 2
        return float(self.w @ twice / self.w.sum())

    def loads(self, plan: list[int]) -> np.ndarray:
        """Return the contacts of each site of a plan; a tie goes to the first."""
        raw = self.minutes.to_numpy()[:, plan]
        nearest = raw.argmin(axis=1)
        reached = np.isfinite(raw.min(axis=1))
        return np.bincount(nearest[reached], self.w[reached], minlength=len(plan))

    def room(self, capacity: Capacity) -> np.ndarray:
        return np.array([capacity.contacts[site] for site in self.minutes.columns])

    def meets(self, plan: list[int], constraint: Constraint) -> bool:  # noqa: C901, PLR0911 (one a kind)
        """Return whether a plan meets one constraint; capacity is seen to elsewhere."""
        names = set(self.minutes.columns[plan])
        nearest = self.t[:, plan].min(axis=1)
        match constraint:
            case Keep():
                return constraint.sites <= names
            case Close():
                return not constraint.sites & names
            case OneOf():
                return len(constraint.sites & names) == 1
            case Exclusive():
                return len(constraint.sites & names) <= 1
            case DiffersFrom():
                return len(constraint.sites ^ names) >= 2 * constraint.by - 1
            case OneInEach():
                return {constraint.groups[one] for one in names} == set(constraint.groups.values())
            case Budget():
                return sum(constraint.cost[one] for one in names) <= constraint.at_most
            case MinimumActivity():
                return bool((self.loads(plan) >= constraint.contacts).all())
            case MaxBeyond():
                return self.people_beyond(plan, constraint) <= constraint.at_most
            case NoGroupWorse():
                today = constraint.today.clip(upper=CEILING_MIN).to_numpy()
                worse = constraint.people.to_numpy() * (nearest - today)
                return all(
                    worse[(constraint.groups == group).to_numpy()].sum() <= 1e-9
                    for group in constraint.groups.unique()
                )
        return True

    def people_beyond(self, plan: list[int], constraint: MaxBeyond) -> float:
        within = self.reach & (self.t <= constraint.minutes)
        return float(constraint.people.to_numpy()[~within[:, plan].any(axis=1)].sum())

    def shared_out(self, plan: list[int], capacity: Capacity) -> float | None:
        """Return the best value when areas can be shared out among sites with room."""
        areas, sites = self.t[:, plan].shape
        cost = self.costs()[:, plan]
        covering = self.problem.objective.startswith("lscp")
        if covering or self.problem.objective == "p-centre":
            radii = [0.0] if covering else sorted(set(cost.ravel()))
            for radius in radii:
                barred = (cost > radius) & (self.w > 0)[:, None]
                if self.transport(plan, np.zeros_like(cost), capacity, barred) is not None:
                    return float(len(plan)) if covering else float(radius)
            return None
        total = self.transport(plan, cost, capacity, np.zeros((areas, sites), dtype=bool))
        if total is None:
            return None
        return self.summed(np.full(areas, total))

    def transport(
        self, plan: list[int], cost: np.ndarray, capacity: Capacity, barred: np.ndarray
    ) -> float | None:
        areas, sites = cost.shape
        reach = self.reach[:, plan]
        # Nobody is sent nowhere to make room while a site that can be reached is open.
        barred = barred | (~reach & reach.any(axis=1)[:, None] & (self.demand > 0)[:, None])
        sent = self.w[:, None] * self.reach[:, plan]
        loads = [(np.eye(sites)[site] * sent).ravel() for site in range(sites)]
        limits = list(self.room(capacity)[plan])
        for one in self.problem.constraints:
            people = getattr(one, "people", pd.Series(0.0, self.minutes.index)).to_numpy()
            if isinstance(one, MaxBeyond):
                beyond = ~(self.reach & (self.t <= one.minutes))[:, plan]
                loads.append((people[:, None] * beyond).ravel())
                limits.append(one.at_most)
            if isinstance(one, NoGroupWorse):
                for group in one.groups.unique():
                    members = people * (one.groups == group).to_numpy()
                    loads.append((members[:, None] * self.t[:, plan]).ravel())
                    limits.append(members @ one.today.clip(upper=CEILING_MIN).to_numpy())
        solved = linprog(
            (self.w[:, None] * cost / self.w.sum()).ravel(),
            A_ub=np.array(loads),
            b_ub=limits,
            A_eq=np.kron(np.eye(areas), np.ones(sites)),
            b_eq=np.ones(areas),
            bounds=[(0, 0 if shut else 1) for shut in barred.ravel()],
        )
        return float(solved.fun) if solved.status == 0 else None


KINDS = (
    Keep,
    Close,
    OneOf,
    Exclusive,
    DiffersFrom,
    OneInEach,
    Budget,
    Capacity,
    MinimumActivity,
    MaxBeyond,
    NoGroupWorse,
)


@st.composite
def problems(
    draw: st.DrawFn, objective: str, kinds: tuple[type, ...], most_sites: int
) -> tuple[TravelTimes, pd.Series, SitingProblem]:
    """Draw a problem with an objective and constraints of some kinds."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    times, demand = random_case(rng, draw(st.integers(2, most_sites)))
    constraints = tuple(random_constraint(rng, kind, times) for kind in kinds)
    free = Budget in kinds or objective.startswith("lscp")
    problem = SitingProblem(
        objective=objective,
        p=None if free else draw(st.integers(1, min(4, times.minutes.shape[1]))),
        standard_min=float(draw(st.integers(10, 38))),
        constraints=constraints,
        mix={"p-median": 1.0, "mclp": 20.0, "kolm-pollak": 0.5} if objective == "mix" else {},
        kappa=KAPPA,
        ceiling_min=CEILING_MIN,
    )
    return times, demand, problem
