/* Outlines of parks and parcels on record, and the tool that draws one or changes one. */
(function () {
  "use strict";

  const INKS = { park: "#374151", parcel: "#6D28D9" };
  const REACH = 24;      // pixels round a place in which lines are looked for
  const MANY = 400;      // more outlines than these are drawn on a canvas
  const NAMED = 14, NAMES = 60;   // from this zoom on parcels have their names, where no more than so many are in view

  /* Whether a place lies within an outline. */
  window.parksInside = function (geometry, latlng) {
    const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
    return polygons.some((rings) => rings.reduce((odd, ring) => {
      for (let a = 0, b = ring.length - 1; a < ring.length; b = a++) {
        const [ax, ay] = ring[a], [bx, by] = ring[b];
        if ((ay > latlng.lat) !== (by > latlng.lat) && latlng.lng < (bx - ax) * (latlng.lat - ay) / (by - ay) + ax) { odd = !odd; }
      }
      return odd;
    }, false));
  };

  /* given: root, say, words, names, datum(), zones(): with geometry, corner(latlng, pixels) of a building,
     unsure: metres from which an outline is dashed, tell(what): to the session. */
  window.ParksOutlines = function (map, given) {
    const group = L.layerGroup([]).addTo(map), titles = L.layerGroup([]).addTo(map), canvas = L.canvas({ pane: "zones" });
    let rows = [], picked = null, draft = null, preview = null, button = null;

    map.createPane("pen").style.zIndex = 650;
    const shaper = window.ParksShaper(map, {
      say: given.say, words: given.words, lines: lines, corner: given.corner, told: measure,
      done: (ring) => { press(false); show(ring); given.tell({ kind: "outline", ring: ring }); },
      ended: () => { press(false); if (draft) { given.tell({ kind: "outline", ring: [] }); } },
    });

    const Control = L.Control.extend({ options: { position: "topleft" }, onAdd: () => {
      const bar = given.say("div", "leaflet-bar", "");
      button = bar.appendChild(window.parksTool(given.say, "outline"));
      L.DomEvent.disableClickPropagation(bar);
      button.addEventListener("click", () => { if (shaper.on()) { shaper.end(); } else { begin(); } });
      press(false);
      return bar;
    } });

    function begin(ring) {
      clear();
      press(true);
      shaper.begin(ring);
    }

    function press(on) {
      if (!button) { return; }
      button.setAttribute("aria-pressed", String(on));
      button.title = given.words.outline;
      button.setAttribute("aria-label", button.title);
    }

    function clear() { if (preview) { preview.remove(); preview = null; } }

    /* What was drawn, while the page asks whose it is. */
    function show(ring) {
      clear();
      preview = L.polygon(ring.map(([lng, lat]) => [lat, lng]), { color: "#111827", weight: 2.5, fillOpacity: 0.12, interactive: false, pane: "parks" }).addTo(map);
    }

    function measure(ring) {
      if (!ring.length) { shaper.tell(given.words.outlined); return; }
      const asked = measure.asked = {};
      window.parksMeasured(given, ring).then((said) => { if (asked === measure.asked) { shaper.tell(said); } });
    }

    /* Rings of corners of all outlines that pass near a place of the map. */
    function lines(at) {
      const near = L.latLngBounds([[-1, 1], [1, -1]].map(([x, y]) => map.containerPointToLatLng(at.add([x * REACH, y * REACH]))));
      const shapes = rows.concat(given.zones()).filter((each) => (each.bounds || each.shape.getBounds()).intersects(near));
      return shapes.flatMap((each) => rings(each.geometry));
    }

    function rings(geometry) {
      const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
      return polygons.flat().map((ring) => ring.slice(1).map(([lng, lat]) => L.latLng(lat, lng)));
    }

    function set(content) {
      group.clearLayers();
      rows = content.features.map((feature) => {
        const told = feature.properties;
        const style = { pane: "zones", interactive: false, dashArray: told.uncertainty_m >= given.unsure ? "7 5" : null };
        const drawn = content.features.length > MANY ? { renderer: canvas } : {};
        const shape = L.geoJSON(feature, Object.assign(drawn, style)).getLayers()[0];
        return Object.assign({ geometry: feature.geometry, shape: shape, bounds: shape.getBounds() }, told);
      });
      colour(picked);
      rows.forEach((each) => group.addLayer(each.shape));
      name();
      map.getContainer().dataset.outlines = String(rows.length);
    }

    /* Names of the parcels in view, where there is room for them. */
    function name() {
      titles.clearLayers();
      if (map.getZoom() < NAMED) { return; }
      const view = map.getBounds(), seen = rows.filter((each) => each.kind === "parcel" && each.bounds.intersects(view));
      if (seen.length > NAMES) { return; }
      seen.forEach((each) => titles.addLayer(given.names.label("park", each.name, (node) => given.names.around(each.bounds, node))));
      given.names.crowd();
    }

    function colour(chosen) {
      const before = picked;
      picked = chosen;
      const is = (one, each) => Boolean(one) && one.kind === each.kind && one.id === each.id;
      rows.filter((each) => each.ink !== INKS[each.kind] || is(before, each) || is(picked, each)).forEach((each) => {
        each.ink = INKS[each.kind];
        each.shape.setStyle({ color: each.ink, fillColor: each.ink, fillOpacity: 0.06, weight: is(picked, each) ? 4 : 1.8 });
      });
    }

    /* What the page says of an outline that is not saved: to be changed, to be shown, or there is none any more. */
    function drafted(content) {
      if (!content && draft && draft.drawing) { shaper.stop(); press(false); }
      if (!content) { clear(); }
      if (content && content.drawing && !(draft && draft.turn === content.turn)) { begin(content.ring); }
      if (content && !content.drawing) { show(content.ring); }
      draft = content;
    }

    /* A line of the legend for each kind of outline that there is. */
    function legend(entry) {
      const kinds = Object.keys(INKS).filter((kind) => rows.some((each) => each.kind === kind));
      return kinds.map((kind) => entry(given.say("span", `outline ${kind}`, ""), given.words.kinds[kind], ""));
    }

    function boundsOf(kind, id) {
      const found = rows.find((each) => each.kind === kind && each.id === id);
      return found ? found.bounds : null;
    }

    function at(latlng) {
      const found = rows.slice().reverse().find((each) => each.bounds.contains(latlng) && window.parksInside(each.geometry, latlng));
      return found ? { kind: found.kind, id: found.id, name: found.name, fact: found.fact } : null;
    }

    /* Whether a click is a corner of an outline that is drawn. */
    function takes(latlng) {
      if (shaper.on()) { shaper.add(latlng); }
      return shaper.on();
    }

    map.on("zoomend moveend", name);

    function speak(words) { given.words = words; shaper.speak(words); press(shaper.on()); }

    return {
      set: set, colour: colour, draft: drafted, at: at, boundsOf: boundsOf, legend: legend, takes: takes, speak: speak, all: () => rows,
      control: () => new Control().addTo(map),
    };
  };
})();
