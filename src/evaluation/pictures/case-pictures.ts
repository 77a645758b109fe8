import sharp from 'sharp';
import { usualColours } from '../../models/colour-map';
import { makesImages } from '../../models/generator-kinds';
import { colourTop, insideImage, withFilm, type ExplainContext, type FilmSession } from '../../explain';
import { cachedMap } from '../measure/evaluate-case';
import { pixelHash, type MapCache } from '../measure/map-cache';
import { requestedGenerator, type MapRequest } from '../plan/map-requests';
import { casePixels, storedPixels, truthMask, validArea, type EvaluationSet } from '../set/set';
import { greyPicture, outline, overlayMap } from '../../image/picture';
import { framed, withLabel, type RgbPicture } from '../../drawing/label';
import { decidedOf, type DecidedBy } from '../answers';
import type { CaseRecord, MapTitle } from '../records';
import type { CaseView } from '../results';
import { trivialMaps, trivialTitles } from '../plan/trivial';

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
  decidedBy: DecidedBy;
}

/** In the pixels of a picture too, which may be taken out of the page. */
const generatedMark = { title: 'AI-GENERATED', lines: ['not a radiograph'], cautions: [] };
const mapMark = { title: 'AI map', lines: ['research use only'], cautions: [] };
const trivialMark = { title: 'Map without AI', lines: ['to compare with'], cautions: [] };

/** Draws image with truth, x_s, x_a and the map of every method, as JPEG inside the page. */
export async function caseView(choice: CaseChoice, sources: PictureSources): Promise<CaseView> {
  const { context, set } = sources;
  const { group, record } = choice;
  const index = set.cases.findIndex(info => info.id === record.id);
  const film = { input: casePixels(set, index), valid: validArea(set, index) };
  const truth = truthMask(set, set.cases[index].truth as number);
  const grey = (values: Float32Array): RgbPicture => greyPicture(values, set.size, set.size);
  const marked = outline(grey(film.input), truth);
  const tiles: Tile[] = [{ title: 'image and truth', dataUri: await jpeg(marked) }];
  await withFilm(context, film, async session => {
    const colours = usualColours((await session.decide()).decision);
    for (const [title, values] of Object.entries(await generatedImages(session, record, sources))) {
      tiles.push({ title, dataUri: await jpeg(withLabel(framed(grey(values)), generatedMark)) });
    }
    for (const [key, map] of await mapsOf(session, record, index, film, sources)) {
      const request = sources.requests.find(each => each.key === key);
      // Of a trivial map there is no method: zeros alone mark nothing.
      const top = colourTop(map, request?.methodId ?? key, film.valid);
      const shown = map.every(Number.isFinite)
        ? overlayMap(grey(film.input), { map, top, colours })
        : grey(film.input);
      const title = sources.titles.find(each => each.key === key)?.title ?? key;
      const { iou90 } = record.maps[key].right.values;
      const marked = withLabel(outline(shown, truth), request ? mapMark : trivialMark);
      tiles.push({ title, iou90, dataUri: await jpeg(marked) });
    }
  });
  return {
    group,
    id: record.id,
    iou90: record.maps[sources.reference.key].right.values.iou90,
    score: record.score,
    called: decidedOf(record, sources.decidedBy) === record.label,
    tiles,
  };
}

/** x_s and x_a of the reference's generator, by a title that has the classifier's score of each. */
async function generatedImages(
  session: FilmSession,
  record: CaseRecord,
  { context, reference }: PictureSources,
): Promise<Record<string, Float32Array>> {
  const id = requestedGenerator(reference, context.card);
  if (id === undefined || !makesImages(context.card.generators[id].kind)) return {};
  const { similar, adversarial, similarIsOriginal } = await session.generate(id);
  const { scoreSimilar, scoreAdversarial } = record.generators[id];
  return {
    ...(similar && !similarIsOriginal && { [`x_s (${id}), score ${scoreSimilar?.toFixed(3)}`]: similar }),
    ...(adversarial && { [`x_a (${id}), score ${scoreAdversarial.toFixed(3)}`]: adversarial }),
  };
}

/** Maps of one image, made again where the cache has lost them, with the trivial ones; in the order of the tables. */
async function mapsOf(
  session: FilmSession,
  record: CaseRecord,
  index: number,
  film: { input: Float32Array; valid: Uint8Array },
  { context, set, cache, requests, seed }: PictureSources,
): Promise<[key: string, map: Float32Array][]> {
  const image = pixelHash(storedPixels(set, index));
  const maps: [string, Float32Array][] = [];
  for (const request of requests) {
    if (!record.maps[request.key]) continue;
    const { map } = await cachedMap(context, request, film, session, image, cache);
    maps.push([request.key, map]);
  }
  const trivial = trivialMaps(set, film.input, `${seed}/${record.id}`);
  const shown = trivialTitles.filter(({ key }) => trivial[key] && key !== 'random');
  return [
    ...maps,
    ...shown.map(({ key }): [string, Float32Array] => [key, insideImage(trivial[key], film.valid)]),
  ];
}

async function jpeg({ width, height, pixels }: RgbPicture): Promise<string> {
  const bytes = await sharp(pixels, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 82 })
    .toBuffer();
  return `data:image/jpeg;base64,${bytes.toString('base64')}`;
}
