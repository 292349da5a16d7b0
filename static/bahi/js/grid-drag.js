// Reorder lines by dragging their number; works with mouse, pen and finger.

/** Listen to the handles of the grid. */
export function wireDrag(grid) {
  grid.body.addEventListener("pointerdown", (event) => {
    const handle = event.target.closest("[data-handle]");
    if (!handle || event.button > 0) return;
    event.preventDefault();
    drag(grid, handle, handle.closest("tr").bahiRow, event.pointerId);
  });
}

function drag(grid, handle, row, pointer) {
  const start = grid.rows.indexOf(row);
  handle.setPointerCapture(pointer);
  row.tr.classList.add("bahi-grid__row--dragged");
  const move = (event) => {
    const index = grid.rows.indexOf(row);
    const above = grid.rows[index - 1]?.tr.getBoundingClientRect();
    const below = grid.rows[index + 1]?.tr.getBoundingClientRect();
    if (above && event.clientY < above.top + above.height / 2) shift(grid, row, index, -1);
    else if (below && event.clientY > below.top + below.height / 2) shift(grid, row, index, 1);
  };
  const end = () => {
    handle.removeEventListener("pointermove", move);
    row.tr.classList.remove("bahi-grid__row--dragged");
    grid.renumber(0);
    if (grid.rows.indexOf(row) !== start) grid.onChange();
  };
  handle.addEventListener("pointermove", move);
  handle.addEventListener("lostpointercapture", end, { once: true });
}

// The neighbour is moved, not the dragged row: moving the captured element would end the capture.
function shift(grid, row, index, step) {
  const [neighbour] = grid.rows.splice(index + step, 1);
  grid.rows.splice(index, 0, neighbour);
  if (step < 0) row.tr.after(neighbour.tr);
  else row.tr.before(neighbour.tr);
}
