import { integerOf } from '../../dicom/number-strings';
import { tagOfKeyword } from './read-file';
import type { Instance } from './read-instance';
import { firstText, type DicomJson } from './types';

export type Level = 'study' | 'series' | 'instance';

/** What a search asks for (PS3.18 section 10.6). */
export interface Search {
  /** Attribute → wanted value, with wildcards and ranges. */
  match: Map<string, string>;
  include: Set<string> | 'all';
  limit: number;
  offset: number;
}

const names = {
  study: '0020000D',
  series: '0020000E',
  modality: '00080060',
  modalitiesInStudy: '00080061',
  retrieveUrl: '00081190',
};

/** Most results of one search; a client asks for the next ones by `offset`. Few studies have a hundred series. */
export const mostResults: Record<Level, number> = { study: 500, series: 1000, instance: 5000 };

/** Attributes that a search returns without being asked (PS3.18 tables 10.6.3-3 to 10.6.3-5). */
const always: Record<Level, string[]> = {
  study: [
    '00080005', '00080020', '00080030', '00080050', '00080090', '00080201', '00081030', '00100010', '00100020',
    '00100030', '00100040', '0020000D', '00200010',
  ],
  series: ['00080005', '00080060', '00080201', '0008103E', '0020000D', '0020000E', '00200011', '00400244', '00400245'],
  instance: [
    '00080005', '00080016', '00080018', '00080201', '0020000D', '0020000E', '00200013', '00280008', '00280010',
    '00280011', '00280100',
  ],
}; // prettier-ignore

/**
 * Reads a search's query parameters. Parameters that name no attribute are left out of account.
 * A malformed limit or offset counts as none.
 */
export function parseSearch(parameters: URLSearchParams): Search {
  const match = new Map<string, string>();
  const include = new Set<string>();
  let all = false;
  for (const [name, value] of parameters) {
    if (name.toLowerCase() === 'includefield') {
      for (const field of value.split(',')) {
        if (field.toLowerCase() === 'all') all = true;
        const tag = toTag(field);
        if (tag) include.add(tag);
      }
      continue;
    }
    const tag = toTag(name);
    if (!tag) continue;
    include.add(tag);
    if (value !== '') match.set(tag, value);
  }
  return {
    match,
    include: all ? 'all' : include,
    limit: count(parameters.get('limit'), Infinity),
    offset: count(parameters.get('offset'), 0),
  };
}

function toTag(name: string): string | undefined {
  return /^[0-9a-fA-F]{8}$/.test(name) ? name.toUpperCase() : tagOfKeyword(name);
}

function count(text: string | null, otherwise: number): number {
  return text !== null && /^\d+$/.test(text) ? Number(text) : otherwise;
}

/**
 * Finds studies, series or instances; of many, as many as {@link mostResults} at once.
 *
 * @param instances those within the scope that the path names
 * @param retrieveUrl makes the address of a result from its first instance
 * @returns `left`: how many further ones the server's own limit keeps back
 */
export function search(
  level: Level,
  instances: Instance[],
  wanted: Search,
  retrieveUrl: (instance: Instance) => string,
): { results: DicomJson[]; left: number } {
  const groups = [...groupBy(instances, level).values()];
  const found = groups.filter(group => matchesAll(group, wanted.match, level));
  found.sort((a, b) => compare(level, a[0], b[0]));
  const page = found.slice(wanted.offset, wanted.offset + Math.min(wanted.limit, mostResults[level]));
  const after = Math.max(0, found.length - wanted.offset - page.length);
  return {
    results: page.map(group => describe(level, group, wanted.include, retrieveUrl)),
    left: wanted.limit > mostResults[level] ? after : 0,
  };
}

function groupBy(instances: Instance[], level: Level): Map<string, Instance[]> {
  const groups = new Map<string, Instance[]>();
  for (const instance of instances) {
    const key = { study: instance.studyUid, series: instance.seriesUid, instance: instance.instanceUid }[
      level
    ];
    const group = groups.get(key);
    if (group) group.push(instance);
    else groups.set(key, [instance]);
  }
  return groups;
}

function matchesAll(group: Instance[], match: Map<string, string>, level: Level): boolean {
  const computed = computedAttributes(level, group);
  return [...match].every(([tag, pattern]) => {
    if (computed[tag]) return matches(computed, tag, pattern);
    return group.some(instance => matches(instance.attributes, tag, pattern));
  });
}

