// The outputs of layers, which come as bytes in base64, drawn as small pictures.

function bytesOf(text) {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

function scaleOf(layer) {
  const side = Math.max(layer.height, layer.width);
  if (layer.height === 1) {
    return { x: Math.max(1, Math.min(14, Math.floor(560 / layer.width))), y: 14 };
  }
  const scale = Math.max(1, Math.round(72 / side));
  return { x: scale, y: scale };
}

function drawn(layer, bytes, index) {
  const canvas = document.createElement("canvas");
  canvas.width = layer.width;
  canvas.height = layer.height;
  const image = new ImageData(layer.width, layer.height);
  const size = layer.width * layer.height;
  for (let i = 0; i < size; i += 1) {
    image.data.fill(bytes[index * size + i], 4 * i, 4 * i + 3);
    image.data[4 * i + 3] = 255;
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
  const scale = scaleOf(layer);
  canvas.style.width = `${layer.width * scale.x}px`;
  canvas.style.height = layer.height === 1 ? `${scale.y}px` : "auto";
  canvas.setAttribute("aria-hidden", "true");
  return canvas;
}

export function figureOf(layer) {
  const figure = document.createElement("figure");
  const caption = document.createElement("figcaption");
  const detail = document.createElement("span");
  const count = layer.shape.length === 3 ? layer.shape[0] : 1;
  const shown = layer.maps < count ? `, ${layer.maps} of them shown` : "";
  const range = `${layer.low.toPrecision(3)} to ${layer.high.toPrecision(3)}`;
  detail.className = "quiet";
  detail.textContent = `${layer.shape.join(" × ")}${shown}, from ${range}`;
  const title = layer.kind === "input" ? "what the network gets" : `${layer.kind} (${layer.name})`;
  caption.append(title, detail);
  const maps = document.createElement("div");
  maps.className = "maps";
  const bytes = bytesOf(layer.pixels);
  for (let i = 0; i < layer.maps; i += 1) {
    maps.append(drawn(layer, bytes, i));
  }
  figure.dataset.kind = layer.kind;
  figure.append(caption, maps);
  return figure;
}
