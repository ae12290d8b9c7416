/** Where the camera stands over a graph. Pure; sizes in px of the canvas, `width` and `height` in px of the screen. */

type Point = { x: number; y: number };
export type Bounds = Point & { width: number; height: number };
/** The middle of what is seen, and how large it is. */
export type View = Point & { zoom: number };

/** As drawn by `RunNode`. */
export const NODE_WIDTH = 200;
export const NODE_HEIGHT = 70;

/** Below this zoom the words on the nodes cannot be read. */
const LEAST_ZOOM = 0.5;
const READABLE_ZOOM = 0.8;
/** Left free around the graph, in px of the screen. */
const MARGIN = 28;
/** The card's own width is not known before it is drawn; this is what it has on a laptop. */
const USUAL_WIDTH = 1_100;

/** The smallest rectangle around all of them. */
export const boundsOf = (boxes: readonly Bounds[]): Bounds => {
  if (boxes.length === 0) return { x: 0, y: 0, width: NODE_WIDTH, height: NODE_HEIGHT };
  const x = Math.min(...boxes.map((box) => box.x));
  const y = Math.min(...boxes.map((box) => box.y));
  const right = Math.max(...boxes.map((box) => box.x + box.width));
  const bottom = Math.max(...boxes.map((box) => box.y + box.height));
  return { x, y, width: right - x, height: bottom - y };
};

const fittingZoom = (bounds: Bounds, width: number, height: number): number =>
  Math.min(1, (width - 2 * MARGIN) / bounds.width, (height - 2 * MARGIN) / bounds.height);

/** Height of the card: flat graphs need no tall one. */
export const graphHeight = (bounds: Bounds): number => {
  const zoom = Math.max(LEAST_ZOOM, fittingZoom(bounds, USUAL_WIDTH, Number.POSITIVE_INFINITY));
  return Math.min(440, Math.max(220, Math.round(bounds.height * zoom) + 4 * MARGIN));
};

/** The middle of the view along one axis: at `wanted`, but with no more emptiness at the ends than the margin. */
const along = (start: number, length: number, seen: number, wanted: number, margin: number): number => {
  if (length + 2 * margin <= seen) return start + length / 2;
  const first = start - margin + seen / 2;
  const last = start + length + margin - seen / 2;
  return Math.min(last, Math.max(first, wanted));
};

/**
 * The whole graph where it stays readable; else the part around `focus`. `whole` says which.
 */
export const viewOf = (
  bounds: Bounds,
  { width, height, focus }: { width: number; height: number; focus: Point | null },
): View & { whole: boolean } => {
  const zoom = fittingZoom(bounds, width, height);
  const middle = { x: bounds.x + bounds.width / 2, y: bounds.y + bounds.height / 2 };
  if (zoom >= LEAST_ZOOM || !focus) return { ...middle, zoom: Math.max(zoom, 0.1), whole: true };
  const margin = MARGIN / READABLE_ZOOM;
  return {
    x: along(bounds.x, bounds.width, width / READABLE_ZOOM, focus.x + NODE_WIDTH / 2, margin),
    y: along(bounds.y, bounds.height, height / READABLE_ZOOM, focus.y + NODE_HEIGHT / 2, margin),
    zoom: READABLE_ZOOM,
    whole: false,
  };
};
