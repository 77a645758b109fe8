// Programs of Debian that the tests use. Run alone, installs what is missing where that can be done unasked.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** Packages of Debian, and a file by which each is found. */
export const testPackages = {
  dcmtk: '/usr/bin/dsrdump',
  dicom3tools: '/usr/bin/dciodvfy',
  'python3-pydicom': '/usr/lib/python3/dist-packages/pydicom/__init__.py',
  'python3-numpy': '/usr/lib/python3/dist-packages/numpy/__init__.py',
  orthanc: '/usr/sbin/Orthanc',
  'orthanc-dicomweb': '/usr/share/orthanc/plugins/libOrthancDicomWeb.so',
  'orthanc-python': '/usr/share/orthanc/plugins/libOrthancPython.so',
  'nginx-light': '/usr/sbin/nginx',
  openssl: '/usr/bin/openssl',
  'redis-server': '/usr/bin/redis-server',
};

/** Whether packages can be installed unasked: on Debian and its kin, as root. */
export function canInstall() {
  return existsSync('/usr/bin/apt-get') && process.getuid?.() === 0;
}

/** Installs packages. Their services are not started: tests start their own, on ports of their own. */
export function install(packages) {
  apt(['update', '-qq']);
  apt(['install', '-y', '-qq', '--no-install-recommends', ...packages]);
}

/**
 * Finds what the tests need beside Node, or installs it.
 *
 * @returns packages that are still missing; the tests that need them say so and are skipped
 */
export function ensureTestPackages() {
  const missing = () => Object.keys(testPackages).filter(name => !existsSync(testPackages[name]));
  const wanted = missing();
  if (wanted.length === 0 || !canInstall()) return wanted;
  console.log(`Installing ${wanted.join(', ')} (apt-get install) …`);
  try {
    install(wanted);
  } catch (error) {
    console.error(error.message);
  }
  return missing();
}

/** The line for what is missing. */
export function describeMissing(packages) {
  return (
    `Not installed: ${packages.join(', ')}. The tests that need them are skipped; ` +
    `on Debian, "sudo apt-get install ${packages.join(' ')}" brings them.`
  );
}

function apt(args) {
  // Run level 1 keeps the packages' own services from being started.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  const { status } = spawnSync('apt-get', args, { stdio: ['ignore', 'ignore', 'inherit'], env });
  if (status !== 0) throw new Error(`"apt-get ${args.join(' ')}" failed; the reason is above.`);
}

if (process.argv[1] && path.resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const missing = ensureTestPackages();
  if (missing.length > 0) {
    console.error(describeMissing(missing));
    process.exit(1);
  }
}
