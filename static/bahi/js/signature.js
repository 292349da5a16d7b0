// A pad to sign on with finger, pen or mouse. Optional: the typed name signs as well, so nothing is lost without it.

function strokes(canvas, onDrawn) {
  const pen = canvas.getContext("2d");
  pen.lineWidth = 3;
  pen.lineCap = pen.lineJoin = "round";
  pen.strokeStyle = "#10206b";
  let drawing = false;

  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    return [((event.clientX - box.left) * canvas.width) / box.width, ((event.clientY - box.top) * canvas.height) / box.height];
  };
  canvas.addEventListener("pointerdown", (event) => {
    drawing = true;
    canvas.setPointerCapture(event.pointerId);
    pen.beginPath();
    pen.moveTo(...at(event));
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!drawing) return;
    pen.lineTo(...at(event));
    pen.stroke();
    onDrawn();
  });
  const stop = () => {
    drawing = false;
  };
  canvas.addEventListener("pointerup", stop);
  canvas.addEventListener("pointercancel", stop);
  return () => pen.clearRect(0, 0, canvas.width, canvas.height);
}

function start(form) {
  const pad = form.querySelector("[data-sign-pad]");
  const canvas = pad.querySelector("canvas");
  const field = pad.querySelector("input[name=signature]");
  let drawn = false;
  const clear = strokes(canvas, () => {
    drawn = true;
  });
  pad.querySelector("[data-sign-clear]").addEventListener("click", () => {
    clear();
    drawn = false;
  });
  form.addEventListener("submit", () => {
    field.value = drawn ? canvas.toDataURL("image/png") : "";
  });
  pad.hidden = false;
}

document.querySelectorAll("form[data-sign]").forEach(start);
