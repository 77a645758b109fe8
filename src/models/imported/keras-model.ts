/** The saved form of a Keras model (to_json of Keras 2 and 3, and what TensorFlow.js writes), read into one flat graph. */
import { ModelPackageError } from '../card';
import { requireOrder } from '../layer-order';

/** Where a tensor comes from: a layer of the flat graph, which of its calls, which of its outputs. */
export interface TensorSource {
  layer: string;
  call: number;
  output: number;
}

export interface KerasLayer {
  /** Unique in the flat graph: its own name, with those of the models around it where it would not be. */
  name: string;
  className: string;
  config: Readonly<Record<string, unknown>>;
  /** One entry a call; what it reads. */
  calls: TensorSource[][];
}

export interface KerasModel {
  /** Major version of the Keras that wrote it, where it says so. */
  version?: 2 | 3;
  layers: KerasLayer[];
  inputs: TensorSource[];
  outputs: TensorSource[];
}

/** What to do with a model that cannot be read layer by layer. */
const graphModelInstead =
  'Convert the classifier to a graph model instead: model.export("saved") in Python, then tensorflowjs_converter ' +
  '--input_format=tf_saved_model --output_format=tfjs_graph_model saved graph.';

/** @throws ModelPackageError `format` always, with the way out */
export function refuseLayer(name: string, className: string, reason: string): never {
  throw new ModelPackageError('format', `The layer "${name}" (${className}) ${reason}. ${graphModelInstead}`);
}

interface LayerJson {
  class_name: string;
  name?: string;
  config: Record<string, unknown> & { name: string };
  inbound_nodes?: unknown[];
}

interface ModelJson {
  class_name?: string;
  config?: unknown;
}

/**
 * Reads a topology. Nested models are laid out flat, so that every layer can be reached by name.
 *
 * @throws ModelPackageError `format` where it is no functional or sequential model, holds what has no flat form, or layers that
 *   read each other in a circle
 */
export function readKerasModel(topology: object): KerasModel {
  const outer = topology as ModelJson & { model_config?: ModelJson; keras_version?: unknown };
  const model = outer.model_config ?? outer;
  if (!isModel(model.class_name)) {
    throw new ModelPackageError(
      'format',
      `The classifier is a ${model.class_name ?? 'thing without class_name'}; a Functional or Sequential Keras model is needed. ` +
        graphModelInstead,
    );
  }
  const flattener = new Flattener();
  const { inputs, outputs } = flattener.add(model as LayerJson, '');
  return { ...flattener.finish(inputs, outputs), version: majorVersion(outer.keras_version) };
}

function isModel(className: string | undefined): boolean {
  return className === 'Model' || className === 'Functional' || className === 'Sequential';
}

function majorVersion(version: unknown): 2 | 3 | undefined {
  const text = String(version ?? '');
  // TensorFlow.js follows Keras 2.
  if (/^2\.|^tfjs/.test(text)) return 2;
  return text.startsWith('3.') ? 3 : undefined;
}

interface Ends {
  inputs: TensorSource[];
  outputs: TensorSource[];
}

/** Layers by their path, "outer/inner/layer", until all names are known. */
class Flattener {
  private readonly layers: KerasLayer[] = [];
  /** What stands for the outputs of a nested model, and for its inputs. */
  private readonly aliases = new Map<string, TensorSource[]>();

  /** @param scope path of the model, '' or ending in '/' */
  add(model: LayerJson, scope: string): Ends {
    const chained = model.class_name === 'Sequential';
    const layers = chained ? chain(model.config) : (model.config.layers as LayerJson[]);
    if (!Array.isArray(layers)) throw new ModelPackageError('format', 'The classifier’s topology lists no layers.');
    for (const layer of layers) this.addLayer(layer, scope);
    const ends = (key: 'input_layers' | 'output_layers'): TensorSource[] =>
      endsOf(model.config[key]).map(source => ({ ...source, layer: scope + source.layer }));
    if (!chained) return { inputs: ends('input_layers'), outputs: ends('output_layers') };
    const at = (layer: LayerJson): TensorSource[] => [{ layer: scope + layer.config.name, call: 0, output: 0 }];
    return { inputs: at(layers[0]), outputs: at(layers.at(-1)!) };
  }

  private addLayer(layer: LayerJson, scope: string): void {
    const own = layer.config.name ?? layer.name;
    const calls = (layer.inbound_nodes ?? []).map(node =>
      readCall(node, own, layer.class_name).map(source => ({ ...source, layer: scope + source.layer })),
    );
    const path = scope + own;
    if (!isModel(layer.class_name)) {
      this.layers.push({ name: path, className: layer.class_name, config: layer.config, calls });
      return;
    }
    if (calls.length !== 1) refuseLayer(own, layer.class_name, `is a model that is called ${calls.length} times`);
    const { inputs, outputs } = this.add(layer, `${path}/`);
    if (inputs.length !== calls[0].length) {
      refuseLayer(own, layer.class_name, `has ${inputs.length} inputs and is given ${calls[0].length}`);
    }
    inputs.forEach((input, i) => this.aliases.set(input.layer, [calls[0][i]]));
    this.aliases.set(path, outputs);
  }

