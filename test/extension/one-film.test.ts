import { expect, test } from 'vitest';
import { OneFilm, type PlacedFilm } from '../../src/extension/study/one-film';
import { forgetMetadata } from '../../src/extension/study/forget-metadata';
import { cornerstoneEvents } from '../../src/extension/host/ohif-types';

type Placed = { viewportId: string; displaySetInstanceUIDs: string[] };

/** The viewer's grid, as far as display sets go: the singular method calls the plural, as OHIF's does. */
function viewer() {
  const viewports = new Map<string, { displaySetInstanceUIDs: string[] }>([
    ['a', { displaySetInstanceUIDs: [] }],
  ]);
  let image: string | undefined;
  const listeners: (() => void)[] = [];
  const grid = {
    EVENTS: { GRID_STATE_CHANGED: 'changed' },
    subscribe: (_: string, told: () => void) => {
      listeners.push(told);
      return { unsubscribe: () => undefined };
    },
    getState: () => ({ viewports }),
    setDisplaySetsForViewports(all: Placed[]) {
      for (const { viewportId, displaySetInstanceUIDs } of all)
        viewports.set(viewportId, { displaySetInstanceUIDs });
      for (const told of listeners) told();
    },
    setDisplaySetsForViewport(one: Placed) {
      grid.setDisplaySetsForViewports([one]);
    },
  };
  const services = {
    viewportGridService: grid,
    cornerstoneViewportService: { getCornerstoneViewport: () => ({ getCurrentImageId: () => image }) },
  };
  return {
    services: services as unknown as ConstructorParameters<typeof OneFilm>[0],
    grid,
    viewports,
    show: (id: string | undefined) => void (image = id),
  };
}

const film = {
  viewportId: 'a',
  imageId: 'image',
  displaySet: { displaySetInstanceUID: 'film' },
} as PlacedFilm;

test('no command of the viewer puts another display set in the film’s place, one or many, one by one or all at once', () => {
  const { services, grid, viewports } = viewer();
  const own = { ...grid };
  const oneFilm = new OneFilm(services);
  // Before the first case everything is the viewer's.
  grid.setDisplaySetsForViewport({ viewportId: 'a', displaySetInstanceUIDs: ['anything'] });
  expect(viewports.get('a')!.displaySetInstanceUIDs).toEqual(['anything']);
  oneFilm.keepTo('film');
  grid.setDisplaySetsForViewport({ viewportId: 'a', displaySetInstanceUIDs: ['film'] });
  for (const uids of [['map'], ['film', 'map'], ['sr']]) {
    grid.setDisplaySetsForViewport({ viewportId: 'a', displaySetInstanceUIDs: uids });
    grid.setDisplaySetsForViewports([{ viewportId: 'a', displaySetInstanceUIDs: uids }]);
    expect(viewports.get('a')!.displaySetInstanceUIDs).toEqual(['film']);
  }
  expect(oneFilm.shows(film)).toBe(true);
  oneFilm.end();
  expect(grid.setDisplaySetsForViewports).toBe(own.setDisplaySetsForViewports);
  grid.setDisplaySetsForViewport({ viewportId: 'a', displaySetInstanceUIDs: ['map'] });
  expect(viewports.get('a')!.displaySetInstanceUIDs).toEqual(['map']);
});

test('whatever gets past that is seen: another display set beside or in its place, another image of it, none', () => {
  const { services, grid, viewports, show } = viewer();
  const oneFilm = new OneFilm(services);
  let told = 0;
  const page = new EventTarget();
  const stop = oneFilm.onChange(() => (told += 1), page);
  oneFilm.keepTo('film');
  expect(oneFilm.shows(film)).toBe(false);
  grid.setDisplaySetsForViewport({ viewportId: 'a', displaySetInstanceUIDs: ['film'] });
  expect([oneFilm.shows(film), told]).toEqual([true, 1]);
  show('image');
  expect(oneFilm.shows(film)).toBe(true);
  show('another');
  page.dispatchEvent(new Event(cornerstoneEvents.stackNewImage));
  expect([oneFilm.shows(film), told]).toEqual([false, 2]);
  show('image');
  // As a hanging protocol lays them out: not by the service's method.
  viewports.set('b', { displaySetInstanceUIDs: [] });
  expect(oneFilm.shows(film)).toBe(true);
  viewports.set('b', { displaySetInstanceUIDs: ['map'] });
  expect(oneFilm.shows(film)).toBe(false);
  viewports.delete('b');
  viewports.set('a', { displaySetInstanceUIDs: ['film', 'seg'] });
  expect(oneFilm.shows(film)).toBe(false);
  stop();
});

test('a request for metadata that failed is asked anew, under every name that the viewer may keep it by', () => {
  // As OHIF 3.13's retrieveStudyMetadata.js keeps them: by source and study, deleted by what is given.
  const promises = new Map([['folder:1.2.3', 'rejected']]);
  const source = {
    deleteStudyMetadataPromise: (name: string) => void promises.delete(name),
    getConfig: () => ({ name: 'folder' }),
  };
  forgetMetadata(source, '1.2.3');
  expect(promises.size).toBe(0);
  forgetMetadata(undefined, '1.2.3');
  forgetMetadata({}, '1.2.3');
});
