// The page of `xpnet serve`: draw, ask the endpoint, show what it says. Nothing is kept or sent elsewhere.

import { figureOf } from "./layers.js";

const SIDE = 280; // of the sheet, in pixels; what a browser shows may be larger or smaller
const MOST_FIELDS = 64;
const MOST_BARS = 20;
const at = (id) => document.getElementById(id);
const sheet = at("sheet");

let model = null;
let opened = null; // an image file, until something is drawn
let blank = true;
let asking = false;
let changed = false;

// ---- asking ---------------------------------------------------------------------------------

async function fetched(path, options) {
  const response = await fetch(path, options);
  const said = await response.json().catch(() => ({ error: `status ${response.status}` }));
  if (!response.ok) {
    throw new Error(said.error ?? `status ${response.status}`);
  }
  return said;
}

// One request at a time; what is drawn meanwhile is asked about afterwards.
async function ask() {
  changed = true;
  if (asking) {
    return;
  }
  asking = true;
  at("saying").setAttribute("aria-busy", "true");
  while (changed && !blank) {
    changed = false;
    try {
      const answer = await fetched(`/predict?layers=true&invert=${at("invert").value}&fit=${at("fit").value}`, {
        method: "POST",
        headers: { "Content-Type": opened?.type || "image/png" },
        body: opened ?? (await new Promise((done) => sheet.toBlob(done, "image/png"))),
      });
      if (!blank) {
        show(answer);
      }
    } catch (error) {
      fail(error);
    }
  }
  asking = false;
  at("saying").setAttribute("aria-busy", "false");
}

async function askNumbers(event) {
  event.preventDefault();
  const inputs = [...at("fields").querySelectorAll("input")].map((field) => field.valueAsNumber || 0);
  try {
    show(await fetched("/predict", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ inputs: [inputs], layers: true }),
    }));
  } catch (error) {
    fail(error);
  }
}

// ---- showing --------------------------------------------------------------------------------

const percent = (share) => `${(100 * share).toFixed(1)} %`;

function fail(error) {
  at("error").textContent = error.message;
  at("error").hidden = false;
}

function rankingOf(answer) {
  if (answer.shares) {
    return Object.entries(answer.shares).sort((a, b) => b[1] - a[1]);
  }
  return (answer.probabilities ?? []).map((share, i) => [model.classes?.[i] ?? String(i), share]);
}

function show(said) {
  const answer = said.predictions[0];
  const ranking = rankingOf(answer);
  const best = ranking.reduce((a, b) => (b[1] > a[1] ? b : a), ["–", -1]);
  at("error").hidden = true;
  const values = model.output_kind === "values" && answer.outputs;
  at("prediction").textContent = values ? values.map((n) => Number(n.toPrecision(6))).join(", ") : (answer.prediction ?? best[0]);
  at("sure").textContent = ranking.length ? percent(best[1]) : answer.score === undefined ? "" : `score ${answer.score.toPrecision(3)}`;
  at("note").textContent = answer.inverted ? "Dark and bright were exchanged, as the model was trained on bright ink." : "";
  const most = ranking.length > MOST_BARS ? [...ranking].sort((a, b) => b[1] - a[1]).slice(0, MOST_BARS) : ranking;
  at("bars").replaceChildren(...most.map((pair) => barOf(pair, pair[0] === best[0])));
  const layers = [...(said.layers ?? [])];
  if (answer.mask) {
    layers.push(maskOf(answer.mask));
  }
  at("layers").replaceChildren(...layers.map(figureOf));
  at("inside").hidden = layers.length === 0;
}

function barOf([name, share], first) {
  const item = document.createElement("li");
  const [title, track, bar, number] = ["span", "span", "div", "span"].map((tag) => document.createElement(tag));
  item.className = first ? "first" : "";
  title.textContent = name;
  track.className = "track";
  bar.className = "share";
  bar.style.width = `${100 * share}%`;
  number.className = "number";
  number.textContent = percent(share);
  track.append(bar);
  item.append(title, track, number);
  return item;
}

function maskOf(mask) {
  const [height, width] = [mask.length, mask[0].length];
  const high = Math.max(1, ...mask.flat());
  const bytes = mask.flat().map((k) => String.fromCharCode(Math.round((255 * k) / high)));
  const kind = "class of each pixel";
  return { name: "answer", kind, shape: [height, width], low: 0, high, maps: 1, height, width, pixels: btoa(bytes.join("")) };
}

function forget() {
  opened = null;
  blank = true;
  at("prediction").textContent = "–";
  at("sure").textContent = "";
  at("note").textContent = "Nothing yet.";
  at("bars").replaceChildren();
  at("layers").replaceChildren();
  at("inside").hidden = true;
  at("error").hidden = true;
}