  finish(inputs: TensorSource[], outputs: TensorSource[]): Omit<KerasModel, 'version'> {
    const layers = this.layers.filter(({ name }) => !this.aliases.has(name));
    const names = shortNames(layers.map(({ name }) => name));
    const named = (source: TensorSource): TensorSource => {
      const { layer, ...place } = this.resolve(source);
      const name = names.get(layer);
      if (name === undefined) throw new ModelPackageError('format', `The classifier’s topology has no layer "${layer}".`);
      return { layer: name, ...place };
    };
    const flat = layers.map(layer => ({
      ...layer,
      name: names.get(layer.name)!,
      calls: layer.calls.map(call => call.map(named)),
    }));
    requireOrder(flat.map(layer => ({ ...layer, before: layer.className === 'InputLayer' ? 1 : 0 })));
    return {
      layers: flat,
      inputs: inputs.map(named),
      outputs: outputs.map(named),
    };
  }

  private resolve(source: TensorSource): TensorSource {
    const passed = new Set<string>();
    let at = source;
    for (let stands = this.aliases.get(at.layer); stands; stands = this.aliases.get(at.layer)) {
      if (passed.has(at.layer))
        throw new ModelPackageError('format', `The classifier’s topology has a model "${at.layer}" that reads itself.`);
      passed.add(at.layer);
      at = stands[at.output] ?? stands[0];
    }
    return at;
  }
}

/** Last part of each path where it is the only one of its kind, else the whole path. */
function shortNames(paths: readonly string[]): Map<string, string> {
  const last = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
  const counts = new Map<string, number>();
  for (const path of paths) counts.set(last(path), (counts.get(last(path)) ?? 0) + 1);
  return new Map(paths.map(path => [path, counts.get(last(path)) === 1 ? last(path) : path.replaceAll('/', '_')]));
}

/** Layers of a sequential model as a chain that begins with an input layer. */
function chain(config: unknown): LayerJson[] {
  const saved = (Array.isArray(config) ? config : (config as { layers: unknown }).layers) as LayerJson[];
  const given = (config as { build_input_shape?: unknown }).build_input_shape;
  const [first] = saved;
  const start = first.class_name === 'InputLayer' ? first : inputFor(first, given);
  const rest = start === first ? saved.slice(1) : saved;
  let before = start.config.name;
  const chained = rest.map(layer => {
    const linked = { ...layer, inbound_nodes: [[[before, 0, 0, {}]]] };
    before = layer.config.name;
    return linked;
  });
  return [{ ...start, inbound_nodes: [] }, ...chained];
}

function inputFor(first: LayerJson, given: unknown): LayerJson {
  const shape = inputShape(first) ?? (Array.isArray(given) ? given : undefined);
  if (!shape) {
    throw new ModelPackageError('format', 'The sequential classifier does not say what shape its first layer reads.');
  }
  return { class_name: 'InputLayer', config: { name: 'explain_chain_input', batch_input_shape: shape } };
}

/** Shape that a layer says it reads, with the batch, perhaps inside a nested model. */
function inputShape({ config }: LayerJson): (number | null)[] | undefined {
  const shape = statedShape(config);
  const inner = (Array.isArray(config) ? config : config.layers) as LayerJson[] | undefined;
  return shape ?? inner?.map(inputShape).find(found => found !== undefined);
}

/** `batch_input_shape` of Keras 2, `batch_shape` of Keras 3. */
export function statedShape(config: Readonly<Record<string, unknown>>): (number | null)[] | undefined {
  const shape = config.batch_input_shape ?? config.batch_shape;
  return Array.isArray(shape) ? (shape as (number | null)[]) : undefined;
}

/** A list of [layer, call, output], or one without the list around it. */
function endsOf(saved: unknown): TensorSource[] {
  if (!Array.isArray(saved)) throw new ModelPackageError('format', 'The classifier’s topology names no inputs or outputs.');
  const list = (typeof saved[0] === 'string' ? [saved] : saved) as [string, number, number][];
  return list.map(([layer, call, output]) => ({ layer, call, output }));
}

/** What one call of a layer reads; arguments that change its answer are refused. */
function readCall(node: unknown, name: string, className: string): TensorSource[] {
  const sources: TensorSource[] = [];
  const isKeras3 = !Array.isArray(node);
  const given = (key: string, value: unknown): void => {
    // Keras 3 keeps the call's own default, and predicts with training off whatever it is.
    const inert = value === null || value === undefined || (key === 'training' && (isKeras3 || value === false));
    if (!inert) refuseLayer(name, className, `is called with ${key} ${JSON.stringify(value)}`);
  };
  if (Array.isArray(node)) {
    const inputs = (typeof node[0] === 'string' ? [node] : node) as [string, number, number, object?][];
    for (const [layer, call, output, kwargs] of inputs) {
      sources.push({ layer, call, output });
      Object.entries(kwargs ?? {}).forEach(([key, value]) => given(key, value));
    }
    return sources;
  }
  const { args, kwargs } = node as { args: unknown[]; kwargs?: object };
  const collect = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(collect);
    else if (isTensor(value)) {
      const [layer, call, output] = value.config.keras_history;
      sources.push({ layer, call, output });
    } else given('argument', value);
  };
  collect(args);
  Object.entries(kwargs ?? {}).forEach(([key, value]) => given(key, value));
  return sources;
}

interface TensorJson {
  class_name: '__keras_tensor__';
  config: { keras_history: [string, number, number] };
}

function isTensor(value: unknown): value is TensorJson {
  return (value as TensorJson | null)?.class_name === '__keras_tensor__';
}
