// Writes LICENSE.txt beside a bundle: this project's licence, and name, version and licence text of every package of which
// something was bundled. What was bundled is what the bundlers say, not a list kept by hand.
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const ownTexts = path.join(root, 'scripts', 'licences');

/** Packages whose published file already contains their dependencies, which a bundler therefore can't see. */
const prebuilt = ['dcmjs'];

/**
 * Writes the file.
 *
 * @param {string} file path of the LICENSE.txt to write
 * @param {Iterable<string>} modules paths of all bundled or copied files
 * @param {readonly string[]} builders packages that put code of their own into the output (a bundler's run time)
 * @throws Error for a package without a licence text
 */
export function writeLicences(file, modules, builders) {
  const folders = new Set(builders.map(name => path.join(root, 'node_modules', name)));
  for (const module of modules) {
    const folder = packageFolder(module);
    if (folder) folders.add(folder);
    // The kernels were compiled beforehand, with what AssemblyScript adds.
    if (module.endsWith('kernels-wasm.ts')) folders.add(path.join(root, 'node_modules', 'assemblyscript'));
  }
  for (const folder of [...folders]) if (prebuilt.includes(nameOf(folder))) addDependencies(folder, folders);
  const parts = [...folders]
    .map(describe)
    .sort((a, b) => (a.title < b.title ? -1 : 1))
    .filter((part, i, all) => part.title !== all[i - 1]?.title);
  const titles = parts.map(({ title, licence }) => `  ${title}: ${licence}`);
  writeFileSync(
    file,
    [
      `${readFileSync(path.join(root, 'LICENSE'), 'utf8').trim()}\n`,
      'Trained weights (folder models, where there is one) carry the terms named in the model card of each package.\n',
      'The files beside this one contain, in whole or in part:\n',
      `${titles.join('\n')}\n`,
      ...[...new Set(parts.map(({ text }) => text))].map(text => {
        const same = parts.filter(part => part.text === text);
        const heads = same.map(({ title, licence }) => `${title} (${licence})`);
        return `${'='.repeat(80)}\n${heads.join('\n')}\n\n${text}\n`;
      }),
    ].join('\n'),
  );
}

/** Folder of the package that a file belongs to; undefined for this project's own. */
function packageFolder(file) {
  const parts = file.split(/[\\/]/);
  const at = parts.lastIndexOf('node_modules');
  if (at < 0) return undefined;
  return parts.slice(0, at + (parts[at + 1].startsWith('@') ? 3 : 2)).join('/');
}

function manifestOf(folder) {
  return JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
}

function nameOf(folder) {
  return manifestOf(folder).name;
}

/** All that a package needs to run, found as Node finds it. */
function addDependencies(folder, folders) {
  for (const name of Object.keys(manifestOf(folder).dependencies ?? {})) {
    const found = installed(name, folder);
    if (!found) throw new Error(`${name}, which ${folder} contains, is not installed.`);
    if (folders.has(found)) continue;
    folders.add(found);
    addDependencies(found, folders);
  }
}

function installed(name, from) {
  for (let folder = from; ; folder = path.dirname(folder)) {
    const found = path.join(folder, 'node_modules', name);
    if (existsSync(path.join(found, 'package.json'))) return found;
    if (folder === path.dirname(folder)) return undefined;
  }
}

function describe(folder) {
  const { name, version, license } = manifestOf(folder);
  const texts = [...publishedTexts(folder), ...keptTexts(name, license)];
  if (texts.length === 0) {
    throw new Error(
      `${name} (${license}) brings no licence text. Put it into scripts/licences/${fileName(name)}.txt, from its repository.`,
    );
  }
  return { title: `${name} ${version}`, licence: license, text: texts.join('\n\n') };
}

function publishedTexts(folder) {
  return readdirSync(folder)
    .filter(name => /^(licen[cs]e|copying|notice)([-.]\w+)*$/i.test(name))
    .sort()
    .map(name => readFileSync(path.join(folder, name), 'utf8').trim());
}

/** Texts of packages that are published without one, and of what others have compiled in. */
function keptTexts(name, license) {
  const own = [`${fileName(name)}.txt`, `${fileName(name)}.extra.txt`];
  const general = name.startsWith('@tensorflow/') && license === 'Apache-2.0' ? ['Apache-2.0.txt'] : [];
  return [...general, ...own]
    .map(file => path.join(ownTexts, file))
    .filter(existsSync)
    .map(file => readFileSync(file, 'utf8').trim());
}

function fileName(name) {
  return name.replace('@', '').replace('/', '__');
}
