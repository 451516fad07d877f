// Draws the run on one canvas: what is in view and nothing else, so that thousands of tasks stay quick.
"use strict";

const run = JSON.parse(document.getElementById("data").textContent);
const canvas = document.getElementById("canvas");
const tip = document.getElementById("tip");
const pen = canvas.getContext("2d");

// ---- Sizes in pixels.
const GUTTER = 104;
const AXIS = 44;
const MARK_ROW = 20;
const GAP = 12;
// The arrows between the threads need it.
const BETWEEN_LANES = 26;
const SMALLEST_SPAN_MS = 0.5;
const FONT = "12px system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif";

const LANES = ["Controller", "Processor"];
const MARKS = [
  ["input", "Input"], ["parameter", "Parameters"], ["sent", "Sent"], ["print", "Prints"], ["error", "Errors"], ["other", "Other"],
];
const ARROWS = {
  runAsync: "runAsync", back: "the caller goes on", runSync: "runSync", spawn: "spawn", change: "change callback",
};
const NAMES = ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"];

const length = Math.max(run.length_ms, 1);
let view = { from: 0, to: length };
let colours = {};
let layout = null;
let targets = [];
let hovered = null;

// ---- What the run holds.
const nRows = LANES.map((_, lane) => 1 + run.bars.reduce((most, bar) => (bar.lane === lane ? Math.max(most, bar.row) : most), -1));
const markRows = MARKS.filter(([kind]) => run.marks.some((mark) => mark.kind === kind));
const keys = run.notes.map((note) => note.key);
const lowest = Math.floor(keys.reduce((a, b) => Math.min(a, b), 127)) - 1;
const highest = Math.ceil(keys.reduce((a, b) => Math.max(a, b), 0)) + 1;
const arrowsOf = new Map();
run.arrows.forEach((arrow, idx) => {
  for (const bar of [arrow.from, arrow.to]) {
    if (!arrowsOf.has(bar)) arrowsOf.set(bar, new Set());
    arrowsOf.get(bar).add(idx);
  }
});

function keyName(key) {
  const whole = Math.round(key);
  return NAMES[((whole % 12) + 12) % 12] + (Math.floor(whole / 12) - 2);
}

function time(ms) {
  return `${Number(ms.toFixed(3))} ms`;
}

// Quarter notes from the start of the script to an instant.
function beatsAt(ms) {
  let beats = 0;
  for (let i = 0; i < run.tempo.length; i++) {
    const { at, bpm } = run.tempo[i];
    if (at >= ms) break;
    const end = i + 1 < run.tempo.length ? Math.min(run.tempo[i + 1].at, ms) : ms;
    beats += ((end - at) * bpm) / 60000;
  }
  return beats;
}

function msAt(beats) {
  let before = 0;
  for (let i = 0; i < run.tempo.length; i++) {
    const { at, bpm } = run.tempo[i];
    const end = i + 1 < run.tempo.length ? run.tempo[i + 1].at : Infinity;
    const inside = bpm > 0 ? ((end - at) * bpm) / 60000 : 0;
    if (beats <= before + inside && bpm > 0) return at + ((beats - before) * 60000) / bpm;
    before += inside;
  }
  return Infinity;
}

// ---- Where things stand.
function arrange() {
  const ratio = window.devicePixelRatio || 1;
  const box = canvas.parentElement.getBoundingClientRect();
  canvas.width = Math.round(box.width * ratio);
  canvas.height = Math.round(box.height * ratio);
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  const width = box.width, height = box.height;
  const marks = markRows.length ? markRows.length * MARK_ROW + GAP : 0;
  const room = Math.max(height - AXIS - marks - BETWEEN_LANES - 2 * GAP, 60);
  // Few rows get more room each; the notes take what the tasks leave, and at least a third.
  const rows = Math.max(nRows[0] + nRows[1], 1) + 0.6;
  const nKeys = highest - lowest + 1;
  const rowHeight = Math.max(Math.min((room * (keys.length ? 0.66 : 1)) / rows, 34), 1.2);
  const roll = keys.length ? Math.max(Math.min(room - rows * rowHeight, nKeys * 26), 48) : 0;
  let y = AXIS;
  const lanes = nRows.map((n) => {
    const lane = { y, height: Math.max(n, 0.6) * rowHeight + 6 };
    y += lane.height + BETWEEN_LANES;
    return lane;
  });
  y += GAP - BETWEEN_LANES;
  const rollBox = { y, height: Math.min(roll, Math.max(height - y - marks - GAP, 40)) };
  y = rollBox.y + (keys.length ? rollBox.height + GAP : 0);
  layout = { width, height, rowHeight, lanes, roll: rollBox, marks: { y } };
  const style = getComputedStyle(document.documentElement);
  for (const name of [
    "paper", "panel", "band", "ink", "soft", "line", "grid", "controller", "controller-soft", "processor", "processor-soft", "in",
    "sent", "print", "parameter", "error", "arrow",
  ]) {
    colours[name] = style.getPropertyValue(`--${name}`).trim();
  }
  draw();
}

