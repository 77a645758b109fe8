import { Command } from 'commander';
import { version } from '../../package.json';
import { registerBench } from './bench';
import { registerCheck } from './check';
import { registerEvaluate } from './evaluate';
import { registerFitOod } from './fit-ood';
import { registerFitStability } from './fit-stability';
import { registerHalve } from './halve';
import { registerImport } from './import';
import { registerPacs } from './pacs';
import { registerRun } from './run';
import { registerStudy } from './study';
import { registerSynth } from './synth';
import { registerTrain } from './train';
import { registerRandomise } from './randomise';
import { registerTrust } from './trust';
import { registerViewer } from './viewer';
import { describedOption } from './help-text';
import { askMandatoryLast } from './mandatory-last';
import { commandName } from './next-command';
import { setIn } from './terminal';

/** The command `explain` with all its sub-commands. */
export function makeProgram(): Command {
  const program = new Command(commandName())
    .description('Train, run and evaluate visual explanations of image classifiers. For research use only.')
    .version(version)
    .configureHelp({ optionDescription: describedOption })
    .showHelpAfterError('With --help the command lists its options.')
    .configureOutput({ outputError: (text, write) => write(`${setIn(text.trimEnd())}\n`) });
  registerViewer(program);
  registerRun(program);
  registerImport(program);
  registerPacs(program);
  registerTrain(program);
  registerEvaluate(program);
  registerBench(program);
  registerTrust(program);
  registerRandomise(program);
  registerHalve(program);
  registerSynth(program);
  registerStudy(program);
  registerCheck(program);
  registerFitOod(program);
  registerFitStability(program);
  askMandatoryLast(program);
  return program;
}
