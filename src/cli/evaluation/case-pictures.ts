import sharp from 'sharp';
import { inputTensor, type ExplainContext } from '../../explain';
import { readGrey } from '../../explain/explain-image';
import { generateNaive, generatePair } from '../../explain/generators';
import { cachedMap } from './evaluate-case';
import type { MapCache } from './map-cache';
import { requestedGenerator, type MapRequest } from './map-sources';
import { casePixels, storedPixels, truthMask, type EvaluationSet } from './set';
import { greyPicture, outline, overlayMap, type Picture } from '../picture';
import type { CaseRecord, MapTitle } from '../../report/records';
import type { CaseView } from '../../report/results';
import { trivialMaps, trivialTitles } from './trivial';

type Tile = CaseView['tiles'][number];

export interface CaseChoice {
  group: CaseView['group'];
  record: CaseRecord;
}

/** The images on which a map did best, and those on which it did worst, by IoU@90. */
export function chooseBestAndWorst(
  records: readonly CaseRecord[],
  reference: string,
  count: number,
): CaseChoice[] {
  const iou90 = (record: CaseRecord): number => record.maps[reference].right.values.iou90;
  const sorted = records.filter(record => record.maps[reference]).sort((a, b) => iou90(b) - iou90(a));
  const each = Math.min(count, Math.floor(sorted.length / 2));
  return [
    ...sorted.slice(0, each).map((record): CaseChoice => ({ group: 'best', record })),
    ...sorted.slice(sorted.length - each).map((record): CaseChoice => ({ group: 'worst', record })),
  ];
}

/** What the pictures of the chosen images are made from. */
export interface PictureSources {
  context: ExplainContext;
  set: EvaluationSet;
  cache: MapCache;
  requests: readonly MapRequest[];
  titles: readonly MapTitle[];
  reference: MapRequest;
  seed: number;
  operatingPoint: number;
}

/** Draws image with truth, x_s, x_a and the map of every method, as JPEG inside the page. */
export async function caseView(choice: CaseChoice, sources: PictureSources): Promise<CaseView> {
  const { set } = sources;
  const { group, record } = choice;
  const index = set.cases.findIndex(info => info.id === record.id);
  const pixels = casePixels(set, index);
  const truth = truthMask(set, set.cases[index].truth as number);
  const grey = (values: Float32Array): Picture => greyPicture(values, set.size, set.size);
  const marked = outline(grey(pixels), truth);
  const tiles: Tile[] = [{ title: 'image and truth', dataUri: await jpeg(marked) }];
  for (const [title, values] of Object.entries(await generatedImages(pixels, record, sources))) {
    tiles.push({ title, dataUri: await jpeg(grey(values)) });
  }
  for (const [key, map] of await mapsOf(record, index, sources)) {
    const picture = outline(map.every(Number.isFinite) ? overlayMap(grey(pixels), map) : grey(pixels), truth);
    const title = sources.titles.find(each => each.key === key)?.title ?? key;
    tiles.push({ title, iou90: record.maps[key].right.values.iou90, dataUri: await jpeg(picture) });
  }
  return {
    group,
    id: record.id,
    iou90: record.maps[sources.reference.key].right.values.iou90,
    score: record.score,
    called: record.score > sources.operatingPoint,
    tiles,
  };
}

/** x_s and x_a of the reference's generator, by a title that has the classifier's score of each. */
async function generatedImages(
  pixels: Float32Array,
  record: CaseRecord,
  { context, reference }: PictureSources,
): Promise<Record<string, Float32Array>> {
  const id = requestedGenerator(reference, context.card);
  if (id === undefined) return {};
  const { kind } = context.card.generators[id];
  if (kind === 'mask') return {};
  const x = inputTensor(context, pixels);
  const images =
    kind === 'naive' ? { adversarial: generateNaive(context, x, id) } : generatePair(context, x, id);
  const found: Record<string, Float32Array> = {};
  for (const [name, image] of Object.entries(images)) {
    const similar = name === 'similar';
    const { scoreSimilar, scoreAdversarial } = record.generators[id];
    const score = similar ? scoreSimilar : scoreAdversarial;
    const title = `${similar ? 'x_s' : 'x_a'} (${id}), score ${score?.toFixed(3)}`;
    found[title] = await readGrey(image, similar ? 'x_s' : 'x_a');
    image.dispose();
  }
  x.dispose();
  return found;
}

/** Maps of one image, made again where the cache has lost them, with the trivial ones; in the order of the tables. */
async function mapsOf(
  record: CaseRecord,
  index: number,
  { context, set, cache, requests, seed }: PictureSources,
): Promise<[key: string, map: Float32Array][]> {
  const pixels = storedPixels(set, index);
  const film = casePixels(set, index);
  const x = inputTensor(context, film);
  const maps: [string, Float32Array][] = [];
  for (const request of requests) {
    if (!record.maps[request.key]) continue;
    const { map } = await cachedMap(context, request, x, pixels, cache);
    maps.push([request.key, map]);
  }
  x.dispose();
  const trivial = trivialMaps(set, film, `${seed}/${record.id}`);
  const shown = trivialTitles.filter(({ key }) => trivial[key] && key !== 'random');
  return [...maps, ...shown.map(({ key }): [string, Float32Array] => [key, trivial[key]])];
}

async function jpeg({ width, height, pixels }: Picture): Promise<string> {
  const bytes = await sharp(pixels, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 82 })
    .toBuffer();
  return `data:image/jpeg;base64,${bytes.toString('base64')}`;
}
