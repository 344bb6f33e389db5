/* The view as a picture: base, zones, buildings, names, legend, scale, and whose data it is. */
(function () {
  "use strict";

  const HEAD = 44, SIDE = 270, LINE = 20, FONT = '"Source Sans Pro", "Noto Sans SC", "PingFang SC", "Microsoft YaHei", sans-serif';

  function loaded(source) {
    return new Promise((done, failed) => {
      const picture = new Image();
      picture.onload = () => done(picture);
      picture.onerror = failed;
      picture.src = source;
    });
  }

  /* A pane's drawing as something that can be drawn on a canvas. */
  function drawable(node) {
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

  /* Returns the picture as the address of a PNG; fails where a server's tiles forbid it. */
  window.parksPicture = function (map, given) {
    const box = map.getContainer(), frame = box.getBoundingClientRect(), ratio = 2;
    const theme = box.dataset.theme;
    box.dataset.theme = "light";   // a picture is for paper
    const canvas = document.createElement("canvas"), pen = canvas.getContext("2d"), wide = frame.width, high = frame.height;
    canvas.width = (wide + SIDE) * ratio;
    canvas.height = (high + HEAD) * ratio;
    pen.scale(ratio, ratio);
    pen.fillStyle = "#ffffff";
    pen.fillRect(0, 0, wide + SIDE, high + HEAD);
    text(pen, given.title(), 12, 29, "700 17px");
    const panes = [...box.querySelectorAll(".leaflet-pane")].sort((one, two) => (Number(getComputedStyle(one).zIndex) || 0) - (Number(getComputedStyle(two).zIndex) || 0));
    const nodes = panes.flatMap((pane) => (getComputedStyle(pane).display === "none" ? [] : [...pane.querySelectorAll(":scope > svg, :scope > canvas, :scope > .leaflet-layer img.leaflet-tile")]));
    return Promise.all([...new Set(nodes)].map((node) => drawable(node).then((drawn) => [drawn, node.getBoundingClientRect()]))).then((parts) => {
      pen.save();
      pen.translate(-frame.left, HEAD - frame.top);
      pen.beginPath();
      pen.rect(frame.left, frame.top, wide, high);
      pen.clip();
      pen.fillStyle = getComputedStyle(box).backgroundColor;
      pen.fillRect(frame.left, frame.top, wide, high);
      parts.forEach(([drawn, at]) => pen.drawImage(drawn, at.left, at.top, at.width, at.height));
      box.querySelectorAll(".parks-facility").forEach((node) => {
        const at = node.getBoundingClientRect();
        pen.fillStyle = node.style.background;
        pen.fillRect(at.left, at.top, at.width, at.height);
      });
      box.querySelectorAll(".parks-name").forEach((node) => {
        if (node.style.visibility !== "hidden") { name(pen, node, node.getBoundingClientRect()); }
      });
      pen.restore();
      let y = HEAD + 16;
      const legend = given.legend();
      text(pen, legend.title, wide + 16, y, "700 14px");
      legend.rows.forEach((row) => {
        y += LINE + 2;
        pen.fillStyle = row.colour;
        pen.fillRect(wide + 16, y - 11, 16, 12);
        pen.strokeStyle = "#5B6874";
        pen.lineWidth = 0.7;
        pen.strokeRect(wide + 16, y - 11, 16, 12);
        text(pen, row.label, wide + 40, y, "13px");
        text(pen, row.count, wide + SIDE - 14 - pen.measureText(row.count).width, y, "13px", "#5B6874");
      });
      const scale = box.querySelector(".leaflet-control-scale-line");
      y += 34;
      pen.strokeStyle = "#23323d";
      pen.lineWidth = 1.5;
      pen.strokeRect(wide + 16, y, scale.offsetWidth, 0.1);
      text(pen, scale.textContent, wide + 16, y + 16, "12px");
      y = HEAD + high - 8;
      const credit = box.querySelector(".leaflet-control-attribution").textContent.split(" | ");
      credit.reverse().forEach((line, number) => text(pen, line.trim(), wide + 16, y - number * 15, "10px", "#5B6874"));
      return canvas.toDataURL("image/png");
    }).finally(() => { box.dataset.theme = theme; });
  };
})();
