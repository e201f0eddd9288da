"use strict";
/** What is shown now (track, frame, time window) and who wants to know when it changes. */
HDVR.Player = class {
  constructor(content) {
    this.content = content;
    this.index = 0;
    this.frame = 0;
    this.playing = false;
    this.speed = 1;
    this.listeners = [];
    this.window = [0, this.duration];
    this.carry = 0;
  }

  get track() { return this.content.tracks[this.index]; }
  get frames() { return this.track.frames; }
  get fps() { return this.track.fps; }
  get duration() { return this.frames / this.fps; }
  get time() { return this.frame / this.fps; }

  listen(listener) { this.listeners.push(listener); }
  announce(change) { this.listeners.forEach((listener) => listener(change)); }

  select(index) {
    const { time } = this;
    this.index = index;
    this.window = [0, this.duration];
    this.frame = this.clamp(Math.round(time * this.fps));
    this.announce("track");
  }

  clamp(frame) { return Math.max(0, Math.min(this.frames - 1, frame)); }

  seek(frame) {
    this.frame = this.clamp(Math.round(frame));
    const [start, end] = this.window;
    if (this.time < start || this.time >= end) this.show(this.time, end - start);
    this.announce("frame");
  }

  /** Moves the charts' time window to `start`, `span` seconds wide. */
  show(start, span) {
    const width = Math.max(Math.min(1, this.duration), Math.min(span, this.duration));
    const from = Math.max(0, Math.min(start, this.duration - width));
    this.window = [from, from + width];
    this.announce("window");
  }

  zoom(factor) {
    const span = (this.window[1] - this.window[0]) * factor;
    this.show(this.time - span / 2, span);
  }

  play(playing) {
    if (playing === this.playing) return;
    this.playing = playing;
    if (playing && this.frame === this.frames - 1) this.frame = 0;
    this.announce("playing");
    if (playing) this.run();
  }

  run() {
    let last = null;
    const tick = (now) => {
      if (!this.playing) return;
      if (last !== null) this.advance((now - last) / 1000);
      last = now;
      requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
  }

  /** Lets `seconds` of the viewer's time pass; the clip starts again at its end. */
  advance(seconds) {
    this.carry += seconds * this.speed * this.fps;
    const steps = Math.floor(this.carry);
    if (steps < 1) return;
    this.carry -= steps;
    this.seek((this.frame + steps) % this.frames);
  }
};
