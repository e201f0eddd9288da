"use strict";
const LANE = 15;
const ROW_GAP = 5;

/** Movements of the sixteen body parts: a row each, with lanes where several happen at once. */
HDVR.MovementChart = class extends HDVR.Chart {
  constructor(canvas, labels, player) {
    super(canvas, player);
    this.labels = labels;
    this.arrange();
  }

  /** Places every segment on the first free lane of its part's row. */
  arrange() {
    const { parts, movementTypes } = this.player.content;
    this.rows = parts.map((part) => ({ part, lanes: [], items: [] }));
    this.player.track.movements.segments.forEach(([type, start, end, probability]) => {
      const weight = HDVR.reasonWeight(this.player.track, [type, start, end]);
      const row = this.rows[parts.indexOf(movementTypes[type].part)];
      let lane = row.lanes.findIndex((until) => until <= start);
      if (lane < 0) lane = row.lanes.push(0) - 1;
      row.lanes[lane] = end;
      row.items.push({ type, start, end, probability, lane, weight });
    });
    let top = 0;
    this.rows.forEach((row) => {
      row.top = top;
      row.height = LANE * Math.max(1, row.lanes.length);
      top += row.height + ROW_GAP;
    });
    this.setHeight(top + 18);
    this.labels.style.height = `${top + 18}px`;
  }

  get genreName() {
    const { genre } = this.player.track;
    return genre.names[genre.best];
  }

  colour(theme, type) {
    return theme[HDVR.paletteName(this.player.content.movementTypes[type].rank)];
  }

  drawContent(context, width, height, theme) {
    context.font = HDVR.SMALL;
    this.rows.forEach((row, index) => {
      context.fillStyle = theme.soft;
      context.globalAlpha = index % 2 ? 0.35 : 1;
      context.fillRect(0, row.top, width, row.height);
      context.globalAlpha = 1;
      row.items.forEach((item) => this.drawSegment(context, row, item, width, theme));
    });
  }

  drawSegment(context, row, item, width, theme) {
    const { fps, content } = this.player;
    const [left, right] = [this.x(item.start / fps, width), this.x(item.end / fps, width)];
    if (right < 0 || left > width) return;
    const [from, to] = [Math.max(left, -4), Math.min(right, width + 4)];
    const top = row.top + item.lane * LANE + 0.5;
    const colour = this.colour(theme, item.type);
    context.fillStyle = colour;
    context.globalAlpha = 0.16 + 0.34 * item.probability;
    context.fillRect(from, top, Math.max(1.5, to - from - 1), LANE - 1.5);
    context.globalAlpha = 1;
    context.fillRect(from, top, Math.min(3, Math.max(1.5, to - from - 1)), LANE - 1.5);
    if (item.weight) {
      context.fillStyle = theme[HDVR.reasonColour(item.weight)];
      context.fillRect(from, top + LANE - 4, Math.max(1.5, to - from - 1), 2.5);
    }
    const start = Math.max(from, 0) + 6;
    const text = HDVR.fitText(context, content.movementTypes[item.type].label, to - start - 3);
    context.fillStyle = theme.ink;
    if (text) context.fillText(text, start, top + LANE - 4.5);
  }

  /** Part names beside the rows, with what the part does at the moment. */
  drawLabels() {
    const { context, width } = HDVR.prepare(this.labels);
    const theme = HDVR.theme();
    this.rows.forEach((row) => {
      const active = row.items.filter((item) => item.start <= this.player.frame && this.player.frame < item.end);
      const name = HDVR.sentence(row.part);
      context.font = HDVR.FONT;
      context.fillStyle = active.length ? theme.ink : theme.muted;
      context.fillText(name, 0, row.top + 11.5);
      if (!active.length) return;
      HDVR.dot(context, [width - 11, row.top + 7.5], 3, theme.accent);
      if (row.lanes.length < 2) return;
      context.font = HDVR.SMALL;
      context.fillStyle = theme.accent;
      const now = active.map((item) => this.player.content.movementTypes[item.type].label).join(", ");
      context.fillText(HDVR.fitText(context, now, width - 18), 0, row.top + 25);
    });
  }

  describe(seconds, y) {
    const frame = seconds * this.player.fps;
    const row = this.rows.find(({ top, height }) => y >= top && y < top + height);
    if (!row) return null;
    const lane = Math.floor((y - row.top) / LANE);
    const slack = 3 * (this.player.window[1] - this.player.window[0]) * this.player.fps / this.canvas.clientWidth;
    const item = row.items.find((one) => one.lane === lane && one.start - slack <= frame && frame < one.end + slack);
    if (!item) return `${HDVR.sentence(row.part)}\nno movement recognised`;
    const { label, description } = this.player.content.movementTypes[item.type];
    const [from, to] = [item.start, item.end].map((at) => (at / this.player.fps).toFixed(2));
    const sure = this.player.track.movements.source === "model" ? `\nprobability ${HDVR.percent(item.probability)}` : "";
    const spoke = item.weight ? `\nspoke ${item.weight > 0 ? "for" : "against"} ${this.genreName}: ${item.weight.toFixed(2)}` : "";
    return `${HDVR.sentence(row.part)}: ${label}\n${from} \u2013 ${to} s${sure}${spoke}\n${description}`;
  }

  /** Every movement with how often and how long it was seen. */
  fillTable(where) {
    const { movementTypes } = this.player.content;
    const sums = new Map();
    this.player.track.movements.segments.forEach(([type, start, end]) => {
      const sum = sums.get(type) || { count: 0, seconds: 0, longest: 0 };
      const seconds = (end - start) / this.player.fps;
      sums.set(type, { count: sum.count + 1, seconds: sum.seconds + seconds, longest: Math.max(sum.longest, seconds) });
    });
    const order = this.player.content.parts;
    const rows = [...sums].sort(([a], [b]) => order.indexOf(movementTypes[a].part) - order.indexOf(movementTypes[b].part) || sums.get(b).seconds - sums.get(a).seconds);
    where.replaceChildren(HDVR.table(
      ["Body part", "Movement", "#Times", "#Seconds", "#Longest (s)"],
      rows.map(([type, sum]) => [HDVR.sentence(movementTypes[type].part), movementTypes[type].label, sum.count, sum.seconds.toFixed(1), sum.longest.toFixed(2)]),
    ));
  }
};
