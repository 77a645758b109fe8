import type { Command } from 'commander';
import { registerTrainClassifier } from './train-classifier';
import { registerTrainGenerator } from './train-generator';

/** Adds `explain train classifier` and `explain train generator`. */
export function registerTrain(program: Command): void {
  const train = program
    .command('train')
    .description('Train a classifier, or a generator through a classifier');
  registerTrainClassifier(train);
  registerTrainGenerator(train);
}
