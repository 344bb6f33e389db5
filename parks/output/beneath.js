/* A server's tiles beneath the layers; our own base where there are none, or where the server is silent. */
(function () {
  "use strict";

  const OWN = ["land", "water", "lines"];   // the panes of our own base

  /* given: say, warn(): the server is silent, quiet(): it is not, or it is not asked any more. */
  window.ParksBeneath = function (map, given) {
    let beneath = null, heard = false;

    /* Tiles of a server instead of our own base; null for our own, which also comes back where the server is silent. */
    function lay(base) {
      if (!base && !beneath) { return; }
      if (beneath) { beneath.remove(); map.attributionControl.removeAttribution(beneath.credit); }
      given.quiet();
      beneath = base ? L.layerGroup([base.url, base.names].filter(Boolean).map((url) => {
        const asked = { pane: "tiles", maxZoom: 19, maxNativeZoom: base.zoom };
        if (base.subdomains) { asked.subdomains = base.subdomains; }
        return L.tileLayer(url, asked).on("tileload", () => ours(false)).on("tileerror", () => { if (!heard) { given.warn(); } });
      })) : null;
      heard = false;
      ours(true);
      if (!base) { return; }
      beneath.credit = given.say("i", "", base.credit).innerHTML;   // the corner reads markup: what was text stays text
      map.attributionControl.addAttribution(beneath.credit);
      beneath.addTo(map);
    }

    /* Shows or hides our own base. */
    function ours(seen) {
      heard = !seen;
      OWN.forEach((name) => { map.getPane(name).style.display = seen ? "" : "none"; });
      map.getContainer().dataset.base = seen ? "own" : "server";
      if (!seen) { given.quiet(); }
    }

    return { lay: lay };
  };
})();
