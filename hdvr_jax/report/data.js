"use strict";
// One namespace for the page; every file adds to it.
const HDVR = {};

/** Bytes of a base64 string. */
HDVR.bytes = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));

/** Array packed by packing.py -> {shape, values}; missing values are NaN. */
HDVR.unpack = (packed) => {
  if (!packed) return null;
  const raw = HDVR.bytes(packed.data);
  const small = packed.type === "u8";
  const whole = small ? raw : new Int16Array(raw.buffer);
  const missing = small ? 255 : -32768;
  const values = new Float32Array(whole.length);
  for (let i = 0; i < whole.length; i += 1) values[i] = whole[i] === missing ? NaN : whole[i] * packed.step;
  return { shape: packed.shape, values };
};

/** The row of the last axis at the given leading indices, as a plain array. */
HDVR.row = (array, ...indices) => {
  const width = array.shape[array.shape.length - 1];
  let at = 0;
  indices.forEach((index, axis) => { at = at * array.shape[axis] + index; });
  return Array.from(array.values.subarray(at * width, (at + 1) * width));
};

/** All joints of one frame: a list of coordinates. */
HDVR.pose = (array, frame) => {
  const joints = [];
  for (let joint = 0; joint < array.shape[1]; joint += 1) joints.push(HDVR.row(array, frame, joint));
  return joints;
};

HDVR.seen = (point) => point.every(Number.isFinite);

const UNPACKED = ["points", "input", "reprojection", "errorPx", "errorBody", "provenance", "confidence"];

HDVR.decodeTrack = (track) => {
  const decoded = { ...track };
  UNPACKED.forEach((field) => { decoded[field] = HDVR.unpack(track[field]); });
  if (track.genre) decoded.genre = { ...track.genre, probabilities: HDVR.unpack(track.genre.probabilities) };
  return decoded;
};

/** The page's content as written by payload.py, with arrays unpacked. */
HDVR.load = () => {
  const content = JSON.parse(document.getElementById("payload").textContent);
  content.tracks = content.tracks.map(HDVR.decodeTrack);
  return content;
};

HDVR.median = (values) => {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  return sorted.length ? sorted[sorted.length >> 1] : NaN;
};

HDVR.quantile = (values, share) => {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  return sorted.length ? sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] : NaN;
};

/** Number with a fixed count of digits, or a dash where there is none. */
HDVR.digits = (value, count) => (Number.isFinite(value) ? value.toFixed(count) : "\u2013");

HDVR.percent = (share, count = 0) => (Number.isFinite(share) ? `${(100 * share).toFixed(count)} %` : "\u2013");

/** Seconds as "12.34 s", or minutes and seconds as "2:03.50". */
HDVR.clock = (seconds) => {
  if (seconds < 120) return `${seconds.toFixed(2)} s`;
  const rest = (seconds % 60).toFixed(2).padStart(5, "0");
  return `${Math.floor(seconds / 60)}:${rest}`;
};

HDVR.sentence = (name) => name.replaceAll("_", " ").replace(/^./, (first) => first.toUpperCase());
