/* A line round buildings, drawn in one go or point by point at the cross; what lies within it is selected. */
(function () {
  "use strict";

  const AFTER = 300;   // milliseconds in which a click belongs to the line
  const APART = 4;     // pixels between two points of the line
  const MOST = 300;    // points of the line that are told

  /* given: say, words, drawn(ring): what to do with the line, as longitudes and latitudes. */
  window.ParksLasso = L.Control.extend({
    options: { position: "topleft" },

    initialize: function (given) { this._given = given; this._points = []; this.ended = 0; },

    onAdd: function (map) {
      const bar = this._given.say("div", "leaflet-bar", "");
      this._button = bar.appendChild(window.parksTool(this._given.say, "lasso"));
      this._button.setAttribute("aria-pressed", "false");
      // Without a mouse, and where a line in one go is too fine: points at the cross, as in measuring.
      this._pen = window.ParksPen(map, {
        say: this._given.say, words: this._given.words, shape: L.polygon,
        done: (ring) => this._tell(ring), ended: () => this._turn(false),
      });
      this.speak(this._given.words);
      L.DomEvent.disableClickPropagation(bar);
      this._button.addEventListener("click", () => this._turn(!this._on));
      this._line = L.polyline([], { color: "#111827", weight: 2, dashArray: "5 4", interactive: false, pane: "parks" });
      const box = map.getContainer();
      box.addEventListener("pointerdown", (event) => this._begin(event), true);
      box.addEventListener("pointermove", (event) => this._go(event), true);
      window.addEventListener("pointerup", (event) => this._end(event), true);
      window.addEventListener("keydown", (event) => { if (event.key === "Escape") { this._turn(false); } });
      return bar;
    },

    /* Whether a click now is the end of a line, or a point of it. */
    busy: function () { return Boolean(this._on) || performance.now() - this.ended < AFTER; },

    speak: function (words) {
      this._given.words = words;
      this._pen.speak(Object.assign({}, words, { done: words.within }));
      this._button.title = words.lasso;
      this._button.setAttribute("aria-label", words.lasso);
    },

    _turn: function (on) {
      if (Boolean(this._on) === on) { return; }
      this._on = on;
      this._points = [];
      this._drawing = false;
      this._line.remove();
      this._button.setAttribute("aria-pressed", String(on));
      this._map.dragging[on ? "disable" : "enable"]();
      this._map.getContainer().classList.toggle("parks-lassoing", on);
      if (on) { this._pen.tell(this._given.words.round); this._pen.begin(); } else { this._pen.end(); }
    },

    _tell: function (ring) { if (ring.length > 2) { this._given.drawn(ring); } },

    _place: function (event) {
      const frame = this._map.getContainer().getBoundingClientRect();
      return L.point(event.clientX - frame.left, event.clientY - frame.top);
    },

    _begin: function (event) {
      if (!this._on || event.button || event.target.closest(".leaflet-control, .parks-bar")) { return; }
      this._drawing = true;
      this._points = [this._place(event)];
      this._line.setLatLngs([]).addTo(this._map);
    },

    _go: function (event) {
      if (!this._drawing) { return; }
      const at = this._place(event);
      if (at.distanceTo(this._points[this._points.length - 1]) < APART) { return; }
      this._points.push(at);
      this._line.addLatLng(this._map.containerPointToLatLng(at));
    },

    /* A line in one go ends here; a press that went nowhere is a point of one that is set point by point. */
    _end: function () {
      if (!this._drawing) { return; }
      const every = this._points, step = Math.ceil(every.length / MOST), latlng = (at) => this._map.containerPointToLatLng(at);
      this.ended = performance.now();   // the click that ends the line is none on the map
      this._drawing = false;
      this._points = [];
      if (every.length === 1) { this._pen.add(latlng(every[0])); return; }
      const ring = every.filter((_, number) => number % step === 0).map(latlng);
      this._turn(false);
      this._tell(ring.map((at) => [at.lng, at.lat]));
    },
  });
})();