function x(ms) {
  return GUTTER + ((ms - view.from) * (layout.width - GUTTER)) / (view.to - view.from);
}

function msOf(px) {
  return view.from + ((px - GUTTER) * (view.to - view.from)) / (layout.width - GUTTER);
}

function isInView(start, end) {
  return end >= view.from && start <= view.to;
}

// ---- Drawing.
function draw() {
  targets = [];
  pen.clearRect(0, 0, layout.width, layout.height);
  pen.font = FONT;
  pen.textBaseline = "middle";
  pen.lineJoin = "round";
  drawBands();
  pen.save();
  pen.beginPath();
  pen.rect(GUTTER, 0, layout.width - GUTTER, layout.height);
  pen.clip();
  drawGrid();
  drawNotes();
  drawBars();
  drawArrows();
  drawMarks();
  pen.restore();
  drawNames();
}

function drawBands() {
  pen.fillStyle = colours.band;
  layout.lanes.forEach((lane) => pen.fillRect(0, lane.y, layout.width, lane.height));
}

// 1, 2 or 5 times a power of ten, so that labels stand at least 90 pixels apart.
function stepFor(span, smallest) {
  const least = (span * 90) / (layout.width - GUTTER);
  const power = 10 ** Math.floor(Math.log10(least));
  const step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= least);
  return Math.max(step, smallest);
}

function drawGrid() {
  const step = stepFor(view.to - view.from, 0.01);
  pen.lineWidth = 1;
  pen.textAlign = "left";
  for (let ms = Math.ceil(view.from / step) * step; ms <= view.to; ms += step) {
    const px = Math.round(x(ms)) + 0.5;
    pen.strokeStyle = colours.grid;
    line(px, AXIS - 6, px, layout.height);
    pen.fillStyle = colours.soft;
    pen.fillText(step >= 1000 ? `${Number((ms / 1000).toFixed(3))} s` : time(ms), px + 4, 13);
  }
  const from = beatsAt(view.from), to = beatsAt(view.to);
  if (to <= from) return;
  let beat = 2 ** Math.ceil(Math.log2(((to - from) * 56) / (layout.width - GUTTER)));
  beat = beat > 1 ? Math.max(4, beat) : Math.max(0.25, beat);
  pen.fillStyle = colours.soft;
  for (let at = Math.ceil(from / beat) * beat; at <= to; at += beat) {
    const px = Math.round(x(msAt(at))) + 0.5;
    pen.strokeStyle = at % 4 === 0 ? colours.soft : colours.line;
    line(px, AXIS - 13, px, AXIS - 5);
    pen.fillText(`${Number(at.toFixed(4))}`, px + 4, AXIS - 13);
  }
}

function line(x1, y1, x2, y2) {
  pen.beginPath();
  pen.moveTo(x1, y1);
  pen.lineTo(x2, y2);
  pen.stroke();
}

function barBox(bar) {
  const lane = layout.lanes[bar.lane];
  const height = Math.max(layout.rowHeight - Math.min(3, layout.rowHeight / 4), 1);
  return { left: x(bar.start), right: x(bar.end), y: lane.y + 4 + bar.row * layout.rowHeight, height };
}

