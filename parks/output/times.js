/* What the map shows besides the chosen day: a slider through quarters that plays, and a split between two states. */
(function () {
  "use strict";

  const STEP_MS = 1400;   // how long a quarter stays while they are played

  /* A bar over the lower edge of the map. */
  function bar(say, kind) {
    const box = say("div", "parks-bar " + kind, "");
    L.DomEvent.disableClickPropagation(box).disableScrollPropagation(box);
    ["keydown", "dblclick", "mousedown", "pointerdown", "touchstart"].forEach((name) => L.DomEvent.on(box, name, L.DomEvent.stopPropagation));
    return box;
  }

  function range(say, most, label) {
    const slider = say("input", "", "");
    Object.assign(slider, { type: "range", min: 0, max: most, step: 1 });
    slider.setAttribute("aria-label", label);
    return slider;
  }

  window.parksBar = bar;

  /* given: say, words, shown(source): what to do when another quarter is chosen. */
  window.ParksTimes = function (map, given) {
    let times = null, box = null, timer = 0, at = 0;

    function tell() {
      const [button, slider, told] = box.children;
      slider.value = at;
      slider.setAttribute("aria-valuetext", times.rows[at].label);
      told.textContent = times.rows[at].label;
      button.textContent = timer ? "❚❚" : "▶";
      button.setAttribute("aria-label", timer ? given.words.pause : given.words.play);
      map.getContainer().dataset.quarter = times.rows[at].label;
    }

    function go(number) { at = number; tell(); given.shown(times.rows[at].classes); }

    function play(on) {
      clearInterval(timer);
      timer = on ? setInterval(() => go((at + 1) % times.rows.length), STEP_MS) : 0;
      tell();
    }

    function build() {
      box = bar(given.say, "times");
      const button = given.say("button", "", "▶"), slider = range(given.say, times.rows.length - 1, given.words.quarter);
      button.type = "button";
      button.addEventListener("click", () => play(!timer));
      slider.addEventListener("input", () => { at = Number(slider.value); play(false); go(at); });
      box.append(button, slider, given.say("output", "", ""));
      map.getContainer().append(box);
    }

    function clear() {
      clearInterval(timer);
      timer = 0;
      if (box) { box.remove(); box = null; }
      delete map.getContainer().dataset.quarter;
    }

    return {
      /* Takes quarters (rows of label and classes, and which of them is shown first) or null; returns what to show. */
      set: function (asked, words) {
        given.words = words;
        if (!asked) { times = null; clear(); return null; }
        if (!times || JSON.stringify(times) !== JSON.stringify(asked)) {
          at = times ? Math.min(at, asked.rows.length - 1) : asked.at;
          times = asked;
          clear();
          build();
        }
        tell();
        return times.rows[at].classes;
      },
    };
  };

  /* given: say, words, moved(share): what to do when the split stands elsewhere. */
  window.ParksSwipe = function (map, given) {
    let box = null, line = null;

    function place(share) {
      line.style.left = share * 100 + "%";
      given.moved(share);
    }

    function clear() { [box, line].forEach((each) => each && each.remove()); box = line = null; }

    return {
      /* Takes the names of the two sides, or null. */
      set: function (sides, words) {
        if (!sides) { if (box) { clear(); given.moved(1); } return; }
        if (!box) {
          box = bar(given.say, "swipe");
          line = given.say("div", "parks-split", "");
          const slider = range(given.say, 100, words.swipe);
          slider.value = 50;
          slider.addEventListener("input", () => place(Number(slider.value) / 100));
          box.append(given.say("span", "", ""), slider, given.say("span", "", ""));
          map.getContainer().append(line, box);
          place(0.5);
        }
        box.firstChild.textContent = "◀ " + sides.here;
        box.lastChild.textContent = sides.there + " ▶";
      },
    };
  };
})();
