"use strict";
const byId = (id) => document.getElementById(id);

HDVR.fillHeader = (content, player) => {
  byId("source-name").textContent = content.source.name;
  const { track } = player;
  const people = content.tracks.length === 1 ? "1 dancer" : `${content.tracks.length} dancers`;
  const facts = [`${player.duration.toFixed(1)} s`, `${track.frames} frames at ${+track.fps.toFixed(2)} per second`, people, content.source.layout];
  byId("source-facts").textContent = facts.filter(Boolean).join("  \u00b7  ");
  byId("made-by").textContent = content.madeBy;
};

HDVR.fillFigures = (player) => {
  byId("figures").replaceChildren(...player.track.figures.map(({ name, value, more }) => {
    const box = HDVR.element("div", "figure");
    box.append(HDVR.element("div", "name", name), HDVR.element("div", "value", value), HDVR.element("div", "more", more));
    return box;
  }));
};

HDVR.fillWords = (content, player) => {
  const items = (texts) => texts.map((text) => HDVR.element("li", "", text));
  byId("provenance-words").replaceChildren(...items(player.track.words));
  byId("notes").replaceChildren(...items([...content.notes, ...player.track.notes]));
  byId("models").replaceChildren(HDVR.table(["Stage", "Model", "Trained", "Scores in evaluation"],
    content.models.map((model) => [model.stage, model.name, model.trained, model.scores])));
};

HDVR.fillDancers = (content, player) => {
  const group = byId("dancers");
  group.hidden = content.tracks.length < 2;
  group.replaceChildren(...content.tracks.map((track, index) => {
    const button = HDVR.element("button", "", track.label);
    button.type = "button";
    button.setAttribute("aria-pressed", String(index === player.index));
    button.addEventListener("click", () => player.select(index));
    return button;
  }));
};

HDVR.Page = class {
  constructor(content) {
    this.content = content;
    this.player = new HDVR.Player(content);
    this.scene = new HDVR.Scene(byId("scene"), this.player);
    this.overlay = new HDVR.Overlay(byId("image"), this.player);
    this.genre = new HDVR.GenreChart(byId("genre-chart"), this.player);
    this.movements = new HDVR.MovementChart(byId("movement-chart"), byId("movement-labels"), this.player);
    this.provenance = new HDVR.ProvenanceChart(byId("provenance-chart"), byId("provenance-labels"), this.player);
    this.identity = new HDVR.IdentityChart(byId("identity-chart"), byId("identity-labels"), this.player);
    this.player.listen((change) => this.refresh(change));
    HDVR.connectControls(this);
    this.refresh("track");
    new ResizeObserver(() => this.redraw()).observe(document.body);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.refresh("track"));
  }

  get charts() {
    const { track } = this.player;
    return [track.genre && this.genre, this.movements, !byId("identity-card").hidden && this.identity, this.provenance].filter(Boolean);
  }

  refresh(change) {
    if (change === "track") this.showTrack();
    if (change === "track" || change === "window") this.redraw();
    else this.showFrame();
    byId("play").classList.toggle("playing", this.player.playing);
    byId("play").setAttribute("aria-label", this.player.playing ? "Pause" : "Play");
  }

  showTrack() {
    const { track } = this.player;
    HDVR.fillHeader(this.content, this.player);
    HDVR.fillDancers(this.content, this.player);
    HDVR.fillFigures(this.player);
    HDVR.fillWords(this.content, this.player);
    byId("view-2d").hidden = !track.input;
    byId("stage").classList.toggle("single", !track.input);
    byId("genre-card").hidden = !track.genre;
    if (track.genre) {
      byId("genre-caption").textContent = track.genre.caption;
      HDVR.fillReasons(this.player);
      this.genre.setHeight(17 * track.genre.names.length + 18);
    }
    byId("movement-caption").textContent = track.movements.caption;
    byId("scrub").max = String(track.frames - 1);
    byId("identity-card").hidden = this.content.tracks.length < 2 && !this.content.risks.length;
    byId("identity-caption").textContent = this.content.audit;
    this.identity.fillLegend(byId("identity-legend"));
    this.scene.fit();
    byId("follow").checked = this.scene.follow;
    this.overlay.fit();
    this.movements.arrange();
    this.provenance.arrange();
    this.movements.fillTable(byId("movement-table").querySelector(".scroll"));
    this.provenance.fillLegend(byId("provenance-legend"));
  }

  redraw() {
    this.charts.forEach((chart) => chart.draw(true));
    this.provenance.drawLabels();
    this.identity.drawLabels();
    this.showFrame();
  }

  showFrame() {
    const { player } = this;
    this.scene.draw();
    this.overlay.draw();
    this.charts.forEach((chart) => chart.draw(false));
    this.movements.drawLabels();
    if (player.track.genre) this.genre.drawLegend(byId("genre-legend"));
    byId("scrub").value = String(player.frame);
    byId("clock").textContent = `${HDVR.clock(player.time)} / ${HDVR.clock(player.duration)} \u00b7 frame ${player.frame}`;
    this.showLegends();
  }

  showLegends() {
    const theme = HDVR.theme();
    const { track, frame, content } = this.player;
    const sides = [{ colour: theme.left, text: "left" }, { colour: theme.right, text: "right" }];
    const guess = track.lifted ? [{ colour: theme.mid, ring: true, text: "not seen, guessed" }] : [];
    HDVR.legend(byId("scene-legend"), [...sides, ...guess, { text: content.floor ? "estimated floor, grid 0.5 m" : "grid 0.5 m" }]);
    if (!track.input) return;
    const error = track.errorPx
      ? `off by ${HDVR.digits(track.errorPx.values[frame], 1)} px, ${HDVR.digits(100 * track.errorBody.values[frame], 1)} % of body size`
      : "not available";
    HDVR.legend(byId("image-legend"), [...sides, { colour: theme.reprojection, text: `reprojection: ${error}` }]);
  }
};

