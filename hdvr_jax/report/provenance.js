"use strict";
const STRIP = 11;
const KINDS = ["measured", "interpolated", "synthesised", "missing"];
const KIND_WORDS = ["measured", "filled in between measured frames", "put together from other joints", "not seen: the model's guess"];

/** One strip per joint: how its position came about in every frame. */
HDVR.ProvenanceChart = class extends HDVR.Chart {
  constructor(canvas, labels, player) {
    super(canvas, player);
    this.labels = labels;
    this.arrange();
  }

  get joints() { return this.player.content.skeletons[this.player.track.skeleton].joints; }

  arrange() {
    const height = STRIP * this.joints.length + 18;
    this.setHeight(height);
    this.labels.style.height = `${height}px`;
  }

  kind(frame, joint) {
    const { provenance } = this.player.track;
    return provenance.values[frame * provenance.shape[1] + joint];
  }

  drawContent(context, width, height, theme) {
    this.joints.forEach((_, joint) => this.drawStrip(context, joint, width, theme));
  }

  /** Runs of equal kind and confidence are drawn as one box each. */
  drawStrip(context, joint, width, theme) {
    const { frames, fps, confidence } = this.player.track;
    const [first, last] = this.player.window.map((seconds) => Math.max(0, Math.min(frames, Math.ceil(seconds * fps))));
    const state = (frame) => {
      const kind = this.kind(frame, joint);
      const sure = confidence ? confidence.values[frame * confidence.shape[1] + joint] : 1;
      return [kind, kind === 0 ? Math.round(4 * (sure || 0)) : 4];
    };
    let from = Math.max(0, first - 1);
    for (let frame = from; frame < last; frame += 1) {
      const now = state(frame);
      const next = frame + 1 < last ? state(frame + 1) : null;
      if (next && next[0] === now[0] && next[1] === now[1]) continue;
      const [left, right] = [this.x(from / fps, width), this.x((frame + 1) / fps, width)];
      context.fillStyle = theme[KINDS[now[0]]];
      context.globalAlpha = 0.3 + 0.175 * now[1];
      context.fillRect(left, joint * STRIP, Math.max(0.75, right - left), STRIP - 2);
      from = frame + 1;
    }
    context.globalAlpha = 1;
  }

  drawLabels() {
    const { context } = HDVR.prepare(this.labels);
    const theme = HDVR.theme();
    context.font = HDVR.SMALL;
    this.joints.forEach((joint, index) => {
      context.fillStyle = theme.muted;
      context.fillText(HDVR.sentence(joint), 0, index * STRIP + 8.5);
    });
  }

  describe(seconds, y) {
    const { fps, frames, confidence } = this.player.track;
    const joint = Math.floor(y / STRIP);
    if (joint < 0 || joint >= this.joints.length) return null;
    const frame = Math.min(frames - 1, Math.floor(seconds * fps));
    const kind = this.kind(frame, joint);
    const sure = confidence && kind === 0 ? `, confidence ${HDVR.percent(confidence.values[frame * this.joints.length + joint])}` : "";
    return `${HDVR.sentence(this.joints[joint])}, ${seconds.toFixed(2)} s\n${KIND_WORDS[kind]}${sure}`;
  }

  fillLegend(where) {
    const theme = HDVR.theme();
    const words = this.player.track.lifted ? KIND_WORDS : [...KIND_WORDS.slice(0, 3), "missing"];
    HDVR.legend(where, KINDS.map((kind, at) => ({ colour: theme[kind], text: HDVR.sentence(words[at]) })));
  }
};
