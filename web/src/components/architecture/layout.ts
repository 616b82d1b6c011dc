// Draws a layered picture: a band for each layer, its boxes in rows that wrap, ordered so that
// lines cross seldom, and curves between boxes.
import type { Architecture, ArchitectureEdge, ArchitectureNode } from '../../api/collection';

type MapLayer = Architecture['layers'][number];

export const BOX = { width: 164, height: 70, gapX: 22, gapY: 16 };
export const LABEL_WIDTH = 104;
const BAND = { padding: 16, gap: 44 };
const WIDTH = 1240;
const SWEEPS = 4;

export interface Box {
  node: ArchitectureNode;
  x: number;
  y: number;
}

export interface Band {
  layer: MapLayer;
  y: number;
  height: number;
}

export interface Line {
  edge: ArchitectureEdge;
  path: string;
}

export interface Picture {
  width: number;
  height: number;
  bands: Band[];
  boxes: Box[];
  lines: Line[];
}

/** Layers that hold something, in the order of the map. */
export function layersOf(map: Architecture): { layer: MapLayer; nodes: ArchitectureNode[] }[] {
  return map.layers
    .map((layer) => ({ layer, nodes: map.nodes.filter((node) => node.layer === layer.layer) }))
    .filter((item) => item.nodes.length);
}

/** Each node moves to the middle of its neighbours; a few sweeps down and up settle the order. */
function orderByNeighbours(layers: ArchitectureNode[][], edges: ArchitectureEdge[]): void {
  const neighbours = new Map<string, string[]>();
  const add = (a: string, b: string) => neighbours.set(a, [...(neighbours.get(a) ?? []), b]);
  for (const edge of edges) {
    add(edge.from, edge.to);
    add(edge.to, edge.from);
  }
  const place = new Map<string, number>();
  const settle = (layer: ArchitectureNode[]) =>
    layer.forEach((node, at) => place.set(node.id, (at + 0.5) / layer.length));
  layers.forEach(settle);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    for (const layer of sweep % 2 ? [...layers].reverse() : layers) {
      const own = new Set(layer.map((node) => node.id));
      const middle = new Map(
        layer.map((node) => {
          const places = (neighbours.get(node.id) ?? [])
            .filter((id) => !own.has(id) && place.has(id))
            .map((id) => place.get(id)!);
          const mean = places.reduce((sum, at) => sum + at, 0) / places.length;
          return [node.id, places.length ? mean : place.get(node.id)!];
        }),
      );
      layer.sort((a, b) => middle.get(a.id)! - middle.get(b.id)!);
      settle(layer);
    }
  }
}

function pathBetween(from: Box, to: Box): string {
  const [upper, lower] = from.y <= to.y ? [from, to] : [to, from];
  if (Math.abs(from.y - to.y) < BOX.height) {
    // Side by side: an arc under both.
    const y = from.y + BOX.height;
    const [x1, x2] = [from.x + BOX.width / 2, to.x + BOX.width / 2];
    return `M${x1} ${y} C${x1} ${y + 26} ${x2} ${y + 26} ${x2} ${y}`;
  }
  const x1 = upper.x + BOX.width / 2;
  const y1 = upper.y + BOX.height;
  const x2 = lower.x + BOX.width / 2;
  const y2 = lower.y;
  const bend = Math.max(18, (y2 - y1) / 2);
  return `M${x1} ${y1} C${x1} ${y1 + bend} ${x2} ${y2 - bend} ${x2} ${y2}`;
}

export function draw(map: Architecture): Picture {
  const { edges } = map;
  const layers = layersOf(map);
  const lists = layers.map((item) => item.nodes);
  orderByNeighbours(lists, edges);

  const room = WIDTH - LABEL_WIDTH - 2 * BAND.padding;
  const perRow = Math.floor((room + BOX.gapX) / (BOX.width + BOX.gapX));
  const bands: Band[] = [];
  const boxes: Box[] = [];
  let y = 0;
  for (const { layer, nodes: list } of layers) {
    const rows = Math.ceil(list.length / perRow);
    const inRow = Math.ceil(list.length / rows);
    const height = 2 * BAND.padding + rows * BOX.height + (rows - 1) * BOX.gapY;
    bands.push({ layer, y, height });
    for (const [index, node] of list.entries()) {
      const row = Math.floor(index / inRow);
      const count = Math.min(inRow, list.length - row * inRow);
      const wide = count * BOX.width + (count - 1) * BOX.gapX;
      boxes.push({
        node,
        x:
          LABEL_WIDTH + BAND.padding + (room - wide) / 2 + (index % inRow) * (BOX.width + BOX.gapX),
        y: y + BAND.padding + row * (BOX.height + BOX.gapY),
      });
    }
    y += height + BAND.gap;
  }

  const byId = new Map(boxes.map((box) => [box.node.id, box]));
  const lines = edges.flatMap((edge) => {
    const from = byId.get(edge.from);
    const to = byId.get(edge.to);
    return from && to ? [{ edge, path: pathBetween(from, to) }] : [];
  });
  return { width: WIDTH, height: Math.max(0, y - BAND.gap), bands, boxes, lines };
}

/** Up to three lines of as many characters as fit into a box; a Chinese one is twice as wide. */
export function wrapped(text: string): string[] {
  const MOST = 22;
  const LINES = 3;
  const wide = (character: string) => (/[\x20-\x7e]/.test(character) ? 1 : 2);
  const lines: string[] = [''];
  let width = 0;
  // Words of Latin script stay whole.
  for (const piece of text.match(/[\x21-\x7e]+|\s+|[^\x20-\x7e]/g) ?? []) {
    const own = [...piece].reduce((sum, character) => sum + wide(character), 0);
    if (width + own > MOST && width > 0) {
      if (lines.length === LINES) {
        lines[LINES - 1] = `${lines.at(-1)?.trimEnd()}…`;
        return lines;
      }
      lines.push('');
      width = 0;
    }
    lines[lines.length - 1] += width === 0 ? piece.trimStart() : piece;
    width += own;
  }
  return lines;
}

/** What is owed is said of data sets; of what rests on them, that some of its data is. */
export const stateKey = (node: ArchitectureNode): string =>
  node.state === 'none'
    ? ''
    : `architecture.${node.layer === 'data' ? 'state' : 'rests'}.${node.state}`;
