/**
 * The layers of Keras, and their settings, that are known to be computed here as Keras computes them. Everything else is
 * refused by name: TensorFlow.js ignores settings that it does not know, and would compute another network without a word.
 * Each entry was compared with Keras' own predictions (test/imported/keras-layers.py).
 */
import { refuseLayer, statedShape, type KerasLayer } from './keras-model';
import { ExplainActivation, ExplainResizing, isOwnActivation, type OwnActivation } from './own-layers';

type Config = Record<string, unknown>;

/** A layer as TensorFlow.js loads it. */
export interface KnownLayer {
  className: string;
  config: Config;
  /** Activation that has to follow as a layer of its own. */
  followedBy?: KnownLayer;
}

/** Of a layer in its network. */
interface Surroundings {
  /** Axes of what it reads, with the batch. */
  ranks: number[];
  version?: 2 | 3;
}

/** What a setting may be; `as` is what TensorFlow.js is told (undefined: nothing). */
type Setting = (value: unknown, around: Surroundings) => { as?: unknown } | undefined;

interface Rule {
  settings?: Record<string, Setting>;
  /** TensorFlow.js' name, where it is another. */
  className?: string;
  /** Settings that follow from others, or are refused together: a text says why. */
  finish?: (config: Config) => KnownLayer | string;
  /** Does nothing at inference, whatever its settings. */
  identity?: boolean;
  /** Its kernel need not be drawn before the saved one comes. */
  startsEmpty?: boolean;
  /** Ranks that it was compared for. */
  ranks?: readonly number[];
}

const anything: Setting = value => ({ as: value });
/** Has no part in the answer. */
const inert: Setting = () => ({});
const only =
  (...allowed: unknown[]): Setting =>
  value =>
    allowed.includes(value) ? { as: value } : undefined;
/** One value alone, which TensorFlow.js need not be told. */
const fixed =
  (...allowed: unknown[]): Setting =>
  value =>
    allowed.includes(value ?? null) ? {} : undefined;
const isNumber: Setting = value => (typeof value === 'number' ? { as: value } : undefined);
const flag: Setting = only(true, false);
const one: Setting = value => ([value].flat().every(each => each === 1) ? {} : undefined);
const lastAxis: Setting = (value, { ranks: [rank] }) => {
  const [axis, ...more] = [value].flat();
  return more.length === 0 && (axis === -1 || axis === rank - 1) ? { as: -1 } : undefined;
};
const channelsLast = fixed('channels_last', null);
const padding = only('same', 'valid');
const kernel = { kernel_size: anything, strides: anything, padding, data_format: channelsLast, rank: fixed(2, null) };
const shared = { use_bias: flag, activation: activation(), quantization_config: fixed(null), lora_rank: fixed(null) };
const pool = { pool_size: anything, strides: anything, padding, data_format: channelsLast };
const globalPool = { settings: { data_format: channelsLast, keepdims: fixed(false, null) }, ranks: [4] };
const merge: Rule = {};
const nothing: Rule = { identity: true };

const rules: Record<string, Rule> = {
  Conv2D: {
    settings: { ...kernel, ...shared, filters: isNumber, dilation_rate: anything, groups: one, lora_alpha: inert },
    ranks: [4],
    startsEmpty: true,
  },
  DepthwiseConv2D: {
    settings: { ...kernel, ...shared, depth_multiplier: isNumber, dilation_rate: one, groups: one, filters: fixed(null) },
    ranks: [4],
  },
  SeparableConv2D: {
    settings: { ...kernel, ...shared, filters: isNumber, depth_multiplier: isNumber, dilation_rate: one, groups: one },
    ranks: [4],
  },
  Dense: { settings: { ...shared, units: isNumber, lora_alpha: inert }, ranks: [2], startsEmpty: true },
  BatchNormalization: {
    settings: {
      axis: lastAxis,
      epsilon: isNumber,
      center: flag,
      scale: flag,
      momentum: inert,
      synchronized: inert,
      fused: inert,
      renorm: fixed(false, null),
      renorm_clipping: fixed(null),
      renorm_momentum: inert,
      virtual_batch_size: fixed(null),
      adjustment: fixed(null),
    },
    ranks: [2, 4],
  },
  Activation: { settings: { activation: activation() } },
  ReLU: {
    settings: { max_value: anything, negative_slope: anything, threshold: fixed(0, null) },
    finish({ max_value: most, negative_slope: slope, ...config }) {
      if (Number(slope ?? 0) === 0) return { className: 'ReLU', config: { ...config, max_value: most ?? null } };
      if ((most ?? null) !== null) return 'has both a largest value and a slope';
      return { className: 'LeakyReLU', config: { ...config, alpha: slope } };
    },
  },
  LeakyReLU: {
    settings: { alpha: anything, negative_slope: anything },
    finish: ({ alpha, negative_slope: slope, ...config }) => {
      const value = slope ?? alpha ?? 0.3;
      return typeof value === 'number'
        ? { className: 'LeakyReLU', config: { ...config, alpha: value } }
        : `has the slope ${JSON.stringify(value)}`;
    },
  },
  PReLU: { settings: { shared_axes: anything } },
  ELU: { settings: { alpha: fixed(1, null) } },
  Softmax: { settings: { axis: lastAxis } },
  MaxPooling2D: { settings: pool, ranks: [4] },
  AveragePooling2D: { settings: pool, ranks: [4] },
  GlobalAveragePooling2D: globalPool,
  GlobalMaxPooling2D: globalPool,
  ZeroPadding2D: { settings: { padding: anything, data_format: channelsLast }, ranks: [4] },
  Cropping2D: { settings: { cropping: anything, data_format: channelsLast }, ranks: [4] },
  UpSampling2D: {
    settings: { size: anything, data_format: channelsLast, interpolation: only('nearest') },
    ranks: [4],
  },
  Add: merge,
  Multiply: merge,
  Average: merge,
  Maximum: merge,
  Minimum: merge,
  Concatenate: { settings: { axis: lastAxis } },
  Flatten: { settings: { data_format: channelsLast } },
  Reshape: { settings: { target_shape: anything } },
  Rescaling: { settings: { scale: isNumber, offset: isNumber } },
  Resizing: {
    settings: {
      height: isNumber,
      width: isNumber,
      interpolation: fixed('bilinear', null),
      crop_to_aspect_ratio: fixed(false, null),
      pad_to_aspect_ratio: fixed(false, null),
      antialias: fixed(false, null),
      fill_mode: inert,
      fill_value: inert,
      data_format: channelsLast,
    },
    className: ExplainResizing.className,
    ranks: [4],
  },
  Dropout: nothing,
  SpatialDropout2D: nothing,
  AlphaDropout: nothing,
  GaussianDropout: nothing,
  GaussianNoise: nothing,
  ActivityRegularization: nothing,
  Identity: nothing,
  RandomFlip: nothing,
  RandomRotation: nothing,
  RandomTranslation: nothing,
  RandomZoom: nothing,
  RandomContrast: nothing,
  RandomBrightness: nothing,
};

