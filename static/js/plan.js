// The annual plan: dragging a card to another month or member. Everything it does the page of the proposal does
// too, with buttons; without this file nothing is missing.
(() => {
  "use strict";
  const form = document.getElementById("plan-drop");
  if (!form) return;
  let dragged = null;
  // A meeting of a series stays in its own row, a visit in the rows of the members.
  const takes = (cell) =>
    dragged && cell !== dragged.closest("td") && (dragged.dataset.kind === "series") === (cell.dataset.member === "");
  document.querySelectorAll("[data-drag]").forEach((tile) => { tile.draggable = true; });
  document.addEventListener("dragstart", (event) => {
    dragged = event.target.closest?.("[data-drag]") || null;
    if (!dragged) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", dragged.dataset.drag);
    dragged.classList.add("is-dragged");
  });
  document.addEventListener("dragend", () => {
    dragged?.classList.remove("is-dragged");
    document.querySelectorAll(".is-over").forEach((cell) => { cell.classList.remove("is-over"); });
    dragged = null;
  });
  document.querySelectorAll("[data-drop]").forEach((cell) => {
    cell.addEventListener("dragover", (event) => {
      if (!takes(cell)) return;
      event.preventDefault();
      cell.classList.add("is-over");
    });
    cell.addEventListener("dragleave", () => { cell.classList.remove("is-over"); });
    cell.addEventListener("drop", (event) => {
      if (!takes(cell)) return;
      event.preventDefault();
      form.action = dragged.dataset.drag;
      form.elements.month.value = cell.dataset.month;
      form.elements.college_member.value = cell.dataset.member;
      form.elements.record_version.value = dragged.dataset.version;
      form.submit();
    });
  });
})();
