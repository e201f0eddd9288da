"use strict";
/** What the three charts share: a time axis, a playhead, seeking by click or drag, hovering. */
HDVR.Chart = class {
  constructor(canvas, player) {
    this.canvas = canvas;
    this.player = player;
    this.listen();
  }

  /** Seconds -> x on the canvas. */
  x(seconds, width) {
    const [start, end] = this.player.window;
    return width * (seconds - start) / (end - start);
  }

  timeAt(event) {
    const box = this.canvas.getBoundingClientRect();
    const [start, end] = this.player.window;
    return start + (end - start) * Math.max(0, Math.min(1, (event.clientX - box.left) / box.width));
  }

  setHeight(pixels) {
    this.canvas.style.height = `${pixels}px`;
  }

  /** Seconds between ticks so that their labels stand apart. */
  tick(width) {
    const [start, end] = this.player.window;
    const least = (end - start) * 70 / width;
    return [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800].find((step) => step >= least) || 3600;
  }

  label(seconds, step) {
    if (step < 1) return `${seconds.toFixed(1)} s`;
    const whole = Math.round(seconds);
    return this.player.duration < 120 ? `${whole} s` : `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
  }

  drawTicks(context, width, height, theme) {
    const [start, end] = this.player.window;
    const step = this.tick(width);
    context.font = HDVR.SMALL;
    for (let at = Math.ceil(start / step - 1e-9) * step; at <= end + 1e-9; at += step) {
      const x = Math.min(width - 0.5, Math.max(0.5, this.x(at, width)));
      HDVR.line(context, [x, 0], [x, height - 16], theme.line, 1);
      context.fillStyle = theme.muted;
      context.textAlign = x < 14 ? "left" : x > width - 16 ? "right" : "center";
      context.fillText(this.label(at, step), x, height - 3);
    }
    context.textAlign = "left";
  }

  drawPlayhead(context, width, height, theme) {
    const x = this.x((this.player.frame + 0.5) / this.player.fps, width);
    if (x < 0 || x > width) return;
    HDVR.line(context, [x, 0], [x, height - 16], theme.playhead, 1.5);
  }

  /** Draws what changes only with track, window or size once, and the playhead over it each frame. */
  draw(renew = true) {
    const box = this.canvas.getBoundingClientRect();
    if (box.width < 2) return;
    if (renew || !this.still || this.stillWidth !== box.width) {
      const { context, width, height } = HDVR.prepare(this.canvas);
      const theme = HDVR.theme();
      if (this.opaque) this.drawContent(context, width, height - 18, theme);
      this.drawTicks(context, width, height, theme);
      if (!this.opaque) this.drawContent(context, width, height - 18, theme);
      this.still = this.still || document.createElement("canvas");
      this.still.width = this.canvas.width;
      this.still.height = this.canvas.height;
      this.still.getContext("2d").drawImage(this.canvas, 0, 0);
      this.stillWidth = box.width;
    }
    const { context, width, height } = HDVR.prepare(this.canvas);
    context.drawImage(this.still, 0, 0, width, height);
    this.drawPlayhead(context, width, height, HDVR.theme());
  }

  listen() {
    const { canvas } = this;
    const seek = (event) => this.player.seek(Math.floor(this.timeAt(event) * this.player.fps));
    canvas.addEventListener("pointerdown", (event) => {
      this.dragging = true;
      if (event.isTrusted) canvas.setPointerCapture(event.pointerId);
      seek(event);
    });
    canvas.addEventListener("pointermove", (event) => {
      if (this.dragging) seek(event);
      const box = canvas.getBoundingClientRect();
      const text = this.describe(this.timeAt(event), event.clientY - box.top, box.height - 18);
      if (text) HDVR.tip.show(text, event);
      else HDVR.tip.hide();
    });
    ["pointerup", "pointercancel"].forEach((name) => canvas.addEventListener(name, () => { this.dragging = false; }));
    canvas.addEventListener("pointerleave", () => HDVR.tip.hide());
    canvas.addEventListener("wheel", (event) => {
      const [start, end] = this.player.window;
      if (event.ctrlKey) this.player.zoom(Math.exp(0.002 * event.deltaY));
      else if (event.deltaX || event.shiftKey) this.player.show(start + (event.deltaX || event.deltaY) * (end - start) / 600, end - start);
      else return;
      event.preventDefault();
    }, { passive: false });
  }
};

/** Genre probabilities stacked to one over time. */
HDVR.GenreChart = class extends HDVR.Chart {
  get opaque() { return true; }

  shares(frame) { return HDVR.row(this.player.track.genre.probabilities, frame); }

  drawContent(context, width, height, theme) {
    const { genre, frames, fps } = this.player.track;
    const [start, end] = this.player.window.map((seconds) => Math.max(0, Math.min(frames - 1, Math.floor(seconds * fps))));
    const step = Math.max(1, Math.floor((end - start) / width));
    const columns = [];
    for (let frame = start; frame <= end; frame += step) columns.push([this.x((frame + 0.5) / fps, width), this.shares(frame)]);
    columns.unshift([this.x(start / fps, width), this.shares(start)]);
    columns.push([this.x((end + 1) / fps, width), this.shares(end)]);
    const base = columns.map(() => 0);
    genre.names.forEach((_, index) => {
      context.beginPath();
      columns.forEach(([x], at) => context.lineTo(x, height * base[at]));
      columns.forEach(([, share], at) => { base[at] += share[index] || 0; });
      for (let at = columns.length - 1; at >= 0; at -= 1) context.lineTo(columns[at][0], height * base[at]);
      context.fillStyle = theme[HDVR.paletteName(index)];
      context.globalAlpha = index === genre.best ? 0.95 : 0.6;
      context.fill();
      context.globalAlpha = 1;
      context.strokeStyle = theme.card;
      context.lineWidth = 0.8;
      context.stroke();
    });
    HDVR.markReasons(this, context, width, height, theme);
  }

  describe(seconds) {
    const { genre, frames, fps } = this.player.track;
    const shares = this.shares(Math.min(frames - 1, Math.floor(seconds * fps)));
    const order = shares.map((_, index) => index).sort((a, b) => shares[b] - shares[a]).slice(0, 3);
    return `${seconds.toFixed(2)} s\n${order.map((index) => `${genre.names[index]} ${HDVR.percent(shares[index])}`).join("\n")}`;
  }

  drawLegend(list) {
    const { track, frame } = this.player;
    const shares = this.shares(frame);
    const best = shares.indexOf(Math.max(...shares));
    list.replaceChildren(...track.genre.names.map((name, index) => {
      const item = HDVR.element("li", index === best ? "top-genre" : "");
      const swatch = HDVR.element("i");
      swatch.style.background = `var(--${HDVR.paletteName(index)})`;
      item.append(swatch, HDVR.element("span", "grow", name), HDVR.element("span", "", HDVR.percent(shares[index])));
      return item;
    }));
  }
};
