/* Points set on the map one by one: by click, or with the keyboard at the cross in the middle. */
(function () {
  "use strict";

  /* What stands on the map while something is drawn on it: a bar that tells how it goes, a cross, the keys.
     given: say, words, add(latlng), back(), done(): where it can be finished; cleared(): at the end, whatever the end was;
     ended(): when it was given up. */
  window.ParksHand = function (map, given) {
    const box = map.getContainer(), middle = () => given.add(map.getCenter());
    const acts = Object.assign({ point: middle, back: given.back }, given.done ? { done: given.done } : {}, { end: end });
    const keys = { Enter: middle, Backspace: given.back, Escape: end };
    let bar = null, cross = null, text = "";

    function key(event) {
      if (!keys[event.key] || event.target.closest("button, input")) { return; }
      event.preventDefault();
      keys[event.key]();
    }

    function begin() {
      map.fire("pen");   // one line at a time: others end
      cross = box.appendChild(given.say("div", "parks-cross", "+"));
      bar = window.parksBar(given.say, "pen");
      bar.append(given.say("output", "", text));
      Object.entries(acts).forEach(([name, act]) => {
        const node = bar.appendChild(given.say("button", "", given.words[name]));
        node.type = "button";
        node.dataset.act = name;
        node.addEventListener("click", act);
      });
      box.append(bar);
      box.addEventListener("keydown", key);
      map.doubleClickZoom.disable();
      box.focus();
    }

    function stop() {
      if (!bar) { return; }
      [bar, cross].forEach((each) => each.remove());
      bar = cross = null;
      text = "";
      box.removeEventListener("keydown", key);
      map.doubleClickZoom.enable();
      given.cleared();
    }

    function end() { if (bar) { stop(); given.ended(); } }

    map.on("pen", end);

    return {
      style: { color: "#111827", weight: 2.5, dashArray: "6 4", interactive: false, pane: "parks" },
      on: () => Boolean(bar), begin: begin, stop: stop, end: end,
      able: (name, is) => { bar.querySelector(`[data-act=${name}]`).disabled = !is; },
      speak: (words) => { given.words = words; },
      tell: (said) => { text = said; if (bar) { bar.firstChild.textContent = said; } },
    };
  };

  /* A line or an area. given: say, words, shape: how it is drawn, told(points): after each point,
     done(points): what to do at the end, if anything; ended(): whatever the end was. */
  window.ParksPen = function (map, given) {
    let points = [], line = null;
    const hand = window.ParksHand(map, {
      say: given.say, words: given.words, add: add, back: () => { points.pop(); draw(); },
      done: given.done && (() => { const all = places(); hand.end(); given.done(all); }),
      cleared: () => { line.remove(); points = []; }, ended: given.ended,
    });

    function places() { return points.map((at) => [at.lng, at.lat]); }

    function draw() {
      line.setLatLngs(points);
      if (given.told) { given.told(places()); }
    }

    function add(latlng) { points.push(latlng); draw(); }

    function begin() {
      line = given.shape([], hand.style).addTo(map);
      hand.begin();
    }

    return { on: hand.on, begin: begin, end: hand.end, add: add, speak: hand.speak, tell: hand.tell };
  };
})();
