/* Buildings on one canvas: footprints packed into arrays, drawn class by class, found under the pointer by a grid. */
(function () {
  "use strict";

  const WORLD = 256;      // width of the world in pixels at zoom 0
  const FROM_ZOOM = 12;   // below, a building is smaller than a pixel: parks stand for their buildings
  const TINY = 2.5;       // pixels: smaller ones are drawn as dots
  const NEAR = 4;         // pixels: how far beside a building a click still counts

  function x0(lon) { return (lon + 180) / 360 * WORLD; }
  function y0(lat) {
    const sin = Math.sin(lat * Math.PI / 180);
    return (0.5 - Math.log((1 + sin) / (1 - sin)) / (4 * Math.PI)) * WORLD;
  }
  function lon0(x) { return x / WORLD * 360 - 180; }
  function lat0(y) { return Math.atan(Math.sinh(Math.PI * (1 - 2 * y / WORLD))) * 180 / Math.PI; }

  function ringsOf(geometry) {
    if (!geometry) { return []; }
    if (geometry.type === "Polygon") { return geometry.coordinates; }
    if (geometry.type === "MultiPolygon") { return geometry.coordinates.flat(); }
    return [];
  }

  /* GeoJSON → flat arrays in pixels of zoom 0. A feature's rings are rings[first[i]] … rings[first[i + 1]]. */
  function pack(collection) {
    const features = collection.features.filter((feature) => ringsOf(feature.geometry).length);
    const rings = features.map((feature) => ringsOf(feature.geometry));
    const points = rings.reduce((sum, each) => sum + each.reduce((n, ring) => n + ring.length, 0), 0);
    const packed = {
      count: features.length,
      ids: features.map((feature) => feature.properties.id),
      names: features.map((feature) => feature.properties.name),
      parks: features.map((feature) => feature.properties.park),
      xy: new Float64Array(points * 2),
      first: new Uint32Array(features.length + 1),
      starts: [0],
      box: new Float64Array(features.length * 4),
    };
    let at = 0;
    features.forEach((feature, i) => {
      let west = Infinity, north = Infinity, east = -Infinity, south = -Infinity;
      rings[i].forEach((ring) => {
        ring.forEach((point) => {
          const x = x0(point[0]), y = y0(point[1]);
          packed.xy[at++] = x;
          packed.xy[at++] = y;
          west = Math.min(west, x); east = Math.max(east, x);
          north = Math.min(north, y); south = Math.max(south, y);
        });
        packed.starts.push(at / 2);
      });
      packed.first[i + 1] = packed.starts.length - 1;
      packed.box.set([west, north, east, south], i * 4);
    });
    packed.starts = Uint32Array.from(packed.starts);
    packed.index = new Map(packed.ids.map((id, i) => [id, i]));
    packed.grid = grid(packed);
    return packed;
  }

  /* Cells of the bounding box, each with the features whose box touches it. */
  function grid(packed) {
    const n = packed.count, side = Math.max(1, Math.ceil(Math.sqrt(n)));
    let west = Infinity, north = Infinity, east = -Infinity, south = -Infinity;
    for (let i = 0; i < n; i++) {
      west = Math.min(west, packed.box[i * 4]); north = Math.min(north, packed.box[i * 4 + 1]);
      east = Math.max(east, packed.box[i * 4 + 2]); south = Math.max(south, packed.box[i * 4 + 3]);
    }
    const wide = Math.max((east - west) / side, 1e-9), high = Math.max((south - north) / side, 1e-9);
    const cells = new Map();
    const column = (x) => Math.min(side - 1, Math.max(0, Math.floor((x - west) / wide)));
    const row = (y) => Math.min(side - 1, Math.max(0, Math.floor((y - north) / high)));
    const within = (box, visit) => {
      for (let r = row(box[1]); r <= row(box[3]); r++) {
        for (let c = column(box[0]); c <= column(box[2]); c++) { visit(r * side + c); }
      }
    };
    for (let i = 0; i < n; i++) {
      within(packed.box.subarray(i * 4, i * 4 + 4), (cell) => {
        if (!cells.has(cell)) { cells.set(cell, []); }
        cells.get(cell).push(i);
      });
    }
    return { near: (box, visit) => within(box, (cell) => (cells.get(cell) || []).forEach(visit)) };
  }

  function contains(packed, i, x, y) {
    let inside = false;
    for (let r = packed.first[i]; r < packed.first[i + 1]; r++) {
      const start = packed.starts[r], end = packed.starts[r + 1];
      for (let a = start, b = end - 1; a < end; b = a++) {
        const ax = packed.xy[a * 2], ay = packed.xy[a * 2 + 1], bx = packed.xy[b * 2], by = packed.xy[b * 2 + 1];
        if ((ay > y) !== (by > y) && x < (bx - ax) * (y - ay) / (by - ay) + ax) { inside = !inside; }
      }
    }
    return inside;
  }

  function hatch(context, colour) {
    const tile = document.createElement("canvas");
    tile.width = tile.height = 6;
    const pen = tile.getContext("2d");
    pen.fillStyle = "#ffffff";
    pen.fillRect(0, 0, 6, 6);
    pen.strokeStyle = colour;
    pen.lineWidth = 2;
    pen.beginPath();
    [-6, 0, 6].forEach((shift) => { pen.moveTo(shift, 6); pen.lineTo(shift + 6, 0); });
    pen.stroke();
    return context.createPattern(tile, "repeat");
  }

  const Buildings = L.Renderer.extend({
    options: { padding: 0.15, pane: "buildings" },

    initialize: function (options) {
      L.Renderer.prototype.initialize.call(this, options);
      this._packed = pack({ features: [] });
      this._shades = [];
      this._class = new Uint8Array(0);
      this._picked = -1;
      this.drawn = 0;
    },

    setFeatures: function (collection) {
      this._packed = pack(collection);
      this._class = new Uint8Array(this._packed.count).fill(255);
      this._picked = -1;
    },

    /* classes: id → index into shades; what has none is drawn as the last shade. */
    setClasses: function (classes, shades) {
      this._shades = shades;
      this._packed.ids.forEach((id, i) => {
        const given = classes[id];
        this._class[i] = given === undefined ? shades.length - 1 : given;
      });
    },

    setPicked: function (id) {
      const found = this._packed.index.get(id);
      this._picked = found === undefined ? -1 : found;
    },

    redraw: function () { if (this._map && this._bounds) { this._draw(); } },

    named: function (id) {
      const i = this._packed.index.get(id);
      return i === undefined ? null : { kind: "building", id: id, name: this._packed.names[i], park: this._packed.parks[i] };
    },

    /* The building at a place, or the nearest within a few pixels; null when there is none. */
    at: function (latlng) {
      if (!this._packed.count || this._map.getZoom() < FROM_ZOOM) { return null; }
      const x = x0(latlng.lng), y = y0(latlng.lat), reach = NEAR / Math.pow(2, this._map.getZoom());
      let best = -1, distance = reach;
      this._packed.grid.near([x - reach, y - reach, x + reach, y + reach], (i) => {
        const box = this._packed.box, b = i * 4;
        const away = contains(this._packed, i, x, y) ? -1 : Math.hypot(
          Math.max(box[b] - x, 0, x - box[b + 2]), Math.max(box[b + 1] - y, 0, y - box[b + 3]));
        if (away < distance || (away === distance && best < 0)) { best = i; distance = away; }
      });
      return best < 0 ? null : this.named(this._packed.ids[best]);
    },

    /* Bounds of the buildings that `wanted(id, park)` chooses; null when there are none. */
    boundsOf: function (wanted) {
      const box = this._packed.box;
      let bounds = null;
      this._packed.ids.forEach((id, i) => {
        if (!wanted(id, this._packed.parks[i])) { return; }
        const own = L.latLngBounds([lat0(box[i * 4 + 3]), lon0(box[i * 4])], [lat0(box[i * 4 + 1]), lon0(box[i * 4 + 2])]);
        bounds = bounds ? bounds.extend(own) : own;
      });
      return bounds;
    },

    _initContainer: function () {
      this._container = document.createElement("canvas");
      this._container.className = "parks-buildings";
      this._context = this._container.getContext("2d");
    },

    _destroyContainer: function () { this._container.remove(); delete this._container; },

    _update: function () {
      if (this._map._animatingZoom && this._bounds) { return; }
      L.Renderer.prototype._update.call(this);
      const size = this._bounds.getSize(), ratio = window.devicePixelRatio || 1;
      L.DomUtil.setPosition(this._container, this._bounds.min);
      this._container.width = size.x * ratio;
      this._container.height = size.y * ratio;
      this._container.style.width = size.x + "px";
      this._container.style.height = size.y + "px";
      this._draw();
    },

    _draw: function () {
      const pen = this._context, ratio = window.devicePixelRatio || 1, zoom = this._map.getZoom();
      pen.setTransform(ratio, 0, 0, ratio, 0, 0);
      pen.clearRect(0, 0, this._container.width, this._container.height);
      if (zoom < FROM_ZOOM || !this._shades.length) { return; }
      const scale = Math.pow(2, zoom), shift = this._map.getPixelOrigin().add(this._bounds.min);
      const groups = this._visible(scale, shift, this._bounds.getSize());
      groups.forEach((group, shade) => this._fill(pen, group, this._shades[shade], zoom, scale, shift));
      if (this._picked >= 0) { this._ring(pen, scale, shift); }
      this.drawn += 1;
    },

    _visible: function (scale, shift, size) {
      const box = this._packed.box, groups = this._shades.map(() => []);
      const west = shift.x / scale, north = shift.y / scale;
      const east = (shift.x + size.x) / scale, south = (shift.y + size.y) / scale;
      for (let i = 0; i < this._packed.count; i++) {
        const b = i * 4;
        if (box[b] < east && box[b + 2] > west && box[b + 1] < south && box[b + 3] > north) {
          groups[Math.min(this._class[i], groups.length - 1)].push(i);
        }
      }
      return groups;
    },

    _trace: function (pen, i, scale, shift) {
      const packed = this._packed;
      for (let r = packed.first[i]; r < packed.first[i + 1]; r++) {
        for (let p = packed.starts[r]; p < packed.starts[r + 1]; p++) {
          const x = packed.xy[p * 2] * scale - shift.x, y = packed.xy[p * 2 + 1] * scale - shift.y;
          if (p === packed.starts[r]) { pen.moveTo(x, y); } else { pen.lineTo(x, y); }
        }
        pen.closePath();
      }
    },

    _fill: function (pen, group, shade, zoom, scale, shift) {
      const box = this._packed.box;
      pen.beginPath();
      group.forEach((i) => {
        const wide = (box[i * 4 + 2] - box[i * 4]) * scale, high = (box[i * 4 + 3] - box[i * 4 + 1]) * scale;
        if (Math.max(wide, high) > TINY) { this._trace(pen, i, scale, shift); return; }
        pen.rect(box[i * 4] * scale - shift.x, box[i * 4 + 1] * scale - shift.y, Math.max(wide, 1.5), Math.max(high, 1.5));
      });
      pen.fillStyle = { hatched: hatch(pen, shade.colour), outlined: "rgba(255,255,255,0.85)" }[shade.fill] || shade.colour;
      pen.fill();
      if (zoom < 13) { return; }
      pen.setLineDash(shade.fill === "outlined" ? [3, 2] : []);
      pen.lineWidth = zoom < 15 ? 0.6 : 1;
      pen.strokeStyle = shade.fill === "outlined" ? shade.colour : "rgba(40,50,60,0.6)";
      pen.stroke();
      pen.setLineDash([]);
    },

    _ring: function (pen, scale, shift) {
      pen.lineJoin = "round";
      [[6, "#ffffff"], [3, "#111827"]].forEach((stroke) => {
        pen.beginPath();
        this._trace(pen, this._picked, scale, shift);
        pen.lineWidth = stroke[0];
        pen.strokeStyle = stroke[1];
        pen.stroke();
      });
    },
  });

  window.ParksBuildings = Buildings;
})();
