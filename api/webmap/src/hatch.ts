// Hatching, so that areas that lie over each other stay readable.

/** A repeating hatch with a line every `step` pixels, drawn once per layer; null for a kind that the page does not know. */
export function hatchPattern(kind: string, color: string, ratio: number, step = 8): CanvasPattern | null {
  const draw = strokes(kind);
  if (!draw) return null;
  const fine = kind === "horizontal" || kind === "dots"; // of wide areas, which should not outshine what lies on them
  const size = Math.max(step, Math.round((fine ? step * 1.5 : step) * ratio));
  const tile = document.createElement("canvas");
  tile.width = tile.height = size;
  const ctx = tile.getContext("2d");
  if (!ctx) return null;
  ctx.strokeStyle = ctx.fillStyle = color;
  ctx.globalAlpha = fine ? 0.4 : 0.75;
  ctx.lineWidth = ratio;
  ctx.beginPath();
  draw(ctx, size, ratio);
  ctx.stroke();
  return ctx.createPattern(tile, "repeat");
}

type Draw = (ctx: CanvasRenderingContext2D, size: number, ratio: number) => void;

const rising: Draw = (ctx, size) => slanted(ctx, size, size, 0);
const falling: Draw = (ctx, size) => slanted(ctx, size, 0, size);

function slanted(ctx: CanvasRenderingContext2D, size: number, from: number, to: number): void {
  for (const shift of [-size, 0, size]) {
    ctx.moveTo(shift, from);
    ctx.lineTo(shift + size, to);
  }
}

function strokes(kind: string): Draw | undefined {
  switch (kind) {
    case "diagonal":
      return rising;
    case "back":
      return falling;
    case "cross":
      return (ctx, size, ratio) => {
        rising(ctx, size, ratio);
        falling(ctx, size, ratio);
      };
    case "horizontal":
      return (ctx, size) => {
        ctx.moveTo(0, size / 2);
        ctx.lineTo(size, size / 2);
      };
    case "dots":
      return (ctx, size, ratio) => {
        ctx.arc(size / 2, size / 2, ratio * 0.6, 0, 2 * Math.PI);
        ctx.fill();
      };
    default:
      return undefined;
  }
}
