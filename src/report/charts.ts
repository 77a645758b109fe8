import { init, type LineSeriesOption } from 'echarts';
import { partialFrom } from '../metrics';
import { Html } from './html';
import type { MapSummary } from '../evaluation/statistics/map-summary';

/** Okabe and Ito's colours, told apart with any colour vision; dashes tell the rounds apart, in print too. */
const colours = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#000000'];
type Dash = number[] | 'solid';
const dashes: Dash[] = ['solid', [7, 3], [2, 3]];
const trivialColour = '#777777';
const trivialDashes: Dash[] = ['solid', [9, 3], [4, 3], [1, 3]];
const width = 860;

interface LineChart {
  title: string;
  xName: string;
  yName: string;
  xMin?: number;
  lines: Line[];
}

interface Line {
  name: string;
  points: [x: number, y: number][];
  trivial: boolean;
  /** Drawn thicker: the map that others are compared with. */
  emphasis: boolean;
}

/** Precision over sensitivity, one line a map. */
export function precisionSensitivityChart(
  title: string,
  maps: readonly MapSummary[],
  reference: string | undefined,
): Html {
  return lineChart({
    title,
    xName: 'sensitivity',
    yName: 'precision',
    lines: maps.map(({ key, curve, title: name, family }) => ({
      name,
      points: curve.sensitivity.map((sensitivity, p) => [sensitivity, curve.precision[p]]),
      trivial: family === 'trivial',
      emphasis: key === reference,
    })),
  });
}

/** Mean IoU over the percentile of the map's mask, one line a map. */
export function percentileIouChart(
  title: string,
  maps: readonly MapSummary[],
  reference: string | undefined,
): Html {
  return lineChart({
    title,
    xName: 'percentile',
    yName: 'IoU',
    xMin: partialFrom,
    lines: maps.map(({ key, curve, title: name, family }) => ({
      name,
      points: curve.iou.map((iou, p): [number, number] => [p, iou]).slice(partialFrom),
      trivial: family === 'trivial',
      emphasis: key === reference,
    })),
  });
}

/** Seconds an image on a logarithmic axis, one dot a map, the slowest below. */
export function timeChart(title: string, maps: readonly MapSummary[]): Html {
  const timed = maps
    .flatMap(({ title: name, medianSeconds }) =>
      medianSeconds === undefined ? [] : [{ name, seconds: medianSeconds }],
    )
    .sort((a, b) => b.seconds - a.seconds);
  if (timed.length === 0) return new Html('');
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height: 100 + 22 * timed.length });
  chart.setOption({
    animation: false,
    title: { text: title, textStyle },
    grid: { left: 260, right: 70, top: 40, bottom: 50 },
    xAxis: { type: 'log', name: 'seconds', nameLocation: 'middle', nameGap: 28 },
    yAxis: {
      type: 'category',
      data: timed.map(({ name }) => name),
      axisLabel: { fontSize: 11, interval: 0 },
      splitLine: { show: true },
    },
    series: [
      {
        type: 'scatter',
        symbolSize: 9,
        data: timed.map(({ seconds }, i) => [seconds, i]),
        itemStyle: { color: colours[0] },
      },
    ],
  });
  return svg(chart);
}

const textStyle = { fontSize: 14, fontWeight: 'bold' as const };

function lineChart({ title, xName, yName, xMin, lines }: LineChart): Html {
  const legendHeight = 18 * legendRows(lines.map(({ name }) => name));
  const height = 400 + legendHeight;
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height });
  let [methods, trivials] = [0, 0];
  const series = lines.map(({ name, points, trivial, emphasis }): LineSeriesOption => {
    const place = trivial ? trivials++ : methods++;
    const type = trivial
      ? trivialDashes[place % trivialDashes.length]
      : dashes[Math.floor(place / colours.length) % dashes.length];
    const color = trivial ? trivialColour : colours[place % colours.length];
    const lineStyle = { width: emphasis ? 3.2 : trivial ? 1.3 : 1.8, type, color };
    return { name, type: 'line', data: points, symbol: 'none', itemStyle: { color }, lineStyle };
  });
  chart.setOption({
    animation: false,
    title: { text: title, textStyle },
    // The dot that the legend would set on each line is not in the plot.
    legend: { bottom: 0, itemWidth: 34, textStyle: { fontSize: 11 }, itemStyle: { opacity: 0 } },
    grid: { left: 60, right: 30, top: 40, bottom: 56 + legendHeight },
    xAxis: {
      type: 'value',
      name: xName,
      nameLocation: 'middle',
      nameGap: 26,
      min: xMin ?? 0,
      max: xMin === undefined ? 1 : 100,
    },
    yAxis: { type: 'value', name: yName, min: 0 },
    series,
  });
  return svg(chart);
}

/** Rows that the names take below a plot, by their length. */
function legendRows(names: readonly string[]): number {
  let [rows, used] = [1, 0];
  for (const name of names) {
    const needed = 54 + 5.9 * name.length;
    if (used + needed > width && used > 0) [rows, used] = [rows + 1, 0];
    used += needed;
  }
  return rows;
}

function svg(chart: ReturnType<typeof init>): Html {
  const text = chart.renderToSVGString();
  chart.dispose();
  return new Html(`<figure class="chart">${text}</figure>`);
}
