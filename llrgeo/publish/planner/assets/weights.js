// The weights of the criteria, as sliders: the score follows while one is moved.
"use strict";

function llrgeoWeights(desk, tables, onMove, onDone) {
  const { fill } = llrgeoText;
  const { element } = tables;
  const { criteria } = desk.data.planning;
  const byId = (id) => document.getElementById(id);

  function sliderOf(criterion, place) {
    const holder = element("div", undefined, { className: "weight" });
    const slider = element("input", undefined, { type: "range", min: 0, max: 100, step: 1, id: `weight-${place}` });
    const shownAs = element("output");
    const label = element("label", criterion.label);
    label.htmlFor = slider.id;
    slider.addEventListener("input", () => {
      const weights = desk.plan.weights.map((weight, each) => (each === place ? Number(slider.value) : weight));
      desk.plan = { ...desk.plan, weights };
      shownAs.textContent = slider.value;
      onMove();
    });
    let before = null; // the plan before the slider was moved: one step to take back
    slider.addEventListener("pointerdown", () => { before = desk.plan; });
    slider.addEventListener("keydown", () => { before = before || desk.plan; });
    slider.addEventListener("change", () => {
      if (before) desk.remember(before);
      before = null;
      onDone();
      desk.sayPlan(fill(desk.words.planner_weighed, { criterion: criterion.label, weight: slider.value }));
    });
    holder.append(label, slider, shownAs);
    return holder;
  }

  function show() {
    desk.plan.weights.forEach((weight, place) => {
      byId(`weight-${place}`).value = weight;
      byId(`weight-${place}`).nextElementSibling.textContent = weight;
    });
  }

  byId("weight-list").replaceChildren(...criteria.map(sliderOf));
  return { show };
}
