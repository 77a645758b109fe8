import { perturbationMetrics } from '../../metrics';
import { percentileIouChart, precisionSensitivityChart, timeChart } from '../charts';
import { decimals, figureCell, secondsText } from '../format';
import { html, table, type Html } from '../html';
import {
  areaColumns,
  conditionalColumns,
  furtherColumns,
  iouColumns,
  perturbationColumns,
  type MapColumn,
} from '../map-columns';
import type { MapSummary } from '../../evaluation/statistics/map-summary';

const below = 'Second line: 95 % interval. Third line: shuffled control. Best figure of a column in bold.';

/** Tables VI to XI and the curves: the paper's, each figure with its interval and its control. */
export function localisationSection(maps: readonly MapSummary[], reference: string | undefined): Html {
  const trivial = maps.filter(map => map.family === 'trivial');
  const single = maps.filter(map => !map.averaged && map.family !== 'trivial');
  const averaged = maps.filter(map => map.averaged);
  const makesImages = (map: MapSummary): boolean => map.family === 'image-generator';
  const without = [...single, ...trivial];
  const show = (caption: string, rows: readonly MapSummary[], columns: readonly MapColumn[]): Html =>
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
    ${show('Localisation beyond the paper', maps, [...furtherColumns, ...conditionalColumns])}
    ${characterTable(maps)}
  `;
}

function curves(what: string, maps: readonly MapSummary[], reference: string | undefined): Html {
  return html`${precisionSensitivityChart(`Precision and sensitivity, ${what}`, maps, reference)}
  ${percentileIouChart(`IoU over percentile, ${what}`, maps, reference)}`;
}

function estimateTable(
  caption: string,
  maps: readonly MapSummary[],
  columns: readonly MapColumn[],
  reference: string | undefined,
): Html {
  const best = columns.map(({ estimate, direction }) => {
    const values = maps.map(map => estimate(map)?.value).filter(value => value !== undefined);
    return direction === 'higher' ? Math.max(...values) : Math.min(...values);
  });
  return table({
    caption,
    note: below,
    head: ['map', ...columns.map(({ title }) => title)],
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
  const measures = perturbationMetrics.map(
    ({ title, direction, citation, failed }) =>
      `${title} (${direction} is better; a map that failed counts ${failed}): ${citation}.`,
  );
  return table({
    caption: perturbationMetrics.map(({ title }) => title).join(' and '),
    note: measures.join(' '),
    head: ['map', 'images', ...perturbationColumns.map(({ title }) => title)],
    rows: maps
      .filter(({ faithfulness }) => faithfulness !== undefined)
      .map(map => ({
        emphasis: map.key === reference,
        quiet: map.family === 'trivial',
        cells: [
          map.title,
          String(perturbationColumns[0].estimate(map)?.images),
          ...perturbationColumns.map(({ estimate }) => figureCell(estimate(map))),
        ],
      })),
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
