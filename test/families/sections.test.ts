import { expect, it } from 'vitest';
import { sections } from '../../src/panels/sections';
import { memberFiles } from '../support/family';

it('sections of the panel are one a file of that name, all of them listed', () => {
  expect(sections.map(({ id }) => id).sort()).toEqual(memberFiles('panels/sections'));
});

it('the run section comes first; what shows a result follows it', () => {
  expect(sections[0]).toMatchObject({ id: 'run', needsResult: false });
  expect(sections.filter(({ needsResult }) => needsResult).length).toBeGreaterThan(0);
});
