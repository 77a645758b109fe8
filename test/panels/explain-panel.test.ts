import { createElement, type ComponentType } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test, vi } from 'vitest';
import type { Actions } from '../../src/extension/exchange/actions';
import type { ExplainModel } from '../../src/extension';
import { Failure } from '../../src/extension/failure';
import { en } from '../../src/extension/i18n/en';
import { ExplainService } from '../../src/extension/store/explain-service';
import { measuredAuc, resultObjects } from '../../src/extension/store/state';
import type { ModelCard } from '../../src/models/card';
import { decideBy } from '../../src/models/decision';
import { ExplainPanel } from '../../src/panels/ExplainPanel';
import { buttonComponent, panelComponent, studyPanelComponent } from '../../src/panels/mount';
import { exampleCard } from '../models/card-fixture';
import { FakeEngine, FakeHost, reply, target } from '../extension/fakes';

const actions: Actions = {
  saveAnswer: async () => true,
  savePicture: async () => undefined,
  saveMap: async () => undefined,
  saveAnimation: async () => undefined,
  saveSeg: async () => undefined,
  saveResults: async () => undefined,
  downloadResults: async () => undefined,
};

function serviceWith(engine: FakeEngine, host = new FakeHost()): ExplainService {
  const service = new ExplainService({
    configuration: { baseUrl: '/', backend: 'auto' },
    startEngine: async () => engine,
  });
  service.attach(host);
  return service;
}

const html = (service: ExplainService): string =>
  renderToStaticMarkup(createElement(ExplainPanel, { service, actions }));

test('before anything was asked for, no score and no output controls are shown', () => {
  const markup = html(serviceWith(new FakeEngine()));
  expect(markup).toContain('data-state="idle"');
  expect(markup).toContain('data-cy="explain-run-button"');
  expect(markup).not.toContain('explain-score');
  expect(markup).not.toContain('explain-display');
});

test('a result shows score, operating point, decision, and that it is no probability', async () => {
  const service = serviceWith(new FakeEngine());
  await service.explain();
  const markup = html(service);
  expect(markup).toContain('data-score="0.8"');
  expect(markup).toContain('data-operating-point="0.4"');
  expect(markup).toContain('Found by this classifier: yes');
  expect(markup).toContain('not a probability');
  expect(markup).toContain('data-model="cxr"');
  expect(markup).toContain('data-version="1.0.0"');
  expect(markup).toContain('data-backend="wasm"');
});

/** The panel after a film was explained by a model with these entries in its card. */
async function markupOf(card: Partial<ModelCard>, host = new FakeHost()): Promise<string> {
  const engine = new FakeEngine();
  const start = engine.handlers.start as unknown as () => { models: { card: ModelCard }[] };
  const started = start();
  engine.handlers.start = (() => ({
    ...started,
    models: started.models.map(model => ({ ...model, card: { ...model.card, ...card } })),
  })) as typeof engine.handlers.start;
  const service = serviceWith(engine, host);
  await service.explain();
  return html(service);
}

const withFigures = (figures: ModelCard['classifier']['figures']): Partial<ModelCard> => ({
  classifier: { ...exampleCard().classifier, figures },
});

