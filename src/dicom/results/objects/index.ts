import type { ResultDefinition } from '../definition';
import { fseg } from './fseg';
import { gsps } from './gsps';
import { pm } from './pm';
import { sbs } from './sbs';
import { sc } from './sc';
import { seg } from './seg';
import { sr } from './sr';
import { way } from './way';
import { xa } from './xa';

/** Every result object, in the order in which they are made: the report comes last, since it names the others. */
export const resultObjects = [seg, pm, sc, fseg, gsps, sbs, xa, way, sr] as const;

export type ResultKind = (typeof resultObjects)[number]['id'];

export const resultKinds: readonly ResultKind[] = resultObjects.map(({ id }) => id);

/** Those that are made where none is named. */
export const usualKinds: readonly ResultKind[] = resultKinds.filter(kind => !resultObject(kind).onRequest);

export function resultObject(kind: ResultKind): ResultDefinition<ResultKind> {
  return resultObjects.find(({ id }) => id === kind)!;
}
