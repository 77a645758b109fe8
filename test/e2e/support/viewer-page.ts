import { expect, type Locator, type Page } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { patience } from './patience';
import { readNpy, type FloatArray } from './npy';
import { maskInPicture } from './pictures';

/** What the viewer puts on its window. */
interface ViewerWindow {
  cornerstone: {
    cache: {
      getImage(
        imageId: string,
      ): { columns: number; voxelManager: { getScalarData(): ArrayLike<number> } } | undefined;
    };
    eventTarget: EventTarget;
    Enums: { Events: { IMAGE_LOAD_ERROR: string; IMAGE_LOAD_FAILED: string } };
    utilities: { imageToWorldCoords(imageId: string, point: number[]): number[] };
  };
  commandsManager: { runCommand(name: string, options?: object): unknown };
  services: {
    displaySetService: { getActiveDisplaySets(): ViewerDisplaySet[] };
    viewportGridService: {
      getActiveViewportId(): string;
      getDisplaySetsUIDsForViewport(viewportId: string): string[] | undefined;
      setDisplaySetsForViewport(options: { viewportId: string; displaySetInstanceUIDs: string[] }): void;
      getState(): { viewports: Map<string, unknown> };
    };
    cornerstoneViewportService: { getCornerstoneViewport(id: string): ViewerViewport | undefined };
    segmentationService: {
      getSegmentations(): {
        segmentationId: string;
        representationData: { Labelmap: { imageIds: string[] } };
      }[];
    };
  };
}

interface ViewerDisplaySet {
  Modality?: string;
  displaySetInstanceUID: string;
  /** OHIF has nothing to show it with. */
  unsupported?: boolean;
  instances?: { SOPInstanceUID?: string }[];
  instance?: { SOPInstanceUID?: string };
}

interface ViewerViewport {
  setImageIdIndex(index: number): Promise<unknown>;
  getCurrentImageId(): string | undefined;
  worldToCanvas(point: number[]): number[];
}

/** What the panel shows of a result. */
export interface ShownResult {
  score: number;
  decision: number;
  scoreSimilar?: number;
  scoreAdversarial?: number;
  hold?: boolean;
  flip?: boolean;
  backend: string;
  model: string;
  seconds: Record<string, number>;
}

/** The viewer in a browser page, worked the way its user works it. */
export class ViewerPage {
  readonly panel: Locator;
  readonly overlay: Locator;
  /** The viewports, in reading order. */
  readonly panes: Locator;
  /** Whether OHIF has been loaded in this page, and its note confirmed. */
  private loaded = false;

  constructor(
    readonly page: Page,
    readonly address: string,
  ) {
    this.panel = page.locator('[data-cy="explain-panel"]');
    this.overlay = page.locator('canvas[data-cy="explain-overlay"]');
    this.panes = page.locator('[data-cy="viewport-pane"]');
  }

  /** What is laid over one viewport. */
  overlayIn(pane: number): Locator {
    return this.panes.nth(pane).locator('canvas[data-cy="explain-overlay"]');
  }

  /** Arranges the viewports in a row. */
  async viewportsInRow(columns: number): Promise<void> {
    await this.command('setViewportGridLayout', { numRows: 1, numCols: columns });
    await expect(this.panes).toHaveCount(columns);
    await expect(this.panes.locator('canvas.cornerstone-canvas')).toHaveCount(columns);
  }

  /** Makes a viewport the active one by a click beside the image's middle. */
  async activate(pane: number): Promise<void> {
    await this.panes.nth(pane).click({ position: { x: 60, y: 200 } });
    await this.page.waitForFunction(index => {
      const { viewportGridService } = (window as unknown as ViewerWindow).services;
      const ids = [...viewportGridService.getState().viewports.keys()];
      return viewportGridService.getActiveViewportId() === ids[index];
    }, pane);
    await this.imageShown();
  }

  /**
   * Shows a series by a double click in the study browser, once that lists all of the study's: while more are coming, the
   * second click may meet another.
   *
   * @param description part of the series description
   * @param count of the study's series
   */
  async showSeries(description: string, count: number): Promise<void> {
    await this.page.waitForFunction(
      wanted => {
        const { displaySetService } = (window as unknown as ViewerWindow).services;
        return displaySetService.getActiveDisplaySets().length >= wanted;
      },
      count,
      { timeout: patience(60_000) },
    );
    await expect(this.page.getByText(description).first()).toBeVisible({ timeout: patience(60_000) });
    await this.framesDrawn();
    await this.page.getByText(description).first().dblclick();
  }

