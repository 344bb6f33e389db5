/* A box on the map that finds zones, parks and buildings by name or id; mouse and keyboard. */
(function () {
  "use strict";

  const WAIT = 180;   // milliseconds after the last key before the words are looked up
  const MOST = 12;

  /* given: words, say(tag, class, text), find(words) → promise of places, choose(place). */
  window.ParksSearch = L.Control.extend({
    options: { position: "topleft" },

    initialize: function (given) { this._given = given; this._asked = 0; },

    onAdd: function () {
      const { say, words } = this._given, box = say("div", "parks-search", "");
      this._input = box.appendChild(say("input", "", ""));
      this._list = box.appendChild(say("ul", "", ""));
      this._input.type = "search";
      this._list.id = "parks-found";
      this._list.hidden = true;
      this.speak(words);
      const roles = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": this._list.id, autocomplete: "off" };
      Object.entries(roles).forEach(([name, value]) => this._input.setAttribute(name, value));
      this._list.setAttribute("role", "listbox");
      L.DomEvent.disableClickPropagation(box).disableScrollPropagation(box);
      this._input.addEventListener("input", () => { clearTimeout(this._timer); this._timer = setTimeout(() => this._look(), WAIT); });
      this._input.addEventListener("keydown", (event) => this._key(event));
      this._input.addEventListener("blur", () => { setTimeout(() => this._close(), 150); });
      return box;
    },

    speak: function (words) {
      this._given.words = words;
      this._input.placeholder = words.search;
      this._input.setAttribute("aria-label", words.search);
      this._list.setAttribute("aria-label", words.search);
    },

    _look: function () {
      const words = this._input.value.trim(), asked = ++this._asked;
      if (!words) { this._close(); return; }
      this._given.find(words).then((found) => { if (asked === this._asked) { this._show(found.slice(0, MOST)); } });
    },

    _show: function (found) {
      const { say, words } = this._given;
      this._at = -1;
      this._found = found;
      this._list.replaceChildren(...found.map((place, number) => {
        const line = say("li", "", "");
        line.append(say("span", "", place.name), say("i", "", `${words.kinds[place.kind]} · ${place.id}`));
        line.id = `parks-found-${number}`;
        line.setAttribute("role", "option");
        line.setAttribute("aria-selected", "false");
        line.addEventListener("mousedown", (event) => event.preventDefault());   // the box keeps the focus
        line.addEventListener("click", () => this._choose(number));
        return line;
      }));
      if (!found.length) { this._list.append(say("li", "nothing", words.nothing)); }
      this._list.hidden = false;
      this._input.setAttribute("aria-expanded", "true");
    },

    _key: function (event) {
      event.stopPropagation();
      const many = this._found ? this._found.length : 0;
      if (event.key === "Escape") { this._close(); this._input.value = ""; }
      if (event.key === "Enter" && many && !this._list.hidden) { this._choose(Math.max(this._at, 0)); }
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (!step || !many) { return; }
      event.preventDefault();
      this._at = (this._at + step + many) % many;
      [...this._list.children].forEach((line, number) => line.setAttribute("aria-selected", String(number === this._at)));
      this._list.children[this._at].scrollIntoView({ block: "nearest" });
      this._input.setAttribute("aria-activedescendant", `parks-found-${this._at}`);
    },

    _choose: function (number) {
      const place = this._found[number];
      this._input.value = place.name;
      this._close();
      this._given.choose(place);
    },

    _close: function () {
      this._asked += 1;
      this._list.hidden = true;
      this._input.setAttribute("aria-expanded", "false");
      this._input.removeAttribute("aria-activedescendant");
    },
  });
})();
