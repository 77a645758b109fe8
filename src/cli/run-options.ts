import * as z from 'zod';
import { backendOption } from '../backends/options';
import { resultKinds } from '../dicom/results';
import { methods } from '../explain';
import { count, flag, option, text } from '../io/options';
import {
  augmentOption,
  dicomResultOptions,
  explanationSeed,
  generatorOption,
  kindsOption,
  labelOption,
  methodOption,
  oneWorkerOption,
} from './result-options';

/** Options of `explain run`. */
export const runOptions = z.object({
  model: option(text(), { value: '<folder>', help: 'model package' }),
  out: option(text(), { value: '<folder>', help: 'folder that the results go to' }),
  method: methodOption(
    `explanation method (default: the model's own): ${methods.map(method => method.id).join(', ')}`,
  ),
  label: labelOption,
  generator: generatorOption,
  augment: augmentOption('average over this many random transforms (eq. 11); 0 for one pass'),
  seed: explanationSeed,
  workers: oneWorkerOption('threads that share the transforms of --augment'),
  frame: option(count().optional(), { value: '<number>', help: 'frame of a multi-frame DICOM, from 1' }),
  dicom: kindsOption(`also write DICOM objects: ${resultKinds.join(', ')}, separated by commas`),
  ...dicomResultOptions,
  graded: option(flag(), {
    help: 'also ask the classifier along the way to x_a (in the JSON), and write the way as an animated GIF',
  }),
  panels: option(flag(), { help: 'also write x, x_s, x_a and map side by side, as the networks see them' }),
  backend: backendOption,
});
