"""Tables on the narrowest phones: the ranges of a town fit, and nothing lies over them."""

import pytest


@pytest.mark.parametrize("width", [320, 360, 390])
def test_the_answer_for_a_town_fits_a_phone_and_no_text_lies_over_figures(
    county_page, open_page, width
):
    page = open_page(county_page, viewport={"width": width, "height": 640})
    name = page.locator("#places option").first.get_attribute("value")
    page.fill("#find", name)
    page.keyboard.press("Enter")
    page.wait_for_selector("#table-mine td")
    page.select_option("#option", index=1)
    page.wait_for_selector("#table-mine td:nth-of-type(3)")
    told = page.evaluate(
        r"""() => {
          const table = document.getElementById("table-mine");
          // As long as a real town has them.
          const long = ["5 to 7", "18 to 20", "▲\u00a011 to 14"];
          for (const row of table.tBodies[0].rows) {
            row.classList.remove("breaks");
            [...row.querySelectorAll("td")].forEach((cell, n) => { cell.textContent = long[n]; });
          }
          const over = [...table.querySelectorAll("tbody tr")].filter(row => {
            const beneath = row.querySelector(".beneath")?.getBoundingClientRect();
            return beneath && [...row.querySelectorAll("td")].some(cell => {
              const text = document.createRange();
              text.selectNodeContents(cell);
              const box = text.getBoundingClientRect();
              return box.bottom > beneath.top + 1 && box.left < beneath.right - 1;
            });
          });
          const beyond = table.scrollWidth - table.parentElement.clientWidth;
          return [table.className, beyond, over.length];
        }"""
    )
    assert told == ["ranges", 0, 0]
