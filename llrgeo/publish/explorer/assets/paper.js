// What is put on paper: the reader's answer with its map, or the whole page when that is asked for. The
// style sheet leaves out what is not.
"use strict";

const llrgeoPaper = () => {
  const { classList } = document.documentElement;
  const print = (isWhole) => {
    classList.toggle("whole", isWhole);
    window.print();
  };
  document.getElementById("print").addEventListener("click", () => print(true));
  document.getElementById("print-mine").addEventListener("click", () => print(false));
  window.addEventListener("afterprint", () => classList.remove("whole"));
};
