// The explorer's indicators: figures of places from other sources. No option changes them.
"use strict";

function llrgeoFigures(data) {
  const words = data.strings;
  const { list, places } = data.figures;

  const byId = (id) => list.find((figure) => figure.id === id);

  // The place of an area among those that a figure is of: itself, or its authority.
  const placeOf = (figure, area) => (figure.kind === "area" ? area : places[figure.kind].of[area]);

  // A value with as many decimals as the page has it with, and the marks of the language.
  function numberInWords(value, decimals) {
    const [whole, part] = Math.abs(value).toFixed(decimals).split(".");
    const marked = whole.replace(/\B(?=(\d{3})+$)/g, words.thousands_mark);
    const sign = value < 0 ? words.minus : "";
    return part ? `${sign}${marked}${words.decimal_mark}${part}` : `${sign}${marked}`;
  }

  function valueText(figure, area) {
    const place = placeOf(figure, area);
    const value = figure.values[place];
    if (value !== null) return numberInWords(value, figure.decimals);
    return figure.hidden.includes(place) ? words.indicator_star : words.indicator_blank;
  }

  // The class of each area; an edge belongs to the class below it, the last is without a figure.
  function classOf(figure) {
    return data.areas.id.map((_, area) => {
      const value = figure.values[placeOf(figure, area)];
      if (value === null) return figure.edges.length + 1;
      const place = figure.edges.findIndex((edge) => value <= edge);
      return place < 0 ? figure.edges.length : place;
    });
  }

  // From the lowest to the highest of some places; a town has several.
  function rangeText(figure, found) {
    const known = found.map((place) => figure.values[place]).filter((value) => value !== null);
    if (known.length === 0) return words.indicator_blank;
    const [low, high] = [Math.min(...known), Math.max(...known)]
      .map((value) => numberInWords(value, figure.decimals));
    return low === high ? low : llrgeoText.fill(words.figure_range, { low, high });
  }

  // The figures of where a reader lives: what, how much, the rank, and of which place it is.
  function mine(areas) {
    return list.map((figure) => {
      const { heading } = figure;
      const found = [...new Set(areas.map((area) => placeOf(figure, area)))];
      if (found.length > 1) {
        return [heading, rangeText(figure, found), "",
          llrgeoText.fill(words.figure_places, { count: found.length })];
      }
      const name = figure.kind === "area" ? data.areas.label[areas[0]]
        : places[figure.kind].names[found[0]];
      return [heading, valueText(figure, areas[0]), figure.ranks[found[0]], name];
    });
  }

  return { list, byId, valueText, classOf, mine };
}
