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
  const most = Math.max(...genre.reasons.map(([, , , weight]) => Math.abs(weight)));
  if (genre.reasons.length) {
    context.fillStyle = theme.card;
    [0, height - 4].forEach((top) => context.fillRect(0, top, width, 4));
  }
  genre.reasons.forEach(([, start, end, weight]) => {
    const [left, right] = [chart.x(start / fps, width), chart.x(end / fps, width)];
    context.fillStyle = theme[HDVR.reasonColour(weight)];
    context.globalAlpha = 0.2 + 0.8 * Math.abs(weight) / most;
    context.fillRect(left, weight > 0 ? 0 : height - 3, Math.max(2, right - left - 1), 3);
  });
  context.globalAlpha = 1;
};

/** Weight of a segment of the movement chart as a reason for the genre; 0 where it is none. */
HDVR.reasonWeight = (track, [type, start, end]) => {
  const same = (reason) => reason[0] === type && reason[1] === start && reason[2] === end;
  const found = track.genre && track.genre.reasons.find(same);
  return found ? found[3] : 0;
};