function drawBars() {
  run.bars.forEach((bar, idx) => {
    if (!isInView(bar.start, bar.end)) return;
    const { left, right, y, height } = barBox(bar);
    const name = LANES[bar.lane].toLowerCase();
    const width = Math.max(right - left, 3);
    const tick = right > left ? Math.min(3, Math.max(width / 5, 1)) : 3;
    const isHovered = hovered && hovered.bar === idx;
    if (width > 3) {
      pen.fillStyle = colours[`${name}-soft`];
      round(left, y, width, height);
      for (const wait of bar.waits) hatch(x(wait.start), x(wait.end), y, height, colours[name]);
    }
    // It runs at its start and where a wait ends: moments, because virtual time stands still meanwhile.
    pen.fillStyle = colours[name];
    for (const at of [bar.start, ...bar.waits.map((wait) => wait.end)]) {
      if (at === bar.end && bar.open) continue;
      pen.fillRect(Math.min(x(at), left + width - tick), y, tick, height);
    }
    if (isHovered) {
      pen.strokeStyle = colours.ink;
      pen.lineWidth = 1.5;
      pen.strokeRect(left - 1, y - 1, width + 2, height + 2);
    }
    if (bar.failed) cross(right, y + height / 2, Math.min(height / 2, 5));
    if (height >= 11) label(bar, idx, Math.max(left, GUTTER), right, y, height);
    targets.push({ left: left - 3, right: left + width + 3, top: y, bottom: y + height, bar: idx });
  });
}

function round(left, y, width, height) {
  pen.beginPath();
  pen.roundRect(left, y, width, height, Math.min(3, height / 2));
  pen.fill();
}

// Diagonals in a part of a bar; never more than the view holds.
function hatch(left, right, y, height, colour) {
  const start = Math.max(left, GUTTER), end = Math.min(right, layout.width);
  if (end - start < 2) return;
  pen.save();
  pen.beginPath();
  pen.rect(start, y, end - start, height);
  pen.clip();
  pen.strokeStyle = colour;
  pen.globalAlpha = 0.32;
  pen.lineWidth = 1;
  pen.beginPath();
  const step = Math.max(6, height / 3);
  const first = start - height - ((start - height - left) % step);
  for (let px = first; px < end; px += step) {
    pen.moveTo(px, y + height);
    pen.lineTo(px + height, y);
  }
  pen.stroke();
  pen.restore();
}

function cross(px, y, size) {
  pen.strokeStyle = colours.error;
  pen.lineWidth = 2.5;
  line(px - size, y - size, px + size, y + size);
  line(px - size, y + size, px + size, y - size);
}

// Inside the bar if there is room, else behind it up to the next bar of the row.
function label(bar, idx, left, right, y, height) {
  let text = `${bar.name} #${bar.id}`;
  if (pen.measureText(text).width + 14 >= right - left && pen.measureText(bar.name).width + 12 < right - left) text = bar.name;
  const width = pen.measureText(text).width;
  pen.textAlign = "left";
  if (right - left > width + 11) {
    const px = left + 7;
    pen.fillStyle = colours[`${LANES[bar.lane].toLowerCase()}-soft`];
    pen.globalAlpha = 0.85;
    pen.fillRect(px - 2, y + 1, width + 5, height - 2);
    pen.globalAlpha = 1;
    pen.fillStyle = colours.ink;
    pen.fillText(text, px, y + height / 2 + 0.5);
    return;
  }
  const next = nextInRow[idx];
  const limit = next === undefined ? layout.width : x(run.bars[next].start);
  const px = Math.max(right, left + 3) + 6 + (bar.failed ? 4 : 0);
  if (px + width < limit - 4) {
    pen.fillStyle = colours.soft;
    pen.fillText(text, px, y + height / 2 + 0.5);
  }
}

const nextInRow = (() => {
  const last = new Map(), next = [];
  run.bars.forEach((bar, idx) => {
    const key = `${bar.lane}/${bar.row}`;
    if (last.has(key)) next[last.get(key)] = idx;
    last.set(key, idx);
  });
  return next;
})();

function drawArrows() {
  const touched = hovered && hovered.bar !== undefined ? arrowsOf.get(hovered.bar) : null;
  const inView = run.arrows.map((arrow, idx) => [arrow, idx]).filter(([arrow]) => isInView(arrow.start, arrow.end));
  const isCrowded = inView.length > 150;
  for (const [arrow, idx] of inView) {
    const isTouched = touched && touched.has(idx);
    // In a crowd only those of the bar under the pointer.
    if (isCrowded && !isTouched) continue;
    const from = barBox(run.bars[arrow.from]), to = barBox(run.bars[arrow.to]);
    const down = to.y > from.y;
    const x1 = x(arrow.start) + 1.5, x2 = x(arrow.end) + 1.5;
    const y1 = down ? from.y + from.height : from.y, y2 = down ? to.y - 1 : to.y + to.height + 1;
    if (Math.abs(y2 - y1) < 2) continue;
    pen.strokeStyle = pen.fillStyle = isTouched ? colours.ink : colours.arrow;
    pen.globalAlpha = touched && !isTouched ? 0.25 : 0.9;
    pen.lineWidth = isTouched ? 1.8 : 1.1;
    pen.setLineDash(arrow.kind === "back" ? [4, 3] : []);
    const bow = Math.min(Math.abs(y2 - y1) / 2, 26) * (down ? 1 : -1);
    pen.beginPath();
    pen.moveTo(x1, y1);
    pen.bezierCurveTo(x1, y1 + bow, x2, y2 - bow, x2, y2);
    pen.stroke();
    pen.setLineDash([]);
    const tipY = y2 - (down ? 5 : -5);
    pen.beginPath();
    pen.moveTo(x2, y2);
    pen.lineTo(x2 - 3.2, tipY);
    pen.lineTo(x2 + 3.2, tipY);
    pen.fill();
    pen.globalAlpha = 1;
  }
}