HDVR.connectControls = (page) => {
  const { player, scene, overlay } = page;
  byId("play").addEventListener("click", () => player.play(!player.playing));
  byId("back").addEventListener("click", () => player.seek(player.frame - 1));
  byId("forward").addEventListener("click", () => player.seek(player.frame + 1));
  byId("scrub").addEventListener("input", (event) => player.seek(Number(event.target.value)));
  byId("speed").addEventListener("change", (event) => { player.speed = Number(event.target.value); });
  byId("zoom-in").addEventListener("click", () => player.zoom(0.5));
  byId("zoom-out").addEventListener("click", () => player.zoom(2));
  byId("zoom-fit").addEventListener("click", () => player.show(0, player.duration));
  byId("follow").addEventListener("change", (event) => {
    scene.follow = event.target.checked;
    scene.draw();
  });
  document.querySelectorAll("[data-preset]").forEach((button) => button.addEventListener("click", () => scene.preset(button.dataset.preset)));
  [["show-input", "showInput"], ["show-reprojection", "showReprojection"], ["crop", "crop"]].forEach(([id, field]) => {
    byId(id).addEventListener("change", (event) => {
      overlay[field] = event.target.checked;
      overlay.draw();
    });
  });
  document.addEventListener("keydown", (event) => HDVR.onKey(event, player, scene));
};

HDVR.onKey = (event, player, scene) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.target.matches?.("select")) return;
  if (event.key === " " && event.target.matches?.("button, summary, [type=checkbox]")) return;
  const second = Math.round(player.fps);
  const actions = {
    " ": () => player.play(!player.playing),
    ArrowRight: () => player.seek(player.frame + (event.shiftKey ? second : 1)),
    ArrowLeft: () => player.seek(player.frame - (event.shiftKey ? second : 1)),
    Home: () => player.seek(0),
    End: () => player.seek(player.frames - 1),
    1: () => scene.preset("front"),
    2: () => scene.preset("side"),
    3: () => scene.preset("top"),
  };
  if (!actions[event.key]) return;
  event.preventDefault();
  actions[event.key]();
};

HDVR.start = () => {
  const errors = [];
  addEventListener("error", (event) => {
    errors.push(event.message);
    byId("failure").textContent = `This page failed: ${event.message}`;
    byId("failure").hidden = false;
  });
  const page = new HDVR.Page(HDVR.load());
  if (location.hash.startsWith("#test")) HDVR.selfTest(page, errors);
  const frame = /^#frame=(\d+)$/.exec(location.hash);
  if (frame) page.player.seek(Number(frame[1]));
};

HDVR.start();