test('sensitivity and specificity at the threshold are the card’s, of all films and of those of the film’s view', async () => {
  const auc = { auc: 0.95, interval95: { low: 0.9, high: 0.99 } };
  const shares = (positives: number, negatives: number, sensitivity: number, specificity: number) => ({
    ...auc,
    ...{ positives, negatives, sensitivity, specificity },
    intervals95: { sensitivity: { low: 0.75, high: 0.88 }, specificity: { low: 0.5, high: 0.833 } },
  });
  const all = shares(176, 149, 0.818, 0.852);
  const figures = withFigures({ test: { all, 'view AP': shares(126, 52, 0.873, 0.673) } });
  const filmOf = (viewPosition: string | undefined): FakeHost => {
    const host = new FakeHost();
    host.viewports.set('v1', target('film', { viewPosition }));
    return host;
  };
  const ofAll =
    'At the threshold: sensitivity 82 % (75–88) of 176 test images with the finding, specificity 85 % (50–83) of 149 without';
  const ofView = 'View AP: sensitivity 87 % (75–88) of 126, specificity 67 % (50–83) of 52';
  const ap = await markupOf(figures, filmOf('AP'));
  expect(ap).toContain(ofAll);
  expect(ap).toContain(ofView);
  for (const view of ['PA', undefined]) {
    const markup = await markupOf(figures, filmOf(view));
    expect(markup).toContain(ofAll);
    expect(markup).not.toContain('explain-shares-view');
  }
  // Every film is of that view: the same figures once more.
  const alike = withFigures({ test: { all, 'view AP': all } });
  expect(await markupOf(alike, filmOf('AP'))).not.toContain('explain-shares-view');
  const withoutIntervals = withFigures({
    test: { all: { auc: 0.95, positives: 176, negatives: 149, sensitivity: 0.818, specificity: 0.852 } },
  });
  const bare = await markupOf(withoutIntervals, filmOf('AP'));
  expect(bare).toContain(
    'sensitivity 82 % of 176 test images with the finding, specificity 85 % of 149 without',
  );
  expect(bare).toContain('AUC 0.950, measured on 325 test images');
  const withoutShares = withFigures({ test: { all: { ...auc, positives: 1, negatives: 1 } } });
  expect(await markupOf(withoutShares, filmOf('AP'))).not.toContain('explain-shares');
});

test('how well the model tells is what its card states of the explained label, or nothing', async () => {
  const listed = { positives: 40, negatives: 60, interval95: { low: 0.9, high: 0.99 } };
  const of = withFigures;
  const two = await markupOf(of({ test: { all: { auc: 0.95, ...listed } } }));
  expect(two).toContain('AUC 0.950 (95 % interval 0.900–0.990), measured on 100 test images');
  expect(await markupOf(of({ val: { auc: 0.9 } }))).not.toContain('explain-model-auc');

  const labels = {
    ...of({ 'phantoms b': { all: { auc: 0.91, ...listed } }, test: { all: { auc: 0.5, ...listed } } }),
    independent: true as const,
    classes: [
      { name: 'a', operatingPoint: 0.5 },
      { name: 'b', operatingPoint: 0.5 },
    ],
  };
  expect(measuredAuc(exampleCard(labels), 'b')).toEqual({ auc: 0.91, ...listed, on: 'phantoms' });
  expect(measuredAuc(exampleCard(labels), 'a')).toBeUndefined();
});

test('a map with a direction can be coloured by it, with its legend; another is coloured by its size', async () => {
  const engine = new FakeEngine();
  engine.handlers.explain = () => ({ ...reply(), signed: Float32Array.of(0, -1, 2, -3) });
  const service = serviceWith(engine);
  await service.explain();
  expect(html(service)).toContain('value="direction"');
  expect(html(service)).not.toContain('explain-evidence');
  service.setSettings({ colours: 'direction' });
  const markup = html(service);
  expect(markup).toContain(
    'Orange: in the opposite image (x_a) the evidence for yes goes down here. Blue: it goes up here.',
  );
  expect(markup).toContain('rgba(86, 180, 233, 1.000) 100.0%');

  const other = serviceWith(new FakeEngine());
  await other.explain();
  other.setSettings({ colours: 'direction' });
  expect(html(other)).not.toContain('value="direction"');
  expect(html(other)).not.toContain('explain-evidence');
});

test('each object that shows the film says so, and no other', async () => {
  const service = serviceWith(new FakeEngine());
  await service.explain();
  const markup = html(service);
  const told = resultObjects.filter(({ id }) => markup.includes(`data-cy="explain-shows-film-${id}"`));
  expect(told.map(({ id }) => id)).toEqual(['sc', 'sbs', 'xa', 'way']);
  expect(markup.split(en.resultShowsFilm)).toHaveLength(told.length + 2);
});

