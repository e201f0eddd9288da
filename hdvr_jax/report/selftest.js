"use strict";
/** Checks of the page by itself (report.html#test), through the handlers that a person's actions reach. */
HDVR.selfTest = (page, errors) => {
  const { player, scene } = page;
  const canvas = scene.canvas;
  const pointer = (type, x, y, target = canvas) => {
    const box = target.getBoundingClientRect();
    target.dispatchEvent(new PointerEvent(type, { clientX: box.left + x, clientY: box.top + y, pointerId: 1, bubbles: true }));
  };
  const key = (name) => document.dispatchEvent(new KeyboardEvent("keydown", { key: name, bubbles: true }));
  const checks = {};
  checks.upright = HDVR.isUpright(page);
  checks.moves = HDVR.largestMove(page);
  checks.travels = HDVR.wayOfHips(page);
  checks.floor = scene.floor;
  player.seek(Math.floor(player.frames / 2));
  const before = scene.projectedPose(player.frame);
  pointer("pointerdown", 100, 100);
  pointer("pointermove", 260, 120);
  pointer("pointerup", 260, 120);
  const after = scene.projectedPose(player.frame);
  checks.turned = Math.max(...before.map(([x, y], joint) => Math.hypot(x - after[joint][0], y - after[joint][1]) || 0));
  checks.painted = HDVR.paintedShare(canvas);
  player.seek(0);
  key("ArrowRight");
  checks.stepped = player.frame;
  key(" ");
  checks.playing = player.playing;
  player.advance(0.5);
  checks.played = player.frame;
  key(" ");
  const chart = byId("movement-chart");
  pointer("pointerdown", chart.clientWidth / 2, 10, chart);
  pointer("pointerup", chart.clientWidth / 2, 10, chart);
  checks.sought = player.time / player.duration;
  byId("reason-list").querySelector("button")?.click();
  checks.reason = [player.frame, byId("reason-list").textContent, byId("reason-words").textContent];
  if (page.content.tracks.length > 1) player.select(1);
  checks.identity = HDVR.paintedShare(byId("identity-chart"));
  checks.overflow = document.documentElement.scrollWidth - innerWidth;
  checks.scripts = document.scripts.length;
  checks.errors = errors;
  const result = HDVR.element("pre", "", JSON.stringify(checks));
  result.id = "self-test";
  document.body.append(result);
};

/** Frames, as a share, in which the head is drawn above the hips and the hips above the feet. */
HDVR.isUpright = ({ player, scene, content }) => {
  const { joints } = content.skeletons[player.track.skeleton];
  const find = (pattern) => joints.map((name, index) => [name, index]).filter(([name]) => pattern.test(name)).map(([, index]) => index);
  const [heads, hips, feet] = [find(/head|nose/), find(/hip/), find(/ankle|foot|toe/)];
  let [upright, counted] = [0, 0];
  for (let frame = 0; frame < player.frames; frame += Math.max(1, Math.floor(player.frames / 60))) {
    const pose = scene.projectedPose(frame);
    const height = (group) => group.reduce((sum, joint) => sum + pose[joint][1], 0) / group.length;
    if (!Number.isFinite(height(heads) + height(hips) + height(feet))) continue;
    counted += 1;
    upright += height(heads) < height(hips) && height(hips) < height(feet) ? 1 : 0;
  }
  return counted ? upright / counted : 0;
};

/** Largest distance in metres of a joint between the first frame and others. */
HDVR.largestMove = ({ player }) => {
  const first = HDVR.pose(player.track.points, 0);
  let most = 0;
  for (let frame = 0; frame < player.frames; frame += Math.max(1, Math.floor(player.frames / 20))) {
    HDVR.pose(player.track.points, frame).forEach((point, joint) => {
      most = Math.max(most, Math.hypot(...point.map((value, axis) => value - first[joint][axis])) || 0);
    });
  }
  return most;
};

/** Distance in metres over the floor between the two places of the hips that are farthest apart. */
HDVR.wayOfHips = ({ player, content }) => {
  const { root } = content.skeletons[player.track.skeleton];
  const places = [];
  for (let frame = 0; frame < player.frames; frame += Math.max(1, Math.floor(player.frames / 40))) {
    const place = HDVR.row(player.track.points, frame, root);
    if (HDVR.seen(place)) places.push(place);
  }
  return Math.max(0, ...places.flatMap(([x, , z]) => places.map((other) => Math.hypot(x - other[0], z - other[2]))));
};

/** Share of a canvas's pixels that are not empty. */
HDVR.paintedShare = (canvas) => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let painted = 0;
  for (let at = 3; at < data.length; at += 4) painted += data[at] > 0 ? 1 : 0;
  return painted / (data.length / 4);
};
