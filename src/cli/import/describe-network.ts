import { mostImportedSide, type ImportedNetwork } from '../../models/card';
import { say } from './say';
import type { OpenedNetwork } from './open-network';
import type { ImportOptions } from './options';
import type { Preset } from './presets';
import { counted } from '../../io/counted';

/** What the network reads, from the file, the preset and the options. */
export function describeNetwork(
  { format, shape, output, scaling }: OpenedNetwork,
  options: ImportOptions,
  preset: Preset | undefined,
): ImportedNetwork {
  const [rows, columns, channels] = shape;
  if (shape.length !== 3 || (channels !== 1 && channels !== 3)) {
    throw new Error(
      `The network reads [${shape.map(side => side ?? 'any').join(', ')}]; an image of [rows, columns, 1 or 3 channels] is needed.`,
    );
  }
  // Before anything is run: an image of such a size would not be held.
  if ([rows, columns].some(length => (length ?? 0) > mostImportedSide))
    throw new Error(
      `The network reads ${shape.map(length => length ?? 'any').join(' × ')}; ${mostImportedSide} pixels a side are the most.`,
    );
  if (preset && preset.channels !== channels) {
    throw new Error(
      `The network reads ${counted(channels, 'channel')}; those of ${options.like} read ${preset.channels}.`,
    );
  }
  const side = options.size ?? preset?.size;
  if ((rows === null || columns === null) && side === undefined) {
    throw new Error('The network reads images of any size: give --size, the side that it was trained with.');
  }
  const asked = scalingOf(options);
  const network: ImportedNetwork = {
    format,
    input: {
      size: [rows ?? side!, columns ?? side!],
      channels,
      scaling: asked ?? preset?.scaling ?? scaling ?? { range: [0, 1] },
    },
    output: options.output ?? output,
  };
  const from = asked
    ? 'as asked'
    : preset
      ? `as ${options.like}`
      : scaling
        ? 'as the file says'
        : 'not stated; default';
  say(
    `${format} model that reads ${network.input.size.join(' × ')} × ${channels}, ${scalingText(network.input.scaling)} (${from}), and answers ${network.output}.`,
  );
  return network;
}

function scalingText(scaling: ImportedNetwork['input']['scaling']): string {
  if ('range' in scaling) return `black ${scaling.range[0]}, white ${scaling.range[1]}`;
  return `mean ${scaling.mean.join(', ')}, deviation ${scaling.std.join(', ')}`;
}

function scalingOf({
  inputRange,
  inputMean,
  inputStd,
}: ImportOptions): ImportedNetwork['input']['scaling'] | undefined {
  if ((inputMean === undefined) !== (inputStd === undefined)) {
    throw new Error('--input-mean and --input-std go together.');
  }
  if (inputMean && inputRange) throw new Error('Give either --input-range, or --input-mean and --input-std.');
  if (inputMean && inputStd) return { mean: inputMean, std: inputStd };
  return inputRange && { range: inputRange };
}
