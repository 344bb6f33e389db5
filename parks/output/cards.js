/* Companies that look for space, as cards: dragged onto a building, or chosen with the keyboard. */
(function () {
  "use strict";

  /* given: say, words, over(place) → the building there or null, dropped(company, building), chosen(company), toggled(). */
  window.ParksCards = L.Control.extend({
    options: { position: "topright" },

    initialize: function (given) { this._given = given; this._all = []; },

    onAdd: function (map) {
      const { say } = this._given, box = say("details", "parks-box parks-cards", ""), frame = map.getContainer();
      this._title = box.appendChild(say("summary", "", ""));
      this._filter = box.appendChild(say("input", "", ""));
      this._list = box.appendChild(say("ul", "", ""));
      this._filter.type = "search";
      this._filter.addEventListener("input", () => this._fill());
      this._filter.addEventListener("keydown", (event) => event.stopPropagation());
      box.addEventListener("toggle", this._given.toggled);
      L.DomEvent.disableClickPropagation(box).disableScrollPropagation(box);
      frame.addEventListener("dragover", (event) => {
        if (!this._dragged) { return; }
        const there = this._given.over(this._place(event));
        if (there) { event.preventDefault(); }
        frame.dataset.over = there ? there.id : "";
      });
      frame.addEventListener("drop", (event) => {
        const there = this._dragged && this._given.over(this._place(event));
        event.preventDefault();
        if (there) { this._given.dropped(this._dragged, there); }
      });
      return box;
    },

    /* Takes the companies (id, name, fact) and the words. */
    set: function (companies, words) {
      this._all = companies;
      this._title.textContent = `${words.cards} (${companies.length})`;
      this._filter.placeholder = words.filter;
      this._filter.setAttribute("aria-label", words.filter);
      this._list.title = words.drag;
      this._fill();
    },

    _place: function (event) {
      const frame = this._map.getContainer().getBoundingClientRect();
      return this._map.containerPointToLatLng([event.clientX - frame.left, event.clientY - frame.top]);
    },

    _fill: function () {
      const { say } = this._given, wanted = this._filter.value.trim().toLowerCase();
      const seen = this._all.filter((each) => `${each.name}\n${each.id}`.toLowerCase().includes(wanted));
      this._list.replaceChildren(...seen.map((each) => {
        const line = say("li", "", ""), card = line.appendChild(say("button", "", ""));
        card.type = "button";
        card.draggable = true;
        card.append(say("span", "", each.name), say("i", "", `${each.fact} · ${each.id}`));
        card.addEventListener("click", () => this._given.chosen(each));
        card.addEventListener("dragstart", (event) => {
          this._dragged = each;
          event.dataTransfer.setData("text/plain", each.id);
          event.dataTransfer.effectAllowed = "copy";
        });
        card.addEventListener("dragend", () => { this._dragged = null; this._map.getContainer().dataset.over = ""; });
        return line;
      }));
    },
  });
})();
