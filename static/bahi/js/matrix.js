/** Arrow keys in the matrix of roles and permissions go from box to box, as in a sheet. */
const MOVES = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

function boxAt(table, row, column) {
  return table.tBodies[0].rows[row]?.cells[column]?.querySelector("input");
}

/** The next box in the direction that can be ticked; a box that “everything” grants is passed over. */
function next(table, from, [down, right]) {
  const cell = from.closest("td");
  let row = cell.parentElement.sectionRowIndex + down;
  let column = cell.cellIndex + right;
  for (let box = boxAt(table, row, column); box; box = boxAt(table, row, column)) {
    if (!box.disabled) return box;
    row += down;
    column += right;
  }
  return null;
}

for (const table of document.querySelectorAll("[data-matrix]")) {
  table.addEventListener("keydown", (event) => {
    const move = MOVES[event.key];
    if (!move || event.target.type !== "checkbox") return;
    event.preventDefault();
    next(table, event.target, move)?.focus();
  });
}

document.getElementById("matrix-module")?.addEventListener("change", (event) => event.target.form.requestSubmit());