function drawNotes() {
  if (!keys.length) return;
  const { y, height } = layout.roll;
  const row = height / (highest - lowest + 1);
  const top = (key) => y + (highest - key) * row;
  for (let key = lowest; key <= highest; key++) {
    const isBlack = [1, 3, 6, 8, 10].includes(((key % 12) + 12) % 12);
    if (isBlack) {
      pen.fillStyle = colours.band;
      pen.fillRect(GUTTER, top(key), layout.width - GUTTER, row);
    }
    if (((key % 12) + 12) % 12 === 0) {
      pen.strokeStyle = colours.line;
      line(GUTTER, top(key) + row, layout.width, top(key) + row);
    }
  }
  // What came in lies behind what was sent, as a frame around it.
  for (const sent of [false, true]) {
    run.notes.forEach((note, idx) => {
      if (note.sent !== sent || !isInView(note.start, note.end)) return;
      const left = x(note.start), width = Math.max(x(note.end) - left, 3), noteTop = top(note.key);
      if (sent) {
        pen.fillStyle = colours.sent;
        pen.globalAlpha = 0.35 + (0.65 * Math.min(note.velocity, 127)) / 127;
        round(left, noteTop + row * 0.24, width, Math.max(row * 0.52, 1.5));
        pen.globalAlpha = 1;
      } else {
        pen.strokeStyle = colours.in;
        pen.lineWidth = 1.2;
        pen.beginPath();
        pen.roundRect(left, noteTop + 1, width, Math.max(row - 2, 2), Math.min(3, row / 2));
        pen.stroke();
      }
      targets.push({ left, right: left + width, top: noteTop, bottom: noteTop + row, note: idx });
    });
  }
}

function drawMarks() {
  markRows.forEach(([kind], row) => {
    const y = layout.marks.y + row * MARK_ROW + MARK_ROW / 2;
    pen.strokeStyle = colours.grid;
    line(GUTTER, y, layout.width, y);
    const marks = run.marks.map((mark, idx) => [mark, idx]).filter(([mark]) => mark.kind === kind && isInView(mark.at, mark.at));
    let last = -Infinity;
    marks.forEach(([mark, idx], place) => {
      const px = x(mark.at);
      targets.push({ left: px - 5, right: px + 5, top: y - 8, bottom: y + 8, mark: idx });
      // Marks that would lie on each other are drawn once.
      if (px - last < 1) return;
      last = px;
      pen.fillStyle = colours[kind] || colours.in;
      symbol(kind, px, y);
      let next = place + 1;
      while (next < marks.length && x(marks[next][0].at) - px < 1) next++;
      const text = mark.text.split("\n")[0].slice(0, 80);
      const room = (next < marks.length ? x(marks[next][0].at) : layout.width) - px - 16;
      if (pen.measureText(text).width < room) {
        pen.textAlign = "left";
        pen.fillStyle = kind === "error" ? colours.error : colours.soft;
        pen.fillText(text, px + 9, y + 0.5);
      }
    });
  });
}

function symbol(kind, px, y) {
  if (kind === "error") return cross(px, y, 4);
  pen.beginPath();
  if (kind === "parameter") {
    pen.moveTo(px, y - 5);
    pen.lineTo(px + 5, y);
    pen.lineTo(px, y + 5);
    pen.lineTo(px - 5, y);
  } else if (kind === "print") {
    pen.roundRect(px - 4, y - 4, 8, 8, 2);
  } else {
    pen.arc(px, y, 3.5, 0, 2 * Math.PI);
  }
  pen.fill();
}

