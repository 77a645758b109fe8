// Starts the deployment of docs/deployment.md on loopback over a temporary folder: nginx, Orthanc, OHIF, this extension.
// `node scripts/deployment.mjs [--base /pacs/] [--token TOKEN] [--data FOLDER] [--port 8080]`; Ctrl-C ends it.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { placeOptions, placeViewer } from './place-viewer.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const programs = {
  nginx: '/usr/sbin/nginx',
  orthanc: '/usr/sbin/Orthanc',
  'orthanc-dicomweb': '/usr/share/orthanc/plugins/libOrthancDicomWeb.so',
};
const running = [];
let folder;

const { base, token, viewer, ohif } = placeOptions;
const { values } = parseArgs({
  options: {
    ...{ base, token, viewer, ohif },
    port: { type: 'string', default: '0' },
    data: { type: 'string', default: path.join(root, 'sample') },
  },
});

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void end(0));
try {
  await start();
} catch (error) {
  console.error(error.message);
  await end(1);
}

async function start() {
  const missing = Object.keys(programs).filter(name => !existsSync(programs[name]));
  if (missing.length > 0) {
    throw new Error(
      `Not installed: ${missing.join(', ')}. On Debian: sudo apt-get install ${missing.join(' ')}`,
    );
  }
  folder = mkdtempSync(path.join(tmpdir(), 'explain-deployment-'));
  const port = Number(values.port) || (await freePort());
  const archive = `http://127.0.0.1:${await freePort()}`;
  const out = path.join(folder, 'site');
  const placed = placeViewer({ ...values, out, listen: `127.0.0.1:${port}`, archive });
  startOrthanc(out, archive);
  startNginx(out);
  const login = Buffer.from(`${placed.archiveUser}:${placed.archivePassword}`).toString('base64');
  const headers = { Authorization: `Basic ${login}` };
  await answers(`${archive}/system`, headers);
  await answers(`http://127.0.0.1:${port}${values.base}`);
  const stored = await store(values.data, archive, headers);
  console.log(`Stored ${stored} files in Orthanc. The drop-in: ${placed.drop}`);
  console.log(
    `OHIF behind nginx: http://127.0.0.1:${port}${values.base}\nResearch use only. Ctrl-C ends it.`,
  );
}

function startOrthanc(out, archive) {
  const file = path.join(out, 'orthanc.json');
  const settings = JSON.parse(readFileSync(file, 'utf8'));
  writeFileSync(file, JSON.stringify({ ...settings, HttpPort: Number(new URL(archive).port) }));
  watch(spawn(programs.orthanc, [file], { stdio: 'ignore' }));
}

/** nginx in the foreground, with everything that it writes below the temporary folder. */
function startNginx(out) {
  const written = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const main = [
    // Where root starts it, its workers could not read the temporary folder as another user.
    ...(process.getuid() === 0 ? [`user ${userInfo().username};`] : []),
    'daemon off; worker_processes 1; error_log stderr error;',
    `pid ${folder}/nginx.pid;`,
    'events {}',
    'http {',
    '  access_log off;',
    ...written.map(name => `  ${name}_temp_path ${folder}/${name};`),
    `  include ${out}/nginx.conf;`,
    '}',
  ];
  const file = path.join(folder, 'main.conf');
  writeFileSync(file, main.join('\n'));
  watch(
    spawn(programs.nginx, ['-p', folder, '-c', file, '-e', 'stderr'], {
      stdio: ['ignore', 'ignore', 'inherit'],
    }),
  );
}

function watch(child) {
  running.push(child);
  child.once('error', error => console.error(error.message));
  child.once('exit', code => {
    if (running.includes(child)) {
      console.error(`${child.spawnfile} ended with ${code}.`);
      void end(1);
    }
  });
}

async function answers(url, headers = {}) {
  for (let attempt = 0; attempt < 300; attempt++) {
    const response = await fetch(url, { headers }).catch(() => undefined);
    if (response?.ok) return;
    await new Promise(resolve => setTimeout(resolve, 100));
  }
  throw new Error(`${url} did not answer within 30 s.`);
}

/** Stores a folder's DICOM files in Orthanc. */
async function store(data, archive, headers) {
  const files = readdirSync(data, { recursive: true }).filter(name => name.endsWith('.dcm'));
  for (const name of files) {
    const body = readFileSync(path.join(data, name));
    const { status } = await fetch(`${archive}/instances`, { method: 'POST', headers, body });
    if (status !== 200) throw new Error(`Orthanc did not take ${name}: HTTP ${status}.`);
  }
  return files.length;
}

async function end(code) {
  const children = running.splice(0);
  await Promise.all(
    children.map(child => {
      if (child.exitCode !== null || child.pid === undefined) return;
      return new Promise(resolve => child.once('exit', resolve) && child.kill('SIGTERM'));
    }),
  );
  if (folder) rmSync(folder, { recursive: true, force: true });
  process.exit(code);
}

function freePort() {
  return new Promise(resolve => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