test('of a method that makes no x_a, no object that shows it can be chosen, and the reason stands there', async () => {
  const engine = new FakeEngine();
  engine.handlers.explain = () => ({ ...reply(), hasSimilar: false, hasAdversarial: false });
  const service = serviceWith(engine);
  await service.explain();
  service.setSettings({ resultKinds: ['xa', 'way'] });
  const markup = html(service);
  const box = (kind: string): string =>
    new RegExp(`<input[^>]*explain-result-${kind}"[^>]*>`).exec(markup)![0];
  for (const kind of ['xa', 'way']) {
    expect(box(kind)).toContain('disabled=""');
    expect(box(kind)).not.toContain('checked=""');
    expect(markup).toMatch(new RegExp(`explain-not-made-${kind}">${en.noGenerated}<`));
  }
  expect(box('pm')).not.toContain('disabled');
  expect(markup).not.toContain('explain-not-made-pm');
  // Nothing that is chosen can be made.
  expect(/<button[^>]*explain-save-results"[^>]*>/.exec(markup)![0]).toContain('disabled=""');
});

test('without a usable model no method is offered and nothing can be explained', async () => {
  const engine = new FakeEngine();
  const started = (engine.handlers.start as unknown as () => { methods: unknown[] })();
  engine.handlers.start = (() => ({
    ...started,
    models: [{ id: 'broken', error: 'It is broken.' }],
  })) as unknown as typeof engine.handlers.start;
  const service = serviceWith(engine);
  await service.explain();
  const markup = html(service);
  expect(started.methods).not.toHaveLength(0);
  expect(markup).toContain('It is broken.');
  expect(markup).not.toContain('data-cy="explain-method"');
  expect(markup).toMatch(/data-cy="explain-run-button"[^>]* disabled=""/);
});

test('a map that marks nothing has no colour bar and claims no direction', async () => {
  const engine = new FakeEngine();
  engine.handlers.explain = () => ({ ...reply(), top: 0, flip: false });
  const service = serviceWith(engine);
  await service.explain();
  const markup = html(service);
  expect(markup).toContain(en.emptyMap);
  // Nothing is coloured, so nothing is said of colours, nor of places without.
  expect(markup).not.toContain(en.uncoloured);
  expect(markup).not.toContain(en.colouredNotFlipped);
  expect(markup).not.toContain('xp-colour-bar"');
  expect(markup).not.toContain('Coloured:');
});

test('a result names the backend that made it, also once the worker has ended with a cancelled rerun', async () => {
  const engine = new FakeEngine();
  const service = serviceWith(engine);
  await service.explain();
  engine.handlers.explain = () => new Promise(() => undefined);
  const rerun = service.explain();
  await expect.poll(() => service.getState().explanation.phase).toBe('running');
  service.cancel();
  await rerun;
  expect(service.getState().engine.phase).toBe('idle');
  const markup = html(service);
  expect(markup).toMatch(/explain-made-by" data-backend="wasm">cxr 1\.0\.0 · SA.* · WebAssembly · /);
  // What the engine would use now is not known.
  expect(markup).not.toContain('data-cy="explain-backend"');
  for (const [backend, words] of [
    ['node', 'node'],
    ['', 'backend not stated'],
  ] as const) {
    Object.assign(service.currentResult()!, { backend });
    expect(html(service)).toContain(`data-backend="${backend}">cxr 1.0.0 · SA (single2) · ${words} · `);
  }
});

test('a score at the operating point is not above it', async () => {
  const engine = new FakeEngine();
  engine.handlers.explain = () => reply(0.4);
  const service = serviceWith(engine);
  await service.explain();
  expect(html(service)).toContain('No yes found by this classifier');
});

test('where nothing was found, what its map cannot tell stands beside the answer as long as the map is shown', async () => {
  const engine = new FakeEngine();
  const service = serviceWith(engine);
  await service.explain();
  expect(html(service)).toContain('Coloured: where the opposite image (x_a) differs.');
  expect(html(service)).not.toContain('explain-negative');
  engine.handlers.explain = () => reply(0.2);
  service.clear();
  await service.explain();
  const markup = html(service);
  expect(markup).toMatch(
    /No yes found by this classifier<\/p><p class="xp-caution-line" data-cy="explain-negative">The map marks no finding\./,
  );
  expect(markup).toContain('Coloured: where the opposite image (x_a) differs.');
  service.setSettings({ showHeatMap: false });
  expect(html(service)).toContain('explain-negative');
  service.setSettings({ showMask: false });
  expect(html(service)).not.toContain('explain-negative');
  expect(html(service)).toMatch(
    /explain-unasked">Findings that this classifier does not know were not looked for\.</,
  );
});

test('the key that hides the output on the film hides score, findings and curve in the panel, and says so in their place', async () => {
  const service = serviceWith(new FakeEngine());
  await service.explain();
  const hidden =
    /<div class="xp-hidden"><p[^>]*>AI output is hidden; key G shows it again\.<\/p><section data-cy="explain-result"/;
  expect(html(service)).not.toContain('xp-hidden');
  service.toggleOutput();
  expect(html(service)).toMatch(hidden);
  service.toggleOutput();
  expect(html(service)).not.toContain('xp-hidden');
});

test('of a film without a finding the panel says once, by name, that the score is not above the threshold', async () => {
  const engine = new FakeEngine();
  const service = serviceWith(engine);
  engine.handlers.explain = () => reply(0.2);
  await service.explain();
  // Without what screen readers alone hear, which is said at the moment that it is done.
  const panel = html(service).replace(/<div[^>]*xp-only-heard.*?<\/div>/s, '');
  expect(panel.match(/found by this classifier|not found|not above/gi)).toEqual(['found by this classifier']);
});

test('of a film with a finding it is said that uncoloured places may be ill, and what x_a is where the finding was', async () => {
  const engine = new FakeEngine();
  const service = serviceWith(engine);
  await service.explain();
  expect(html(service)).toContain('Places without colour may be ill as well');
  expect(html(service)).toContain('it is often an even grey patch');
  service.toggleOutput();
  expect(html(service)).not.toContain('explain-uncoloured');
  service.toggleOutput();
  engine.handlers.explain = () => reply(0.2);
  service.clear();
  await service.explain();
  expect(html(service)).not.toContain('explain-uncoloured');
  expect(html(service)).not.toContain('explain-opposite-grey');
});

test('an answer close to the threshold, or to the other answer on the way to x_a, is said to be so beside it', async () => {
  const engine = new FakeEngine();
  const service = serviceWith(engine);
  await service.explain();
  expect(html(service)).not.toContain('explain-near');
  engine.handlers.explain = () => reply(0.37);
  await service.explain();
  expect(html(service)).toMatch(
    /explain-decision">.*explain-near">Close to the threshold: 0\.030 from it\./s,
  );
  engine.handlers.explain = () => reply(0.8);
  const steps = [0, 1].map(fraction => ({ fraction, decision: decideBy(0.8 - 0.7 * fraction, 0.4) }));
  engine.handlers.grade = () => ({ from: 'similar', steps, changes: [0.06] });
  await service.explain();
  await service.graded.ensure();
  expect(html(service)).toContain('Close to the other answer: it changes at 6 % of the way');
});

test('an averaged map says where its transforms differ together with how alike they rank, hatched or not', async () => {
  const engine = new FakeEngine();
  engine.handlers.explain = () => ({
    ...reply(),
    map: Float32Array.of(0, 4, 4, 4),
    spread: Float32Array.of(0, 5, 3, 3),
    stability: { correlation: 0.98, threshold: 0.966, differing: 1 / 3 },
  });
  const service = serviceWith(engine);
  service.setSettings({ augment: true, augmentCount: 10 });
  await service.explain();
  const markup = html(service);
  // One of three places.
  expect(markup).toContain(
    'rank the places alike (rank correlation 0.980, 1 at most; threshold 0.966). That says how well the map repeats, not whether it is right. At 33 % of what the map speaks of, the transforms differ',
  );
  expect(markup).not.toContain('explain-spread-legend');
  expect(markup).not.toContain('Stable');
});

test('an averaged map that marks nothing asks for no averaging, and one of the archive says what is stored', async () => {
  const panelOf = async (change: Partial<ReturnType<typeof reply>>, restored = false): Promise<string> => {
    const engine = new FakeEngine();
    engine.handlers.explain = () => ({ ...reply(), ...change });
    const service = serviceWith(engine);
    service.setSettings({ augment: true, augmentCount: 10 });
    await service.explain();
    if (restored) Object.assign(service.currentResult()!, { restored });
    return html(service);
  };
  const empty = { top: 0 };
  for (const markup of [await panelOf(empty), await panelOf(empty, true)]) {
    expect(markup).toContain(en.stabilityEmpty);
    expect(markup).not.toContain('average to know');
    expect(markup).not.toContain('explain-average"');
  }
  const unknown = await panelOf({}, true);
  expect(unknown).toContain(en.stabilityNotStored);
  expect(unknown).toContain(en.spreadNotStored);
  const known = await panelOf({ stability: { correlation: 0.5, threshold: 0.9, differing: 0.2 } }, true);
  expect(known).toContain(
    'rank correlation 0.500, 1 at most; threshold 0.900). At 20 % of what the map speaks of',
  );
  expect(known).toContain('data-correlation="0.5"');
});

test('while a map is averaged the panel says how many of its transforms are done; of one pass it does not', async () => {
  const engine = new FakeEngine();
  let answer: (value: unknown) => void = () => undefined;
  engine.handlers.explain = () => new Promise(resolve => (answer = resolve));
  const service = serviceWith(engine);
  service.setSettings({ augment: true, augmentCount: 40 });
  const made = service.explain();
  await expect.poll(() => engine.calls).toContain('explain');
  expect(html(service)).not.toContain('explain-progress-value');
  engine.report('explain', { transforms: 3, count: 40 });
  const markup = html(service);
  expect(markup).toContain('explain-progress-value">3 of 40 transforms<');
  expect(markup).toContain('width:8%');
  answer(reply());
  await made;
  expect(html(service)).not.toContain('explain-progress-value');
});

test('a result of another model than the chosen one is headed by its own, and nothing is asked that cannot be done', async () => {
  const host = new FakeHost();
  const engine = new FakeEngine();
  engine.handlers.explain = () => ({
    ...reply(),
    cautions: ['20 % of the image is collimated and left out.'],
  });
  const service = serviceWith(engine, host);
  await service.explain();
  expect(html(service)).not.toContain('explain-origin');
  expect(html(service)).toMatch(/explain-remarks.*20 % of the image/s);
  service.setSettings({ modelId: 'phantom' });
  const markup = html(service);
  expect(markup).toContain('explain-not-applicable');
  expect(markup).toMatch(/explain-run-button" disabled=""/);
  expect(markup).not.toContain('Press Explain again to apply');
  expect(markup).toMatch(
    /explain-origin" data-model="cxr".*Result of .*All below is of cxr 1\.0\.0.*20 % of.*explain-score/s,
  );
});

test('where the map has less to mark than the percentile asks for, the panel says so', async () => {
  // So many of a thousand pixels are marked at every stop of the slider.
  const panelWith = async (marked: number, { valid = 1000 } = {}): Promise<string> => {
    const engine = new FakeEngine();
    const levels = Uint8Array.from({ length: 1000 }, (_, i) => (i < marked ? 40 : 0));
    engine.handlers.levels = () => ({ levels, valid });
    const service = serviceWith(engine);
    await service.explain();
    await service.mask(service.currentResult()!, 90);
    return html(service);
  };
  expect(await panelWith(0)).toContain('the map marks nothing');
  expect(await panelWith(31)).toContain('marks 3.1 % of the image');
  expect(await panelWith(100)).not.toContain('explain-marked');
  expect(await panelWith(31, { valid: 500 })).toContain('marks 6.2 % of the exposed field');
});

test('hints name what the method makes', async () => {
  const engine = new FakeEngine();
  engine.handlers.explain = () => ({
    ...reply(),
    hasSimilar: false,
    hold: undefined,
    decisionSimilar: undefined,
  });
  const service = serviceWith(engine);
  await service.explain();
  expect(html(service)).toContain('Hold X for the opposite image (x_a).');
  expect(html(service)).not.toContain('Shift');
});

test('a similar image that loses the decision and an adversarial one that keeps it are said plainly', async () => {
  const engine = new FakeEngine();
  engine.handlers.explain = () => ({ ...reply(), hold: false, flip: false });
  const service = serviceWith(engine);
  await service.explain();
  const markup = html(service);
  expect(markup).toContain('does NOT keep the decision');
  expect(markup).toContain('does NOT change the decision');
  expect(markup).toContain('data-hold="false"');
  expect(markup).toContain('the colours do not show what would');
  expect(markup).not.toContain('Coloured:');
});

test('an x_s that is the film gets no tick, and the panel says why', async () => {
  const engine = new FakeEngine();
  engine.handlers.explain = () => ({ ...reply(), hold: undefined, similarIsOriginal: true });
  const service = serviceWith(engine);
  await service.explain();
  const markup = html(service);
  expect(markup).not.toContain('explain-hold"');
  expect(markup).not.toContain('keeps the decision, score');
  expect(markup).toContain(
    'is the film itself (no visible difference: PSNR, a measure of likeness, over 60 dB)',
  );
  expect(markup).toContain('the map is |x − x_a|.');
  expect(markup).toContain(
    '|x − x_a|, equalised grey level (0–1); the similar image (x_s) is the film itself',
  );
  expect(markup).not.toContain('|x_s − x_a|');
  expect(markup).toContain('explain-flip"');
});

test('an x_s that is the film is not offered to be looked at', async () => {
  const engine = new FakeEngine();
  const service = serviceWith(engine);
  await service.explain();
  expect(html(service)).toContain('explain-hold-similar');
  engine.handlers.explain = () => ({ ...reply(), hold: undefined, similarIsOriginal: true });
  await service.explain();
  const markup = html(service);
  expect(markup).toContain('explain-hold-adversarial');
  expect(markup).not.toContain('explain-hold-similar');
  expect(markup).toContain(en.blinkFilm);
  expect(markup).not.toContain('Shift');
});

test('a figure that was not computed is absent', async () => {
  const engine = new FakeEngine();
  engine.handlers.explain = () => ({
    ...reply(),
    hold: undefined,
    flip: undefined,
    decisionSimilar: undefined,
    decisionAdversarial: undefined,
    hasSimilar: false,
    hasAdversarial: false,
  });
  const service = serviceWith(engine);
  service.setSettings({ methodId: 'gradient' });
  await service.explain();
  const markup = html(service);
  expect(markup).not.toContain('explain-hold"');
  expect(markup).not.toContain('explain-flip"');
  expect(markup).toContain('This method makes no images');
  expect(markup).toContain('arbitrary unit');
});

test('a film that is refused stands without the failure of the engine for another film', async () => {
  const engine = new FakeEngine();
  engine.handlers.load = () => {
    throw new Failure('hash', 'weights.bin is missing');
  };
  const host = new FakeHost();
  const service = serviceWith(engine, host);
  await service.open();
  expect(html(service)).toContain('weights.bin is missing');
  host.viewports.set('v1', target('breast', { modality: 'MG' }));
  service.refresh();
  const markup = html(service);
  expect(markup).toContain('explain-not-applicable');
  expect(markup).not.toContain('weights.bin is missing');
});

test('a refusal is an alert with its reason and code', async () => {
  const host = new FakeHost();
  host.unreadable = { code: 'truncated', message: 'The file is truncated.' };
  const service = serviceWith(new FakeEngine(), host);
  await service.explain();
  expect(html(service)).toMatch(/role="alert".*data-code="truncated".*The file is truncated\./s);
});

test('a result of an image unlike the training images, or collimated, is shown with that caution, or remark', async () => {
  const engine = new FakeEngine();
  engine.handlers.explain = () => ({
    ...reply(),
    cautions: [
      'This image is unlike those of its training.',
      '20 % of the image is collimated and left out.',
    ],
  });
  const service = serviceWith(engine);
  await service.explain();
  expect(html(service)).toMatch(
    /xp-caution" data-cy="explain-warnings".*unlike those.*xp-info" data-cy="explain-remarks".*20 % of the image/s,
  );
  engine.handlers.explain = () => reply();
  await service.explain();
  expect(html(service)).not.toContain('unlike those');
});

test('an image that no model fits is said before Explain is pressed, warnings are listed', async () => {
  const host = new FakeHost();
  host.viewports.set('v1', target('us', { modality: 'US' }));
  const service = serviceWith(new FakeEngine(), host);
  await service.open();
  expect(html(service)).toContain('Modality is US');
  expect(html(service)).toMatch(/explain-run-button" disabled=""/);
  expect(html(service)).not.toContain(en.nothingYet);
  host.viewports.set('v1', target('x', { modality: undefined }));
  service.refresh();
  expect(html(service)).toMatch(/explain-warnings.*Modality is not stated/s);
});

test('methods that the model cannot run are offered but disabled', async () => {
  const service = serviceWith(new FakeEngine());
  await service.open();
  expect(html(service)).toMatch(/<option value="naive" disabled="">/);
});

test('host components are classes: the viewer has another React, in which our hooks would fail', () => {
  const configuration = { baseUrl: '/', backend: 'auto' as const };
  const model = (): ExplainModel => ({ service: serviceWith(new FakeEngine()), actions, configuration });
  const study = studyPanelComponent(() => undefined);
  for (const component of [panelComponent(model), buttonComponent(model), study] as ComponentType[]) {
    expect(component.prototype.isReactComponent).toBeDefined();
  }
  const Button = buttonComponent(model) as ComponentType<Record<string, unknown>>;
  const markup = renderToStaticMarkup(
    createElement(Button, { id: 'Explain', label: 'Explain', tooltip: 'What it does' }),
  );
  expect(markup).toContain('data-cy="Explain"');
  expect(markup).toMatch(/<span>Explain<\/span><\/button>/);
});

test('the generator can be chosen where several fit the method, and is told apart in the result', async () => {
  const generators = {
    single2: { kind: 'single2', title: 'Single_2' },
    'single2-plain': { kind: 'single2', title: 'Single_2, plain output' },
    naive: { kind: 'naive', title: 'Naive' },
  };
  const engine = new FakeEngine();
  const { start } = engine.handlers;
  engine.handlers.start = request => {
    const answer = start(request) as { models: { card: object }[] };
    Object.assign(answer.models[0].card, { generators, defaultGenerator: 'single2' });
    return answer;
  };
  const requests: object[] = [];
  engine.handlers.explain = request => {
    requests.push(request);
    return reply();
  };
  const service = serviceWith(engine);
  await service.open();
  expect(html(service)).toMatch(
    /explain-generator.*Single_2 \(single2\).*Single_2, plain output \(single2-plain\)/s,
  );
  expect(html(service)).not.toContain('Naive (naive)');
  await service.explain();
  service.setSettings({ generator: 'single2-plain' });
  expect(html(service)).toContain('Press Explain again to apply');
  await service.explain();
  expect(requests).toMatchObject([{ generator: 'single2' }, { generator: 'single2-plain' }]);
  expect(html(service)).not.toContain('Press Explain again to apply');
  expect(service.currentResult()?.generator).toBe('single2-plain');
  // A method that needs none, or for which the chosen one does not fit, goes by itself.
  service.setSettings({ methodId: 'gradient' });
  expect(html(service)).not.toContain('explain-generator');
  service.setSettings({ methodId: 'naive' });
  await service.explain();
  expect(requests.at(-1)).toMatchObject({ methodId: 'naive', generator: 'naive' });
});

test('values that are no numbers: another backend is offered on WebGL alone', async () => {
  for (const name of ['webgl', 'wasm'] as const) {
    const engine = new FakeEngine();
    const start = engine.handlers.start;
    engine.handlers.start = request => ({
      ...(start(request) as object),
      backend: { name, requested: 'auto', why: 'only', findings: [] },
    });
    engine.handlers.explain = () => {
      throw new Failure('not-finite', 'The score is no number.');
    };
    const service = serviceWith(engine);
    await service.explain();
    const markup = html(service);
    expect(markup).toContain('The score is no number.');
    expect(markup.includes('explain-use-wasm')).toBe(name === 'webgl');
  }
});

test('a restored result says that it was read from the archive, and what its map measures', async () => {
  const service = serviceWith(new FakeEngine());
  await service.explain();
  expect(html(service)).not.toContain('read from the archive');
  Object.assign(service.currentResult()!, { restored: true });
  const markup = html(service);
  expect(markup).toContain('read from the archive');
  expect(markup).toContain('|x_s − x_a|, equalised grey level');
  // What took a few seconds was the reading; how long the explanation took is not known.
  expect(markup).toContain('explain-time-reading');
  expect(markup).not.toContain('explain-time-total');
});

test('a restored result names what is not stored: images that were made, not a method that makes none', async () => {
  const engine = new FakeEngine();
  engine.handlers.explain = () => ({ ...reply(), hasSimilar: false, hasAdversarial: false });
  const service = serviceWith(engine);
  await service.explain();
  Object.assign(service.currentResult()!, { restored: true });
  expect(html(service)).toContain(en.generatedNotStored);
  expect(html(service)).not.toContain(en.noGenerated);
});

test('a result names the moment at which it was made', async () => {
  const service = serviceWith(new FakeEngine());
  await service.explain();
  Object.assign(service.currentResult()!, { created: new Date(2026, 0, 31, 9, 5, 7) });
  expect(html(service)).toContain('WebAssembly · 2026-01-31 09:05:07');
});

test('what was saved in the archive stays under Export, for that explanation alone, and with the time', async () => {
  const service = serviceWith(new FakeEngine());
  await service.explain();
  expect(html(service)).not.toContain('explain-saved');
  vi.useFakeTimers({ now: new Date(2026, 10, 30, 18, 5, 9), toFake: ['Date'] });
  service.noteSaved(service.currentResult()!, ['seg', 'sr'], false);
  vi.useRealTimers();
  service.notify(undefined);
  expect(html(service)).toContain(
    'Saved to the archive, 2026-11-30 18:05:09: Mask (SEG); Report (SR). Listed once the study is loaded again.',
  );
  service.noteSaved(service.currentResult()!, ['sr'], true);
  expect(html(service).match(/explain-saved/g)).toHaveLength(2);
  expect(html(service)).toContain('The archive did not say what it did');
  // Made again it is another explanation, which the archive does not have.
  service.setSettings({ methodId: 'sa', augment: true });
  await new Promise(resolve => setTimeout(resolve, 5));
  await service.explain();
  expect(html(service)).not.toContain('explain-saved');
});
