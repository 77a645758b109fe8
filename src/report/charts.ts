import { partialFrom } from '../metrics';
import { Html } from './html';
import type { MapSummary } from '../evaluation/statistics/map-summary';
import { colours, dotPlot, linePlot, type Line } from './plot';

const dashes = [undefined, [7, 3], [2, 3]];
const trivialColour = '#777777';
const trivialDashes = [undefined, [9, 3], [4, 3], [1, 3]];
const width = 860;

/** Precision over sensitivity, one line a map. */
export function precisionSensitivityChart(
  title: string,
  maps: readonly MapSummary[],
  reference: string | undefined,
): Html {
  return linePlot({
    title,
    ...size,
    x: { name: 'sensitivity', domain: [0, 1] },
    y: { name: 'precision', fromZero: true },
    lines: linesOf(maps, reference, ({ sensitivity, precision }) =>
      sensitivity.map((value, p) => [value, precision[p]]),
    ),
  });
}

/** Mean IoU over the percentile of the map's mask, one line a map. */
export function percentileIouChart(
  title: string,
  maps: readonly MapSummary[],
  reference: string | undefined,
): Html {
  return linePlot({
    title,
    ...size,
    x: { name: 'percentile', domain: [partialFrom, 100] },
    y: { name: 'IoU', fromZero: true },
    lines: linesOf(maps, reference, ({ iou }) =>
      iou.map((value, p): [number, number] => [p, value]).slice(partialFrom),
    ),
  });
}

/** Seconds an image on a logarithmic axis, one dot a map, the slowest below. */
export function timeChart(title: string, maps: readonly MapSummary[]): Html {
  const dots = maps
    .flatMap(({ title: name, medianSeconds: value }) => (value === undefined ? [] : [{ name, value }]))
    .sort((a, b) => a.value - b.value);
  return dots.length > 0 ? dotPlot({ title, width, xName: 'seconds', dots }) : new Html('');
}

const size = { width, height: 400 };

/** Maps in colours, the trivial ones in grey; thicker the one that others are compared with. */
function linesOf(
  maps: readonly MapSummary[],
  reference: string | undefined,
  pointsOf: (curve: MapSummary['curve']) => Line['points'],
): Line[] {
  let [methods, trivials] = [0, 0];
  return maps.map(({ key, curve, title: name, family }) => {
    const trivial = family === 'trivial';
    const place = trivial ? trivials++ : methods++;
    return {
      name,
      points: pointsOf(curve),
      colour: trivial ? trivialColour : colours[place % colours.length],
      dash: trivial
        ? trivialDashes[place % trivialDashes.length]
        : dashes[Math.floor(place / colours.length) % dashes.length],
      width: key === reference ? 3.2 : trivial ? 1.3 : 1.8,
    };
  });
}