// ---- drawing --------------------------------------------------------------------------------

function wipe() {
  const context = sheet.getContext("2d");
  context.fillStyle = "#ffffff";
  context.fillRect(0, 0, sheet.width, sheet.height);
}

function clear() {
  wipe();
  forget();
}

function placeOf(event) {
  const box = sheet.getBoundingClientRect();
  return [((event.clientX - box.left) * sheet.width) / box.width, ((event.clientY - box.top) * sheet.height) / box.height];
}

function letDraw() {
  const context = sheet.getContext("2d");
  let last = null;
  const draw = (event) => {
    const here = placeOf(event);
    const pressure = event.pointerType === "pen" ? 0.5 + event.pressure : 1;
    context.strokeStyle = at("colour").value;
    context.lineWidth = model.image.pen * Math.max(sheet.width, sheet.height) * pressure;
    context.lineCap = "round";
    context.lineJoin = "round";
    context.beginPath();
    context.moveTo(...last);
    context.lineTo(...here);
    context.stroke();
    last = here;
  };
  sheet.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) {
      return;
    }
    event.preventDefault();
    sheet.setPointerCapture(event.pointerId);
    if (opened) {
      clear();
    }
    blank = false;
    last = placeOf(event);
    draw(event);
    ask();
  });
  sheet.addEventListener("pointermove", (event) => {
    if (last) {
      (event.getCoalescedEvents?.() ?? [event]).forEach(draw);
      draw(event);
      ask();
    }
  });
  for (const name of ["pointerup", "pointercancel"]) {
    sheet.addEventListener(name, () => {
      last = null;
    });
  }
}

async function open(file) {
  if (!file) {
    return;
  }
  clear();
  try {
    const image = await createImageBitmap(file);
    const scale = Math.min(sheet.width / image.width, sheet.height / image.height);
    const [width, height] = [image.width * scale, image.height * scale];
    sheet.getContext("2d").drawImage(image, (sheet.width - width) / 2, (sheet.height - height) / 2, width, height);
  } catch {
    // some kinds the browser cannot show, but the server can read
  }
  opened = file;
  blank = false;
  ask();
}

function letOpen() {
  at("file").addEventListener("change", () => {
    open(at("file").files[0]);
    at("file").value = "";
  });
  sheet.addEventListener("dragover", (event) => {
    event.preventDefault();
    sheet.classList.add("over");
  });
  sheet.addEventListener("dragleave", () => sheet.classList.remove("over"));
  sheet.addEventListener("drop", (event) => {
    event.preventDefault();
    sheet.classList.remove("over");
    open(event.dataTransfer.files[0]);
  });
  document.addEventListener("paste", (event) => open(event.clipboardData.files[0]));
}

// ---- the page for this model ----------------------------------------------------------------

function showSheet() {
  const { height, width, channels } = model.image;
  sheet.width = Math.round(SIDE * Math.min(1, width / height));
  sheet.height = Math.round(SIDE * Math.min(1, height / width));
  wipe();
  letDraw();
  letOpen();
  at("clear").addEventListener("click", clear);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      clear();
    }
  });
  for (const id of ["invert", "fit"]) {
    at(id).addEventListener("change", ask);
  }
  at("colour-label").hidden = channels === 1;
  at("drawing").hidden = false;
}

function showFields(count) {
  const fields = Array.from({ length: count }, (_, i) => {
    const label = document.createElement("label");
    const field = document.createElement("input");
    field.type = "number";
    field.step = "any";
    field.value = "0";
    label.append(model.features?.[i] ?? `number ${i + 1}`, field);
    return label;
  });
  at("fields").replaceChildren(...fields);
  at("form").addEventListener("submit", askNumbers);
  at("form").addEventListener("reset", forget);
  at("numbers").hidden = false;
}

function showEndpoint() {
  const shape = model.input_shape.join(", ");
  at("example").textContent = [
    `POST ${location.origin}/predict`,
    "Content-Type: application/json",
    "",
    `{"inputs": [sample, ...]}, where a sample has the shape [${shape}]`,
    "",
    "GET /model tells shapes, classes and layers.",
  ].join("\n");
  at("endpoint").hidden = false;
}

async function begin() {
  try {
    model = await fetched("/model");
  } catch (error) {
    fail(error);
    return;
  }
  document.title = `${model.file} – xpnet`;
  at("title").textContent = model.file;
  at("about").textContent = `${model.model} with ${model.parameters.toLocaleString("en")} parameters, xpnet ${model.versions.xpnet}`;
  const count = model.input_shape.reduce((a, b) => a * b, 1);
  if (model.image) {
    showSheet();
  } else if (count <= MOST_FIELDS) {
    showFields(count);
  } else {
    showEndpoint();
  }
}

begin();
