// Lays out OHIF with this extension for a web server of your own, as docs/deployment.md describes:
// `node scripts/place-viewer.mjs --out FOLDER [--base /pacs/] … [--upgrade]` after `npm run build`.
import { spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Option } from 'commander';
import { readOptions, textOption } from './script-options.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

/** Those that a trial on this machine (scripts/deployment.mjs) has too. */
export const sharedOptions = [
  textOption('--base <path>', 'path of the viewer, with a slash at both ends').default('/'),
  textOption(
    '--token <token>',
    'what requests must carry as a bearer token; without it there is no log-in',
    'Make one, e.g. with "openssl rand -hex 24", or leave --token out for no log-in.',
  ),
  textOption('--viewer <folder>', 'your own build of OHIF, built for "/" (default: the pre-built one)'),
  textOption('--ohif <version>', 'release of the pre-built OHIF').default('3.13.2'),
];

const placeOptions = [
  textOption('--out <folder>', 'folder to write (required)'),
  ...sharedOptions,
  textOption('--listen <address>', 'where nginx listens: a port, or address:port').default('80'),
  textOption('--archive <address>', 'host and port of the archive').default('http://127.0.0.1:8042'),
  textOption('--certificate <file>', 'certificate chain (PEM), for https; with --key'),
  textOption('--key <file>', 'private key of the certificate (PEM)'),
  new Option(
    '--upgrade',
    'put this release in place of the one in the folder; archive and its settings stay',
  ),
];

/**
 * Writes `www/` (the viewer below its base path, the drop-in in a folder named by its hash), `nginx.conf` and
 * `orthanc.json`.
 *
 * With `upgrade`, `www/` and `nginx.conf` are made anew in a folder that is there; `orthanc.json` and `archive/` stay.
 *
 * @returns what the archive's owner needs: the path of the drop-in, and the archive's user and password
 */
export function placeViewer(options) {
  const { out, base, listen, archive, token, certificate, key, viewer, ohif, upgrade } = options;
  check(options);
  const folder = path.resolve(out);
  const kept = upgrade ? passwordOf(folder) : undefined;
  // Written beside what is served, and put in its place when all is there.
  const www = path.join(folder, upgrade ? 'www-new' : 'www');
  rmSync(www, { recursive: true, force: true });
  const target = path.join(www, base);
  mkdirSync(target, { recursive: true });
  cpSync(viewer ?? preBuilt(ohif), target, { recursive: true, filter: file => !file.endsWith('.map') });
  if (base !== '/') moveBelow(target, base);
  // OHIF's service worker would fetch a library from another host.
  writeFileSync(path.join(target, 'init-service-worker.js'), '');
  const drop = `${base}${placeDropIn(target)}/`;
  const archivePassword = kept ?? randomBytes(18).toString('base64url');
  const values = {
    folder,
    base,
    listen: certificate ? `${listen} ssl` : listen,
    tls: certificate ? tlsSettings(certificate, key) : '',
    isTls: Boolean(certificate),
    archive,
    // Orthanc listens where nginx asks: at that port, and to other machines only where it is on one.
    isPort: portOf(archive),
    isRemote: !isLoopback(new URL(archive).hostname),
    drop,
    archivePassword,
    archiveLogin: Buffer.from(`viewer:${archivePassword}`).toString('base64'),
    // Without a token everybody who reaches the server may read and store.
    openToAll: token === undefined ? '1' : '0',
    tokenPattern: (token ?? randomBytes(18).toString('base64url')).replace(/[.+]/g, '\\$&'),
    ...policies(readFileSync(path.join(target, 'index.html'), 'utf8')),
  };
  fill('app-config.js', path.join(target, 'app-config.js'), values);
  // An archive that runs keeps its settings, which may have been changed by hand.
  for (const name of upgrade ? ['nginx.conf'] : ['nginx.conf', 'orthanc.json']) {
    fill(name, path.join(folder, name), values);
    // Both hold passwords.
    chmodSync(path.join(folder, name), 0o600);
  }
  if (upgrade) {
    rmSync(path.join(folder, 'www'), { recursive: true, force: true });
    renameSync(www, path.join(folder, 'www'));
  }
  mkdirSync(path.join(folder, 'archive'), { recursive: true });
  return { drop, archiveUser: 'viewer', archivePassword };
}

/** The archive's password in a folder that was written before. */
function passwordOf(folder) {
  const file = path.join(folder, 'orthanc.json');
  if (!existsSync(file))
    throw new Error(`${file} is not there: --upgrade is for a folder that this script has written.`);
  const password = JSON.parse(readFileSync(file, 'utf8')).RegisteredUsers?.viewer;
  if (!password) throw new Error(`${file} names no password of the user "viewer".`);
  return password;
}

function portOf(address) {
  const { port, protocol } = new URL(address);
  return Number(port) || (protocol === 'https:' ? 443 : 80);
}

function isLoopback(host) {
  return host === 'localhost' || host === '[::1]' || /^127(\.\d+){3}$/.test(host);
}

/** What nginx needs besides `ssl` in `listen`; plain http to the same port is sent to https. */
function tlsSettings(certificate, key) {
  return [
    '',
    `ssl_certificate ${path.resolve(certificate)};`,
    `ssl_certificate_key ${path.resolve(key)};`,
    'ssl_protocols TLSv1.2 TLSv1.3;',
    'ssl_session_cache shared:explain:1m;',
    'error_page 497 =307 https://$http_host$request_uri;',
  ].join('\n  ');
}

