"use strict";
const PRESETS = { front: [0, 0.06], side: [-Math.PI / 2, 0.06], top: [0, Math.PI / 2 - 0.02], start: [-0.5, 0.2] };

/** The 3D view: points are metres with x right, y up and z towards the viewer. */
HDVR.Scene = class {
  constructor(canvas, player) {
    this.canvas = canvas;
    this.player = player;
    this.follow = false;
    this.reset();
    this.fit();
    this.listen();
  }

  reset() {
    [this.yaw, this.pitch] = PRESETS.start;
    this.magnify = 1;
  }

  preset(name) {
    [this.yaw, this.pitch] = PRESETS[name];
    this.draw();
  }

  /** Chooses centre, size and floor from where all dancers are during the clip. */
  fit() {
    const { track, content } = this.player;
    const columns = [[], [], []];
    content.tracks.forEach(({ points, frames }) => {
      const step = Math.max(1, Math.floor(frames / 300));
      for (let frame = 0; frame < frames; frame += step) {
        HDVR.pose(points, frame).filter(HDVR.seen).forEach((point) => point.forEach((value, axis) => columns[axis].push(value)));
      }
    });
    const low = columns.map((values) => HDVR.quantile(values, 0.003) || 0);
    const high = columns.map((values) => HDVR.quantile(values, 0.997) || 0);
    this.floor = Number.isFinite(track.floor) ? track.floor : low[1];
    this.home = low.map((value, axis) => (value + high[axis]) / 2);
    const spread = Math.max(high[0] - low[0], high[2] - low[2]);
    this.follow = spread > 4.5;
    // Whoever stands nearer than the centre is drawn larger.
    this.size = Math.max(high[1] - low[1], 0.6) + 0.3 * Math.min(spread, 4.5);
  }

  target(frame) {
    if (!this.follow) return this.home;
    const { track } = this.player;
    const sum = [0, 0, 0];
    let count = 0;
    for (let at = Math.max(0, frame - 15); at <= Math.min(track.frames - 1, frame + 15); at += 3) {
      const root = HDVR.row(track.points, at, this.player.content.skeletons[track.skeleton].root);
      if (HDVR.seen(root)) {
        root.forEach((value, axis) => { sum[axis] += value; });
        count += 1;
      }
    }
    return count ? [sum[0] / count, this.home[1], sum[2] / count] : this.home;
  }

  /** Function from a point in metres to [x, y, nearness] on the canvas. */
  projector(width, height, frame) {
    const centre = this.target(frame);
    const [sinYaw, cosYaw] = [Math.sin(this.yaw), Math.cos(this.yaw)];
    const [sinPitch, cosPitch] = [Math.sin(this.pitch), Math.cos(this.pitch)];
    const distance = 3.2 * this.size;
    const focal = this.magnify * 2.7 * Math.min(height, 1.1 * width);
    return (point) => {
      const [dx, dy, dz] = point.map((value, axis) => value - centre[axis]);
      const x = cosYaw * dx + sinYaw * dz;
      const away = cosYaw * dz - sinYaw * dx;
      const y = cosPitch * dy - sinPitch * away;
      const depth = Math.max(0.05 * distance, distance - (sinPitch * dy + cosPitch * away));
      return [width / 2 + focal * x / depth, height / 2 - focal * y / depth, distance / depth];
    };
  }

  /** Joints of the selected dancer on the canvas, used by drawing and by the self-check. */
  projectedPose(frame) {
    const box = this.canvas.getBoundingClientRect();
    const project = this.projector(box.width, box.height, frame);
    return HDVR.pose(this.player.track.points, frame).map((point) => (HDVR.seen(point) ? project(point) : [NaN, NaN, NaN]));
  }

  draw() {
    const { context, width, height } = HDVR.prepare(this.canvas);
    const theme = HDVR.theme();
    const { frame, index, content, track } = this.player;
    const project = this.projector(width, height, frame);
    this.drawFloor(context, project, theme);
    content.tracks.forEach((other, at) => {
      const same = Math.round(frame * other.fps / track.fps);
      if (at === index || same >= other.frames) return;
      this.drawPath(context, project, theme.ghost, other, same);
      this.drawBody(context, project, theme, other, same, true);
    });
    this.drawPath(context, project, theme.accent, track, frame);
    this.drawShadow(context, project, theme);
    this.drawBody(context, project, theme, track, frame, false);
  }

  drawFloor(context, project, theme) {
    const [cx, , cz] = this.target(this.player.frame).map((value) => Math.round(2 * value) / 2);
    const reach = Math.min(6, Math.max(1.5, Math.ceil(2 * this.size * 0.85) / 2));
    for (let offset = -reach; offset <= reach + 1e-6; offset += 0.5) {
      const strong = Number.isInteger(offset) ? 1.2 : 0.6;
      HDVR.line(context, project([cx + offset, this.floor, cz - reach]), project([cx + offset, this.floor, cz + reach]), theme.floor, strong);
      HDVR.line(context, project([cx - reach, this.floor, cz + offset]), project([cx + reach, this.floor, cz + offset]), theme.floor, strong);
    }
  }

  /** The way of the hips over the floor during the second around the frame. */
  drawPath(context, project, colour, track, frame) {
    const span = Math.round(track.fps);
    let last = null;
    for (let at = Math.max(0, frame - span); at <= Math.min(track.frames - 1, frame); at += 1) {
      const root = HDVR.row(track.points, at, this.player.content.skeletons[track.skeleton].root);
      const here = HDVR.seen(root) ? project([root[0], this.floor, root[2]]) : null;
      context.globalAlpha = 0.15 + 0.85 * (1 - (frame - at) / span);
      if (last && here) HDVR.line(context, last, here, colour, 1.5);
      last = here;
    }
    context.globalAlpha = 1;
  }

  drawShadow(context, project, theme) {
    const { frame, track, content } = this.player;
    const pose = HDVR.pose(track.points, frame);
    context.globalAlpha = 0.13;
    content.skeletons[track.skeleton].bones.forEach(([child, parent]) => {
      if (!HDVR.seen(pose[child]) || !HDVR.seen(pose[parent])) return;
      const flat = [pose[child], pose[parent]].map(([x, , z]) => project([x, this.floor, z]));
      HDVR.line(context, flat[0], flat[1], theme.ink, 4 * flat[0][2]);
    });
    context.globalAlpha = 1;
  }

  drawBody(context, project, theme, track, frame, ghost) {
    const skeleton = this.player.content.skeletons[track.skeleton];
    const screen = HDVR.pose(track.points, frame).map((point) => (HDVR.seen(point) ? project(point) : null));
    const thickness = Math.max(2.5, Math.min(7, 3.2 * this.canvas.getBoundingClientRect().height / 420)) * Math.sqrt(this.magnify);
    const near = (bone) => (screen[bone[0]] && screen[bone[1]] ? screen[bone[0]][2] + screen[bone[1]][2] : -1);
    const bones = skeleton.bones.filter((bone) => near(bone) > 0).sort((a, b) => near(a) - near(b));
    bones.forEach(([child, parent]) => {
      const colour = ghost ? theme.ghost : HDVR.sideColour(theme, skeleton.sides[child]);
      HDVR.line(context, screen[child], screen[parent], theme.card, (thickness + 3) * screen[child][2]);
      HDVR.line(context, screen[child], screen[parent], colour, thickness * screen[child][2]);
    });
    if (ghost) return;
    screen.forEach((at, joint) => {
      if (!at) return;
      const colour = HDVR.sideColour(theme, skeleton.sides[joint]);
      const guessed = track.lifted && [1, 3].includes(track.provenance.values[frame * track.provenance.shape[1] + joint]);
      HDVR.dot(context, at, 0.85 * thickness * at[2], guessed ? theme.card : colour, guessed ? colour : theme.card);
    });
  }

  listen() {
    const { canvas } = this;
    canvas.addEventListener("pointerdown", (event) => {
      this.drag = [event.clientX, event.clientY];
      canvas.classList.add("turning");
      if (event.isTrusted) canvas.setPointerCapture(event.pointerId);
    });
    canvas.addEventListener("pointermove", (event) => {
      if (!this.drag) return;
      this.yaw += 0.009 * (event.clientX - this.drag[0]);
      this.pitch = Math.max(-0.3, Math.min(Math.PI / 2 - 0.02, this.pitch + 0.009 * (event.clientY - this.drag[1])));
      this.drag = [event.clientX, event.clientY];
      this.draw();
    });
    ["pointerup", "pointercancel"].forEach((name) => canvas.addEventListener(name, () => {
      this.drag = null;
      canvas.classList.remove("turning");
    }));
    canvas.addEventListener("wheel", (event) => {
      event.preventDefault();
      this.magnify = Math.max(0.3, Math.min(6, this.magnify * Math.exp(-0.0015 * event.deltaY)));
      this.draw();
    }, { passive: false });
    canvas.addEventListener("dblclick", () => {
      this.reset();
      this.draw();
    });
  }
};
