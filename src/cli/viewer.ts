import type { Command } from 'commander';
import * as z from 'zod';
import { flag, option, text, wholeNumber } from '../io/options';
import { runViewer } from '../viewer/run-viewer';
import { cacheFolder } from '../viewer/paths';
import { defaultOhifVersion, ohifVersions, viewerDist } from '../viewer/viewer-dist';
import { addOptions } from './options';
import { printLine } from './terminal';

/** Options of `explain viewer`. */
const viewerOptions = z.object({
  data: option(text().optional(), {
    value: '<folder>',
    help: 'folder of DICOM files (default: the sample study)',
  }),
  store: option(text().optional(), {
    value: '<folder>',
    help: 'folder that saved results go to (default: the data folder; beside the sample study, "stored" in the cache folder)',
  }),
  models: option(text().optional(), {
    value: '<folder>',
    help: 'folder of model packages (default: those of this package)',
  }),
  port: option(wholeNumber(0, 65535).default(3000), {
    value: '<number>',
    help: 'port to listen on; 0 takes a free one',
  }),
  host: option(text().default('127.0.0.1'), { value: '<address>', help: 'address to listen on' }),
  allowNetwork: option(flag(), {
    help: 'allow an address that other machines can reach; a token is then asked for',
  }),
  requireToken: option(flag(), {
    help: 'ask for a token on this machine too (others may use it as well)',
  }),
  certificate: option(text().optional(), {
    value: '<file>',
    help: 'certificate chain (PEM), for an encrypted connection; needs --key',
  }),
  key: option(text().optional(), { value: '<file>', help: 'private key of the certificate (PEM)' }),
  allowHost: option(z.array(text()).optional(), {
    value: '<name...>',
    help: 'further host names to answer to, e.g. that of a reverse proxy',
  }),
  ohif: option(
    text()
      .refine(release => ohifVersions.includes(release), `Releases are ${ohifVersions.join(', ')}.`)
      .default(defaultOhifVersion),
    { value: '<version>', help: `OHIF release: ${ohifVersions.join(', ')}` },
  ),
  study: option(text().optional(), {
    value: '<folder>',
    help: 'run the reader study of this folder (its study.json; answers are added there): the viewer is there for it alone',
  }),
  answers: option(flag(), {
    help: 'ask readers what they say of an explanation; kept in the browser, or stored beside the images (SR)',
  }),
  studyAnswers: option(flag(), {
    help: "let the coordinator's page show what was answered, which unblinds whoever looks",
  }),
  studyArchive: option(text().optional(), {
    value: '<address>',
    help: 'keep answers in this DICOMweb archive too, as structured reports; /dicom-web is this server itself',
  }),
  open: option(flag(), { help: 'open the viewer in the browser' }),
  verbose: option(flag(), { help: 'name damaged files; their names may tell of patients' }),
  fetchOnly: option(flag(), { help: 'fetch the pre-built OHIF viewer and stop' }),
});

/** Adds `explain viewer`, which `npm start` runs. */
export function registerViewer(program: Command): void {
  const command = program
    .command('viewer')
    .description('Serve the OHIF viewer with this extension over a folder of DICOM files')
    .addHelpText(
      'after',
      '\nThe token is made at each start; the variable EXPLAIN_TOKEN sets one that stays, EXPLAIN_STUDY_KEY that of the coordinator.',
    );
  addOptions(command, viewerOptions).action((options: z.infer<typeof viewerOptions>) => run(options));
}

async function run(options: z.infer<typeof viewerOptions>): Promise<void> {
  if (options.fetchOnly) {
    await viewerDist(options.ohif, cacheFolder(), printLine);
    return;
  }
  const token = process.env.EXPLAIN_TOKEN || undefined;
  const studyKey = process.env.EXPLAIN_STUDY_KEY || undefined;
  const viewer = await runViewer({ ...options, token, studyKey }, printLine);
  const end = () => void viewer.close().then(() => process.exit(0));
  process.once('SIGINT', end).once('SIGTERM', end);
  printLine('');
  printLine(`OHIF with Explain: ${viewer.address}`);
  if (viewer.study) {
    printLine(
      'Readers begin at addresses of their own, each for that reader alone (keys.json of the study folder):',
    );
    for (const { reader, address } of viewer.study.readers) printLine(`  ${reader}: ${address}`);
    printLine(`Coordinator, not for readers: ${viewer.study.coordinator}`);
  }
  printLine('Research use only. Ctrl-C ends it.');
}
