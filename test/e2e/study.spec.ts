import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Page } from '@playwright/test';
import { parseAnswers } from '../../src/viewer/study/answer-log';
import { parseStudyPlan, type StudyPlan } from '../../src/study/plan';
import { readingOrder } from '../../src/study/reading-order';
import { startViewer, type ViewerProcess } from './support/command';
import { patience } from './support/patience';
import { explainCommand, hasModel, root, sampleFiles } from './support/paths';
import { expect, expectNothingLeft, test, watchPage } from './support/test';

/** What the viewer puts on its window, and study mode's own service behind its command. */
interface StudyWindow {
  commandsManager: { runCommand(name: 'explainStudyService'): StudyDriver | undefined };
  services: {
    viewportGridService: {
      getState(): { viewports: Map<string, { displaySetInstanceUIDs?: string[] }> };
    };
    displaySetService: { getDisplaySetByUID(uid: string): { Modality?: string } | undefined };
  };
}
interface StudyDriver {
  getState(): {
    phase: { kind: string; message?: string; step?: { reading: { key: string } } };
    delivery: { waiting: number };
  };
  begin(): Promise<void>;
  setDraft(change: { rating: number; confidence: number }): void;
  submit(): Promise<void>;
}

test.describe.configure({ mode: 'serial' });
test.describe('a reader study', () => {
  test.skip(!hasModel('phantom'), 'models/phantom is not there');
  let folder: string;
  let server: ViewerProcess;
  let plan: StudyPlan;

  const explain = async (...args: string[]): Promise<string> =>
    (await promisify(execFile)(process.execPath, [explainCommand, ...args], { cwd: root })).stdout;

  test.beforeAll(async () => {
    test.setTimeout(patience(120_000));
    folder = mkdtempSync(path.join(tmpdir(), 'explain-study-'));
    const data = path.dirname(sampleFiles()[0]);
    const settings = [
      '--readers',
      '2',
      '--practice',
      '1',
      '--washout',
      '0',
      '--scale',
      '5',
      '--method',
      'similar-adversarial',
    ];
    await explain('study', 'make', '--data', data, ...settings, '--out', folder);
    plan = parseStudyPlan(readFileSync(path.join(folder, 'study.json'), 'utf8'));
    const stored = path.join(folder, 'stored');
    const study = ['--study', folder, '--study-archive', '/dicom-web'];
    server = await startViewer(['--data', data, '--store', stored, ...study]);
  });

  test.afterAll(async () => {
    await server?.interrupt();
    rmSync(folder, { recursive: true, force: true });
  });

  /** A reader's own address, as it was printed. */
  const addressOf = (reader: string): string =>
    new RegExp(`^  ${reader}: (\\S+)$`, 'm').exec(server.output())![1];

  /** Names of the display sets that the viewport shows. */
  const shown = (page: Page): Promise<string[]> =>
    page.evaluate(() => {
      const { viewportGridService: grid, displaySetService: sets } = (window as unknown as StudyWindow)
        .services;
      return [...grid.getState().viewports.values()].flatMap(({ displaySetInstanceUIDs = [] }) =>
        displaySetInstanceUIDs.map(uid => `${sets.getDisplaySetByUID(uid)?.Modality} ${uid}`),
      );
    });

  const part = (page: Page, name: string) => page.locator(`[data-cy="explain-study-${name}"]`);

  const begin = async (page: Page): Promise<void> => {
    await part(page, 'begin').click({ timeout: patience(120_000) });
  };

  /** Answers the case on display by the form's own controls. */
  const answer = async (page: Page, rating: number): Promise<void> => {
    await part(page, `rating-${rating}`).check();
    await part(page, 'confidence-number').fill('70');
    await part(page, 'submit').click();
  };

  const reading = async (page: Page): Promise<void> => {
    const panel = page.locator('[data-cy="explain-study-panel"][data-phase="reading"]');
    await panel.waitFor({ timeout: patience(120_000) });
  };

  test('is read by clicks: practice, both arms, a box, a closed tab, a time without network', async ({
    page,
  }) => {
    test.setTimeout(patience(300_000));
    const order = readingOrder(plan, 'r1');
    await page.goto(addressOf('r1'), { waitUntil: 'commit' });
    await part(page, 'begin').waitFor({ timeout: patience(120_000) });
    // The film is covered, and nothing of ours is offered but the study.
    await expect(part(page, 'cover')).toBeVisible();
    await expect(page.locator('[data-cy="Explain"]')).toHaveCount(0);
    for (const [i, each] of order.entries()) {
      const last = order[i - 1];
      // A press begins each session, and the cases that count; others follow by themselves.
      if (last?.session !== each.session || last.practice !== each.practice) await begin(page);
      await reading(page);
      await expect(part(page, 'place')).toHaveAttribute('data-case', each.case);
      const overlay = page.locator('canvas[data-cy="explain-overlay"]');
      const tag = page.locator('[data-cy="explain-tag"]');
      if (each.arm === 'unaided') {
        await expect(overlay).toHaveCount(0);
        await expect(tag).toHaveCount(0);
        await expect(part(page, 'score')).toHaveCount(0);
        await page.keyboard.press('g');
        await expect(overlay).toHaveCount(0);
        if (i > 1) {
          // OHIF's own keys for the next and the last display set: the films read before are among them.
          const before = await shown(page);
          expect(before).toHaveLength(1);
          for (const key of ['PageDown', 'PageUp', 'ArrowDown', 'ArrowRight', 'PageUp']) {
            await page.keyboard.press(key);
            expect(await shown(page)).toEqual(before);
          }
          await expect(part(page, 'away')).toHaveCount(0);
        }
      } else {
        await expect(overlay).toHaveAttribute('data-layer', 'heat-map');
        await expect(tag).toContainText('Film and map');
        // Neither model nor method is told.
        await expect(tag).not.toContainText('phantom');
        // What was decided and what the colours mean is said, on the film and beside it; the score is not.
        await expect(tag).toContainText('by this classifier');
        await expect(part(page, 'decision')).toContainText('by this classifier');
        await expect(tag).toContainText('Coloured');
        await expect(tag).not.toContainText(/score/i);
        await expect(part(page, 'score')).toHaveCount(0);
        await expect(part(page, 'colours')).toContainText('Coloured');
      }
      if (i === 1) {
        await part(page, 'submit').click();
        await expect(part(page, 'lacks')).toContainText('answer the question');
        await part(page, 'draw-box').click();
        await drag(page);
        await part(page, 'box-1-4').check();
        await part(page, `rating-3`).check();
        await page.waitForTimeout(300);
        await page.reload({ waitUntil: 'commit' });
        await begin(page);
        await reading(page);
        await expect(part(page, 'rating-3')).toBeChecked();
        await expect(part(page, 'box-1-4')).toBeChecked();
      }
      // Nothing names the patient or the date, nor leads to another film.
      await expect(
        page.locator(
          '[data-cy="studyBrowser-panel"], [data-cy^="study-browser-thumbnail"], [data-cy="trackedMeasurements-panel"]',
        ),
      ).toHaveCount(0);
      await expect(page.getByText(/Phantom, Chest/)).toHaveCount(0);
      if (i === 3) {
        await page.route('**/study/answers', route => route.abort());
        await page.route('**/dicom-web/studies/*', route =>
          route.request().method() === 'POST' ? route.abort() : route.fallback(),
        );
      }
      if (i === 5) {
        await expect(part(page, 'delivery')).toHaveAttribute('data-waiting', '2');
        await page.unroute('**/study/answers');
      }
      if (i === 6) {
        // The server has them by now; the archive has not.
        await expect(part(page, 'delivery')).toHaveAttribute('data-waiting', '3');
        await page.unroute('**/dicom-web/studies/*');
      }
      await answer(page, 1 + (i % 5));
    }
    await part(page, 'done').waitFor();
    // The cover's own line; the panel below is out of reach.
    await expect(part(page, 'delivery').last()).toHaveAttribute('data-delivered', String(order.length));
    const { answers: kept } = parseAnswers(readFileSync(path.join(folder, 'answers.jsonl'), 'utf8'));
    const answers = kept.map(each => each.answer);
    expect(answers.map(({ key }) => key)).toEqual(order.map(({ key }) => key));
    expect(answers.map(({ rating }) => rating)).toEqual(order.map((_, i) => 1 + (i % 5)));
    expect(answers.every(({ seconds }) => seconds > 0)).toBe(true);
    const boxed = answers[1];
    expect(boxed.boxes).toHaveLength(1);
    expect(boxed.boxes[0].width).toBeGreaterThan(20);
    expect(boxed.pauses.map(({ reason }) => reason)).toContain('closed');
    expect(answers.filter(({ aid }) => aid === 'shown').map(({ arm }) => arm)).toEqual(
      answers.filter(({ arm }) => arm === 'aided').map(({ arm }) => arm),
    );
  });

  test('a second reader by the form’s own calls; the coordinator’s page; the tables', async ({
    page,
    browser,
  }) => {
    test.setTimeout(patience(300_000));
    const answered = plan.readers
      .flatMap(reader => readingOrder(plan, reader))
      .filter(each => !each.practice).length;
    await page.goto(addressOf('r2'), { waitUntil: 'commit' });
    await part(page, 'begin').waitFor({ timeout: patience(120_000) });
    await page.evaluate(async () => {
      const service = (window as unknown as StudyWindow).commandsManager.runCommand('explainStudyService')!;
      for (;;) {
        const { phase } = service.getState();
        if (phase.kind === 'done') return;
        if (phase.kind === 'failed') throw new Error(phase.message);
        if (phase.kind === 'ready') await service.begin();
        else if (phase.kind === 'reading') {
          service.setDraft({ rating: 4, confidence: 50 });
          await service.submit();
        } else await new Promise(resolve => setTimeout(resolve, 20));
      }
    });
    await expect(part(page, 'delivery').last()).toHaveAttribute('data-waiting', '0');

    const address = /^Coordinator, not for readers: (\S+)$/m.exec(server.output())![1];
    const coordinator = await browser.newPage();
    const watch = await watchPage(coordinator);
    await coordinator.goto(address);
    await expect(coordinator.getByRole('heading')).toHaveText('Reader study');
    await expect(coordinator.getByText(`${answered} of ${answered} answers (100 %)`)).toBeVisible();
    await expect(coordinator.getByRole('table', { name: 'Progress and times' }).getByRole('row')).toHaveCount(
      5,
    );
    await expect(coordinator.getByText('Nothing is missing')).toBeVisible();
    expect(coordinator.url()).not.toContain('key=');
    expectNothingLeft(watch);
    await coordinator.close();

    const truth = plan.cases.filter(each => !each.practice).map(({ id }, i) => `${id},${i % 2}`);
    writeFileSync(path.join(folder, 'truth.csv'), ['case,truth', ...truth, ''].join('\n'));
    const [study, answers] = ['study.json', 'answers.jsonl'].map(name => path.join(folder, name));
    const said = await explain(
      'study',
      'collect',
      study,
      answers,
      '--truth',
      path.join(folder, 'truth.csv'),
      '--out',
      folder,
    );
    expect(said).toContain(`${answered} answers, 1 boxes; 0 readings are not answered`);
    // The archive holds the same, as structured reports.
    const stored = await explain(
      'study',
      'collect',
      study,
      path.join(folder, 'stored'),
      '--truth',
      path.join(folder, 'truth.csv'),
      '--out',
      path.join(folder, 'from-archive'),
    );
    expect(stored).toContain(`${answered} answers, 1 boxes; 0 readings are not answered`);
    for (const table of ['ratings.csv', 'marks.csv']) {
      const rows = (place: string): string[] =>
        readFileSync(path.join(place, table), 'utf8').trim().split('\n').sort();
      expect(rows(path.join(folder, 'from-archive'))).toEqual(rows(folder));
    }
    const table = await explain('study', 'analyse', path.join(folder, 'ratings.csv'), '--resamples', '100');
    expect(table).toContain('aided');
  });
});

/** Draws a rectangle over the film by the mouse. */
async function drag(page: Page): Promise<void> {
  const pane = (await page.locator('[data-cy="viewport-pane"]').first().boundingBox())!;
  const at = (x: number, y: number): [number, number] => [pane.x + x * pane.width, pane.y + y * pane.height];
  await page.mouse.move(...at(0.4, 0.4));
  await page.mouse.down();
  await page.mouse.move(...at(0.52, 0.55), { steps: 6 });
  await page.mouse.up();
}
