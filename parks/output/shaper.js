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
    let corners = [], before = [], closed = false, shape = null, handles = null, bar = null, cross = null, text = "";

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
      bar.querySelector("[data-act=done]").disabled = corners.length < LEAST;
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

    function button(name, act) {
      const node = bar.appendChild(given.say("button", "", given.words[name]));
      node.type = "button";
      node.dataset.act = name;
      node.addEventListener("click", act);
    }

    function key(event) {
      const acts = { Enter: () => add(map.getCenter()), Backspace: back, Escape: end };
      if (!acts[event.key] || event.target.closest("button, input")) { return; }
      event.preventDefault();
      acts[event.key]();
    }

    /* at: the corners of an outline to be changed; none to draw a new one. */
    function begin(at) {
      stop();
      map.fire("pen");   // one line at a time: others end
      corners = (at || []).map(([lng, lat]) => L.latLng(lat, lng));
      closed = corners.length >= LEAST;
      before = [];
      const box = map.getContainer();
      shape = L.polygon([], { color: "#111827", weight: 2.5, dashArray: "6 4", fillOpacity: 0.08, interactive: false, pane: "parks" }).addTo(map);
      handles = L.layerGroup([]).addTo(map);
      cross = box.appendChild(given.say("div", "parks-cross", "+"));
      bar = window.parksBar(given.say, "pen");
      bar.append(given.say("output", "", text));
      button("point", () => add(map.getCenter()));
      button("back", back);
      button("done", () => { const drawn = ring(); stop(); given.done(drawn); });
      button("end", end);
      box.append(bar);
      box.addEventListener("keydown", key);
      map.doubleClickZoom.disable();
      draw();
      box.focus();
    }

    function stop() {
      if (!bar) { return; }
      [shape, handles, bar, cross].forEach((each) => each.remove());
      shape = handles = bar = cross = null;
      text = "";
      delete map.getContainer().dataset.corners;
      map.getContainer().removeEventListener("keydown", key);
      map.doubleClickZoom.enable();
    }

    function end() { if (bar) { stop(); given.ended(); } }

    map.on("pen", end);

    return {
      on: () => Boolean(bar), begin: begin, stop: stop, end: end,
      add: (latlng) => { if (!closed) { add(latlng); } },
      speak: (words) => { given.words = words; },
      tell: (said) => { text = said; if (bar) { bar.firstChild.textContent = said; } },
    };
  };
})();