  /** A control or message of the panel by its `data-cy`. */
  part(name: string): Locator {
    return this.page.locator(`[data-cy="explain-${name}"]`);
  }

  /**
   * Opens a study (in a mode of the viewer's, with a bearer token); with `image`, waits until its first image is on
   * display. OHIF is loaded by the first call, or with `reload`; otherwise the running one goes there.
   */
  async open(
    studyUid: string,
    options: { image?: boolean; mode?: string; token?: string; reload?: boolean } = {},
  ): Promise<void> {
    const login = options.token ? `&token=${options.token}` : '';
    const address = `${this.address}${options.mode ?? 'viewer'}?StudyInstanceUIDs=${studyUid}${login}`;
    if (this.loaded && !options.reload) await this.goWithin(address);
    else await this.page.goto(address);
    await this.page.locator('[data-cy="Explain"]').waitFor({ timeout: patience(120_000) });
    if (options.image ?? true) await this.imageShown();
    await this.confirmNotice();
  }

  /** Loads OHIF at its study list, and waits until that lists something; a study opened then is loaded by its address. */
  async openList(): Promise<void> {
    await this.page.goto(this.address);
    const rows = this.page.locator('tbody tr, [data-cy="study-list-results"] > *');
    await expect(rows.first()).toBeVisible({ timeout: patience(120_000) });
  }

  /** Goes to another address of the running OHIF, by way of the study list so that the open mode is left. */
  private async goWithin(address: string): Promise<void> {
    await this.routeTo(this.address);
    await expect(this.panes).toHaveCount(0, { timeout: patience(60_000) });
    await this.routeTo(address);
  }

  /** What a link inside OHIF does. */
  private async routeTo(address: string): Promise<void> {
    await this.page.evaluate(to => {
      history.pushState(null, '', to);
      dispatchEvent(new PopStateEvent('popstate'));
    }, address);
  }

  /** Waits until the active viewport's image is in the cache. */
  async imageShown(): Promise<void> {
    await this.page.waitForFunction(
      () => {
        const { cornerstone, services } = window as unknown as ViewerWindow;
        const id = services?.viewportGridService.getActiveViewportId();
        const imageId =
          id && services.cornerstoneViewportService.getCornerstoneViewport(id)?.getCurrentImageId();
        return Boolean(imageId && cornerstone.cache.getImage(imageId));
      },
      undefined,
      { timeout: patience(120_000) },
    );
  }

  /** OHIF's note on investigational use covers the viewer until it is confirmed, once in each page's session. */
  private async confirmNotice(): Promise<void> {
    if (this.loaded) return;
    const confirm = this.page.getByRole('button', { name: 'Confirm and hide' });
    await confirm.click({ timeout: patience(20_000) });
    await expect(confirm).toHaveCount(0);
    this.loaded = true;
  }

  /** Opens the panel by the toolbar button, without waiting for a result. */
  async pressExplain(): Promise<void> {
    await this.page.locator('[data-cy="Explain"]').click();
    await this.panel.waitFor();
  }

  /** Opens the panel by its tab, which explains nothing. */
  async openPanel(): Promise<void> {
    await this.page.locator('[data-cy="explain-btn"]').click();
    await this.panel.waitFor();
  }

  /** Explains the image on display on a backend and gives what the panel then shows. */
  async explain(backend?: 'webgl' | 'wasm'): Promise<ShownResult> {
    // The panel may stand open with nothing explained: OHIF keeps the side panel of the mode before.
    const isIdle = this.panel.and(this.page.locator('[data-state="idle"]'));
    if (!(await this.panel.isVisible()) || (await isIdle.isVisible())) await this.pressExplain();
    await this.settled();
    if (backend && (await this.part('backend').getAttribute('data-backend')) !== backend) {
      // Cleared first, so that the old result cannot be taken for the new one.
      await this.part('clear').click();
      await expect(this.panel).toHaveAttribute('data-state', 'idle');
      await this.part('backend-choice').selectOption(backend);
      await expect(this.part('backend')).toHaveAttribute('data-backend', backend, {
        timeout: patience(120_000),
      });
      await this.part('run-button').click();
      await this.settled();
    }
    const problem = this.part('error');
    if (await problem.isVisible()) throw new Error(`The panel says: ${await problem.innerText()}`);
    await expect(this.panel).toHaveAttribute('data-state', 'done');
    return this.result();
  }