function drawNames() {
  pen.textAlign = "left";
  pen.fillStyle = colours.soft;
  pen.fillText("time", 12, 13);
  if (run.tempo.some((tempo) => tempo.bpm > 0)) pen.fillText("quarter notes", 12, AXIS - 13);
  layout.lanes.forEach((lane, idx) => {
    pen.fillStyle = colours[LANES[idx].toLowerCase()];
    pen.fillRect(0, lane.y, 3, lane.height);
    if (lane.height >= 12) {
      pen.font = `600 ${FONT}`;
      pen.fillText(LANES[idx], 12, lane.y + Math.min(lane.height / 2, 16));
      pen.font = FONT;
    }
  });
  if (keys.length) {
    const row = layout.roll.height / (highest - lowest + 1);
    pen.fillStyle = colours.soft;
    pen.fillText("Notes", 12, layout.roll.y + 8);
    pen.textAlign = "right";
    let last = -Infinity;
    for (const key of [...new Set(keys)].sort((a, b) => b - a)) {
      const y = layout.roll.y + (highest - key + 0.5) * row;
      if (y - last < 12) continue;
      last = y;
      pen.fillText(keyName(key), GUTTER - 8, y);
    }
    pen.textAlign = "left";
  }
  markRows.forEach(([, name], row) => {
    pen.fillStyle = colours.soft;
    pen.fillText(name, 12, layout.marks.y + row * MARK_ROW + MARK_ROW / 2 + 0.5);
  });
  pen.strokeStyle = colours.line;
  line(GUTTER - 0.5, 0, GUTTER - 0.5, layout.height);
}

// ---- Pointer and keys.
function find(px, y) {
  for (let i = targets.length - 1; i >= 0; i--) {
    const target = targets[i];
    if (px >= target.left && px <= target.right && y >= target.top && y <= target.bottom) return target;
  }
  return null;
}

function describe(target, ms) {
  if (target.mark !== undefined) {
    const mark = run.marks[target.mark];
    const by = mark.bar === null ? "" : ` by ${run.bars[mark.bar].name} #${run.bars[mark.bar].id}`;
    return [mark.text, `${time(mark.at)}${by}`];
  }
  if (target.note !== undefined) {
    const note = run.notes[target.note];
    const end = note.open ? "never ended" : `${time(note.end - note.start)} long`;
    return [
      `${keyName(note.key)} (${note.key}), velocity ${note.velocity}`,
      `${note.sent ? "sent" : "came in"} at ${time(note.start)}, ${end}`,
    ];
  }
  const bar = run.bars[target.bar];
  const lines = [`${LANES[bar.lane]}, from ${time(bar.start)}${bar.open ? ", still there at the end" : ` to ${time(bar.end)}`}`];
  const wait = bar.waits.find((wait) => ms >= wait.start && ms <= wait.end);
  if (wait) lines.push(`waits: ${wait.reason}, from ${time(wait.start)} to ${time(wait.end)}`);
  else if (bar.waits.length) lines.push(`waits ${bar.waits.length} times`);
  for (const idx of arrowsOf.get(target.bar) || []) {
    const arrow = run.arrows[idx];
    if (arrow.kind === "back") continue;
    const other = run.bars[arrow.to === target.bar ? arrow.from : arrow.to];
    lines.push(`${arrow.to === target.bar ? "started by" : "starts"} ${other.name} #${other.id} (${ARROWS[arrow.kind]})`);
    if (lines.length > 8) break;
  }
  if (bar.failed) lines.push("ended by a script error");
  return [`${bar.name} #${bar.id}`, lines.join("\n")];
}

function hover(event) {
  const box = canvas.getBoundingClientRect();
  const target = find(event.clientX - box.left, event.clientY - box.top);
  const isSame = target && hovered && target.bar === hovered.bar && target.note === hovered.note && target.mark === hovered.mark;
  hovered = target;
  if (!isSame) draw();
  tip.hidden = !target;
  if (!target) return;
  const [title, text] = describe(target, msOf(event.clientX - box.left));
  const strong = document.createElement("strong"), em = document.createElement("em");
  strong.textContent = title;
  em.textContent = text;
  tip.replaceChildren(strong, em);
  const size = tip.getBoundingClientRect();
  const left = Math.min(event.clientX + 14, window.innerWidth - size.width - 8);
  const top = event.clientY + 18 + size.height > window.innerHeight ? event.clientY - size.height - 12 : event.clientY + 18;
  tip.style.left = `${Math.max(left, 8)}px`;
  tip.style.top = `${Math.max(top, 8)}px`;
}