function matches(attributes: DicomJson, tag: string, pattern: string): boolean {
  const element = attributes[tag];
  const vr = element?.vr ?? '';
  const values = (element?.Value ?? []).map(value => textOf(value));
  if (vr === 'UI') return splitList(pattern).some(uid => values.includes(uid));
  if (vr === 'DA' || vr === 'TM' || vr === 'DT') return values.some(value => inRange(value, pattern));
  const patterns = vr === 'CS' ? splitList(pattern) : [pattern];
  const fold = (text: string) => (vr === 'PN' ? text.toLowerCase() : text);
  return patterns.some(one =>
    (values.length > 0 ? values : ['']).some(value => like(fold(value), fold(one))),
  );
}

function textOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value ?? '');
  return String((value as { Alphabetic?: string }).Alphabetic ?? Object.values(value)[0] ?? '');
}

/** Lists of UIDs are separated by commas or backslashes. */
function splitList(pattern: string): string[] {
  return pattern.split(/[,\\]/).map(part => part.trim());
}

/** Range matching of dates and times: `a-b`, `a-`, `-b`, or one value (PS3.4 section C.2.2.2.5). */
function inRange(value: string, pattern: string): boolean {
  const digits = value.replace(/[.:]/g, '');
  const [from, to] = pattern.includes('-') ? pattern.split('-', 2) : [pattern, pattern];
  if (digits === '') return false;
  return (from === '' || digits >= from) && (to === '' || digits.slice(0, to.length) <= to);
}

/**
 * Wildcard matching: `*` any text, `?` one character. Goes back to the last `*` alone, so that no pattern can take
 * more than text × pattern steps.
 */
function like(text: string, pattern: string): boolean {
  let [at, of, star, resume] = [0, 0, -1, 0];
  while (at < text.length) {
    if (pattern[of] === '*') [star, resume, of] = [of, at, of + 1];
    else if (pattern[of] === '?' || pattern[of] === text[at]) [at, of] = [at + 1, of + 1];
    else if (star >= 0) [resume, at, of] = [resume + 1, resume + 1, star + 1];
    else return false;
  }
  return pattern.slice(of).replace(/\*/g, '') === '';
}

function describe(
  level: Level,
  group: Instance[],
  include: Set<string> | 'all',
  retrieveUrl: (instance: Instance) => string,
): DicomJson {
  const [first] = group;
  const wanted = include === 'all' ? commonTags(level, group) : [...always[level], ...include];
  const result: DicomJson = {};
  for (const tag of wanted) if (first.attributes[tag]) result[tag] = first.attributes[tag];
  Object.assign(result, computedAttributes(level, group));
  result[names.retrieveUrl] = { vr: 'UR', Value: [retrieveUrl(first)] };
  return Object.fromEntries(Object.entries(result).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Attributes that say the same in all instances: those of the patient and study, or of the series too. */
function commonTags(level: Level, group: Instance[]): string[] {
  const [first, ...others] = group;
  const below = { study: ['0020000E', '00080018'], series: ['00080018'], instance: [] as string[] }[level];
  return Object.keys(first.attributes).filter(tag => {
    const value = JSON.stringify(first.attributes[tag]);
    return !below.includes(tag) && others.every(other => JSON.stringify(other.attributes[tag]) === value);
  });
}

function computedAttributes(level: Level, group: Instance[]): DicomJson {
  const online = { '00080056': { vr: 'CS', Value: ['ONLINE'] } };
  if (level === 'study') {
    return {
      ...online,
      [names.modalitiesInStudy]: {
        vr: 'CS',
        Value: unique(group.map(instance => firstText(instance.attributes, names.modality))),
      },
      '00201206': { vr: 'IS', Value: [unique(group.map(instance => instance.seriesUid)).length] },
      '00201208': { vr: 'IS', Value: [group.length] },
    };
  }
  return level === 'series' ? { ...online, '00201209': { vr: 'IS', Value: [group.length] } } : online;
}

function unique(values: string[]): string[] {
  return [...new Set(values)].filter(value => value !== '').sort();
}

/** Newest studies first; series and instances by their number. */
function compare(level: Level, a: Instance, b: Instance): number {
  if (level === 'study') {
    const when = (instance: Instance) =>
      firstText(instance.attributes, '00080020') + firstText(instance.attributes, '00080030');
    return when(b).localeCompare(when(a)) || a.studyUid.localeCompare(b.studyUid);
  }
  const tag = level === 'series' ? '00200011' : '00200013';
  const number = (instance: Instance) => integerOf(firstText(instance.attributes, tag)) || 0;
  return number(a) - number(b) || a.instanceUid.localeCompare(b.instanceUid);
}
