import { ModelPackageError } from './card';

/** A layer of a saved network, and what each of its calls reads. */
export interface LayerCalls {
  name: string;
  /** Calls that it has before any of `calls`: an input layer is called once, as it is made. */
  before: number;
  calls: readonly (readonly { layer: string; call: number }[])[];
}

/** So many names of a circle are told. */
const mostNames = 8;

/**
 * Refuses layers that cannot be called one after the other: TensorFlow.js goes through a saved network again and again until every
 * call has what it reads, which is never where layers read each other, or what is not there. The calls of a layer follow each other
 * as they are listed.
 *
 * @throws ModelPackageError `format` naming the layers
 */
export function requireOrder(saved: readonly LayerCalls[]): void {
  // A call that reads nothing is none.
  const layers = saved.map(layer => ({ ...layer, calls: layer.calls.filter(reads => reads.length > 0) }));
  const byName = new Map<string, LayerCalls>();
  for (const layer of layers) {
    if (byName.has(layer.name)) refuse(`has two layers of the name "${layer.name}"`);
    byName.set(layer.name, layer);
  }
  for (const { name, calls } of layers)
    for (const read of calls.flat()) requireThere(name, read, byName);
  const done = new Map(layers.map(({ name, before }) => [name, before]));
  const next = (of: LayerCalls): LayerCalls['calls'][number] | undefined =>
    of.calls[done.get(of.name)! - of.before];
  /** By the layer that they wait for. */
  const waiting = new Map<string, LayerCalls[]>();
  const open: LayerCalls[] = [...layers];
  for (let of = open.pop(); of; of = open.pop()) {
    const reads = next(of);
    if (!reads) continue;
    const waitsFor = reads.find(({ layer, call }) => done.get(layer)! <= call)?.layer;
    if (waitsFor !== undefined) {
      const others = waiting.get(waitsFor);
      if (others) others.push(of);
      else waiting.set(waitsFor, [of]);
      continue;
    }
    done.set(of.name, done.get(of.name)! + 1);
    open.push(of);
    for (const each of waiting.get(of.name) ?? []) open.push(each);
    waiting.delete(of.name);
  }
  const stuck = new Map([...waiting].flatMap(([on, all]) => all.map(({ name }) => [name, on] as const)));
  if (stuck.size > 0) refuse(`has layers that read each other in a circle: ${inWords(circleOf(stuck))}`);
}

function requireThere(
  name: string,
  { layer, call }: { layer: string; call: number },
  byName: ReadonlyMap<string, LayerCalls>,
): void {
  const found = byName.get(layer);
  if (!found) return refuse(`has no layer "${layer}", which its layer "${name}" reads`);
  if (Number.isInteger(call) && call >= 0 && call < found.before + found.calls.length) return;
  refuse(`has a layer "${name}" that reads call ${JSON.stringify(call)} of "${layer}", which there is not`);
}

/** @param next what each waits for, which waits itself */
function circleOf(next: ReadonlyMap<string, string>): string[] {
  const passed = new Set<string>();
  let [at] = next.keys();
  for (; !passed.has(at); at = next.get(at)!) passed.add(at);
  const way = [...passed];
  return way.slice(way.indexOf(at));
}

function inWords(circle: readonly string[]): string {
  const shown = circle.slice(0, mostNames).map(name => `"${name}"`);
  const more = circle.length - shown.length;
  return `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** Input layers and networks inside of the network, other than empty ones. */
function isCalledAsMade(kind: unknown, { layers }: Saved): boolean {
  if (kind === 'Sequential') return Array.isArray(layers) && layers.length > 0;
  return kind === 'InputLayer' || kind === 'Model' || kind === 'Functional';
}

function refuse(reason: string): never {
  throw new ModelPackageError('format', `The network ${reason}.`);
}

/** Keys of a layer as they are saved. TensorFlow.js takes other spellings for the same. */
const keys = ['class_name', 'name', 'config', 'inbound_nodes'];
const plain = (key: string): string => key.replaceAll('_', '').toLowerCase();
const spelt = new Map(keys.map(key => [plain(key), key]));

type Saved = Readonly<Record<string, unknown>>;

/**
 * The same of a saved topology, with the networks inside of it.
 *
 * @throws ModelPackageError `format` naming the layers
 */
export function requireOrderedTopology(topology: unknown): void {
  if (typeof topology !== 'object' || topology === null) return;
  if (Array.isArray(topology) && topology.some(isLinked)) requireOrder(topology.map(callsOf));
  for (const part of Object.values(topology)) requireOrderedTopology(part);
}

/** Whether it is a layer that says what it reads. */
function isLinked(value: unknown): boolean {
  return isSaved(value) && Object.keys(value).some(key => plain(key) === 'inboundnodes');
}

function isSaved(value: unknown): value is Saved {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function callsOf(layer: unknown): LayerCalls {
  if (!isSaved(layer)) return refuse('lists what is no layer');
  const { name, config, class_name: kind, inbound_nodes: nodes } = layer;
  if (typeof name !== 'string' || !isSaved(config)) return refuse('has a layer without name or settings');
  const inConfig = Object.keys(config).filter(key => plain(key) === 'name');
  const other = [...Object.keys(layer), ...inConfig].find(key => !keys.includes(key) && spelt.has(plain(key)));
  if (other !== undefined) refuse(`has a layer with "${other}" in place of "${spelt.get(plain(other))}"`);
  if (config.name !== name) refuse(`has a layer that is named both "${name}" and "${String(config.name)}"`);
  const calls = ((nodes ?? []) as readonly (readonly [string, number][])[]).map(node =>
    node.map(([from, call]) => ({ layer: from, call })),
  );
  return { name, before: isCalledAsMade(kind, config) ? 1 : 0, calls };
}
