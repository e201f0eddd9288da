"use strict";
/** The movements that moved the genre, for and against it: a line each, which leads to the moment. */
HDVR.reasonColour = (weight) => (weight > 0 ? "measured" : "missing");

HDVR.fillReasons = (player) => {
  const { genre } = player.track;
  byId("reasons").hidden = !genre.reasons.length;
  if (!genre.reasons.length) return;
  byId("reason-heading").textContent = `What spoke for ${genre.names[genre.best]}, and what against it`;
  byId("reason-words").textContent = genre.reasonWords;
  byId("reason-caption").textContent = genre.reasonCaption;
  const most = Math.max(...genre.reasons.map(([, , , weight]) => Math.abs(weight)));
  byId("reason-list").replaceChildren(...genre.reasons.map((reason) => HDVR.reasonItem(player, reason, most)));
};

HDVR.reasonItem = (player, [type, start, end, weight], most) => {
  const { label, part, description } = player.content.movementTypes[type];
  const button = HDVR.element("button");
  button.type = "button";
  button.title = description;
  const bar = HDVR.element("span", "weight");
  const filled = HDVR.element("i");
  const width = 50 * Math.abs(weight) / most;
  filled.style.cssText = `width:${width}%;left:${weight > 0 ? 50 : 50 - width}%;background:var(--${HDVR.reasonColour(weight)})`;
  bar.append(filled);
  const when = [start, end].map((at) => (at / player.fps).toFixed(1)).join("\u2013");
  button.append(
    HDVR.element("span", "what", `${HDVR.sentence(part)}: ${label}`),
    HDVR.element("span", "muted number", `${when} s`),
    bar,
    HDVR.element("span", "number", `${weight > 0 ? "+" : "\u2212"}${Math.abs(weight).toFixed(2)}`),
  );
  button.addEventListener("click", () => player.seek(start));
  const item = HDVR.element("li");
  item.append(button);
  return item;
};

/** Thin marks over the genre chart: above where something spoke for the genre, below where against it. */
HDVR.markReasons = (chart, context, width, height, theme) => {
  const { genre, fps } = chart.player.track;
  genre.reasons.forEach(([, start, end, weight]) => {
    const [left, right] = [chart.x(start / fps, width), chart.x(end / fps, width)];
    const top = weight > 0 ? 0 : height - 4;
    context.fillStyle = theme.card;
    context.fillRect(left, top, Math.max(3, right - left), 4);
    context.fillStyle = theme[HDVR.reasonColour(weight)];
    context.fillRect(left, weight > 0 ? 0 : height - 3, Math.max(2, right - left - 1), 3);
  });
};
