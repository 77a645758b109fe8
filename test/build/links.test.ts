import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');
const pages = ['.', 'docs'].flatMap(folder =>
  readdirSync(path.join(root, folder))
    .filter(name => name.endsWith('.md'))
    .map(name => path.join(folder, name)),
);

it.each(pages)('%s: links lead to files and headings that are there', page => {
  const text = readFileSync(path.join(root, page), 'utf8').replaceAll(/```[^]*?```/g, '');
  const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link]) => link)
    .filter(link => !/^https?:/.test(link));
  const broken = links.filter(link => {
    const [file, anchor] = link.split('#');
    const target = path.join(root, file ? path.join(path.dirname(page), file) : page);
    if (!existsSync(target)) return true;
    return anchor !== undefined && !anchorsOf(readFileSync(target, 'utf8')).includes(anchor);
  });
  expect(broken).toEqual([]);
});

it('the index names every guide', () => {
  const index = readFileSync(path.join(root, 'docs/README.md'), 'utf8');
  const guides = readdirSync(path.join(root, 'docs')).filter(
    name => name.endsWith('.md') && name !== 'README.md',
  );
  expect(guides.filter(name => !index.includes(`(${name})`))).toEqual([]);
});

/** Anchors of headings, as forges make them. */
function anchorsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(' ', '-'),
  );
}
