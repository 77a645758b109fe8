import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { resultFileSchema, type ResultFile } from '../../../src/explain/result-schema';
import { readNpy, type FloatArray } from './npy';
import { explainCommand, modelsFolder, root } from './paths';

/** A server of the viewer, started as its user starts it. */
export interface ViewerProcess {
  /** Address of the viewer, ending in `/`. */
  address: string;
  /** What it has printed so far. */
  output(): string;
  /** Sends Ctrl-C and gives the exit code. */
  interrupt(): Promise<number | null>;
}

/** Starts `explain viewer` on a free port. */
export async function startViewer(args: string[] = []): Promise<ViewerProcess> {
  return start([explainCommand, 'viewer', '--port', '0', '--models', modelsFolder, ...args]);
}

/** Starts the deployment of docs/deployment.md on free ports: nginx, Orthanc, OHIF. */
export async function startDeployment(args: string[]): Promise<ViewerProcess> {
  return start([path.join(root, 'scripts/deployment.mjs'), ...args]);
}

async function start(args: string[]): Promise<ViewerProcess> {
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', chunk => (output += chunk));
  child.stderr.on('data', chunk => (output += chunk));
  const address = await waitForAddress(child, () => output);
  return { address, output: () => output, interrupt: () => interrupt(child) };
}

async function waitForAddress(child: ChildProcess, output: () => string): Promise<string> {
  return new Promise((resolve, reject) => {
    const look = () => {
      const address = /^OHIF .*: (https?:\S+)$/m.exec(output())?.[1];
      if (address) resolve(address);
    };
    child.stdout?.on('data', look);
    child.on('exit', code => reject(new Error(`The server ended with ${code}:\n${output()}`)));
    child.on('error', reject);
  });
}

function interrupt(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null) return Promise.resolve(child.exitCode);
  return new Promise(resolve => {
    child.once('exit', resolve);
    child.kill('SIGINT');
  });
}

/** What `explain run` says of one file. */
export interface CommandResult {
  score: number;
  scoreSimilar?: number;
  scoreAdversarial?: number;
  decision: number;
  hold?: boolean;
  flip?: boolean;
  /** With `--graded`. */
  graded?: ResultFile['graded'];
  /** At the model's size. */
  map: FloatArray;
  /** At the image's size. */
  nativeMap: FloatArray;
}

/** Explains a file by the Node command. */
export async function runCommand(file: string, modelId: string, args: string[] = []): Promise<CommandResult> {
  const out = mkdtempSync(path.join(tmpdir(), 'explain-run-'));
  try {
    const model = path.join(modelsFolder, modelId);
    await promisify(execFile)(
      process.execPath,
      [explainCommand, 'run', file, '--model', model, '--out', out, ...args],
      { cwd: root },
    );
    const names = readdirSync(out);
    const read = (ending: string) => {
      const name = names.find(candidate => candidate.endsWith(ending));
      if (!name) throw new Error(`explain run wrote no *${ending}, only ${names.join(', ')}.`);
      return readFileSync(path.join(out, name));
    };
    const { decision, decisionSimilar, decisionAdversarial, hold, flip, graded } = resultFileSchema.parse(
      JSON.parse(read('.json').toString()),
    );
    return {
      score: decision.score,
      scoreSimilar: decisionSimilar?.score,
      scoreAdversarial: decisionAdversarial?.score,
      decision: decision.decided,
      hold,
      flip,
      graded,
      map: readNpy(read('.map-model.npy')),
      nativeMap: readNpy(read('.map.npy')),
    };
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}
