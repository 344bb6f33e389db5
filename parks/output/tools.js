/* The map's tools: measure, a link to this view, a picture and a page of it to keep or print. */
(function () {
  "use strict";

  const MU_M2 = 2000 / 3;   // 亩 in square metres
  const SIGNS = {
    measure: "M1.5 11.5 11.5 1.5l3 3-10 10zM4 9l1.5 1.5M6 7l2 2M8 5l1.5 1.5M10 3l2 2",
    link: "M6.5 9.5l3-3M7 4.5l2-2a3 3 0 0 1 4.5 4.5l-2 2M9 11.5l-2 2A3 3 0 0 1 2.5 9l2-2",
    picture: "M1.5 3h13v10h-13zM3 11l3.5-4 2.5 3 2-2 2.5 3M11 5.2v.1",
    outline: "M3 3.5 12.5 2l1.5 8-6.5 4-5.5-4.5zM3 3.5v.1M12.5 2v.1M14 10v.1M7.5 14v.1M2 9.5v.1",
    page: "M3 1.5h6.5l3.5 3.5v9.5h-10zM9.5 1.5v3.5h3.5M5.5 8h5v4h-5z",
    lasso: "M8 2c4 0 6 2 6 4.2S12 10.5 8 10.5 2 8.5 2 6.2 4 2 8 2zM5 10.2c-1 1.2-.5 3 1 3.3",
  };

  /* A button of the map with a sign of ours: no font needs to have it. */
  window.parksTool = function (say, name) {
    const node = say("button", "parks-tool", ""), svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const path = svg.appendChild(document.createElementNS("http://www.w3.org/2000/svg", "path"));
    svg.setAttribute("viewBox", "0 0 16 16");
    svg.setAttribute("aria-hidden", "true");
    path.setAttribute("d", SIGNS[name]);
    node.append(svg);
    node.type = "button";
    node.dataset.tool = name;
    return node;
  };

  /* Length and area of a line [longitude, latitude] in words. given: root, words, datum(): what the map stands on. */
  window.parksMeasured = function (given, points) {
    const said = points.map((at) => at.map((degrees) => degrees.toFixed(7)).join(",")).join(";");
    return fetch(`${given.root}parks/measure?points=${said}&datum=${given.datum()}`).then((answer) => answer.json()).then((found) => {
      const words = given.words, of = (number) => number.toLocaleString("en-US", { maximumFractionDigits: number < 100 ? 1 : 0 });
      const area = found.area_m2 === null ? "" : words.area.replace("{area}", of(found.area_m2)).replace("{mu}", of(found.area_m2 / MU_M2));
      return [words.length.replace("{length}", of(found.length_m)), area].filter(Boolean).join(" · ");
    }).catch(() => given.words.failed);
  };

  /* given: root, say, words, datum(): what the map stands on, title(): the line above a picture, legend(): its lines. */
  window.ParksTools = L.Control.extend({
    options: { position: "topleft" },

    initialize: function (given) { this._given = given; },

    onAdd: function (map) {
      const bar = this._given.say("div", "leaflet-bar", "");
      this._pen = window.ParksPen(map, {
        say: this._given.say, words: this._given.words, shape: L.polyline,
        told: (points) => this._measure(points), ended: () => this._press(false),
      });
      const acts = { measure: () => this._turn(), link: () => this._link(), picture: () => this._picture(), page: () => this._page() };
      this._buttons = Object.entries(acts).map(([name, act]) => {
        const node = bar.appendChild(window.parksTool(this._given.say, name));
        node.addEventListener("click", act);
        return node;
      });
      this.speak(this._given.words);
      L.DomEvent.disableClickPropagation(bar);
      return bar;
    },

    speak: function (words) {
      this._given.words = words;
      this._pen.speak(words);
      this._buttons.forEach((node) => { node.title = words[node.dataset.tool]; node.setAttribute("aria-label", node.title); });
    },

    /* Whether a click is a point of a line that is measured. */
    takes: function (latlng) {
      if (this._pen.on()) { this._pen.add(latlng); }
      return this._pen.on();
    },

    _press: function (on) { this._buttons[0].setAttribute("aria-pressed", String(on)); },

    _turn: function () {
      if (this._pen.on()) { this._pen.end(); return; }
      this._press(true);
      this._pen.tell(this._given.words.measured);
      this._pen.begin();
    },

    _measure: function (points) {
      const asked = this._asked = {};
      window.parksMeasured(this._given, points).then((said) => { if (asked === this._asked) { this._pen.tell(said); } });
    },

    /* The page's own link and where the map looks; shown to be copied, and copied where the browser lets us. */
    _link: function () {
      const page = new URL(window.parent.location.href), centre = this._map.getCenter();
      page.searchParams.set("at", [this._map.getZoom(), centre.lat.toFixed(5), centre.lng.toFixed(5)].join(","));
      const picked = this._given.picked();
      if (picked && picked.id) { page.searchParams.set("pick", `${picked.kind},${picked.id}`); } else { page.searchParams.delete("pick"); }
      const field = this._given.say("input", "", "");
      Object.assign(field, { type: "text", readOnly: true, value: page.href });
      field.setAttribute("aria-label", this._given.words.link);
      this._show("link", field);
      field.focus();
      field.select();
      if (navigator.clipboard) { navigator.clipboard.writeText(page.href).catch(() => undefined); }
    },

    _picture: function () {
      // Tiles of a server that forbids copies: the browser prints what it shows.
      window.parksPicture(this._map, this._given).then((made) => this._keep(made, "parks-map.png"), () => window.print());
    },

    /* A server's refusal is said; where tiles forbid copies, the browser prints what it shows. */
    _page: function () {
      const button = this._buttons.find((node) => node.dataset.tool === "page");
      if (button.getAttribute("aria-busy") === "true") { return; }
      button.setAttribute("aria-busy", "true");
      window.parksPage(this._map, this._given).then((made) => {
        const address = URL.createObjectURL(made);
        this._keep(address, "parks-map.pdf");
        setTimeout(() => URL.revokeObjectURL(address), 60e3);
      }).catch((fault) => {
        if (fault.name === "SecurityError") { window.print(); } else { this._tell(fault.name === "Error" ? fault.message : this._given.words.unprinted); }
      }).finally(() => button.removeAttribute("aria-busy"));
    },

    _keep: function (address, name) {
      const link = document.createElement("a");
      link.href = address;
      link.download = name;
      link.click();
    },

    _tell: function (said) {
      const text = this._given.say("output", "", said);
      text.setAttribute("role", "alert");
      this._show("told", text);
    },

    /* Shows something over the map until it is put away. */
    _show: function (kind, node) {
      if (this._bar) { this._bar.remove(); }
      this._bar = window.parksBar(this._given.say, kind);
      const done = this._given.say("button", "", this._given.words.end);
      done.type = "button";
      done.addEventListener("click", () => this._bar.remove());
      this._bar.append(node, done);
      this._map.getContainer().append(this._bar);
    },
  });
})();
