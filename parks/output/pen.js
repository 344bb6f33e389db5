/* Points set on the map one by one: by click, or with the keyboard at the cross in the middle. */
(function () {
  "use strict";

  /* given: say, words, told(points): after each point; done(points): what to do at the end, if anything. */
  window.ParksPen = function (map, given) {
    let points = [], line = null, bar = null, cross = null, text = "";

    function draw() {
      line.setLatLngs(points);
      if (given.told) { given.told(points.map((at) => [at.lng, at.lat])); }
    }

    function add(latlng) { points.push(latlng); draw(); }

    function back() { points.pop(); draw(); }

    function button(words, act) {
      const node = given.say("button", "", words);
      node.type = "button";
      node.addEventListener("click", act);
      bar.append(node);
    }

    function key(event) {
      const acts = { Enter: () => add(map.getCenter()), Backspace: back, Escape: end };
      if (!acts[event.key] || event.target.closest("button, input")) { return; }
      event.preventDefault();
      acts[event.key]();
    }

    function begin() {
      map.fire("pen");   // one line at a time: others end
      line = given.shape([], { color: "#111827", weight: 2.5, dashArray: "6 4", interactive: false, pane: "parks" }).addTo(map);
      cross = map.getContainer().appendChild(given.say("div", "parks-cross", "+"));
      bar = window.parksBar(given.say, "pen");
      bar.append(given.say("output", "", text));
      button(given.words.point, () => add(map.getCenter()));
      button(given.words.back, back);
      if (given.done) { button(given.words.done, () => { const all = points.map((at) => [at.lng, at.lat]); end(); given.done(all); }); }
      button(given.words.end, end);
      map.getContainer().append(bar);
      map.getContainer().addEventListener("keydown", key);
      map.doubleClickZoom.disable();
      map.getContainer().focus();
    }

    function end() {
      if (!bar) { return; }
      [line, bar, cross].forEach((each) => each.remove());
      line = bar = cross = null;
      points = [];
      text = "";
      map.getContainer().removeEventListener("keydown", key);
      map.doubleClickZoom.enable();
      if (given.ended) { given.ended(); }
    }

    map.on("pen", end);

    return {
      on: () => Boolean(bar), begin: begin, end: end, add: add,
      speak: (words) => { given.words = words; },
      tell: (said) => { text = said; if (bar) { bar.firstChild.textContent = said; } },
    };
  };
})();
