import { iouPercentiles, localisationMetrics } from '../../metrics';
import { percentileIouChart, precisionSensitivityChart, timeChart } from '../charts';
import type { Estimate } from '../../evaluation/statistics/estimate';
import { decimals, figureCell, secondsText } from '../format';
import { html, table, type Html } from '../html';
import type { MapSummary } from '../../evaluation/statistics/map-summary';

interface Column {
  head: string;
  estimate: (map: MapSummary) => Estimate | undefined;
  control: (map: MapSummary) => number | undefined;
}

const metricColumn = (id: string, head: string): Column => ({
  head,
  estimate: map => map.right[id],
  control: map => map.control[id],
});
const iouColumns = iouPercentiles.map(p => metricColumn(`iou${p}`, `IoU@${p}`));
const areaColumns: Column[] = [
  { head: 'AUC', estimate: map => map.area.total, control: map => map.area.total.control },
  { head: 'partial AUC', estimate: map => map.area.partial, control: map => map.area.partial.control },
];
const furtherColumns: Column[] = [
  ...localisationMetrics
    .filter(({ id }) => !/^iou\d/.test(id))
    .map(({ id, title }) => metricColumn(id, title)),
  { head: 'Right side', estimate: map => map.side?.right, control: map => map.side?.control },
];

const below = 'Second line: 95 % interval. Third line: shuffled control. Best figure of a column in bold.';

/** Tables VI to XI and the curves: the paper's, each figure with its interval and its control. */
export function localisationSection(maps: readonly MapSummary[], reference: string | undefined): Html {
  const trivial = maps.filter(map => map.family === 'trivial');
  const single = maps.filter(map => !map.averaged && map.family !== 'trivial');
  const averaged = maps.filter(map => map.averaged);
  const makesImages = (map: MapSummary): boolean => map.family === 'image-generator';
  const without = [...single, ...trivial];
  const show = (caption: string, rows: readonly MapSummary[], columns: readonly Column[]): Html =>
    estimateTable(caption, rows, columns, reference);
  return html`
    ${show('Table VI. IoU at percentile: maps of the image generators', [...single.filter(makesImages), ...trivial], iouColumns)}
    ${show('Table VII. IoU at percentile: all methods', without, iouColumns)}
    ${show('Table VIII. Area under the precision–sensitivity curve', without, areaColumns)}
    ${timeTable('Table IX. Time of one map', single)}
    ${
      averaged.length
        ? html`${show('Table X. Averaged over random transforms: IoU at percentile and area', [...averaged, ...trivial], [...iouColumns, ...areaColumns])}
          ${timeTable('Table XI. Time of one averaged map', averaged)}`
        : undefined
    }
    ${curves('one pass', without, reference)}
    ${averaged.length ? curves('averaged over transforms', [...averaged, ...trivial], reference) : undefined}
    ${timeChart('Seconds an image (median)', maps)}
    <h3>Further figures</h3>
    ${show('Localisation beyond the paper', maps, furtherColumns)} ${characterTable(maps)}
  `;
}

function curves(what: string, maps: readonly MapSummary[], reference: string | undefined): Html {
  return html`${precisionSensitivityChart(`Precision and sensitivity, ${what}`, maps, reference)}
  ${percentileIouChart(`IoU over percentile, ${what}`, maps, reference)}`;
}

function estimateTable(
  caption: string,
  maps: readonly MapSummary[],
  columns: readonly Column[],
  reference: string | undefined,
): Html {
  const best = columns.map(({ estimate }) => Math.max(...maps.map(map => estimate(map)?.value ?? -Infinity)));
  return table({
    caption,
    note: below,
    head: ['map', ...columns.map(column => column.head)],
    rows: maps.map(map => ({
      emphasis: map.key === reference,
      quiet: map.family === 'trivial',
      cells: [
        map.title,
        ...columns.map(({ estimate, control }, i) =>
          figureCell(estimate(map), { control: control(map), best: estimate(map)?.value === best[i] }),
        ),
      ],
    })),
  });
}

function timeTable(caption: string, maps: readonly MapSummary[]): Html {
  return table({
    caption,
    note: 'Median wall-clock seconds in this evaluation, its workers running beside each other; a map from the cache counts with the time that it took when it was computed.',
    head: ['map', 'seconds', 'images'],
    rows: maps.map(map => ({ cells: [map.title, secondsText(map.medianSeconds), String(map.images)] })),
  });
}

/** Whether the classifier depends on what the map marks. */
export function faithfulnessSection(maps: readonly MapSummary[], reference: string | undefined): Html {
  return table({
    caption: 'Deletion and insertion',
    note:
      'Area under the score of the decided class. Deletion (lower is better): the most important pixels are set to 0 first. Insertion ' +
      '(higher is better): they are put into a blurred copy first. A map that failed counts 1 and 0. Petsiuk et al., BMVC 2018, arXiv 1806.07421.',
    head: ['map', 'images', 'deletion', 'insertion'],
    rows: maps.flatMap(({ key, title, family, faithfulness }) =>
      faithfulness
        ? [
            {
              emphasis: key === reference,
              quiet: family === 'trivial',
              cells: [
                title,
                String(faithfulness.deletion.images),
                figureCell(faithfulness.deletion),
                figureCell(faithfulness.insertion),
              ],
            },
          ]
        : [],
    ),
  });
}

/** How maps fail: constant, not finite, mostly of one value, or all alike. */
function characterTable(maps: readonly MapSummary[]): Html {
  return table({
    caption: 'Maps that explain little',
    note:
      'Failed: constant or not finite; such a map scores 0 everywhere. One value: median share of pixels with the most frequent value. ' +
      'Universal: mean correlation of a map with the mean of all others; near 1, the map is the same whatever the image.',
    head: ['map', 'images', 'failed', 'one value', 'universal'],
    rows: maps.map(map => ({
      quiet: map.family === 'trivial',
      cells: [
        map.title,
        String(map.images),
        Object.entries(map.failures)
          .map(([reason, count]) => `${count} ${reason}`)
          .join(', ') || '0',
        decimals(map.medianConstantShare, 2),
        decimals(map.universal, 2),
      ],
    })),
  });
}
