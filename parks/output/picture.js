/* The view as a picture, and as a page: base, zones, buildings, names, legend, scale, and whose data it is. */
(function () {
  "use strict";

  const PIXELS = 15e6;   // of the picture on a printed page, at most
  const HEAD = 44, SIDE = 270, LINE = 20, FONT = '"Source Sans Pro", "Noto Sans SC", "PingFang SC", "Microsoft YaHei", sans-serif';

  function loaded(source, leave) {
    return new Promise((done, failed) => {
      const picture = new Image();
      if (leave) { picture.crossOrigin = leave; }
      picture.onload = () => done(picture);
      picture.onerror = failed;
      picture.src = source;
    });
  }

  /* A pane's drawing as something that can be drawn on a canvas. */
  function drawable(node) {
    // A tile is asked for once more, with the question whether it may be copied; one that may not spoils the picture.
    if (node.tagName === "IMG") { return loaded(node.src, "anonymous").catch(() => node); }
    if (node.tagName !== "svg") { return Promise.resolve(node); }
    const copy = node.cloneNode(true);
    copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
    copy.style.transform = "";
    return loaded("data:image/svg+xml;charset=utf-8," + encodeURIComponent(new XMLSerializer().serializeToString(copy)));
  }

  function text(pen, said, x, y, font, colour) {
    pen.font = `${font} ${FONT}`;
    pen.fillStyle = colour || "#23323d";
    pen.fillText(said, x, y);
  }

  function name(pen, node, at) {
    const style = getComputedStyle(node);
    pen.font = `${style.fontStyle} ${style.fontWeight} ${style.fontSize} ${FONT}`;
    pen.lineWidth = 3;
    pen.strokeStyle = "#ffffff";
    pen.fillStyle = style.color;
    pen.strokeText(node.textContent, at.left, at.top + at.height * 0.78);
    pen.fillText(node.textContent, at.left, at.top + at.height * 0.78);
  }

  /* What the title does not say: the quarter that is shown, or the two sides of the split. */
  function moment(box) {
    const sides = box.querySelectorAll(".parks-bar.swipe > span");
    return box.dataset.quarter || [...sides].map((side) => side.textContent.replace(/[◀▶]/g, "").trim()).join(" | ");
  }

  /* Small squares, names, and the line between two sides: what no pane has drawn. */
  function marks(pen, box) {
    box.querySelectorAll(".parks-facility").forEach((node) => {
      const at = node.getBoundingClientRect();
      pen.fillStyle = node.style.background;
      pen.fillRect(at.left, at.top, at.width, at.height);
    });
    box.querySelectorAll(".parks-name").forEach((node) => {
      if (node.style.visibility !== "hidden") { name(pen, node, node.getBoundingClientRect()); }
    });
    box.querySelectorAll(".parks-split").forEach((node) => {
      const at = node.getBoundingClientRect();
      pen.fillStyle = "#111827";
      pen.fillRect(at.left, at.top, Math.max(at.width, 2), at.height);
    });
  }

  /* A class as a box: full, hatched or with an outline alone. */
  function swatch(pen, row, x, y) {
    pen.fillStyle = row.fill === "plain" ? row.colour : "#ffffff";
    pen.strokeStyle = row.fill === "outlined" ? row.colour : "#5B6874";
    pen.lineWidth = row.fill === "outlined" ? 1.6 : 0.7;
    pen.fillRect(x, y, 16, 12);
    pen.strokeRect(x, y, 16, 12);
    if (row.fill !== "hatched") { return; }
    pen.strokeStyle = row.colour;
    pen.lineWidth = 1.4;
    pen.beginPath();
    [0, 5, 10, 15].forEach((shift) => { pen.moveTo(x + Math.max(shift - 11, 0), y + Math.min(shift, 11)); pen.lineTo(x + Math.min(shift + 1, 16), y + Math.max(shift - 15, 0)); });
    pen.stroke();
  }

  /* Draws the map alone, as it is on paper, on a canvas of its size at a ratio; fails where a server's tiles forbid it. */
  function view(map, ratio) {
    const box = map.getContainer(), frame = box.getBoundingClientRect(), theme = box.dataset.theme;
    box.dataset.theme = "light";   // a picture is for paper
    const canvas = document.createElement("canvas"), pen = canvas.getContext("2d");
    canvas.width = Math.round(frame.width * ratio);
    canvas.height = Math.round(frame.height * ratio);
    const panes = [...box.querySelectorAll(".leaflet-pane")].sort((one, two) => (Number(getComputedStyle(one).zIndex) || 0) - (Number(getComputedStyle(two).zIndex) || 0));
    const nodes = panes.flatMap((pane) => (getComputedStyle(pane).display === "none" ? [] : [...pane.querySelectorAll(":scope > svg, :scope > canvas, :scope > .leaflet-layer img.leaflet-tile")]));
    return Promise.all([...new Set(nodes)].map((node) => drawable(node).then((drawn) => [drawn, node.getBoundingClientRect()]))).then((parts) => {
      pen.scale(ratio, ratio);
      pen.translate(-frame.left, -frame.top);
      pen.fillStyle = getComputedStyle(box).backgroundColor;
      pen.fillRect(frame.left, frame.top, frame.width, frame.height);
      parts.forEach(([drawn, at]) => pen.drawImage(drawn, at.left, at.top, at.width, at.height));
      marks(pen, box);
      return canvas;
    }).finally(() => { box.dataset.theme = theme; });
  }

  /* Whose it is, and the datum where that is not the world's: what must stand beneath every picture. */
  function credits(box, given) {
    const said = box.querySelector(".leaflet-control-attribution").textContent.split(" | ").map((line) => line.trim());
    return given.datum() === "gcj02" ? said.concat(given.words.gcj02) : said;
  }

  /* The words round a picture, as they stand on paper. */
  function told(map, given) {
    const box = map.getContainer(), scale = box.querySelector(".leaflet-control-scale-line"), legend = given.legend();
    const [title, ...facts] = given.title().split(" · ");
    return {
      title: title, facts: facts.concat(moment(box) || []), legend: legend, credits: credits(box, given),
      scale: { label: scale.textContent, share: scale.offsetWidth / box.clientWidth },
    };
  }

  /* Returns the picture as the address of a PNG; fails where a server's tiles forbid it. */
  window.parksPicture = function (map, given) {
    const size = map.getSize(), wide = size.x, high = size.y, ratio = 2, said = told(map, given);
    return view(map, ratio).then((drawn) => {
      const canvas = document.createElement("canvas"), pen = canvas.getContext("2d");
      canvas.width = (wide + SIDE) * ratio;
      canvas.height = (high + HEAD) * ratio;
      pen.scale(ratio, ratio);
      pen.fillStyle = "#ffffff";
      pen.fillRect(0, 0, wide + SIDE, high + HEAD);
      pen.drawImage(drawn, 0, HEAD, wide, high);
      text(pen, [said.title, ...said.facts].join(" · "), 12, 29, "700 17px");
      let y = HEAD + 16;
      text(pen, said.legend.title, wide + 16, y, "700 14px");
      said.legend.rows.forEach((row) => {
        y += LINE + 2;
        swatch(pen, row, wide + 16, y - 11);
        text(pen, row.label, wide + 40, y, "13px");
        text(pen, row.count, wide + SIDE - 14 - pen.measureText(row.count).width, y, "13px", "#5B6874");
      });
      text(pen, said.legend.note, wide + 16, y += LINE, "11px", "#5B6874");
      y += 34;
      pen.strokeStyle = "#23323d";
      pen.lineWidth = 1.5;
      pen.strokeRect(wide + 16, y, said.scale.share * wide, 0.1);
      text(pen, said.scale.label, wide + 16, y + 16, "12px");
      said.credits.reverse().forEach((line, number) => text(pen, line, wide + 16, HEAD + high - 8 - number * 15, "10px", "#5B6874"));
      return canvas.toDataURL("image/png");
    });
  };

  /* Returns the page that our own process makes of the view, as a PDF; fails with a sentence where it refuses. */
  window.parksPage = function (map, given) {
    const size = map.getSize(), ratio = Math.min(2, Math.sqrt(PIXELS / (size.x * size.y)));
    const lang = document.documentElement.lang.startsWith("zh") ? "zh" : "en", said = told(map, given);
    return view(map, ratio).then((drawn) => {
      const body = JSON.stringify(Object.assign({ lang: lang, picture: drawn.toDataURL("image/png").split(",")[1] }, said));
      return fetch(`${given.root}parks/print?lang=${lang}`, { method: "POST", headers: { "Content-Type": "application/json" }, body: body });
    }).then((answer) => (answer.ok ? answer.blob() : answer.json().then((said) => Promise.reject(new Error(said.fault)))));
  };
})();
