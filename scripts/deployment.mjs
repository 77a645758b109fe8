// Starts the deployment of docs/deployment.md on loopback over a temporary folder: nginx, Orthanc, OHIF, this extension.
// `node scripts/deployment.mjs [--base /pacs/] [--token TOKEN] [--tls] [--data FOLDER] [--port 8080]`; Ctrl-C ends it.
import { spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import https from 'node:https';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Option } from 'commander';
import { placeViewer, sharedOptions } from './place-viewer.mjs';
import { portOption, readOptions, textOption } from './script-options.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const programs = {
  nginx: '/usr/sbin/nginx',
  orthanc: '/usr/sbin/Orthanc',
  'orthanc-dicomweb': '/usr/share/orthanc/plugins/libOrthancDicomWeb.so',
};
const running = [];
let folder;

const values = readOptions(
  'deployment.mjs',
  'Starts nginx, Orthanc, OHIF and this extension on loopback over a temporary folder: docs/deployment.md. Ctrl-C ends it. For research use only.',
  [
    ...sharedOptions,
    new Option('--tls', 'speak https, with a certificate signed by itself').default(false),
    portOption('--port <number>', 'where nginx listens').default(0, 'a free one'),
    textOption('--data <folder>', 'DICOM files to store').default(
      path.join(root, 'sample'),
      'the sample study',
    ),
  ],
);

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
  const files = dicomFiles(values.data);
  folder = mkdtempSync(path.join(tmpdir(), 'explain-deployment-'));
  const port = values.port || (await freePort());
  const archive = `http://127.0.0.1:${await freePort()}`;
  const out = path.join(folder, 'site');
  const encryption = values.tls ? selfSigned() : {};
  const placed = placeViewer({ ...values, ...encryption, out, listen: `127.0.0.1:${port}`, archive });
  const address = `${values.tls ? 'https' : 'http'}://127.0.0.1:${port}${values.base}`;
  startOrthanc(out);
  startNginx(out);
  const login = Buffer.from(`${placed.archiveUser}:${placed.archivePassword}`).toString('base64');
  const headers = { Authorization: `Basic ${login}` };
  await answers(async () => (await fetch(`${archive}/system`, { headers })).ok, 'Orthanc');
  await answers(() => isServed(address, encryption.certificate), 'nginx');
  const stored = await store(files, archive, headers);
  console.log(`Stored ${stored} of ${files.length} files in Orthanc. The drop-in: ${placed.drop}`);
  if (values.tls) console.log('The certificate is signed by itself: browsers ask whether to trust it.');
  console.log(`OHIF behind nginx: ${address}`);
  if (values.token) {
    const study = await firstStudy(archive, headers);
    const query = new URLSearchParams({ StudyInstanceUIDs: study, token: values.token });
    console.log(`Open a study, logged in: ${address}viewer?${query}`);
    console.log(
      'OHIF takes a token from the address of a study alone: its list of studies asks without one.',
    );
  }
  console.log('Research use only. Ctrl-C ends it.');
}

/** A certificate for this machine alone, for a trial. */
function selfSigned() {
  const place = path.join(folder, 'tls');
  mkdirSync(place);
  const [certificate, key] = ['certificate.pem', 'key.pem'].map(name => path.join(place, name));
  const names = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost'];
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '7'];
  const { status, error, stderr } = spawnSync(
    'openssl',
    ['req', ...kind, ...names, '-out', certificate, '-keyout', key],
    { encoding: 'utf8' },
  );
  if (status !== 0)
    throw new Error(`openssl made no certificate, which --tls needs: ${error?.message ?? stderr}`);
  return { certificate, key };
}

function startOrthanc(out) {
  watch(spawn(programs.orthanc, [path.join(out, 'orthanc.json')], { stdio: 'ignore' }));
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

async function answers(ask, name) {
  for (let attempt = 0; attempt < 300; attempt++) {
    if (await ask().catch(() => false)) return;
    await new Promise(resolve => setTimeout(resolve, 100));
  }
  throw new Error(`${name} did not answer within 30 s.`);
}

/** Whether the address answers, over TLS by exactly this certificate. */
async function isServed(address, certificate) {
  if (!certificate) return (await fetch(address)).ok;
  return new Promise((resolve, reject) => {
    https
      .get(address, { ca: readFileSync(certificate) }, response => {
        response.resume();
        resolve(response.statusCode === 200);
      })
      .once('error', reject);
  });
}

/** The DICOM files below a folder. */
function dicomFiles(data) {
  if (!statSync(data, { throwIfNoEntry: false })?.isDirectory())
    throw new Error(`--data names the folder with the DICOM files to store; ${data} is none.`);
  const names = readdirSync(data, { recursive: true }).filter(name => name.endsWith('.dcm'));
  if (names.length === 0) throw new Error(`${data} holds no DICOM file (*.dcm) to store.`);
  return names.map(name => path.join(data, name));
}

/** Stores DICOM files in Orthanc; one that it does not take is told and left out. */
async function store(files, archive, headers) {
  let stored = 0;
  for (const file of files) {
    const { status } = await fetch(`${archive}/instances`, {
      method: 'POST',
      headers,
      body: readFileSync(file),
    });
    if (status === 200) stored++;
    else console.error(`Orthanc did not take ${file}: HTTP ${status}.`);
  }
  return stored;
}

/** Study Instance UID of a study that the archive holds. */
async function firstStudy(archive, headers) {
  const studies = await (await fetch(`${archive}/studies?expand`, { headers })).json();
  const uids = studies.map(study => study.MainDicomTags.StudyInstanceUID).sort();
  if (uids.length === 0) throw new Error('The archive holds no study: none of the files was taken.');
  return uids[0];
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