function check({ out, base, archive, token, certificate, key, upgrade }) {
  if (!out) throw new Error('--out names the folder to write; it is missing.');
  // It is not repeated: a password may stand in it.
  if (!URL.canParse(archive) || !/^https?:$/.test(new URL(archive).protocol))
    throw new Error('--archive is no address; it begins with http:// or https://.');
  // nginx would put a path of its own in place of the request's.
  if (new URL(archive).href !== `${new URL(archive).origin}/` || archive.endsWith('/'))
    throw new Error('--archive names host and port alone, e.g. http://127.0.0.1:8042; this one has more.');
  if (!upgrade && existsSync(out) && readdirSync(out).length > 0)
    throw new Error(`${out} is not empty. To put this release in place of the one there, add --upgrade.`);
  if (/["\\;{}$\s]/.test(path.resolve(out)))
    throw new Error(`${out} has characters that nginx would misread.`);
  if (!/^\/([\w.-]+\/)*$/.test(base))
    throw new Error(`--base begins and ends with a slash; ${base} does not fit.`);
  if ((certificate === undefined) !== (key === undefined))
    throw new Error('--certificate and --key go together: for https nginx needs both.');
  for (const file of [certificate, key].filter(Boolean)) {
    if (!existsSync(file)) throw new Error(`${file} does not exist.`);
    if (/["\\;{}$\s]/.test(path.resolve(file)))
      throw new Error(`${file} has characters that nginx would misread.`);
  }
  if (token !== undefined && !/^[\w.~+/-]+=*$/.test(token))
    throw new Error('A bearer token has letters, digits and -._~+/ alone.');
}

/** The pre-built viewer, fetched through npm where it is not there yet. */
function preBuilt(version) {
  const { status } = spawnSync(
    process.execPath,
    [path.join(root, 'bin/explain.js'), 'viewer', '--fetch-only', '--ohif', version],
    { stdio: 'inherit' },
  );
  if (status !== 0) throw new Error(`OHIF ${version} is not there; the reason is above.`);
  return path.join(process.env.EXPLAIN_CACHE ?? path.join(root, '.cache'), 'ohif', version);
}

/** Puts the base path where the pre-built viewer, which was built for `/`, has written a slash. */
function moveBelow(folder, base) {
  const rules = {
    '.html': [
      [/\b(src|href)="\//g, `$1="${base}`],
      [/(PUBLIC_URL ?= ?["'])\/(["'])/g, `$1${base}$2`],
    ],
    // The address that webpack's run-time prefixes to its chunks, in the viewer and in each of its workers.
    '.js': [[/(\b\w+\.p ?= ?["'])\/(["'])/g, `$1${base}$2`]],
    '.css': [[/url\(\//g, `url(${base}`]],
    '.json': [[/("src": ?")\//g, `$1${base}`]],
  };
  const changed = new Set();
  for (const name of readdirSync(folder)) {
    const file = path.join(folder, name);
    const ending = path.extname(name);
    if (!rules[ending]) continue;
    const before = readFileSync(file, 'utf8');
    const after = rules[ending].reduce((text, [pattern, by]) => text.replace(pattern, by), before);
    if (after === before) continue;
    writeFileSync(file, after);
    changed.add(ending);
  }
  for (const ending of ['.html', '.js']) {
    if (!changed.has(ending))
      throw new Error(`No ${ending} file of the viewer names its base path as expected.`);
  }
}

/**
 * Copies the drop-in with the list of its SHA-256 sums into a folder whose name is that list's own hash: a changed
 * file makes another address, so browsers can keep what they have.
 */
function placeDropIn(target) {
  const source = path.join(root, 'dist', 'extension');
  if (!existsSync(path.join(source, 'index.js')))
    throw new Error('There is no dist/extension: run "npm run build".');
  const sums = readdirSync(source, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => path.relative(source, path.join(entry.parentPath, entry.name)).replaceAll(path.sep, '/'))
    .sort()
    .map(name => `${sha256(readFileSync(path.join(source, name))).toString('hex')}  ${name}\n`)
    .join('');
  const name = `explain-${sha256(sums).toString('hex').slice(0, 16)}`;
  cpSync(source, path.join(target, name), { recursive: true });
  writeFileSync(path.join(target, name, 'SHA256SUMS'), sums);
  return name;
}

/** The policies of docs/install.md, with the hashes of the page's inline scripts. */
function policies(page) {
  const stated = readFileSync(path.join(root, 'docs/install.md'), 'utf8');
  const found = [...stated.matchAll(/```\n(.*script-src.*)\n```/g)].map(match => match[1]);
  if (found.length !== 2) throw new Error('docs/install.md does not state two policies.');
  const hashes = [...page.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(
    ([, text]) => `'sha256-${sha256(text).toString('base64')}'`,
  );
  return {
    viewerPolicy: found[0].replace('<hashes>', hashes.join(' ')),
    extensionPolicy: found[1],
  };
}

/** Writes a template of docs/deployment with its values; what begins with "is" is true, false or a number, and loses the template's quotes. */
function fill(template, file, values) {
  const text = readFileSync(path.join(root, 'docs/deployment', template), 'utf8');
  const filled = text.replace(/"\{\{(is\w+)\}\}"/g, '{{$1}}').replace(/\{\{(\w+)\}\}/g, (_, name) => {
    if (values[name] === undefined)
      throw new Error(`docs/deployment/${template} asks for an unknown ${name}.`);
    return values[name];
  });
  writeFileSync(file, filled);
}

function sha256(data) {
  return createHash('sha256').update(data).digest();
}

if (process.argv[1] && path.resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  try {
    const values = readOptions(
      'place-viewer.mjs',
      'Lays out OHIF with this extension for a web server of your own: docs/deployment.md. For research use only.',
      placeOptions,
    );
    const { drop } = placeViewer(values);
    console.log(
      `Written to ${path.resolve(values.out)}: www, nginx.conf${values.upgrade ? '; orthanc.json and archive are as they were' : ', orthanc.json'}. The drop-in: ${drop}`,
    );
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
