"use strict";
/** Colours of the theme in use, by name without the dashes. */
HDVR.theme = () => {
  const style = getComputedStyle(document.documentElement);
  return new Proxy({}, { get: (_, name) => style.getPropertyValue(`--${String(name)}`).trim() });
};

HDVR.PALETTE = ["c0", "c4", "c6", "c2", "c7", "c1", "c5", "c8", "c3"];
HDVR.paletteName = (index) => HDVR.PALETTE[index % HDVR.PALETTE.length];

/** Context of a canvas sized to its box at the screen's resolution, cleared; units are CSS pixels. */
HDVR.prepare = (canvas) => {
  const box = canvas.getBoundingClientRect();
  const ratio = window.devicePixelRatio || 1;
  const width = Math.max(1, Math.round(box.width * ratio));
  const height = Math.max(1, Math.round(box.height * ratio));
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, box.width, box.height);
  return { context, width: box.width, height: box.height };
};

HDVR.FONT = '12px system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif';
HDVR.SMALL = '11px system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif';

HDVR.line = (context, from, to, colour, width, dash = []) => {
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.lineCap = "round";
  context.setLineDash(dash);
  context.beginPath();
  context.moveTo(from[0], from[1]);
  context.lineTo(to[0], to[1]);
  context.stroke();
  context.setLineDash([]);
};

HDVR.dot = (context, at, radius, fill, stroke = null) => {
  context.beginPath();
  context.arc(at[0], at[1], radius, 0, 2 * Math.PI);
  if (fill) {
    context.fillStyle = fill;
    context.fill();
  }
  if (stroke) {
    context.strokeStyle = stroke;
    context.lineWidth = 1.5;
    context.stroke();
  }
};

/** Colour of a bone or joint by the side of the body: "l", "r" or "c". */
HDVR.sideColour = (theme, side) => ({ l: theme.left, r: theme.right }[side] || theme.mid);

/** Text cut with an ellipsis to fit, or "" where nothing useful fits. */
HDVR.fitText = (context, text, room) => {
  if (context.measureText(text).width <= room) return text;
  let length = Math.floor(text.length * room / context.measureText(text).width);
  while (length > 3 && context.measureText(`${text.slice(0, length)}\u2026`).width > room) length -= 1;
  return length > 3 ? `${text.slice(0, length).trimEnd()}\u2026` : "";
};

HDVR.element = (tag, className, text) => {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
};

/** Legend entries [{colour, text}] put into `where`. */
HDVR.legend = (where, entries) => {
  where.replaceChildren(...entries.map(({ colour, text, ring }) => {
    const item = HDVR.element("span");
    if (colour) {
      const swatch = HDVR.element("i");
      if (ring) swatch.style.cssText = `border:1.5px solid ${colour};border-radius:50%;width:8px`;
      else swatch.style.background = colour;
      item.append(swatch);
    }
    item.append(text);
    return item;
  }));
};

HDVR.tip = {
  show(text, event) {
    const tip = document.getElementById("tip");
    tip.textContent = text;
    tip.hidden = false;
    const box = tip.getBoundingClientRect();
    tip.style.left = `${Math.max(6, Math.min(event.clientX + 14, innerWidth - box.width - 8))}px`;
    tip.style.top = `${Math.max(6, event.clientY - box.height - 10)}px`;
  },
  hide() { document.getElementById("tip").hidden = true; },
};

/** A table element; a heading that starts with "#" marks a column of numbers. */
HDVR.table = (headings, rows) => {
  const table = HDVR.element("table");
  const numeric = headings.map((heading) => heading.startsWith("#"));
  const line = (cells, tag) => {
    const made = HDVR.element("tr");
    cells.forEach((cell, at) => made.append(HDVR.element(tag, numeric[at] ? "number" : "", String(cell).replace(tag === "th" ? /^#/ : /$^/, ""))));
    return made;
  };
  const head = HDVR.element("thead");
  head.append(line(headings, "th"));
  const body = HDVR.element("tbody");
  body.append(...rows.map((row) => line(row, "td")));
  table.append(head, body);
  return table;
};
