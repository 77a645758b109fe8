import { version } from '../../../package.json';
import { predictionRanges } from '../../models/augmentation';
import { modelCardSchema, type ImportedNetwork, type ModelCard } from '../../models/card';
import { sha256Hex } from '../../models/hash';
import type { PartialAbout } from '../about';
import { statedFacts } from './minimal-card';
import type { OpenedNetwork } from './open-network';
import type { ImportOptions } from './options';
import type { Preset } from './presets';

/** What a card is made of. */
interface CardParts {
  options: ImportOptions;
  about: PartialAbout;
  network: ImportedNetwork;
  opened: OpenedNetwork;
  id: string;
  classes: ModelCard['classes'];
  independent?: true;
}

/** The card before the network was run. @throws Error naming each field that is wrong */
export function makeCard({
  options,
  about,
  network,
  opened,
  id,
  classes,
  independent,
}: CardParts): ModelCard {
  const rule = options.operatingPoint;
  if ((classes.length > 2 || independent) && (rule || options.calibrate)) {
    throw new Error('--operating-point and --calibrate are for two classes.');
  }
  if (rule && rule.rule !== 'fixed' && !options.calibrate) {
    throw new Error(`--operating-point ${rule.rule} is chosen on labelled images: give --calibrate.`);
  }
  const { format, input } = network;
  const { onnx, contents } = opened;
  const what = format === 'onnx' ? 'ONNX model' : `TensorFlow.js ${format} model`;
  const card: ModelCard = {
    schemaVersion: 1,
    ...statedFacts(about, id),
    codeVersion: version,
    input: {
      size: options.size ?? Math.max(32, ...input.size),
      channels: 1,
      range: [0, 1],
      fit: about.fit ?? 'stretch',
      equalise: options.equalise ?? false,
    },
    classes,
    ...(independent && { independent }),
    ...(classes.length === 2 &&
      !independent && { operatingPoint: rule?.rule === 'fixed' ? rule.value : 0.5 }),
    classifier: {
      path: 'classifier/model.json',
      architecture: about.architecture ?? `Imported ${what}`,
      imported: network,
      training: onnx
        ? { onnx: { sha256: sha256Hex(onnx.bytes), opset: onnx.graph.opset, producer: onnx.graph.producer } }
        : {},
    },
    generators: {},
    augmentation: { ...predictionRanges, count: 10 },
    files: Object.fromEntries([...contents].map(([name, bytes]) => [`classifier/${name}`, sha256Hex(bytes)])),
  };
  const checked = modelCardSchema.safeParse(card);
  if (!checked.success)
    throw new Error(
      `This makes no model card: ${checked.error.issues.map(({ path: at, message }) => `${at.join('.')}: ${message}`).join('; ')}`,
    );
  return card;
}

/**
 * Classes in the network's order; of independent labels all, those that were chosen, or a single one as one class against the rest.
 *
 * @throws Error where nothing names the classes, or no class has a chosen name
 */
export function classesOf(
  { classes, label, independent }: ImportOptions,
  { card }: PartialAbout,
  preset: Preset | undefined,
): { classes: ModelCard['classes']; independent?: true; kept?: readonly number[] } {
  const stated = card?.classes;
  const names = classes ?? stated?.map(({ name }) => name) ?? preset?.labels;
  if (!names) throw new Error('Name the classes in the network’s order: --classes, or "classes" in --about.');
  if (classes && stated && classes.join() !== stated.map(({ name }) => name).join()) {
    throw new Error(
      `--classes names ${classes.join(', ')}, --about names ${stated.map(({ name }) => name).join(', ')}.`,
    );
  }
  const kept = label && indexesOf(label, names);
  if (kept?.length === 1) {
    const [only] = kept.map(index => names[index]);
    return { classes: [{ name: `no ${only}` }, { name: only }], kept };
  }
  if (!kept && !independent && !card?.independent && names !== preset?.labels)
    return { classes: names.map(name => ({ name })) };
  const labels = stated ?? names.map(name => ({ name }));
  const own = kept ? kept.map(index => labels[index]) : labels;
  return { classes: own.map(each => ({ operatingPoint: 0.5, ...each })), independent: true, kept };
}

/** Of labels by name, in any case; in the network's order, each once. */
function indexesOf(asked: readonly string[], names: readonly string[]): number[] {
  const indexes = asked.map(label => {
    const index = names.findIndex(name => name.toLowerCase() === label.toLowerCase());
    if (index < 0) throw new Error(`There is no label "${label}" among ${names.join(', ')}.`);
    return index;
  });
  return [...new Set(indexes)].sort((a, b) => a - b);
}