/** Settings of every layer that have no part in the answer, or are looked at elsewhere. */
const common: Record<string, Setting> = {
  name: inert,
  trainable: inert,
  dtype: value => (isSinglePrecision(value) ? {} : undefined),
  batch_input_shape: inert,
  batch_shape: inert,
  input_shape: inert,
  input_dtype: inert,
  seed: inert,
};

/** Initial values, penalties and limits of training. */
const training = /_(initializer|regularizer|constraint)$/;

function isSinglePrecision(dtype: unknown): boolean {
  const policy = (dtype as { config?: { name?: unknown } } | null)?.config?.name;
  return [null, undefined, 'float32'].includes((policy ?? dtype) as string | null | undefined);
}

/** Activations that TensorFlow.js computes as every version of Keras, by the name that Keras gives them. */
const activations: Record<string, string> = {
  ...Object.fromEntries(
    ['linear', 'relu', 'relu6', 'sigmoid', 'tanh', 'softmax', 'elu', 'selu', 'softplus', 'softsign', 'gelu', 'mish', 'swish'].map(
      name => [name, name],
    ),
  ),
  silu: 'swish',
};

function activation(): Setting {
  return (value, { version }) => {
    if (value === null || value === undefined) return { as: 'linear' };
    if (typeof value !== 'string') return undefined;
    const name = value === 'hard_swish' ? 'hard_silu' : value;
    if (Object.hasOwn(activations, name)) return { as: activations[name] };
    // Keras 2 and 3 mean different functions by this name; TensorFlow.js has that of Keras 2.
    if (name === 'hard_sigmoid' && version !== 3) return version === 2 ? { as: name } : undefined;
    return isOwnActivation(name) ? { as: { own: name } } : undefined;
  };
}

/**
 * A layer in the form in which TensorFlow.js computes what Keras does.
 *
 * @throws ModelPackageError `format` naming the layer and the setting that is not known to be computed right
 */
export function knownLayer({ name, className, config: saved }: KerasLayer, around: Surroundings): KnownLayer {
  const rule = Object.hasOwn(rules, className) ? rules[className] : undefined;
  if (!rule) refuseLayer(name, className, 'is of a kind that is not known to be computed here as Keras computes it');
  const refused = (reason: string): never => refuseLayer(name, className, reason);
  if (rule.identity) return { className: 'Activation', config: { name, activation: 'linear' } };
  if (rule.ranks && !around.ranks.every(rank => rule.ranks!.includes(rank))) {
    refused(`reads ${around.ranks[0]} axes, for which it is not known to be computed here as Keras computes it`);
  }
  if (around.ranks.some(rank => rank !== around.ranks[0])) refused('joins what has different numbers of axes');
  // What is drawn at random only to be overwritten takes longer than all the rest.
  const config: Config = { name, ...(rule.startsEmpty && { kernel_initializer: { class_name: 'Zeros', config: {} } }) };
  const settings = { ...common, ...rule.settings };
  for (const [key, value] of Object.entries(saved)) {
    const setting = Object.hasOwn(settings, key) ? settings[key] : undefined;
    if (!setting && training.test(key)) continue;
    const known = setting?.(value, around);
    if (!known) {
      refused(`has ${key} ${JSON.stringify(value)}, which is not known to be computed here as Keras computes it`);
    }
    if (known!.as !== undefined) config[key] = known!.as;
  }
  const made = rule.finish?.(config) ?? { className: rule.className ?? className, config };
  return typeof made === 'string' ? refused(made) : withActivation(made);
}

/** Gives an activation that TensorFlow.js lacks a layer of its own. */
function withActivation({ className, config }: KnownLayer): KnownLayer {
  const kind = (config.activation as { own?: OwnActivation } | undefined)?.own;
  if (kind === undefined) return { className, config };
  const own = (name: string): KnownLayer => ({ className: ExplainActivation.className, config: { name, kind } });
  const name = String(config.name);
  if (className === 'Activation') return own(name);
  return { className, config: { ...config, activation: 'linear' }, followedBy: own(`${name}_activation`) };
}

/** Axes, with the batch, of what a layer answers. @param reads axes of what it reads */
export function answeredRank({ className, config }: KerasLayer, reads: number | undefined): number {
  if (className === 'InputLayer') return statedShape(config)?.length ?? 0;
  if (className === 'Flatten' || className.startsWith('Global')) return 2;
  if (className === 'Reshape') return (config.target_shape as unknown[]).length + 1;
  return reads ?? 0;
}
