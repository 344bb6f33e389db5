/* Names on the map, placed so that none lies over another, over the legend or, where it can be helped, over a park. */
(function () {
  "use strict";

  const NAMED_PARKS = 13;      // from this zoom on parks have their names beside them

  /* given: say, dots(): where the parks' dots are. */
  window.ParksNames = function (map, given) {
    let names = [];

    /* places(node): the container points at which the name may have its upper left corner, best first. */
    function label(kind, text, places) {
      const html = given.say("span", "parks-name " + kind, text);
      const marker = L.marker(map.getCenter(), {
        pane: "names", interactive: false, keyboard: false, icon: L.divIcon({ html: html, className: "", iconSize: [0, 0] }),
      });
      names.push({ kind: kind, node: html, marker: marker, places: () => places(html) });
      return marker;
    }

    /* Places each name where it lies over no other and, if it can, over no park; hides it where there is no such place. */
    function crowd() {
      names = names.filter((each) => each.node.isConnected);
      const far = map.getZoom() < NAMED_PARKS, taken = covered();
      const dots = far ? given.dots().map((latlng) => square(map.latLngToContainerPoint(latlng), 7)) : [];
      const rank = (each) => (each.kind === "park" ? 1 : 0);
      names.slice().sort((one, two) => rank(one) - rank(two)).forEach((each) => {
        const size = L.point(each.node.offsetWidth, each.node.offsetHeight);
        const options = far && each.kind === "park" ? [] : each.places().map((at) => ({ at: at, box: L.bounds(at, at.add(size)) }));
        const free = options.filter((option) => view().contains(option.box) && taken.every((box) => !box.intersects(option.box)));
        const over = (option) => dots.filter((dot) => dot.intersects(option.box)).length;
        const best = free.reduce((found, option) => (!found || over(option) < over(found) ? option : found), null);
        each.node.style.visibility = best ? "visible" : "hidden";
        if (!best) { return; }
        taken.push(best.box);
        each.marker.setLatLng(map.containerPointToLatLng(best.at));
      });
    }

    /* Where legend and search lie over the map. */
    function covered() {
      const frame = map.getContainer().getBoundingClientRect();
      return [...map.getContainer().querySelectorAll(".parks-box, .parks-search, .parks-bar, .leaflet-bar")].map((node) => {
        const box = node.getBoundingClientRect();
        return L.bounds([box.left - frame.left, box.top - frame.top], [box.right - frame.left, box.bottom - frame.top]);
      });
    }

    /* Below, above, right and left of a point. */
    function beside(latlng, node, gap) {
      const at = map.latLngToContainerPoint(latlng), wide = node.offsetWidth, high = node.offsetHeight;
      return [
        L.point(at.x - wide / 2, at.y + gap), L.point(at.x - wide / 2, at.y - high - gap),
        L.point(at.x + gap + 2, at.y - high / 2), L.point(at.x - wide - gap - 2, at.y - high / 2),
      ];
    }

    function view() { return L.bounds([0, 0], map.getSize()); }

    function square(point, half) { return L.bounds(point.subtract([half, half]), point.add([half, half])); }

    /* Corners at which a name of this node may begin: above, beside, below, and in the middle of what is in view. */
    function around(bounds, node) {
      const one = map.latLngToContainerPoint(bounds.getNorthWest()), two = map.latLngToContainerPoint(bounds.getSouthEast());
      const wide = node.offsetWidth, high = node.offsetHeight, gap = 4, size = map.getSize();
      const middle = L.point((one.x + two.x) / 2, (one.y + two.y) / 2);
      if (one.x > size.x || one.y > size.y || two.x < 0 || two.y < 0) { return []; }
      const seen = L.point(
        (Math.max(one.x, 0) + Math.min(two.x, size.x)) / 2, (Math.max(one.y, 0) + Math.min(two.y, size.y)) / 2);
      return [
        L.point(middle.x - wide / 2, one.y - high - gap), L.point(one.x - wide - gap, middle.y - high / 2),
        L.point(two.x + gap, middle.y - high / 2), L.point(two.x + 10 * gap, middle.y - high / 2),
        L.point(middle.x - wide / 2, two.y + gap), L.point(seen.x - wide / 2, Math.max(one.y, 0) + gap),
        L.point(seen.x - wide / 2, seen.y - high / 2),
      ];
    }

    return { label: label, crowd: crowd, beside: beside, around: around };
  };
})();
