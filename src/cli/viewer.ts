import { InvalidArgumentError, type Command } from 'commander';
import { runViewer, type ViewerOptions } from '../viewer/run-viewer';
import { cacheFolder } from '../viewer/paths';
import { defaultOhifVersion, ohifVersions, viewerDist } from '../viewer/viewer-dist';
import { printLine } from './terminal';

/** Adds `explain viewer`, which `npm start` runs. */
export function registerViewer(program: Command): void {
  program
    .command('viewer')
    .description('Serve the OHIF viewer with this extension over a folder of DICOM files')
    .option('--data <folder>', 'folder of DICOM files (default: the sample study)')
    .option('--store <folder>', 'folder that saved results go to (default: the data folder)')
    .option('--models <folder>', 'folder of model packages (default: those of this package)')
    .option('--port <number>', 'port to listen on; 0 takes a free one', toPort, 3000)
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--allow-network', 'allow an address that other machines can reach; a token is then asked for')
    .option('--require-token', 'ask for a token on this machine too (others may use it as well)')
    .option('--certificate <file>', 'certificate chain (PEM), for an encrypted connection; needs --key')
    .option('--key <file>', 'private key of the certificate (PEM)')
    .option('--allow-host <name...>', 'further host names to answer to, e.g. that of a reverse proxy')
    .option('--ohif <version>', `OHIF release: ${ohifVersions.join(', ')}`, defaultOhifVersion)
    .option('--open', 'open the viewer in the browser')
    .option('--verbose', 'name damaged files; their names may tell of patients')
    .option('--fetch-only', 'fetch the pre-built OHIF viewer and stop')
    .addHelpText(
      'after',
      '\nThe token is made at each start; the variable EXPLAIN_TOKEN sets one that stays.',
    )
    .action((options: ViewerOptions & { fetchOnly?: boolean }) => run(options));
}

async function run(options: ViewerOptions & { fetchOnly?: boolean }): Promise<void> {
  if (options.fetchOnly) {
    await viewerDist(options.ohif ?? defaultOhifVersion, cacheFolder(), printLine);
    return;
  }
  const token = process.env.EXPLAIN_TOKEN || undefined;
  const viewer = await runViewer({ ...options, token }, printLine);
  const end = () => void viewer.close().then(() => process.exit(0));
  process.once('SIGINT', end).once('SIGTERM', end);
  printLine('');
  printLine(`OHIF with Explain: ${viewer.address}`);
  printLine('Research use only. Ctrl-C ends it.');
}

function toPort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65535)
    throw new InvalidArgumentError('A port is a number from 0 to 65535.');
  return port;
}