function show(from, to) {
  const span = Math.min(Math.max(to - from, SMALLEST_SPAN_MS), length * 1.04);
  const start = Math.min(Math.max(from, -length * 0.02), length * 1.02 - span);
  view = { from: start, to: start + span };
  draw();
}

function zoom(factor, at = (view.from + view.to) / 2) {
  show(at - (at - view.from) * factor, at + (view.to - at) * factor);
}

function pan(part) {
  const by = (view.to - view.from) * part;
  show(view.from + by, view.to + by);
}

function showAll() {
  show(-length * 0.012, length * 1.028);
}

canvas.addEventListener("wheel", (event) => {
  event.preventDefault();
  const box = canvas.getBoundingClientRect();
  const across = event.shiftKey ? event.deltaY : event.deltaX;
  if (Math.abs(across) > Math.abs(event.shiftKey ? 0 : event.deltaY)) pan(across / 600);
  else zoom(Math.exp(Math.max(-1, Math.min(1, event.deltaY / 300))), msOf(event.clientX - box.left));
  hover(event);
}, { passive: false });

let dragged = null;
canvas.addEventListener("pointerdown", (event) => {
  dragged = { x: event.clientX, view };
  canvas.setPointerCapture(event.pointerId);
  canvas.classList.add("dragging");
});
canvas.addEventListener("pointermove", (event) => {
  if (!dragged) return hover(event);
  tip.hidden = true;
  const by = ((dragged.x - event.clientX) * (dragged.view.to - dragged.view.from)) / (layout.width - GUTTER);
  show(dragged.view.from + by, dragged.view.to + by);
});
for (const kind of ["pointerup", "pointercancel"]) {
  canvas.addEventListener(kind, () => {
    dragged = null;
    canvas.classList.remove("dragging");
  });
}
canvas.addEventListener("pointerleave", () => {
  hovered = null;
  tip.hidden = true;
  draw();
});
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const act = {
    "+": () => zoom(0.7), "=": () => zoom(0.7), "-": () => zoom(1 / 0.7), "0": showAll,
    ArrowLeft: () => pan(-0.15), ArrowRight: () => pan(0.15),
    Home: () => show(0, view.to - view.from), End: () => show(length, length + view.to - view.from),
  }[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});
document.getElementById("in").onclick = () => zoom(0.7);
document.getElementById("out").onclick = () => zoom(1 / 0.7);
document.getElementById("fit").onclick = showAll;

// ---- Facts and legend.
function words() {
  const count = (n, word) => `${n} ${word}${n === 1 ? "" : "s"}`;
  const errors = run.marks.filter((mark) => mark.kind === "error").length;
  const sent = run.notes.filter((note) => note.sent).length;
  const facts = document.getElementById("facts");
  facts.textContent = [
    `${Math.round(run.length_ms)} ms`, count(run.bars.length, "task"), `${count(run.notes.length - sent, "note")} in`, `${sent} sent`, "",
  ].join(" · ");
  const verdict = document.createElement(errors ? "b" : "span");
  verdict.textContent = errors ? count(errors, "script error") : "no script errors";
  facts.append(verdict);
  const legend = document.getElementById("legend");
  const entry = (style, text) => {
    const span = document.createElement("span"), sample = document.createElement("i");
    sample.style.cssText = style;
    span.append(sample, text);
    legend.append(span);
  };
  const hatched = (colour, soft) =>
    `background: repeating-linear-gradient(135deg, var(--${soft}) 0 3px, color-mix(in srgb, var(--${colour}) 40%, var(--${soft})) 3px 4px); border-left: 3px solid var(--${colour})`;
  entry(hatched("controller", "controller-soft"), "Controller task: solid where it runs, hatched where it waits");
  entry(hatched("processor", "processor-soft"), "Processor task");
  entry("border: 1.5px solid var(--in)", "note that comes in");
  entry("background: var(--sent)", "note that is sent");
  const keysHelp = document.createElement("span");
  keysHelp.className = "keys";
  for (const [key, text] of [["wheel", "zoom"], ["drag", "move"], ["0", "show all"]]) {
    const kbd = document.createElement("kbd");
    kbd.textContent = key;
    keysHelp.append(kbd, ` ${text} `);
  }
  legend.append(keysHelp);
}

words();
new ResizeObserver(arrange).observe(canvas.parentElement);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", arrange);
arrange();
showAll();