  /** Waits until nothing is under way in the panel. */
  async settled(): Promise<void> {
    await expect(this.panel).toHaveAttribute('data-state', /^(done|failed)$/, { timeout: patience(170_000) });
  }

  async result(): Promise<ShownResult> {
    const number = async (name: string, attribute: string) =>
      Number(await this.part(name).getAttribute(attribute, { timeout: patience(5_000) }));
    const optional = async (name: string) =>
      (await this.part(name).count()) > 0 ? number(name, 'data-score') : undefined;
    const yes = async (name: string) =>
      (await this.part(name).count()) > 0
        ? (await this.part(name).getAttribute(`data-${name}`)) === 'true'
        : undefined;
    const seconds: Record<string, number> = {};
    for (const kind of ['load', 'warm-up', 'preparation', 'classifier', 'explanation', 'total']) {
      if ((await this.part(`time-${kind}`).count()) > 0)
        seconds[kind] = await number(`time-${kind}`, 'data-seconds');
    }
    return {
      score: await number('score', 'data-score'),
      decision: await number('score', 'data-decision'),
      // An x_s that is the film gets no line of its own about the decision.
      scoreSimilar: (await optional('hold')) ?? (await optional('similar-is-original')),
      scoreAdversarial: await optional('flip'),
      hold: await yes('hold'),
      flip: await yes('flip'),
      backend: (await this.part('made-by').getAttribute('data-backend')) ?? '',
      model: (await this.part('model-version').getAttribute('data-model')) ?? '',
      seconds,
    };
  }

  /**
   * What the networks would see of an instance, as the extension gives it to checks, or the code of its refusal.
   *
   * @param frame frame that is put on display, from 1
   */
  async modelInput(instanceUid: string, frame = 1): Promise<Float32Array | string> {
    const text = await this.page.evaluate(
      async ({ instanceUid, frame, patience }) => {
        const { cornerstone, commandsManager, services } = window as unknown as ViewerWindow;
        const { viewportGridService, displaySetService, cornerstoneViewportService } = services;
        const holds = ({ instances, instance }: ViewerDisplaySet) =>
          [...(instances ?? []), instance].some(one => one?.SOPInstanceUID === instanceUid);
        const displaySet = displaySetService.getActiveDisplaySets().find(holds);
        if (!displaySet) return 'error: no-display-set';
        const viewportId = viewportGridService.getActiveViewportId();
        const viewportOf = () => cornerstoneViewportService.getCornerstoneViewport(viewportId);
        const before = viewportOf()?.getCurrentImageId();
        const failed: string[] = [];
        const { IMAGE_LOAD_ERROR, IMAGE_LOAD_FAILED } = cornerstone.Enums.Events;
        const note = (event: Event): unknown => failed.push((event as CustomEvent).detail?.imageId ?? '');
        for (const name of [IMAGE_LOAD_ERROR, IMAGE_LOAD_FAILED]) {
          cornerstone.eventTarget.addEventListener(name, note);
        }
        viewportGridService.setDisplaySetsForViewport({
          viewportId,
          displaySetInstanceUIDs: [displaySet.displaySetInstanceUID],
        });
        const deadline = Date.now() + patience;
        const pause = () => new Promise(resolve => setTimeout(resolve, 100));
        const onDisplay = () => {
          const imageId = viewportOf()?.getCurrentImageId();
          const uids = viewportGridService.getDisplaySetsUIDsForViewport(viewportId) ?? [];
          if (!uids.includes(displaySet.displaySetInstanceUID)) return false;
          // A report, or an object that OHIF cannot show, takes the place of the image before and brings none.
          const isStack = !displaySet.unsupported && displaySet.Modality !== 'SR';
          if (!isStack) return !imageId || imageId !== before;
          const wanted = `/instances/${instanceUid}/frames/${frame}`;
          if (failed.some(one => one.includes(wanted))) return true;
          return Boolean(imageId?.includes(wanted) && cornerstone.cache.getImage(imageId));
        };
        while (!onDisplay() && Date.now() < deadline) {
          const viewport = viewportOf();
          if (frame > 1 && viewport?.getCurrentImageId()?.includes(instanceUid)) {
            await viewport.setImageIdIndex(frame - 1);
          }
          await pause();
        }
        for (const name of [IMAGE_LOAD_ERROR, IMAGE_LOAD_FAILED]) {
          cornerstone.eventTarget.removeEventListener(name, note);
        }
        try {
          const { input } = (await commandsManager.runCommand('explainModelInput', { viewportId })) as {
            input: Float32Array;
          };
          const bytes = new Uint8Array(input.buffer, input.byteOffset, input.byteLength);
          return btoa(bytes.reduce((all, byte) => all + String.fromCharCode(byte), ''));
        } catch (error) {
          return `error: ${(error as { code?: string }).code ?? String(error)}`;
        }
      },
      { instanceUid, frame, patience: patience(15_000) },
    );
    if (text.startsWith('error: ')) return text.slice('error: '.length);
    const bytes = Buffer.from(text, 'base64');
    return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  }

