"use strict";
const DANCER_STRIP = 18;

/** One strip per dancer: when they were seen, and the intervals after which they may have been taken for another. */
HDVR.IdentityChart = class extends HDVR.Chart {
  constructor(canvas, labels, player) {
    super(canvas, player);
    this.labels = labels;
    const height = DANCER_STRIP * player.content.tracks.length + 18;
    this.setHeight(height);
    this.labels.style.height = `${height}px`;
  }

  drawContent(context, width, height, theme) {
    const { tracks, risks } = this.player.content;
    tracks.forEach((track, index) => {
      context.fillStyle = theme.measured;
      context.globalAlpha = index === this.player.index ? 0.75 : 0.4;
      track.seen.forEach(([start, end]) => this.box(context, start, end, index, width));
    });
    risks.forEach((risk) => {
      context.fillStyle = theme.missing;
      context.globalAlpha = 0.25 + 0.75 * risk.score;
      risk.tracks.forEach((index) => this.box(context, risk.start, risk.end, index, width));
    });
    context.globalAlpha = 1;
  }

  /** A box over frames `start` to `end` in a dancer's strip. */
  box(context, start, end, index, width) {
    const { fps } = this.player;
    const [left, right] = [this.x(start / fps, width), this.x(end / fps, width)];
    context.fillRect(left, index * DANCER_STRIP + 2, Math.max(1.5, right - left), DANCER_STRIP - 5);
  }

  drawLabels() {
    const { context } = HDVR.prepare(this.labels);
    const theme = HDVR.theme();
    context.font = HDVR.SMALL;
    this.player.content.tracks.forEach((track, index) => {
      context.fillStyle = index === this.player.index ? theme.ink : theme.muted;
      context.fillText(track.label, 0, index * DANCER_STRIP + 12);
    });
  }

  describe(seconds, y) {
    const index = Math.floor(y / DANCER_STRIP);
    const { tracks, risks } = this.player.content;
    if (index < 0 || index >= tracks.length) return null;
    const frame = Math.floor(seconds * this.player.fps);
    const here = risks.filter((risk) => risk.tracks.includes(index) && frame >= risk.start && frame < risk.end);
    const told = here.map((risk) => `doubtful (score ${HDVR.digits(risk.score, 2)} of 1): ${risk.reason}`);
    return [`${tracks[index].label}, ${seconds.toFixed(2)} s`, ...told].join("\n");
  }

  fillLegend(where) {
    const theme = HDVR.theme();
    HDVR.legend(where, [
      { colour: theme.measured, text: "seen" },
      { colour: theme.missing, text: "may have been taken for another afterwards" },
    ]);
  }
};
