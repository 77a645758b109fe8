import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const source = path.resolve(__dirname, '../../src');

/** Names of the files that hold the members of a family: all of a folder of src but its index. */
export function memberFiles(folder: string): string[] {
  return readdirSync(path.join(source, folder), { withFileTypes: true })
    .filter(entry => entry.isFile() && /\.tsx?$/.test(entry.name) && entry.name !== 'index.ts')
    .map(({ name }) => name.replace(/\.tsx?$/, ''))
    .sort();
}

/**
 * Files outside a family that name one of its members by a string, as `file 'id'`: each would have to be touched for a new
 * member, or asks for one that may be gone.
 *
 * @param words of the members that mean something else as well are left out by the caller
 */
export function namedElsewhere(folder: string, words: readonly string[]): string[] {
  return sourcesOutside(folder)
    .flatMap(({ file, text }) =>
      words.filter(word => text.includes(`'${word}'`)).map(word => `${file} '${word}'`),
    )
    .sort();
}

/**
 * Files outside a family that name one of these as a property or variable, as `file word`.
 *
 * @param folder of src
 * @param words identifiers that mean one thing alone
 */
export function spelledElsewhere(folder: string, words: readonly string[]): string[] {
  return sourcesOutside(folder).flatMap(({ file, text }) =>
    words.filter(word => new RegExp(`\\b${word}\\b`).test(text)).map(word => `${file} ${word}`),
  );
}

/** Source files outside a folder of src, in order of their names. */
function sourcesOutside(folder: string): { file: string; text: string }[] {
  const own = path.join(source, folder) + path.sep;
  return readdirSync(source, { withFileTypes: true, recursive: true })
    .filter(entry => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map(entry => path.join(entry.parentPath, entry.name))
    .filter(file => !file.startsWith(own))
    .map(file => ({
      file: path.relative(source, file).replaceAll(path.sep, '/'),
      text: readFileSync(file, 'utf8'),
    }))
    .sort((a, b) => (a.file < b.file ? -1 : 1));
}