  /** The map as the panel exports it. */
  async exportedMap(): Promise<FloatArray> {
    const download = this.page.waitForEvent('download', one => one.suggestedFilename().endsWith('.npy'));
    await this.part('save-map').click();
    return readNpy(readFileSync(await (await download).path()));
  }

  /** The labelmap's pixels (1 inside), or none when there is no segmentation. */
  async labelmap(): Promise<Uint8Array> {
    // As one string: a megapixel of numbers takes minutes to travel out of the page.
    const text = await this.page.evaluate(() => {
      const { cornerstone, services } = window as unknown as ViewerWindow;
      const [segmentation] = services.segmentationService.getSegmentations();
      const imageId = segmentation?.representationData.Labelmap.imageIds[0];
      const pixels = imageId && cornerstone.cache.getImage(imageId)?.voxelManager.getScalarData();
      return pixels ? new TextDecoder('latin1').decode(Uint8Array.from(pixels)) : '';
    });
    return Uint8Array.from(Buffer.from(text, 'latin1'));
  }

  /** Where the labelmap's centre of gravity lies on the viewport's canvas, CSS pixels. */
  async maskCentre(): Promise<number[]> {
    const mask = await this.labelmap();
    const columns = await this.page.evaluate(() => {
      const { cornerstone, services } = window as unknown as ViewerWindow;
      const id = services.viewportGridService.getActiveViewportId();
      const imageId = services.cornerstoneViewportService.getCornerstoneViewport(id)?.getCurrentImageId();
      return (imageId && cornerstone.cache.getImage(imageId)?.columns) || NaN;
    });
    let [count, x, y] = [0, 0, 0];
    mask.forEach((inside, index) => {
      if (!inside) return;
      count += 1;
      x += index % columns;
      y += Math.floor(index / columns);
    });
    const [centre] = await this.canvasPoints([[x / count, y / count]]);
    return centre;
  }

  /** Switches the mask of the percentile on or off, and waits until it is drawn or gone. */
  async showMask(shown: boolean): Promise<void> {
    await this.part('mask').setChecked(shown);
    const isDrawn = async (): Promise<boolean> => (await maskInPicture(this.panes.first())).count > 0;
    await expect.poll(isDrawn, { timeout: patience(60_000) }).toBe(shown);
  }

  /** Ids of the images that the viewports show. */
  async imageIds(): Promise<(string | undefined)[]> {
    return this.page.evaluate(() => {
      const { services } = window as unknown as ViewerWindow;
      const ids = [...services.viewportGridService.getState().viewports.keys()];
      return ids.map(id =>
        services.cornerstoneViewportService.getCornerstoneViewport(id)?.getCurrentImageId(),
      );
    });
  }

  /** Sets the percentile slider as a script-driven mouse would. */
  async setPercentile(percentile: number): Promise<void> {
    await this.part('percentile').fill(String(percentile));
    await expect(this.panel).toHaveAttribute('data-percentile', String(percentile));
  }

