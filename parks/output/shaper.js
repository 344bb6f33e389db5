/* An outline drawn corner by corner: set by click or at the cross, dragged or moved with the arrows, held by what is near. */
(function () {
  "use strict";

  const HOLD = 10;    // pixels: a corner as near as this to another corner or side lies on it
  const LEAST = 3;    // corners of an area
  const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const FAR = 10;     // pixels that Shift and an arrow move

  /* given: say, words, lines(): rings of corners that hold, corner(latlng, pixels): the nearest of a building,
     told(ring): after each change, done(ring), ended(). */
  window.ParksShaper = function (map, given) {
    let corners = [], before = [], closed = false, shape = null, handles = null;
    const hand = window.ParksHand(map, {
      say: given.say, words: given.words, add: add, back: back, ended: given.ended,
      done: () => { const drawn = ring(); hand.stop(); given.done(drawn); },
      cleared: () => { [shape, handles].forEach((each) => each.remove()); delete map.getContainer().dataset.corners; },
    });

    function pixels(latlng) { return map.latLngToContainerPoint(latlng); }

    /* A place on the nearest corner or side within reach; else as it is. */
    function held(latlng) {
      const at = pixels(latlng), lines = given.lines(at);
      let best = null, distance = HOLD;
      const nearer = (place) => {
        const far = place ? pixels(place).distanceTo(at) : distance;
        if (far < distance) { best = place; distance = far; }
      };
      lines.forEach((line) => line.forEach(nearer));
      nearer(given.corner(latlng, HOLD));
      if (best) { return { latlng: best, held: true }; }
      lines.forEach((line) => line.forEach((one, number) => {
        const foot = L.LineUtil.closestPointOnSegment(at, pixels(one), pixels(line[(number + 1) % line.length]));
        if (foot.distanceTo(at) < distance) { best = map.containerPointToLatLng(foot); distance = foot.distanceTo(at); }
      }));
      return { latlng: best || latlng, held: Boolean(best) };
    }

    function ring() { return corners.map((at) => [at.lng, at.lat]); }

    function remember() { before.push([corners.slice(), closed]); }

    function change(act) { remember(); act(); draw(); }

    function add(latlng) {
      if (!closed && corners.length >= LEAST && pixels(corners[0]).distanceTo(pixels(latlng)) < HOLD) {
        change(() => { closed = true; });
      } else {
        change(() => corners.splice(closed ? nearestSide(latlng) : corners.length, 0, held(latlng).latlng));
      }
    }

    /* Where a corner at a place belongs in a closed outline: after the corner at which the nearest side begins. */
    function nearestSide(latlng) {
      const at = pixels(latlng);
      const far = corners.map((one, number) => L.LineUtil.pointToSegmentDistance(at, pixels(one), pixels(corners[(number + 1) % corners.length])));
      return far.indexOf(Math.min(...far)) + 1;
    }

    function back() {
      if (before.length) { [corners, closed] = before.pop(); draw(); }
    }

    function remove(number) { change(() => corners.splice(number, 1)); focusOn(Math.min(number, corners.length - 1)); }

    function halfway(number) {
      const next = corners[(number + 1) % corners.length], one = corners[number];
      change(() => corners.splice(number + 1, 0, L.latLng((one.lat + next.lat) / 2, (one.lng + next.lng) / 2)));
      focusOn(number + 1);
    }

    function focusOn(number) {
      const node = map.getContainer().querySelectorAll(".parks-corner")[number];
      (node || map.getContainer()).focus();
    }

    function draw() {
      shape.setLatLngs(corners);
      handles.clearLayers();
      corners.forEach((at, number) => corner(at, number));
      const last = closed ? corners.length : corners.length - 1;
      for (let number = 0; number < last; number++) { half(number); }
      hand.able("done", corners.length >= LEAST);
      map.getContainer().dataset.corners = String(corners.length);
      given.told(closed ? ring().concat([[corners[0].lng, corners[0].lat]]) : ring());
    }

    function corner(at, number) {
      const handle = knob("parks-corner", at, true).addTo(handles), node = handle.getElement();
      node.setAttribute("aria-label", given.words.corner.replace("{number}", number + 1).replace("{count}", corners.length));
      handle.on("dragstart", remember);
      handle.on("drag", () => {
        const found = held(handle.getLatLng());
        corners[number] = found.latlng;
        node.classList.toggle("held", found.held);
        shape.setLatLngs(corners);
      });
      handle.on("dragend", draw);
      handle.on("click", () => { if (!closed && number === 0) { add(at); } });
      node.addEventListener("keydown", (event) => {
        const step = STEPS[event.key];
        const acts = { Delete: () => remove(number), Backspace: () => remove(number), Enter: () => halfway(number) };
        if (!step && !acts[event.key]) { return; }
        event.preventDefault();
        event.stopPropagation();   // the arrows move the corner, not the map
        if (acts[event.key]) { acts[event.key](); return; }
        const to = map.project(corners[number]).add(L.point(step).multiplyBy(event.shiftKey ? FAR : 1));
        change(() => { corners[number] = map.unproject(to); });
        focusOn(number);
      });
    }

    /* A knob in the middle of a side: dragged, it becomes a corner. */
    function half(number) {
      const next = corners[(number + 1) % corners.length], one = corners[number];
      const handle = knob("parks-half", L.latLng((one.lat + next.lat) / 2, (one.lng + next.lng) / 2), false).addTo(handles);
      handle.on("dragstart", () => { remember(); corners.splice(number + 1, 0, handle.getLatLng()); });
      handle.on("drag", () => { corners[number + 1] = held(handle.getLatLng()).latlng; shape.setLatLngs(corners); });
      handle.on("dragend", draw);
    }

    function knob(name, at, keyboard) {
      const icon = L.divIcon({ className: name, iconSize: [12, 12] });
      return L.marker(at, { icon: icon, pane: "pen", draggable: true, keyboard: keyboard, autoPanOnFocus: false });
    }

    /* at: the corners of an outline to be changed; none to draw a new one. */
    function begin(at) {
      hand.stop();
      corners = (at || []).map(([lng, lat]) => L.latLng(lat, lng));
      closed = corners.length >= LEAST;
      before = [];
      hand.begin();
      shape = L.polygon([], Object.assign({ fillOpacity: 0.08 }, hand.style)).addTo(map);
      handles = L.layerGroup([]).addTo(map);
      draw();
    }

    return {
      on: hand.on, begin: begin, stop: hand.stop, end: hand.end, tell: hand.tell,
      speak: (words) => { given.words = words; hand.speak(words); },
      add: (latlng) => { if (!closed) { add(latlng); } },
    };
  };
})();
