/* Tiles of buildings, fetched when they come into view; shapes, colours and counts apart, each kept for a while. */
(function () {
  "use strict";

  const WORLD = 256;              // width of the world in pixels at zoom 0
  const STEP = WORLD / 2 ** 30;   // the server's coordinates are steps from the north-west corner of the world
  const CELL = 8, BLOCK = 64;     // zoomed out, buildings are counted in cells of 8 pixels, fetched in blocks of 64 by 64
  const KEPT = 96;                // tiles kept, and blocks
  const FOUND = 12;               // answers of a search

  function lon0(x) { return x / WORLD * 360 - 180; }
  function lat0(y) { return Math.atan(Math.sinh(Math.PI * (1 - 2 * y / WORLD))) * 180 / Math.PI; }

  /* West, north, east, south in steps → the bounds of a map. */
  function boundsOf(box) {
    return L.latLngBounds([lat0(box[3] * STEP), lon0(box[0] * STEP)], [lat0(box[1] * STEP), lon0(box[2] * STEP)]);
  }

  /* One tile as the server packs it → flat arrays in pixels of zoom 0. */
  function shapes(buffer) {
    const long = new DataView(buffer).getUint32(0, true);
    const head = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, long)));
    const n = head.ids.length, numbers = new Int32Array(buffer, 4 + long);
    const xy = new Float64Array(head.points * 2), box = new Float64Array(n * 4);
    const first = new Uint32Array(n + 1), starts = new Uint32Array(head.rings + 1);
    first.set(numbers.subarray(0, n), 1);
    starts.set(numbers.subarray(n, n + head.rings), 1);
    const at = n + head.rings;
    let x = 0, y = 0;
    for (let p = 0; p < head.points; p++) {
      x += numbers[at + p];
      y += numbers[at + head.points + p];
      xy[p * 2] = x * STEP;
      xy[p * 2 + 1] = y * STEP;
    }
    for (let i = 0; i < n; i++) {
      let west = Infinity, north = Infinity, east = -Infinity, south = -Infinity;
      for (let p = starts[first[i]]; p < starts[first[i + 1]]; p++) {
        west = Math.min(west, xy[p * 2]); east = Math.max(east, xy[p * 2]);
        north = Math.min(north, xy[p * 2 + 1]); south = Math.max(south, xy[p * 2 + 1]);
      }
      box.set([west, north, east, south], i * 4);
    }
    const index = new Map(head.ids.map((id, i) => [id, i]));
    return { n: n, index: index, ids: head.ids, names: head.names, parks: head.parks, xy: xy, first: first, starts: starts, box: box };
  }

  function colours(buffer) {
    const n = buffer.byteLength / 13;
    return {
      share: new Float32Array(buffer, 0, n), vacant: new Float32Array(buffer, 4 * n, n),
      fitting: new Int32Array(buffer, 8 * n, n), shade: new Uint8Array(buffer, 12 * n, n),
    };
  }

  function cells(buffer) {
    const n = new DataView(buffer).getUint32(0, true);
    return {
      n: n, count: new Uint32Array(buffer, 4, n), place: new Uint16Array(buffer, 4 + 4 * n, n),
      shade: new Uint8Array(buffer, 4 + 6 * n, n),
    };
  }

  function bytes(text) { return Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0)).buffer; }

  /* What was fetched from one address, by name; `source` is that address, or the tiles themselves as text. */
  function Shelf(root, source, read, told) {
    const held = new Map();
    const fetched = (name) => fetch(`${root}${source}/${name}.bin`).then((answer) => {
      if (!answer.ok) { throw new Error(String(answer.status)); }
      return answer.arrayBuffer();
    });
    return {
      has: (name) => Boolean(held.get(name) && held.get(name).content),
      get: (name) => held.get(name) && held.get(name).content,
      want: (name) => {
        const known = held.get(name);
        if (known) { held.delete(name); held.set(name, known); return; }
        const asked = {};
        held.set(name, asked);
        const come = typeof source === "string" ? fetched(name) : Promise.resolve(bytes(source[name]));
        come.then((buffer) => { asked.content = read(buffer); told(); }, () => { held.delete(name); told(name); });
        for (const [old, each] of held) {
          if (held.size <= KEPT) { break; }
          if (each.content && old !== name) { held.delete(old); }
        }
      },
    };
  }

  /* The buildings whose id or name holds some words: asked of the server, or looked up where all tiles are here. */
  function find(root, source, words) {
    if (typeof source === "string") {
      return fetch(`${root}${source}/find.json?q=${encodeURIComponent(words)}`).then((answer) => (answer.ok ? answer.json() : []));
    }
    const wanted = words.toLowerCase(), found = [];
    source.map((text) => shapes(bytes(text))).forEach((tile) => tile.ids.forEach((id, i) => {
      if (!`${id}\n${tile.names[i]}`.toLowerCase().includes(wanted)) { return; }
      const box = [...tile.box.subarray(i * 4, i * 4 + 4)].map((each) => each / STEP);
      found.push({ kind: "building", id: id, name: tile.names[i], box: box });
    }));
    return Promise.resolve(found.slice(0, FOUND));
  }

  window.ParksTiles = {
    find: find, WORLD: WORLD, STEP: STEP, CELL: CELL, BLOCK: BLOCK, Shelf: Shelf, shapes: shapes, colours: colours, cells: cells,
    boundsOf: boundsOf, lon0: lon0, lat0: lat0,
  };
})();
