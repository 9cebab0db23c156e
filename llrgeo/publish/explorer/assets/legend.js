// The legend beside a map: a heading, and each class with its colour, its words and its people. The
// last class, of places without a route, is listed only where people live in it.
"use strict";

function llrgeoLegend(data) {
  const byId = (id) => document.getElementById(id);

  return (heading, scale, classOf) => {
    const counts = llrgeoModel.countByClass(data.areas.people, classOf, scale.labels.length);
    byId("legend-heading").textContent = heading;
    byId("legend").replaceChildren(...scale.labels.flatMap((text, place) => {
      if (counts[place] === 0 && place === scale.labels.length - 1) return [];
      const item = byId("legend-item").content.cloneNode(true);
      item.querySelector("rect").setAttribute("fill", scale.colours[place]);
      item.querySelector("span").textContent = text;
      item.querySelector("b").textContent = llrgeoText.peopleInWords(counts[place], data.strings);
      return [item];
    }));
  };
}
