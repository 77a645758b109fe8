import { contradiction, notFinite } from './reading';
import type { Shape } from './types';

/** Corners of a circle or an ellipse that is drawn as a polygon. */
const corners = 72;

/**
 * A graphic of a report (PS3.3 C.18.6) or a presentation state (C.10.5) as points and lines.
 *
 * @param points columns and rows in turn, pixels of the image
 * @returns undefined for a kind that is not read
 */
export function shapeOf(graphicType: string, points: readonly number[], filled = false): Shape | undefined {
  if (!points.every(Number.isFinite)) throw notFinite();
  if (points.length === 0 || points.length % 2 !== 0) throw contradiction('a graphic of half a point');
  const expect = (count: number): void => {
    if (points.length !== 2 * count) throw contradiction(`a ${graphicType} of ${points.length / 2} points`);
  };
  switch (graphicType) {
    case 'POINT':
    case 'MULTIPOINT':
      return { form: 'points', closed: false, points: [...points] };
    case 'POLYLINE':
    case 'INTERPOLATED': {
      const isClosed = points[0] === points.at(-2) && points[1] === points.at(-1) && points.length > 4;
      return { form: 'line', closed: isClosed || filled, points: [...points] };
    }
    case 'CIRCLE': {
      expect(2);
      const [x, y, onX, onY] = points;
      const radius = Math.hypot(onX - x, onY - y);
      return round(angle => [x + radius * Math.cos(angle), y + radius * Math.sin(angle)]);
    }
    case 'ELLIPSE': {
      expect(4);
      // Ends of the major axis, then of the minor one.
      const [ax, ay, bx, by, cx, cy, dx, dy] = points;
      const [x, y] = [(ax + bx) / 2, (ay + by) / 2];
      const [majorX, majorY, minorX, minorY] = [(bx - ax) / 2, (by - ay) / 2, (dx - cx) / 2, (dy - cy) / 2];
      return round(angle => [
        x + majorX * Math.cos(angle) + minorX * Math.sin(angle),
        y + majorY * Math.cos(angle) + minorY * Math.sin(angle),
      ]);
    }
    default:
      return undefined;
  }
}

function round(at: (angle: number) => readonly [number, number]): Shape {
  const points = Array.from({ length: corners }, (_, i) => at((2 * Math.PI * i) / corners)).flat();
  return { form: 'line', closed: true, points };
}
