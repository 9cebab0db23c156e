"""An edge-based search that knows every turn: slow, plain, and written apart from the product."""

import heapq
from collections import defaultdict

import numpy as np
import pandas as pd

from llrgeo.roads.osm import Assembly
from llrgeo.roads.rules.profile import Level
from llrgeo.roads.speeds import delays
from llrgeo.roads.turns import Turns, expand

START, THROUGH, END = range(3)


class Reference:
    """Searches over courses of edges: what may follow depends on how one came.

    A state is the last edges driven (as many as a rule may ask about) and the leg of the journey:
    before, on or after the public roads.
    """

    def __init__(self, made: Assembly, right: set[tuple[int, int]]) -> None:
        edges = made.edges
        self.tail, self.head = edges["from_place"].tolist(), edges["to_place"].tolist()
        self.section, self.ms = edges["section"].tolist(), edges["ms_off_peak"].tolist()
        self.public = (edges["level"] == Level.OPEN).tolist()
        self.gate = (made.places["level"] == Level.DESTINATION).tolist()
        self.rules, self.right = made.rules, right
        self.longest = max((len(rule.course) for rule in made.rules), default=1)
        self.prefixes = {
            rule.course[:end] for rule in made.rules for end in range(1, len(rule.course) + 1)
        }
        self.leaving = defaultdict(list)
        arms = defaultdict(set)
        for edge, place in enumerate(self.tail):
            self.leaving[place].append(edge)
        for edge, section in enumerate(self.section):
            arms[self.tail[edge]].add(section)
            arms[self.head[edge]].add(section)
        self.arms = {place: len(sections) for place, sections in arms.items()}

    def from_place(self, place: int) -> dict[int, int]:
        """Return the fewest milliseconds from a place to every other that can be reached."""
        best: dict[tuple[tuple[int, ...], int], int] = {}
        found: dict[int, int] = {}
        queue = [
            (self.ms[edge], (edge,), leg)
            for edge in self.leaving[place]
            for leg in ((THROUGH,) if self.public[edge] else (START, END))
        ]
        heapq.heapify(queue)
        while queue:
            ms, course, leg = heapq.heappop(queue)
            if best.get((course, leg), ms + 1) <= ms:
                continue
            best[course, leg] = ms
            found.setdefault(self.head[course[-1]], ms)
            for edge in self.leaving[self.head[course[-1]]]:
                then = self.leg_after(course[-1], edge, leg)
                turn = self.turn_ms(course, edge)
                for next_leg in then:
                    if turn is not None:
                        longer = self.remembered((*course, edge))
                        heapq.heappush(queue, (ms + turn + self.ms[edge], longer, next_leg))
        return found

    def leg_after(self, before: int, edge: int, leg: int) -> list[int]:
        """Return the legs on which an edge may be driven after another."""
        at_gate = self.gate[self.head[before]]
        back = self.section[before] == self.section[edge]
        if self.public[edge]:
            if at_gate and self.public[before] and not back:
                return []
            return [THROUGH] if leg <= THROUGH else []
        return [leg, END] if leg == START else [END]

    def turn_ms(self, course: tuple[int, ...], edge: int) -> int | None:
        """Return the milliseconds of a turn; None if it may not be made."""
        for rule in self.rules:
            bound = course[-len(rule.course) :] == rule.course
            if bound and (edge in rule.to) != rule.only:
                return None
        if self.section[course[-1]] == self.section[edge]:
            dead_end = self.arms[self.head[course[-1]]] == 1
            return 0 if dead_end else round(delays()["u_turn"] * 1_000)
        paid = (course[-1], edge) in self.right
        return round(delays()["right_turn"] * 1_000) if paid else 0

    def remembered(self, course: tuple[int, ...]) -> tuple[int, ...]:
        """Keep of a course its longest end that is the start of a rule; at least its last edge."""
        for start in range(max(0, len(course) - self.longest), len(course) - 1):
            if course[start:] in self.prefixes:
                return course[start:]
        return course[-1:]


class Expanded:
    """The product's graph with turns, searched over nodes and edges alone."""

    def __init__(self, turns: Turns, places: pd.DataFrame) -> None:
        nodes, edges = expand(turns, places)
        self.place = nodes["place"].tolist()
        ms = edges["ms_off_peak"].fillna(edges["ms"]).astype(np.int64).tolist()
        self.next = defaultdict(list)
        leg = edges["use"].map({"start": START, "through": THROUGH, "end": END}).tolist()
        ends = zip(edges["from_node"].tolist(), edges["to_node"].tolist(), strict=True)
        roads = (edges["road_class"] != "turn").tolist()
        self.first = defaultdict(list)
        for (tail, head), cost, on, road in zip(ends, ms, leg, roads, strict=True):
            self.next[tail, on].append((head, cost))
            if road:
                self.first[self.place[tail]].append((cost, head, on))

    def from_place(self, place: int) -> dict[int, int]:
        """Return the fewest milliseconds from a place to every other that can be reached."""
        found: dict[int, int] = {}
        best: dict[tuple[int, int], int] = {}
        arrived = {head for arcs in self.first.values() for _, head, _ in arcs}
        queue = list(self.first[place])
        heapq.heapify(queue)
        while queue:
            ms, node, leg = heapq.heappop(queue)
            if best.get((node, leg), ms + 1) <= ms:
                continue
            best[node, leg] = ms
            if node in arrived:
                found.setdefault(self.place[node], ms)
            if leg < END:
                heapq.heappush(queue, (ms, node, leg + 1))
            for head, cost in self.next[node, leg]:
                heapq.heappush(queue, (ms + cost, head, leg))
        return found
