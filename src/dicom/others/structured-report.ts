import type { DataSet } from '../data-set';
import { Drawings } from './drawings';
import { codeOf, colourOf, isReferenceTo, meaningOf, most, notOfFilm, numbersOf, tooMany } from './reading';
import { words } from './words';
import { shapeOf } from './shapes';
import type { Film, OtherResult } from './types';

interface Item {
  dataSet: DataSet;
  type: string;
  parent?: Item;
  children: Item[];
}

/** Regions that a report draws on the image (SCOORD), under the words that the report has for them. */
export function regionsOf(dataSet: DataSet, film: Film): OtherResult {
  const { root, all } = treeOf(dataSet);
  const drawings = new Drawings();
  let isNamed = false;
  for (const item of all) {
    if (item.type === 'SCOORD3D') drawings.skip();
    if (item.type === 'IMAGE' && isImage(item, film)) isNamed = true;
    if (item.type !== 'SCOORD' || !imagesOf(item, root).some(image => isImage(image, film))) continue;
    isNamed = true;
    const points = numbersOf(item.dataSet, 'x00700022', 'FL');
    const shape = shapeOf(item.dataSet.string('x00700023') ?? '', points);
    if (shape) drawings.add(labelOf(item), index => colourOf(undefined, '', index), shape);
    else drawings.skip();
  }
  if (!isNamed) throw notOfFilm();
  return drawings.result();
}

/** All content items, no deeper and no more than a report for people has. */
function treeOf(dataSet: DataSet): { root: Item; all: Item[] } {
  const root: Item = { dataSet, type: dataSet.string('x0040a040') ?? '', children: [] };
  const all = [root];
  // Grows while it is gone through.
  for (const item of all) {
    for (const child of item.dataSet.items('x0040a730')) {
      if (all.length === most.items) throw tooMany(most.items);
      const made: Item = {
        dataSet: child,
        type: child.string('x0040a040') ?? '',
        parent: item,
        children: [],
      };
      item.children.push(made);
      all.push(made);
    }
  }
  return { root, all };
}

/** Images that a region was selected from: its own items, or those that it refers to by their places in the tree. */
function imagesOf(region: Item, root: Item): Item[] {
  return region.children.flatMap(child => {
    const path = numbersOfUl(child.dataSet);
    if (path.length === 0) return child.type === 'IMAGE' ? [child] : [];
    // The first number is that of the root.
    const found = path.slice(1).reduce<Item | undefined>((item, place) => item?.children[place - 1], root);
    return found?.type === 'IMAGE' ? [found] : [];
  });
}

/** Referenced Content Item Identifier. */
function numbersOfUl(dataSet: DataSet): number[] {
  return numbersOf(dataSet, 'x0040db73', 'SL');
}

function isImage({ dataSet }: Item, film: Film): boolean {
  for (const reference of dataSet.items('x00081199')) if (isReferenceTo(reference, film)) return true;
  return false;
}

/** (121071, DCM, "Finding") and (112039, DCM, "Tracking Identifier") of TID 1410 and 1500. */
const finding = '121071 DCM';
const trackingIdentifier = '112039 DCM';
/** Measurements that are told with a region. */
const mostMeasurements = 3;

/** What the report says of a region: finding, name and measurements of the group around it, else the concept that it stands under. */
function labelOf(region: Item): string {
  const group = containerOf(region);
  const parts = (group?.children ?? []).flatMap(child => {
    const concept = codeOf(child.dataSet, 'x0040a043');
    if (concept === finding) return meaningOf(child.dataSet, 'x0040a168') || [];
    return concept === trackingIdentifier ? words(child.dataSet.string('x0040a160')) || [] : [];
  });
  const measured = (group?.children ?? []).flatMap(measurementOf).slice(0, mostMeasurements);
  const said = [...new Set([...parts, ...measured])];
  if (said.length > 0) return words(said.join(' · '));
  const own = [region, region.parent].map(item => meaningOf(item?.dataSet, 'x0040a043'));
  return own.find(meaning => meaning !== '') ?? '';
}

function containerOf(item: Item): Item | undefined {
  let above = item.parent;
  while (above && above.type !== 'CONTAINER') above = above.parent;
  return above;
}

function measurementOf({ type, dataSet }: Item): string[] {
  const value = type === 'NUM' ? dataSet.firstItem('x0040a300') : undefined;
  const number = Number(value?.string('x0040a30a') ?? NaN);
  if (!value || !Number.isFinite(number)) return [];
  const unit = words(value.firstItem('x004008ea')?.string('x00080100'));
  return [
    `${meaningOf(dataSet, 'x0040a043')} ${Number(number.toPrecision(4))} ${unit === '1' ? '' : unit}`.trim(),
  ];
}
