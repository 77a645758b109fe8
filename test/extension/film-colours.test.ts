import { expect, test, vi } from 'vitest';
import { FilmColours } from '../../src/extension/host/film-colours';
import type { Services } from '../../src/extension/host/ohif-types';

/** What OHIF 3.13.2's viewport of Parametric Maps puts before the grid's own options, at each of its renderings. */
const rainbow = () => ({
  options: { colormap: { name: 'rainbow_2' }, voi: { windowCenter: 50, windowWidth: 100 } },
});

function grid(ownOptions: object) {
  let shown = 'film';
  let broadcast: (payload: unknown) => void = () => undefined;
  const viewport = { resetProperties: vi.fn(), render: vi.fn() };
  const options: object[] = [ownOptions];
  const services = {
    viewportGridService: {
      getDisplaySetsUIDsForViewport: () => [shown],
      getState: () => ({ viewports: new Map([['v1', { displaySetOptions: options }]]) }),
    },
    displaySetService: {
      getDisplaySetByUID: (uid: string) => ({ Modality: uid === 'map' ? 'PMAP' : 'DX' }),
    },
    cornerstoneViewportService: {
      EVENTS: { VIEWPORT_DATA_CHANGED: 'data' },
      subscribe: (_event: string, callback: typeof broadcast) => {
        broadcast = callback;
        return { unsubscribe: () => (broadcast = () => undefined) };
      },
      getCornerstoneViewport: () => viewport,
    },
  } as unknown as Services;
  const show = (displaySet: string) => {
    shown = displaySet;
    broadcast({ viewportId: 'v1' });
  };
  return { services, viewport, options, show };
}

test('a film after a Parametric Map gets its own colours and window, and the grid forgets those of the map', () => {
  const own = { id: 'defaultDisplaySetId', options: {} };
  const { services, viewport, options, show } = grid(own);
  const colours = new FilmColours(services);
  colours.start();
  show('film');
  options.unshift(rainbow(), rainbow());
  show('map');
  expect(viewport.resetProperties).not.toHaveBeenCalled();
  show('film');
  expect(viewport.resetProperties).toHaveBeenCalledOnce();
  expect(viewport.render).toHaveBeenCalledOnce();
  expect(options).toEqual([own]);
  // Once: what a reader sets afterwards stays.
  show('film');
  expect(viewport.resetProperties).toHaveBeenCalledOnce();
});

test('colours that a hanging protocol chose stay', () => {
  const own = { id: 'pet', options: { colormap: { name: 'hsv' } } };
  const { services, options, viewport, show } = grid(own);
  const colours = new FilmColours(services);
  colours.start();
  show('film');
  expect(viewport.resetProperties).not.toHaveBeenCalled();
  options.unshift(rainbow());
  show('map');
  show('film');
  expect(options).toEqual([own]);
  colours.stop();
  show('map');
  show('film');
  expect(viewport.resetProperties).toHaveBeenCalledOnce();
});
