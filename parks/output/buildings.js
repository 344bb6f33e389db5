/* Buildings on one canvas: tiles in view drawn class by class; zoomed out, cells that count them. */
(function () {
  "use strict";

  const Tiles = window.ParksTiles, WORLD = Tiles.WORLD, STEP = Tiles.STEP;
  const TINY = 2.5;       // pixels: smaller buildings are drawn as dots
  const NEAR = 4;         // pixels: how far beside a building a click still counts
  const NONE = { boxes: [], count: 0, close: 12, first: 12, tiles: [] };

  function x0(lon) { return (lon + 180) / 360 * WORLD; }
  function y0(lat) {
    const sin = Math.sin(lat * Math.PI / 180);
    return (0.5 - Math.log((1 + sin) / (1 - sin)) / (4 * Math.PI)) * WORLD;
  }

  function contains(tile, i, x, y) {
    let inside = false;
    for (let r = tile.first[i]; r < tile.first[i + 1]; r++) {
      const start = tile.starts[r], end = tile.starts[r + 1];
      for (let a = start, b = end - 1; a < end; b = a++) {
        const ax = tile.xy[a * 2], ay = tile.xy[a * 2 + 1], bx = tile.xy[b * 2], by = tile.xy[b * 2 + 1];
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

    /* told(waiting, failed): how many pieces in view have not come yet; whether one did not come at all. */
    initialize: function (root, told) {
      L.Renderer.prototype.initialize.call(this, {});
      this._root = root;
      this._told = told;
      this._cut = NONE;
      this._shapes = this._shelf(NONE.tiles, Tiles.shapes);
      this._colours = this._coming = this._there = null;
      this._split = 1;
      this._picked = [];
    },

    /* cut: how the buildings are cut, and where the tiles are. */
    setTiles: function (cut) {
      this._cut = cut;
      this._shapes = this._shelf(cut.tiles, Tiles.shapes);
      this._extent = [0, 1, 2, 3].map((side) => (side < 2 ? Math.min : Math.max)(...cut.boxes.map((each) => each[side])) * STEP);
      this._colours = this._coming = this._there = null;
      this.redraw();
    },

    /* The colours come into sight once all that is in view has come, so that a change does not flicker. */
    setColours: function (classes) { this._coming = this._palette(classes); this.redraw(); },

    /* Other colours for what lies right of the split; null for none. */
    setThere: function (classes) { this._there = classes && this._palette(classes); this.redraw(); },

    /* Share of the map's width at which the other colours begin. */
    setSplit: function (share) { this._split = share; if (this._map) { this._draw(); } },

    _palette: function (classes) {
      return { legend: classes.legend, tiles: this._shelf(classes.tiles, Tiles.colours), cells: this._shelf(classes.tiles, Tiles.cells) };
    },

    /* The colours at a place of the map [pixels from its left edge]. */
    _palettes: function (x) { return this._there && x > this._split * this._map.getSize().x ? this._there : this._colours; },

    /* ids: the buildings that stand out. */
    setPicked: function (ids) { this._picked = ids; },

    redraw: function () { if (this._map && this._bounds) { this._fetch(); this._draw(); } },

    /* The building at a place, or the nearest within a few pixels; zoomed out, the cell; null when there is neither. */
    at: function (latlng) {
      const zoom = this._map.getZoom(), x = x0(latlng.lng), y = y0(latlng.lat), reach = NEAR / Math.pow(2, zoom);
      const palette = this._palettes(this._map.latLngToContainerPoint(latlng).x);
      if (!palette) { return null; }
      if (zoom < this._cut.close) { return this._cellAt(x, y, palette); }
      let best = null, distance = reach;
      this._near([x - reach, y - reach, x + reach, y + reach], palette, (tile, number, i) => {
        const box = tile.box, b = i * 4;
        const away = contains(tile, i, x, y) ? -1 : Math.hypot(
          Math.max(box[b] - x, 0, x - box[b + 2]), Math.max(box[b + 1] - y, 0, y - box[b + 3]));
        if (away < distance || (away === distance && !best)) { best = [tile, number, i]; distance = away; }
      });
      return best && this._facts(...best, palette);
    },

    /* A building that has come, with what is known of it; else null. */
    named: function (id) {
      const found = this._find(id);
      return found && this._facts(...found, this._colours);
    },

    /* Bounds of a building that has come; else null. */
    boundsOf: function (id) {
      const found = this._find(id);
      if (!found) { return null; }
      const box = found[0].box, b = found[2] * 4;
      return L.latLngBounds(
        [Tiles.lat0(box[b + 3]), Tiles.lon0(box[b])], [Tiles.lat0(box[b + 1]), Tiles.lon0(box[b + 2])]);
    },

    /* The corner of a building nearest to a place, within some pixels; null when there is none. */
    corner: function (latlng, pixels) {
      const x = x0(latlng.lng), y = y0(latlng.lat);
      let best = null, distance = pixels / Math.pow(2, this._map.getZoom());
      if (!this._colours || this._map.getZoom() < this._cut.close) { return null; }
      this._near([x - distance, y - distance, x + distance, y + distance], this._colours, (tile, number, i) => {
        for (let p = tile.starts[tile.first[i]]; p < tile.starts[tile.first[i + 1]]; p++) {
          const away = Math.hypot(tile.xy[p * 2] - x, tile.xy[p * 2 + 1] - y);
          if (away < distance) { distance = away; best = L.latLng(Tiles.lat0(tile.xy[p * 2 + 1]), Tiles.lon0(tile.xy[p * 2])); }
        }
      });
      return best;
    },

    _shelf: function (source, read) {
      return Tiles.Shelf(this._root, source, read, (failed) => {
        if (failed !== undefined) { this._told(0, true); return; }
        if (this._asked) { return; }
        this._asked = requestAnimationFrame(() => { this._asked = 0; this.redraw(); });
      });
    },

    _find: function (id) {
      for (let number = 0; number < this._cut.boxes.length; number++) {
        const tile = this._shapes.get(number), i = tile && tile.index.get(id);
        if (i !== undefined) { return [tile, number, i]; }
      }
      return null;
    },

    _facts: function (tile, number, i, palette) {
      const colours = palette && palette.tiles.get(number);
      const facts = colours && [colours.shade[i], colours.share[i], colours.vacant[i], colours.fitting[i]];
      return { kind: "building", id: tile.ids[i], name: tile.names[i], park: tile.parks[i], facts: facts };
    },

    _cellAt: function (x, y, palette) {
      const zoom = this._level();
      if (zoom === null) { return null; }
      const wide = Tiles.CELL / Math.pow(2, zoom), column = Math.floor(x / wide), row = Math.floor(y / wide);
      const block = palette.cells.get(`${zoom}-${Math.floor(column / Tiles.BLOCK)}-${Math.floor(row / Tiles.BLOCK)}`);
      const i = block ? block.place.indexOf((row % Tiles.BLOCK) * Tiles.BLOCK + column % Tiles.BLOCK) : -1;
      if (i < 0) { return null; }
      const box = [column * wide, row * wide, (column + 1) * wide, (row + 1) * wide].map((each) => each / STEP);
      return { kind: "cell", count: block.count[i], shade: block.shade[i], box: box };
    },

    /* Visits each building whose box touches a box (pixels of zoom 0), of the tiles that have come. */
    _near: function (box, palette, visit) {
      this._inView(box).forEach((number) => {
        const tile = this._shapes.get(number), colours = palette.tiles.get(number);
        if (!tile || !colours) { return; }
        for (let i = 0, b = 0; i < tile.n; i++, b += 4) {
          if (colours.shade[i] >= palette.legend.length) { continue; }   // not there on that day
          if (tile.box[b] < box[2] && tile.box[b + 2] > box[0] && tile.box[b + 1] < box[3] && tile.box[b + 3] > box[1]) {
            visit(tile, number, i);
          }
        }
      });
    },

    _inView: function (box) {
      const found = [];
      this._cut.boxes.forEach((each, number) => {
        const [west, north, east, south] = each;
        if (west * STEP <= box[2] && east * STEP >= box[0] && north * STEP <= box[3] && south * STEP >= box[1]) { found.push(number); }
      });
      return found;
    },

    /* What the canvas shows, in pixels of zoom 0. */
    _window: function () {
      const scale = Math.pow(2, this._map.getZoom());
      const corner = this._map.getPixelOrigin().add(this._bounds.min), size = this._bounds.getSize();
      return [corner.x / scale, corner.y / scale, (corner.x + size.x) / scale, (corner.y + size.y) / scale];
    },

    /* The zoom whose cells are drawn; null where buildings are, or where parks stand for their few buildings. */
    _level: function () {
      const zoom = Math.floor(this._map.getZoom());
      return this._cut.close > this._cut.first && this._map.getZoom() < this._cut.close ? zoom : null;
    },

    _blocks: function (box) {
      const zoom = this._level(), wide = Tiles.CELL * Tiles.BLOCK / Math.pow(2, zoom), most = this._extent, names = [];
      const west = Math.max(box[0], most[0]), north = Math.max(box[1], most[1]);
      const east = Math.min(box[2], most[2]), south = Math.min(box[3], most[3]);
      for (let row = Math.floor(north / wide); row <= Math.floor(south / wide); row++) {
        for (let column = Math.floor(west / wide); column <= Math.floor(east / wide); column++) { names.push(`${zoom}-${column}-${row}`); }
      }
      return names;
    },

    /* Asks for what is in view, and shows the colours that were waited for once it is all there. */
    _fetch: function () {
      const box = this._window(), newest = this._coming || this._colours;
      let waiting = newest ? 0 : 1;
      const want = (shelf, name) => { shelf.want(name); if (!shelf.has(name)) { waiting += 1; } };
      const palettes = newest ? [newest, this._there].filter(Boolean) : [];
      if (this._map.getZoom() >= this._cut.close) {
        this._inView(box).forEach((number) => { want(this._shapes, number); palettes.forEach((each) => want(each.tiles, number)); });
      } else if (this._level() !== null) {
        this._blocks(box).forEach((name) => palettes.forEach((each) => want(each.cells, name)));
      }
      if (this._coming && (!waiting || !this._colours)) { this._colours = this._coming; this._coming = null; }
      this._told(waiting, false);
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
      this.redraw();
    },

    _draw: function () {
      const pen = this._context, ratio = window.devicePixelRatio || 1, zoom = this._map.getZoom();
      pen.setTransform(ratio, 0, 0, ratio, 0, 0);
      pen.clearRect(0, 0, this._container.width, this._container.height);
      if (!this._colours) { return; }
      const size = this._bounds.getSize(), left = -this._map._getMapPanePos().x - this._bounds.min.x;
      const edge = this._there ? left + this._split * this._map.getSize().x : size.x;
      this._drawSide(pen, this._colours, 0, edge, zoom);
      if (this._there) { this._drawSide(pen, this._there, edge, size.x, zoom); }
    },

    /* Draws with some colours between two edges of the canvas. */
    _drawSide: function (pen, palette, from, to, zoom) {
      const scale = Math.pow(2, zoom), shift = this._map.getPixelOrigin().add(this._bounds.min);
      pen.save();
      pen.beginPath();
      pen.rect(from, 0, Math.max(to - from, 0), this._bounds.getSize().y);
      pen.clip();
      if (zoom >= this._cut.close) { this._drawBuildings(pen, palette, zoom, scale, shift); } else if (this._level() !== null) { this._drawCells(pen, palette, scale, shift); }
      pen.restore();
    },

    _drawBuildings: function (pen, palette, zoom, scale, shift) {
      const legend = palette.legend, groups = legend.map(() => []);
      this._near(this._window(), palette, (tile, number, i) => { groups[palette.tiles.get(number).shade[i]].push([tile, i]); });
      groups.forEach((group, shade) => this._fill(pen, group, legend[shade], zoom, scale, shift));
      this._picked.map((id) => this._find(id)).filter(Boolean).forEach(([tile, , i]) => this._ring(pen, tile, i, scale, shift));
    },

    _drawCells: function (pen, palette, scale, shift) {
      const zoom = this._level(), wide = Tiles.CELL / Math.pow(2, zoom) * scale, legend = palette.legend;
      const groups = legend.map(() => []);
      this._blocks(this._window()).forEach((name) => {
        const block = palette.cells.get(name), [, column, row] = name.split("-").map(Number);
        for (let i = 0; block && i < block.n; i++) {
          const x = column * Tiles.BLOCK + block.place[i] % Tiles.BLOCK, y = row * Tiles.BLOCK + Math.floor(block.place[i] / Tiles.BLOCK);
          groups[block.shade[i]].push([x * wide - shift.x, y * wide - shift.y]);
        }
      });
      groups.forEach((group, shade) => {
        pen.beginPath();
        group.forEach((at) => pen.rect(at[0] + 0.5, at[1] + 0.5, wide - 1, wide - 1));
        this._paint(pen, legend[shade]);
      });
    },

    _paint: function (pen, shade) {
      pen.fillStyle = { hatched: hatch(pen, shade.colour), outlined: "rgba(255,255,255,0.85)" }[shade.fill] || shade.colour;
      pen.fill();
    },

    _trace: function (pen, tile, i, scale, shift) {
      for (let r = tile.first[i]; r < tile.first[i + 1]; r++) {
        for (let p = tile.starts[r]; p < tile.starts[r + 1]; p++) {
          const x = tile.xy[p * 2] * scale - shift.x, y = tile.xy[p * 2 + 1] * scale - shift.y;
          if (p === tile.starts[r]) { pen.moveTo(x, y); } else { pen.lineTo(x, y); }
        }
        pen.closePath();
      }
    },

    _fill: function (pen, group, shade, zoom, scale, shift) {
      pen.beginPath();
      group.forEach(([tile, i]) => {
        const box = tile.box, b = i * 4, wide = (box[b + 2] - box[b]) * scale, high = (box[b + 3] - box[b + 1]) * scale;
        if (Math.max(wide, high) > TINY) { this._trace(pen, tile, i, scale, shift); return; }
        pen.rect(box[b] * scale - shift.x, box[b + 1] * scale - shift.y, Math.max(wide, 1.5), Math.max(high, 1.5));
      });
      this._paint(pen, shade);
      if (zoom < 13) { return; }
      pen.setLineDash(shade.fill === "outlined" ? [3, 2] : []);
      pen.lineWidth = zoom < 15 ? 0.6 : 1;
      pen.strokeStyle = shade.fill === "outlined" ? shade.colour : "rgba(40,50,60,0.6)";
      pen.stroke();
      pen.setLineDash([]);
    },

    _ring: function (pen, tile, i, scale, shift) {
      pen.lineJoin = "round";
      const wide = this._map.getZoom() < 16 ? 0.5 : 1;
      [[6, "#ffffff"], [3, "#111827"]].forEach((stroke) => {
        pen.beginPath();
        this._trace(pen, tile, i, scale, shift);
        pen.lineWidth = stroke[0] * wide;
        pen.strokeStyle = stroke[1];
        pen.stroke();
      });
    },
  });

  window.ParksBuildings = Buildings;
})();
