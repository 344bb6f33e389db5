/* The map in the browser: fetches its layers, draws them, shows what is under the pointer, says what was clicked. */
(function () {
  "use strict";

  const CLOSE = 14;            // from this zoom on buildings speak for themselves and parks step back
  const RIVER_M = 420;         // width of the river [m]: its line is the middle only
  const UNSURE_M = 200;        // outlines less certain than this [m] are dashed
  const KEPT = 24;             // answers kept, so that going back to a colour asks nobody
  const NARROW = 620, LEGEND = 240;   // pixels: on a narrower map the legend is folded; its width
  const ROLES = { core: "#D55E00", bearing: "#0072B2", linked: "#009E73", outside: "#7B8794" };
  const LINES = {
    district: { color: "#B4C0C8", weight: 1, fill: true, fillColor: "#FBFAF6", fillOpacity: 1, pane: "land" },
    river: { color: "#A8CFE6", opacity: 1, pane: "water", lineCap: "round" },
    road: { color: "#DCDDD8", weight: 1.2, pane: "lines" },
    metro: { color: "#CBBFDD", weight: 1.5, dashArray: "5 3", pane: "lines" },
    expressway: { color: "#E9D9AE", weight: 2.4, pane: "lines" },
  };
  const PANES = { tiles: 205, land: 210, water: 215, lines: 220, zones: 300, buildings: 350, parks: 420, names: 500 };
  const KINDS = { transit_stop: "#5B4B8A", rental_housing: "#B5651D", platform: "#0F766E", cdmo: "#9D174D" };
  const FILLS = {
    plain: (colour) => colour,
    hatched: (colour) => `repeating-linear-gradient(135deg, #fff 0 3px, ${colour} 3px 5px)`,
    outlined: () => "#fff",
  };

  let map, options, words = {}, classes = null, there = null, edge = 1, cut = null, times, swipe, picked = null, drawing, tip, legend, homeward, notice;
  let datum, title, names, beneath, search, lasso, tools, cards, outlines, zones = [], parks = [], facilities = [];
  const shown = {}, answers = new Map(), afterwards = [];

  /* The one way by which words from data reach the page: as text, never as markup. */
  function say(tag, className, text) {
    const node = document.createElement(tag);
    node.className = className;
    node.textContent = text === null || text === undefined ? "" : String(text);
    return node;
  }

  function mount(target, given) {
    map = target;
    options = given;
    map.setMinZoom(8).setMaxZoom(19).boxZoom.disable();   // shift is for selecting several buildings
    Object.entries(PANES).forEach(([name, level]) => {
      const pane = map.createPane(name);
      pane.style.zIndex = level;
      pane.style.pointerEvents = "none";
    });
    // Leaflet focuses the map when the button goes down; the page around it must not scroll then, or the click would
    // land beside what was aimed at.
    const box = map.getContainer();
    box.focus = () => HTMLElement.prototype.focus.call(box, { preventScroll: true });
    box.setAttribute("role", "application");   // the arrow keys and + and − are the map's own
    dress();
    window.addEventListener("message", dress);   // the page tells of another theme
    map.attributionControl.setPrefix(false).addAttribution(options.credit);
    L.control.scale({ imperial: false, position: "bottomleft" }).addTo(map);
    drawing = new window.ParksBuildings(options.root || "", arrived).addTo(map);
    names = window.ParksNames(map, { say: say, dots: () => parks.map((park) => park.latlng) });
    outlines = window.ParksOutlines(map, {
      root: options.root || "", say: say, words: words, names: names, datum: () => datum, zones: () => zones,
      corner: (latlng, pixels) => drawing.corner(latlng, pixels), unsure: UNSURE_M, tell: tell,
    });
    beneath = window.ParksBeneath(map, { say: say, warn: () => warn(words.silent), quiet: quiet });
    times = window.ParksTimes(map, { say: say, words: words, shown: another });
    swipe = window.ParksSwipe(map, { say: say, moved: split });
    tip = map.getContainer().appendChild(say("div", "parks-tip", ""));
    tip.hidden = true;
    home();
    if (!map.getSize().x) { map.once("resize", home); }
    map.on("mousemove", hover).on("mouseout movestart", () => { tip.hidden = true; }).on("click", click);
    map.on("move", () => { if (there) { split(edge); } });
    map.on("zoomend", scaled).on("zoomend moveend", names.crowd);
  }

  /* Dark where the page is: it tells its frames the colour of its ground. A file that opens by itself is light. */
  function dress() {
    const ground = getComputedStyle(document.documentElement).getPropertyValue("--background-color").trim();
    const dark = [1, 3, 5].every((at) => parseInt(ground.slice(at, at + 2), 16) < 128);
    map.getContainer().dataset.theme = dark ? "dark" : "light";
  }

  /* What the map and its frame are called when they are read out, and in which language. */
  function named() {
    map.getContainer().setAttribute("aria-label", title || document.title);
    if (!window.frameElement) { return; }
    window.frameElement.title = title || document.title;
    document.documentElement.lang = window.parent.document.documentElement.lang;
  }

  /* All outlines, beside the legend where there is room for it. */
  function home() {
    const beside = map.getSize().x > NARROW ? LEGEND : 0;
    map.fitBounds(options.home, { animate: false, paddingTopLeft: [10, 24], paddingBottomRight: [10 + beside, 24] });
  }

  /* Takes what the map shall show; fetches and draws only what is other than before. */
  function show(view) {
    words = view.words;
    if (!legend) { controls(); }
    search.speak(words);
    [lasso, tools, outlines].filter(Boolean).forEach((each) => each.speak(words));
    datum = view.datum || "wgs84";
    title = view.title || "";
    named();
    Object.assign(homeward, { title: words.home, ariaLabel: words.home });
    const now = times.set(view.times, words), layers = Object.assign({}, view.layers, now && { classes: now });
    swipe.set(view.against, words);
    if (other("base", view.base) || !view.base) { beneath.lay(view.base); }
    if (view.against) { layers.there = view.against.classes; }
    const draw = { context: drawContext, zones: drawZones, parks: drawParks, outlines: drawOutlines, draft: outlines.draft, buildings: drawBuildings, classes: shade, facilities: drawFacilities, there: drawThere, cards: deal };
    Object.entries(layers).forEach(([name, source]) => {
      if (shown[name] === source) { return; }
      shown[name] = source;
      load(source).then((content) => { if (shown[name] === source) { draw[name](content); settle(name); } }, () => warn());
    });
    if (shown.facilities && !view.layers.facilities) { shown.facilities = undefined; drawFacilities({ features: [] }); }
    if (shown.draft && !view.layers.draft) { shown.draft = undefined; outlines.draft(null); }
    if (shown.there && !layers.there) { shown.there = undefined; drawThere(null); colour(); }
    if (other("picked", view.picked)) { pick(view.picked, false); }
    if (other("focus", view.focus)) { focus(); }
  }

  function other(name, value) {
    const said = JSON.stringify(value || null);
    const changed = shown[name] !== said;
    shown[name] = said;
    return changed && Boolean(value || name === "picked");
  }

  function load(source) {
    if (typeof source !== "string") { return Promise.resolve(source); }
    if (!answers.has(source)) {
      const asked = fetch(options.root + source).then((answer) => {
        if (!answer.ok) { throw new Error(String(answer.status)); }
        return answer.json();
      });
      asked.catch(() => answers.delete(source));
      answers.set(source, asked);
      if (answers.size > KEPT) { answers.delete(answers.keys().next().value); }
    }
    return answers.get(source);
  }

  function warn(text) {
    if (!notice) { notice = map.getContainer().appendChild(say("div", "parks-notice", text || words.failed)); }
  }

  function quiet() { if (notice) { notice.remove(); notice = null; } }

  /* What depends on several layers, once each has come. */
  function settle(name) {
    if (name === "buildings" && classes) { drawing.setColours(classes); }
    if (name === "buildings" && there) { drawing.setThere(there); }
    if (name !== "context") { colour(); highlight(); focus(); }
    names.crowd();
    if (!["buildings", "outlines"].includes(name)) { map.getContainer().dataset[name] = name === "classes" ? classes.by : "drawn"; }
  }

  /* How many tiles in view have not come yet; whether one did not come at all. */
  function arrived(waiting, failed) {
    if (failed) { warn(); return; }
    map.getContainer().dataset.waiting = String(waiting);
    if (waiting) { return; }
    map.getContainer().dataset.buildings = "drawn";
    afterwards.splice(0).forEach((act) => act());
  }

  function drawContext(content) {
    swap("context", L.geoJSON(content, {
      interactive: false,
      style: (feature) => Object.assign({ interactive: false }, LINES[feature.properties.kind] || LINES.road),
      pane: "lines",
      filter: (feature) => feature.geometry && feature.geometry.type !== "Point",
    }));
    swap("river", L.layerGroup(content.features.filter((each) => each.properties.label).map(
      (each) => names.label("water", each.properties.name, (node) => names.beside(L.latLng(each.properties.label[1], each.properties.label[0]), node, 12)))));
    scaled();
  }

  function drawZones(content) {
    zones = content.features.filter((feature) => feature.geometry).map((feature) => {
      const given = feature.properties;
      const shape = L.geoJSON(feature, { pane: "zones", interactive: false, style: {
        color: ROLES[given.role], weight: 2, lineJoin: "round", dashArray: given.uncertainty_m >= UNSURE_M ? "7 5" : null,
      } });
      return {
        id: given.id, name: given.name, role: given.role, geometry: feature.geometry, shape: shape,
        label: names.label("zone " + given.role, given.name, (node) => names.around(shape.getBounds(), node)),
      };
    });
    swap("zones", L.layerGroup(zones.flatMap((zone) => [zone.shape, zone.label])));
  }

  function drawParks(content) {
    parks = content.features.filter((feature) => feature.geometry).map((feature) => {
      const latlng = L.latLng(feature.geometry.coordinates[1], feature.geometry.coordinates[0]);
      return {
        id: feature.properties.id, name: feature.properties.name, schematic: feature.properties.schematic, latlng: latlng,
        dot: L.circleMarker(latlng, { pane: "parks", interactive: false, dashArray: feature.properties.schematic ? "2 2" : null }),
        label: names.label("park", feature.properties.name, (node) => names.beside(latlng, node, 8)),
      };
    });
    swap("parks", L.layerGroup(parks.flatMap((park) => [park.dot, park.label])));
  }

  function drawOutlines(content) { outlines.set(content); if (classes) { fill(legend); } }

  function drawBuildings(content) { cut = content; drawing.setTiles(content); }

  function shade(content) {
    classes = content;
    if (cut) { drawing.setColours(classes); }
    fill(legend);
  }

  function drawThere(content) { there = content; if (cut) { drawing.setThere(content); } }

  /* Another quarter of the timeline. */
  function another(source) {
    shown.classes = source;
    load(source).then((content) => { if (shown.classes === source) { shade(content); settle("classes"); } }, () => warn());
  }

  /* The split between two states stands elsewhere. */
  function split(share) {
    edge = share;
    drawing.setSplit(share);
    colour();
  }

  /* The classes that hold at a place of the map [pixels from its left edge]. */
  function classesAt(x) { return there && x > edge * map.getSize().x ? there : classes; }

  function swap(name, layer) {
    if (shown["_" + name]) { shown["_" + name].remove(); }
    shown["_" + name] = layer.addTo(map);
  }

  /* Widths that follow the zoom. */
  function scaled() {
    const metre = Math.pow(2, map.getZoom()) / (156543.03 * Math.cos(map.getCenter().lat * Math.PI / 180));
    if (shown._context) {
      shown._context.eachLayer((layer) => {
        const kind = layer.feature.properties.kind;
        if (kind === "river") { layer.setStyle({ weight: Math.max(3, RIVER_M * metre) }); }
        if (kind === "expressway") { layer.setStyle({ weight: map.getZoom() < 13 ? 2.4 : 4.5 }); }
        if (kind === "road") { layer.setStyle({ weight: map.getZoom() < 13 ? 1.2 : 3 }); }
      });
    }
    colour();
  }

  /* Small squares, one colour a kind; the tip says what each is. */
  function drawFacilities(content) {
    facilities = content.features.filter((feature) => feature.geometry).map((feature) => {
      const [lng, lat] = feature.geometry.coordinates, kind = feature.properties.kind;
      const mark = say("i", "parks-facility", "");
      mark.style.background = KINDS[kind] || "#4A5763";
      const icon = L.divIcon({ className: "", html: mark, iconSize: [8, 8] });
      const latlng = L.latLng(lat, lng);
      return { name: feature.properties.name, fact: feature.properties.fact, latlng: latlng,
        dot: L.marker(latlng, { icon: icon, pane: "parks", interactive: false, keyboard: false }) };
    });
    swap("facilities", L.layerGroup(facilities.map((each) => each.dot)));
    map.getContainer().dataset.facilities = String(facilities.length);
  }

  function deal(content) { if (cards) { cards.set(content.features.map((each) => each.properties), words); } }

  function buildingAt(latlng) {
    const found = drawing.at(latlng);
    return found && found.kind === "building" ? found : null;
  }

  function facilityAt(point) {
    const near = facilities.find((each) => map.latLngToContainerPoint(each.latlng).distanceTo(point) <= 6);
    return near ? { kind: "facility", name: near.name, fact: near.fact } : null;
  }

  /* Colours of zones and parks for the mode and the zoom. */
  function colour() {
    const close = map.getZoom() >= CLOSE;
    zones.forEach((zone) => zone.shape.setStyle({
      fillColor: ROLES[zone.role],
      fillOpacity: classes && classes.by === "role" ? 0.16 : 0.045,
      weight: picked && picked.kind === "zone" && picked.id === zone.id ? 4 : 2,
    }));
    parks.forEach((park) => {
      const holds = classesAt(map.latLngToContainerPoint(park.latlng).x), shade = holds && shadeOf(holds.parks[park.id], holds);
      const solid = shade && shade.fill === "plain";
      const chosen = picked && picked.kind === "park" && picked.id === park.id;
      park.dot.setRadius(chosen ? 9 : close ? 5 : map.getZoom() < 10.5 ? 4.5 : 6.5).setStyle({
        color: chosen ? "#111827" : "#4A5763", weight: chosen ? 3 : 1.3, opacity: close && !chosen ? 0.7 : 1,
        fillColor: solid ? shade.colour : shade && shade.fill === "hatched" ? "#E3E6E9" : "#ffffff", fillOpacity: close ? 0.6 : 1,
      });
    });
  }

  function highlight() {
    drawing.setPicked(!picked ? [] : picked.kind === "building" ? [picked.id] : picked.ids || []);
    drawing.redraw();
    outlines.colour(picked);
    colour();
  }

  function parkAt(point, reach) {
    const near = parks.filter((park) => map.latLngToContainerPoint(park.latlng).distanceTo(point) <= reach);
    near.sort((one, two) => map.latLngToContainerPoint(one.latlng).distanceTo(point) - map.latLngToContainerPoint(two.latlng).distanceTo(point));
    return near.length ? { kind: "park", id: near[0].id, name: near[0].name, schematic: near[0].schematic } : null;
  }

  function hit(event, withZones) {
    const park = parkAt(event.containerPoint, map.getZoom() >= CLOSE ? 6 : 9);
    const first = map.getZoom() < CLOSE ? park || drawing.at(event.latlng) : drawing.at(event.latlng) || park;
    const found = first || outlines.at(event.latlng);
    if (found || !withZones) { return found && Object.assign({ x: event.containerPoint.x }, found); }
    const zone = zones.slice().reverse().find((each) => window.parksInside(each.geometry, event.latlng));
    return zone ? { kind: "zone", id: zone.id, name: zone.name } : null;
  }

  function hover(event) {
    const beneath = hit(event, false), found = facilityAt(event.containerPoint) || beneath;
    map.getContainer().style.cursor = beneath ? "pointer" : "";
    tip.hidden = !found;
    if (!found) { return; }
    tip.replaceChildren(say("b", "", found.name || words.cell), ...facts(found).map((line) => say("span", "", line)));
    const size = map.getSize(), at = event.containerPoint;
    tip.style.left = Math.min(at.x + 14, size.x - tip.offsetWidth - 6) + "px";
    tip.style.top = (at.y + 18 + tip.offsetHeight > size.y ? at.y - tip.offsetHeight - 10 : at.y + 18) + "px";
  }

  function shadeOf(facts, holds) { return facts && holds.legend[facts[0]]; }

  /* What the pointer shows of a place: its class, vacancy, how many units fit. */
  function facts(found) {
    if (found.kind === "facility" || found.kind === "parcel") { return [found.fact]; }
    const holds = classesAt(found.x || 0);
    if (found.kind === "cell") {
      return [said(words.several, { count: grouped(found.count), label: holds.legend[found.shade].label })];
    }
    const known = found.kind === "park" && holds ? holds.parks[found.id] : found.facts, shade = shadeOf(known, holds);
    return [shade && `${holds.title}: ${shade.label}`, known && vacancy(known), found.schematic && words.schematic].filter(Boolean);
  }

  function vacancy([, share, vacant, fitting]) {
    const known = share !== null && !Number.isNaN(share);
    const text = known ? said(words.vacant, { share: (share * 100).toFixed(1) + "%", area: grouped(vacant) }) : words.unknown;
    return fitting === null || fitting < 0 ? text : said(words.fitting, { count: grouped(fitting), vacancy: text });
  }

  function grouped(number) { return Math.round(number).toLocaleString("en-US"); }

  function said(sentence, values) { return sentence.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole)); }

  function click(event) {
    if (lasso && (lasso.busy() || tools.takes(event.latlng) || outlines.takes(event.latlng))) { return; }
    const found = hit(event, true);
    if (found && found.kind === "cell") { map.fitBounds(window.ParksTiles.boundsOf(found.box), { maxZoom: cut.close, animate: false }); return; }
    if (found && found.kind === "building" && event.originalEvent && event.originalEvent.shiftKey && !options.onPick) {
      tell({ kind: "more", id: found.id });
    } else if (found) { pick(found, true); }
  }

  function pick(found, ours) {
    picked = found;
    map.getContainer().dataset.picked = picked ? `${picked.kind} ${picked.ids ? picked.ids.join(" ") : picked.id}` : "";
    highlight();
    if (!ours) { return; }
    if (options.onPick) { options.onPick(found, facts(found)); return; }
    tell({ kind: found.kind, id: found.id });
  }

  /* Straight to the session: the component itself would wait a quarter of a second. */
  function tell(what) {
    if (window.Streamlit) { window.Streamlit.setComponentValue({ picked: Object.assign(what, { n: Date.now() }) }); }
  }

  function boundsOf(kind, id) {
    if (kind === "zone") { const zone = zones.find((each) => each.id === id); return zone && zone.shape.getBounds(); }
    const park = kind === "park" && parks.find((each) => each.id === id), drawn = outlines.boundsOf(kind, id);
    return drawn || kind === "parcel" ? drawn : park ? park.latlng.toBounds(1200) : drawing.boundsOf(id);
  }

  /* Goes where the view says as soon as the layer that knows the place is there; once. */
  function focus() {
    const wanted = JSON.parse(shown.focus || "null");
    if (!wanted || shown.reached === shown.focus) { return; }
    if (wanted.at) {
      shown.reached = shown.focus;
      map.setView([wanted.at[1], wanted.at[2]], wanted.at[0], { animate: false });
      return;
    }
    const bounds = wanted.box ? window.ParksTiles.boundsOf(wanted.box) : boundsOf(wanted.kind, wanted.id);
    if (!bounds) { return; }
    shown.reached = shown.focus;
    map.fitBounds(bounds, { maxZoom: 17, padding: [40, 40], animate: false });
  }

  function controls() {
    const Home = L.Control.extend({ options: { position: "topleft" }, onAdd: () => {
      const bar = say("div", "leaflet-bar", "");
      homeward = bar.appendChild(say("a", "parks-home", "⌂"));
      homeward.href = "#";
      homeward.setAttribute("role", "button");
      L.DomEvent.disableClickPropagation(bar).on(homeward, "click", (event) => { L.DomEvent.preventDefault(event); home(); });
      return bar;
    } });
    const Legend = L.Control.extend({ options: { position: "topright" }, onAdd: () => {
      const box = say("details", "parks-box parks-legend", "");
      box.open = map.getSize().x > NARROW;
      box.addEventListener("toggle", names.crowd);
      L.DomEvent.disableClickPropagation(box).disableScrollPropagation(box);
      return box;
    } });
    search = new window.ParksSearch({ words: words, say: say, find: lookUp, choose: arrive }).addTo(map);
    search.getContainer().parentNode.prepend(search.getContainer());
    new Home().addTo(map);
    if (!options.onPick) {
      tools = new window.ParksTools({ root: options.root, say: say, words: words, datum: () => datum, picked: () => picked, title: () => title, legend: told }).addTo(map);
      lasso = new window.ParksLasso({ words: words, say: say, drawn: (ring) => tell({ kind: "area", ring: ring }) }).addTo(map);
      outlines.control();
    }
    legend = new Legend().addTo(map).getContainer();
    if (!options.onPick) {
      cards = new window.ParksCards({
        say: say, over: buildingAt, toggled: names.crowd, chosen: (company) => tell({ kind: "company", tenant: company.id }),
        dropped: (company, building) => tell({ kind: "company", tenant: company.id, id: building.id }),
      }).addTo(map);
    }
  }

  /* Zones and parks whose name or id holds the words, then buildings. */
  function lookUp(wanted) {
    const low = wanted.toLowerCase(), holds = (each) => `${each.id}\n${each.name}`.toLowerCase().includes(low);
    const near = [["zone", zones], ["park", parks], ["parcel", outlines.all().filter((each) => each.kind === "parcel")]].flatMap(
      ([kind, places]) => places.filter(holds).map((each) => ({ kind: kind, id: each.id, name: each.name })));
    return window.ParksTiles.find(options.root || "", cut ? cut.tiles : [], wanted).then((found) => near.concat(found), () => near);
  }

  function arrive(place) {
    const bounds = place.box ? window.ParksTiles.boundsOf(place.box) : boundsOf(place.kind, place.id);
    // A file that opens by itself tells what is known of the place, which must have come first.
    const tell = () => pick((place.kind === "building" && drawing.named(place.id)) || place, true);
    if (options.onPick) { afterwards.push(tell); }
    if (bounds) { map.fitBounds(bounds, { maxZoom: 17, padding: [40, 40], animate: false }); }
    if (options.onPick) { drawing.redraw(); } else { tell(); }
  }

  function entry(swatch, text, count) {
    const line = say("li", "", "");
    line.append(swatch, say("span", "", text), say("i", "", count));
    return line;
  }

  function fill(box) {
    const shades = say("ul", "", ""), lines = say("ul", "", "");
    classes.legend.forEach((shade) => {
      const swatch = say("span", "swatch " + shade.fill, "");
      swatch.style.background = FILLS[shade.fill](shade.colour);
      swatch.style.borderColor = shade.fill === "outlined" ? shade.colour : "";
      shades.append(entry(swatch, shade.label, shade.count));
    });
    Object.entries(words.roles).forEach(([role, text]) => {
      const swatch = say("span", "outline", "");
      swatch.style.borderColor = ROLES[role];
      lines.append(entry(swatch, text, ""));
    });
    lines.append(entry(say("span", "outline unsure", ""), words.unsure, ""), entry(say("span", "spot", ""), words.spot, ""));
    lines.append(...outlines.legend(entry));
    if (cut && cut.close > cut.first) { lines.append(entry(say("span", "cell", ""), words.cells, "")); }
    box.replaceChildren(say("summary", "", classes.title), shades, say("small", "", words.counted), lines);
  }

  /* The legend as it is written on a picture. */
  function told() {
    const shades = classes.legend.map((each) => ({ label: each.label, count: String(each.count), colour: each.colour, fill: each.fill }));
    const roles = Object.entries(words.roles).map(([role, label]) => ({ label: label, count: "", colour: ROLES[role], fill: "outlined" }));
    return { title: classes.title, rows: shades.concat(roles), note: words.counted };
  }

  /* Where a thing stands in the map's own pixels; null when it is not there. */
  function pointOf(kind, id) {
    const park = kind === "park" && parks.find((each) => each.id === id);
    const bounds = park ? null : boundsOf(kind, id);
    const place = park ? park.latlng : bounds && bounds.getCenter();
    return place ? map.latLngToContainerPoint(place) : null;
  }

  /* Goes to a place as close as buildings are drawn one by one, wherever it lies; tells when it is there. */
  function visit(kind, id, zoom) {
    const there = (bounds) => { if (bounds) { map.setView(bounds.getCenter(), zoom, { animate: false }); } };
    const bounds = boundsOf(kind, id);
    if (bounds || kind !== "building") { there(bounds); return Promise.resolve(); }
    return window.ParksTiles.find(options.root || "", cut.tiles, id).then((found) => {
      const exact = found.find((each) => each.id === id);
      there(exact && window.ParksTiles.boundsOf(exact.box));
    });
  }

  window.parksMap = { mount: mount, show: show, pointOf: pointOf, visit: visit };
})();
