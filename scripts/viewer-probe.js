// Runs in the viewer's page, before its own scripts: notes tasks that keep its thread busy, and times what a reader does. For
// scripts/bench-viewer.mjs.
(() => {
  const longTasks = [];
  new PerformanceObserver(list => {
    for (const { startTime, duration } of list.getEntries()) longTasks.push({ startTime, duration });
  }).observe({ type: 'longtask', buffered: true });

  const find = name => document.querySelector(`[data-cy="explain-${name}"]`);
  const sleep = ms => new Promise(resolve => setTimeout(resolve, ms));
  /** After the next picture of the page has been made. */
  const painted = () => new Promise(resolve => requestAnimationFrame(() => setTimeout(resolve)));

  /** Waits until a condition holds, looking at every change of the page. */
  function until(holds) {
    return new Promise(resolve => {
      if (holds()) return resolve(performance.now());
      const observer = new MutationObserver(() => {
        if (!holds()) return;
        observer.disconnect();
        resolve(performance.now());
      });
      observer.observe(document.body, { subtree: true, childList: true, attributes: true });
    });
  }

  const state = () => find('panel')?.dataset.state;
  const heatIsDrawn = () => find('overlay')?.dataset.layer === 'heat-map';

  /** Seconds as the panel has them. */
  const panelTimes = () =>
    Object.fromEntries(
      [...document.querySelectorAll('[data-cy^="explain-time-"]')].map(({ dataset }) => [
        dataset.cy.slice('explain-time-'.length),
        Number(dataset.seconds),
      ]),
    );

  async function quiet() {
    let last = longTasks.length;
    for (let calm = 0; calm < 5; calm++) {
      await sleep(200);
      if (longTasks.length > last) calm = 0;
      last = longTasks.length;
    }
  }

  /** What a step took of the page's thread: its long tasks, milliseconds. */
  async function watched(work) {
    await quiet();
    const begun = performance.now();
    const result = await work();
    await quiet();
    const tasks = longTasks.filter(({ startTime }) => startTime >= begun).map(({ duration }) => duration);
    return { ...result, longTasks: tasks };
  }

  function setValue(input, value) {
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(input, String(value));
    input.dispatchEvent(new Event('input', { bubbles: true }));
  }

  function element() {
    const { viewportGridService, cornerstoneViewportService } = globalThis.services;
    return cornerstoneViewportService.getCornerstoneViewport(viewportGridService.getActiveViewportId())
      .element;
  }

  globalThis.explainProbe = {
    watched: name => watched(globalThis.explainProbe[name]),

    /** From the first press, on the toolbar's button, to the picture with the heat map; milliseconds. */
    async first() {
      const pressed = performance.now();
      document.querySelector('[data-cy="Explain"]').click();
      await until(() => heatIsDrawn() || state() === 'failed');
      await painted();
      const drawn = performance.now() - pressed;
      await until(() => state() === 'done' || state() === 'failed');
      return { drawn, panel: panelTimes() };
    },

    /** From the press on Explain to the picture with the heat map; milliseconds. */
    async click() {
      if (find('clear') && !find('clear').disabled) find('clear').click();
      await until(() => !heatIsDrawn() && find('run-button') && !find('run-button').disabled);
      await quiet();
      const pressed = performance.now();
      find('run-button').click();
      await until(() => heatIsDrawn() || state() === 'failed');
      await painted();
      const drawn = performance.now() - pressed;
      const done = (await until(() => state() === 'done' || state() === 'failed')) - pressed;
      if (state() === 'failed') throw new Error(find('panel').querySelector('[role="alert"]').innerText);
      const stages = performance
        .getEntriesByType('measure')
        .filter(({ name }) => name.startsWith('explain: '))
        .map(({ name, startTime, duration }) => [name.slice(9), startTime, duration]);
      return { drawn, done, stages };
    },

    /**
     * From a stop of the percentile's slider to the picture with the preview of its mask, and to the viewer's picture with
     * its labelmap; then of a slider that is drawn without a rest, the previews alone. Milliseconds.
     */
    async slide() {
      const slider = find('percentile');
      const shows = value => find('mask-preview')?.dataset.percentile === String(value);
      const move = async value => {
        const moved = performance.now();
        setValue(slider, value);
        await until(() => shows(value));
        await painted();
        return { moved, previewed: performance.now() - moved };
      };
      const [times, settled, drawn] = [[], [], []];
      for (const value of [91, 95, 80, 88, 99, 90]) {
        // The viewer's statistics of the labelmap before take a worker of its own a second at 8 megapixels.
        await sleep(2000);
        const { moved, previewed } = await move(value);
        times.push(previewed);
        settled.push((await until(() => !find('mask-preview'))) - moved);
      }
      await sleep(2000);
      for (let value = 90.5; value <= 98; value += 0.5) {
        drawn.push((await move(value)).previewed);
        // As a hand that draws it: events come with every picture of the screen.
        await sleep(16);
      }
      await until(() => !find('mask-preview'));
      return { times, settled, drawn };
    },

    /** The same film drawn again by the viewer, nothing of ours changed: what its own drawing takes. */
    async redraw() {
      const { viewportGridService, cornerstoneViewportService } = globalThis.services;
      const viewport = cornerstoneViewportService.getCornerstoneViewport(
        viewportGridService.getActiveViewportId(),
      );
      const times = [];
      for (let i = 0; i < 6; i++) {
        await sleep(300);
        const drawn = new Promise(resolve => {
          element().addEventListener('CORNERSTONE_IMAGE_RENDERED', () => resolve(performance.now()), {
            once: true,
          });
        });
        const asked = performance.now();
        viewport.render();
        times.push((await drawn) - asked);
      }
      return { times };
    },

    /** The viewer makes, shows and removes a segmentation of the film by itself, with nothing of ours on it: what its own work takes. */
    async segmentation() {
      const { viewportGridService, displaySetService, segmentationService } = globalThis.services;
      if (find('clear') && !find('clear').disabled) find('clear').click();
      const viewportId = viewportGridService.getActiveViewportId();
      const [uid] = viewportGridService.getDisplaySetsUIDsForViewport(viewportId);
      const times = [];
      for (let i = 0; i < 3; i++) {
        await quiet();
        const begun = performance.now();
        const segmentationId = await segmentationService.createLabelmapForDisplaySet(
          displaySetService.getDisplaySetByUID(uid),
          { label: 'bench', segments: { 1: { segmentIndex: 1, label: 'bench', active: true } } },
        );
        await segmentationService.addSegmentationRepresentation(viewportId, {
          segmentationId,
          type: 'Labelmap',
        });
        await painted();
        times.push(performance.now() - begun);
        await quiet();
        segmentationService.remove(segmentationId);
      }
      return { times };
    },

    /** From the wish to see the adversarial image to the picture with it; milliseconds. */
    async counterfactual() {
      const hold = type =>
        find('hold-adversarial').dispatchEvent(new KeyboardEvent(type, { key: ' ', bubbles: true }));
      const pressed = performance.now();
      hold('keydown');
      await until(() => find('overlay')?.dataset.layer === 'adversarial');
      await painted();
      const times = [performance.now() - pressed];
      hold('keyup');
      return { times };
    },
  };
})();
