import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { unpackTar } from 'modern-tar/fs';
import { makeFolder } from '../io/make-folder';
import pinned from './ohif-versions.json';

/** The OHIF release that `explain viewer` serves unless told otherwise. */
export const defaultOhifVersion = '3.13.2';

const checksums: Record<string, string> = pinned;

/** OHIF releases whose checksum is known, and which can therefore be served. */
export const ohifVersions: string[] = Object.keys(checksums);

/**
 * The folder of the pre-built OHIF viewer, downloaded through npm when it is not there yet.
 * The package is fetched rather than depended on: one of its own dependencies cannot be installed, none is needed.
 *
 * @param cache folder that downloads are kept in
 * @param report told what takes time
 * @throws Error when the version is unknown, npm cannot fetch it, or the download is not the file that is expected
 */
export async function viewerDist(
  version: string,
  cache: string,
  report: (message: string) => void = () => {},
): Promise<string> {
  const checksum = Object.hasOwn(checksums, version) ? checksums[version] : undefined;
  if (!checksum) {
    throw new Error(
      `OHIF ${version} is not among the versions with a known checksum: ${ohifVersions.join(', ')}.`,
    );
  }
  const target = path.join(cache, 'ohif', version);
  await removeAbandoned(path.dirname(target));
  if (existsSync(path.join(target, 'index.html'))) return target;
  await makeFolder(path.dirname(target));
  const work = await mkdtemp(`${target}-`);
  try {
    report(`Fetching the pre-built OHIF viewer ${version} (about 50 MB, once) …`);
    const archive = await download(version, work);
    await verify(archive, checksum);
    report('Unpacking it …');
    await unpack(archive, work);
    const dist = path.join(work, 'package', 'dist');
    if (!existsSync(path.join(dist, 'index.html')))
      throw new Error('The downloaded viewer has no index.html.');
    // A second process may have been faster; its folder is as good.
    await rename(dist, target).catch(error => {
      if (!existsSync(path.join(target, 'index.html'))) throw error;
    });
    return target;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** A download that has not moved for so long belongs to a process that was killed, milliseconds. */
const abandonedAfter = 3_600_000;

/** Removes what killed processes left of their downloads. What cannot be removed stays: the viewer works with it there. */
async function removeAbandoned(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    if (
      !ohifVersions.some(version =>
        /^-\w{6}$/.test(name.startsWith(version) ? name.slice(version.length) : ''),
      )
    )
      continue;
    const work = path.join(folder, name);
    if (Date.now() - (await lastChange(work)) > abandonedAfter)
      await rm(work, { recursive: true, force: true }).catch(() => undefined);
  }
}

/** When something in a download last changed, ms; npm writes in the folder itself, unpacking below. */
async function lastChange(work: string): Promise<number> {
  const places = [work, path.join(work, 'package'), path.join(work, 'package', 'dist')];
  const times = places.map(place =>
    stat(place).then(
      found => found.mtimeMs,
      () => -Infinity,
    ),
  );
  return Math.max(...(await Promise.all(times)));
}

/** Runs `npm pack`, which uses the registry, proxy and credentials that the user has set up for npm. */
async function download(version: string, folder: string): Promise<string> {
  const windows = process.platform === 'win32';
  const child = spawn(
    windows ? 'npm.cmd' : 'npm',
    ['pack', `@ohif/app@${version}`, '--pack-destination', folder, '--loglevel', 'error'],
    { cwd: folder, shell: windows, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let complaint = '';
  child.stderr?.on('data', chunk => (complaint += chunk));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject).on('close', resolve);
  }).catch((error: Error) => {
    throw new Error(`npm could not be started (${error.message}); it is needed to fetch the viewer.`);
  });
  const archive = (await readdir(folder)).find(name => name.endsWith('.tgz'));
  if (code !== 0 || !archive) {
    throw new Error(
      `npm could not fetch @ohif/app@${version}. Check the network and npm's registry setting, then run the same ` +
        `command again; once fetched, the viewer starts without a network.\n${complaint.trim()}`,
    );
  }
  return path.join(folder, archive);
}

/** Compares a file with its checksum in the form that npm's lock file uses (`sha512-…`). */
async function verify(archive: string, checksum: string): Promise<void> {
  const hash = createHash('sha512');
  await pipeline(createReadStream(archive), hash);
  const actual = `sha512-${hash.digest('base64')}`;
  if (actual !== checksum) {
    throw new Error(
      `The downloaded viewer is not the one expected, so it is not used.\nexpected ${checksum}\ngot      ${actual}`,
    );
  }
}

/** Unpacks the package's `dist` folder, without source maps. */
async function unpack(archive: string, folder: string): Promise<void> {
  const files = unpackTar(folder, { filter: header => !header.name.endsWith('.map') });
  await pipeline(createReadStream(archive), createGunzip(), files);
}