  /**
   * Moves the percentile over some stops and presses on something else, all in one task of the page, which leaves the slider no
   * time to rest.
   *
   * @returns how much the labelmap marks before, after the moves, and after the press
   */
  async labelmapSizes(stops: number[]): Promise<number[]> {
    return this.page.evaluate(async values => {
      const { cornerstone, services } = window as unknown as ViewerWindow;
      const [{ representationData }] = services.segmentationService.getSegmentations();
      const sizes: number[] = [];
      const measure = async (): Promise<void> => {
        for (let i = 0; i < 1000; i++) await undefined;
        const image = cornerstone.cache.getImage(representationData.Labelmap.imageIds[0]);
        sizes.push(Array.from(image!.voxelManager.getScalarData()).filter(value => value === 1).length);
      };
      await measure();
      const slider = document.querySelector<HTMLInputElement>('[data-cy="explain-percentile"]')!;
      const { set } = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')!;
      for (const value of values) {
        set!.call(slider, String(value));
        slider.dispatchEvent(new Event('input', { bubbles: true }));
      }
      await measure();
      document.body.dispatchEvent(new PointerEvent('pointerdown', { bubbles: true }));
      await measure();
      return sizes;
    }, stops);
  }

  /** Image pixels → CSS pixels as the overlay says it draws. */
  async overlayMatrix(): Promise<number[]> {
    return ((await this.overlay.getAttribute('data-matrix')) ?? '').split(' ').map(Number);
  }

  /** Where Cornerstone itself puts image points on the viewport's canvas, CSS pixels. */
  async canvasPoints(points: number[][]): Promise<number[][]> {
    return this.page.evaluate(wanted => {
      const { cornerstone, services } = window as unknown as ViewerWindow;
      const id = services.viewportGridService.getActiveViewportId();
      const viewport = services.cornerstoneViewportService.getCornerstoneViewport(id);
      const imageId = viewport?.getCurrentImageId();
      if (!viewport || !imageId) throw new Error('No image is on display.');
      return wanted.map(point => [
        ...viewport.worldToCanvas(cornerstone.utilities.imageToWorldCoords(imageId, point)),
      ]);
    }, points);
  }

  /** Centre of gravity of what is drawn on the overlay, CSS pixels, and how much is drawn at all. */
  async overlayGravity(): Promise<{ x: number; y: number; drawn: number }> {
    return this.overlay.evaluate(element => {
      const canvas = element as HTMLCanvasElement;
      const pixels = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
      let [sum, x, y] = [0, 0, 0];
      for (let index = 3; index < pixels.length; index += 4) {
        const alpha = pixels[index];
        const place = (index - 3) / 4;
        sum += alpha;
        x += alpha * (place % canvas.width);
        y += alpha * Math.floor(place / canvas.width);
      }
      const ratio = canvas.width / canvas.clientWidth;
      return { x: x / sum / ratio, y: y / sum / ratio, drawn: sum };
    });
  }

  /** Runs one of the viewer's own commands, as its toolbar and hotkeys do. */
  async command(name: string, options?: object): Promise<void> {
    await this.page.evaluate(
      ([command, values]) => (window as unknown as ViewerWindow).commandsManager.runCommand(command, values),
      [name, options] as const,
    );
    await this.framesDrawn();
  }

  /** Waits until what was asked for before has been drawn: the second frame from now begins after the first is done. */
  private async framesDrawn(): Promise<void> {
    await this.page.evaluate(
      () => new Promise(resolve => requestAnimationFrame(() => requestAnimationFrame(resolve))),
    );
  }

  /** Drags over the image with a mouse button. */
  async drag(by: { x: number; y: number }, button: 'right' | 'middle'): Promise<void> {
    const box = await this.page.locator('[data-cy="viewport-pane"]').first().boundingBox();
    if (!box) throw new Error('There is no viewport to drag in.');
    const from = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    await this.page.mouse.move(from.x, from.y);
    await this.page.mouse.down({ button });
    await this.page.mouse.move(from.x + by.x, from.y + by.y, { steps: 8 });
    await this.page.mouse.up({ button });
    await this.framesDrawn();
  }
}
