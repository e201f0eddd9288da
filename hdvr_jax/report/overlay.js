"use strict";
/** The 2D view: keypoints as they came in, and the 3D pose projected over them, in image pixels. */
HDVR.Overlay = class {
  constructor(canvas, player) {
    this.canvas = canvas;
    this.player = player;
    this.showInput = true;
    this.showReprojection = true;
    this.crop = true;
    this.fit();
  }

  /** The part of the image in which the dancer moves: [left, top, right, bottom]. */
  fit() {
    const { track } = this.player;
    if (!track.input) return;
    const columns = [[], []];
    const step = Math.max(1, Math.floor(track.frames / 300));
    for (let frame = 0; frame < track.frames; frame += step) {
      HDVR.pose(track.input, frame).filter(HDVR.seen).forEach((point) => point.forEach((value, axis) => columns[axis].push(value)));
    }
    const low = columns.map((values) => HDVR.quantile(values, 0.002));
    const high = columns.map((values) => HDVR.quantile(values, 0.998));
    const margin = 0.08 * Math.max(high[0] - low[0], high[1] - low[1], 1);
    this.region = [low[0] - margin, low[1] - margin, high[0] + margin, high[1] + margin];
  }

  visible() {
    const { size } = this.player.track;
    return this.crop || !size ? this.region : [0, 0, size[0], size[1]];
  }

  placer(width, height) {
    const [left, top, right, bottom] = this.visible();
    const scale = Math.min(width / (right - left), height / (bottom - top)) * 0.98;
    const [cx, cy] = [(left + right) / 2, (top + bottom) / 2];
    return ([x, y]) => [width / 2 + scale * (x - cx), height / 2 + scale * (y - cy)];
  }

  draw() {
    const { track, frame, content } = this.player;
    if (!track.input) return;
    const { context, width, height } = HDVR.prepare(this.canvas);
    const theme = HDVR.theme();
    const place = this.placer(width, height);
    this.drawFrame(context, place, theme);
    const project = (array) => HDVR.pose(array, frame).map((point) => (HDVR.seen(point) ? place(point) : null));
    if (this.showInput) this.drawInput(context, project(track.input), content.skeletons[track.inputSkeleton], theme);
    if (this.showReprojection && track.reprojection) {
      this.drawReprojection(context, project(track.reprojection), content.skeletons[track.skeleton], theme);
    }
    if (!project(track.input).some(Boolean)) {
      context.fillStyle = theme.muted;
      context.font = HDVR.FONT;
      context.textAlign = "center";
      context.fillText("Nothing was detected in this frame", width / 2, 22);
      context.textAlign = "left";
    }
  }

  drawFrame(context, place, theme) {
    const { size } = this.player.track;
    if (!size) return;
    const [left, top] = place([0, 0]);
    const [right, bottom] = place(size);
    context.strokeStyle = theme.line;
    context.lineWidth = 1;
    context.strokeRect(left, top, right - left, bottom - top);
  }

  drawInput(context, joints, skeleton, theme) {
    context.globalAlpha = 0.75;
    skeleton.bones.forEach(([child, parent]) => {
      if (!joints[child] || !joints[parent]) return;
      HDVR.line(context, joints[child], joints[parent], HDVR.sideColour(theme, skeleton.sides[child]), 3);
    });
    context.globalAlpha = 1;
    joints.forEach((at, joint) => {
      if (at) HDVR.dot(context, at, 4, HDVR.sideColour(theme, skeleton.sides[joint]), theme.card);
    });
  }

  drawReprojection(context, joints, skeleton, theme) {
    skeleton.bones.forEach(([child, parent]) => {
      if (joints[child] && joints[parent]) HDVR.line(context, joints[child], joints[parent], theme.reprojection, 1.6, [5, 4]);
    });
    joints.forEach((at) => {
      if (at) HDVR.dot(context, at, 2.6, theme.card, theme.reprojection);
    });
  }
};
