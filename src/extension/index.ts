import type * as Answers from './answers';
import { createActions, type Actions, type ActionsHost } from './exchange/actions';
import { configurationOfAddress, readConfiguration, type Configuration } from './configuration';
import { customizationDefaults, readCustomization } from './customization';
import { startEngine } from './store/engine';
import { ExplainService } from './store/explain-service';
import { FilmColours } from './host/film-colours';
import { findTarget, readRawImage, type Target } from './host/host-image';
import {
  buttonType,
  explainCommand,
  handOverCommand,
  extensionId,
  modelInputCommand,
  panelId,
  panelName,
  studyPanelId,
  studyPanelName,
  studyServiceCommand,
} from './id';
import { bootStudy, loadStudyModule, type StudyBoot } from './study/boot';
import { HangingCompareLayout } from './host/compare-layout';
import { hidePatient } from './study/hide-patient';
import { Injection } from './host/injection';
import { listenToKeys } from './host/keys';
import { addTexts, language, onLanguageChange, plural, t, textIn, translationsFrom } from './i18n';
import type * as TextsModule from './i18n/translations';
import { aidColours, aidDoubts, aidNegative } from './i18n/aid-words';
import { sideText, verdictText } from './i18n/words';
import { MaskSegmentations } from './draw/mask-segmentation';
import type { Cornerstone, CornerstoneTools, HostArguments, PanelService, Services } from './host/ohif-types';
import { Overlays } from './draw/overlays';
import type * as Preview from './preview';
import { handOver } from './exchange/hand-over';
import { filmOfTarget, findOthers } from './exchange/other-results';
import { fetchObject, findStoredAnswers, findStoredMaps, storedPercentiles } from './exchange/stored-results';

/** The extension's store and actions, for the panel. */
export interface ExplainModel {
  service: ExplainService;
  actions: Actions;
  configuration: Configuration;
}

/** The React side, handed in so that this folder stays free of it. */
export interface ExtensionViews {
  panelLabel(): string;
  buttonLabel(): string;
  buttonTooltip(): string;
  /** Ids of the panel's sections, of which a site may leave some out. */
  panelSections: readonly string[];
  /** Component for the host's right panel; must not use hooks (the host has another React). */
  panel(model: () => ExplainModel): unknown;
  studyPanelLabel(): string;
  /** Component for the host's right panel in a reader study; must not use hooks. */
  studyPanel(study: () => StudyBoot | undefined): unknown;
  /** Component for the host's toolbar; must not use hooks. */
  button(model: () => ExplainModel): unknown;
}

/** Where OHIF's build puts this package's `dist` folder (see docs/install.md). */
const builtInBaseUrl = 'extension/';

/** Builds the OHIF extension. */
export function createExtension(views: ExtensionViews): Record<string, unknown> {
  let model: ExplainModel | undefined;
  let mode: ModeSession | undefined;

  const current = (): ExplainModel => {
    model ??= createModel([], () => mode?.actionsHost);
    return model;
  };

  return {
    id: extensionId,

    preRegistration: ({ configuration, appConfig }: HostArguments) => {
      model = createModel([configuration, appConfig?.explain], () => mode?.actionsHost);
    },

    onModeEnter: (host: HostArguments) => {
      mode?.end();
      mode = guarded('the mode was not entered', () => startMode(host, current(), views));
    },

    onModeExit: () => {
      guarded('the mode was not left cleanly', () => mode?.end());
      mode = undefined;
    },

    getPanelModule: () => [
      {
        name: panelName,
        // Read when the panel is put into a mode: by then the viewer's language is known.
        get label() {
          return views.panelLabel();
        },
        iconName: 'tab-patient-info',
        get iconLabel() {
          return views.panelLabel();
        },
        component: views.panel(current),
      },
      {
        name: studyPanelName,
        get label() {
          return views.studyPanelLabel();
        },
        iconName: 'tab-patient-info',
        get iconLabel() {
          return views.studyPanelLabel();
        },
        component: views.studyPanel(() => mode?.study),
      },
    ],

    getCustomizationModule: () => [{ name: 'default', value: customizationDefaults }],

    getToolbarModule: () => [{ name: buttonType, defaultComponent: views.button(current) }],

    getCommandsModule: ({ servicesManager }: HostArguments) => ({
      defaultContext: 'EXPLAIN',
      definitions: {
        [explainCommand]: {
          commandFn: () => {
            // The study says when there is an explanation.
            if (mode?.study) return;
            openPanel(servicesManager.services.panelService);
            openClosedPanel();
            void current().service.explain();
          },
        },
        [modelInputCommand]: {
          commandFn: ({ viewportId, modelId }: { viewportId?: string; modelId?: string } = {}) =>
            current().service.modelInput(viewportId, modelId),
        },
        [handOverCommand]: {
          commandFn: (asked: { StudyInstanceUID?: string; studies?: string[] } = {}) =>
            handStudiesOver(servicesManager.services, current().configuration, asked),
        },
        [studyServiceCommand]: { commandFn: () => mode?.study?.service() },
        toggleExplainOutput: { commandFn: () => current().service.toggleOutput() },
      },
    }),
  };
}

/** @param given configurations, a later one going over an earlier one */
function createModel(given: unknown[], actionsHost: () => ActionsHost | undefined): ExplainModel {
  const publicUrl = (globalThis as { PUBLIC_URL?: string }).PUBLIC_URL ?? '/';
  const base = new URL(publicUrl + builtInBaseUrl, globalThis.location?.href ?? 'http://localhost/').href;
  const address = configurationOfAddress(globalThis.location?.search ?? '');
  const configuration = readConfiguration(Object.assign({}, ...given, address), base);
  translationsFrom(
    async () =>
      (
        (await import(
          /* webpackIgnore: true */ `${configuration.baseUrl}explain-texts.js`
        )) as typeof TextsModule
      ).translations,
  );
  const service = new ExplainService({
    configuration,
    startEngine: () => startEngine(`${configuration.baseUrl}explain-worker.js`),
  });
  const actions = createActions(service, actionsHost);
  if (configuration.answers) void takeAnswers(service, actions, configuration, actionsHost);
  return { service, actions, configuration };
}

/** Fetches what asks the reader for an answer; without it explanations are shown all the same. */
async function takeAnswers(
  service: ExplainService,
  actions: Actions,
  { baseUrl, answers }: Configuration,
  actionsHost: () => ActionsHost | undefined,
): Promise<void> {
  try {
    const module = (await import(/* webpackIgnore: true */ `${baseUrl}explain-answers.js`)) as typeof Answers;
    actions.answers = module.createAnswerDesk(
      service,
      () => {
        const host = actionsHost();
        return host && { ...host, services: host.servicesManager.services };
      },
      answers,
    );
    service.refresh();
  } catch (error) {
    console.error('ohif-extension-explain: the answers of readers could not be loaded', error);
  }
}

interface ModeSession {
  actionsHost?: ActionsHost;
  study?: StudyBoot;
  end(): void;
}

function startMode(
  host: HostArguments,
  { service, configuration }: ExplainModel,
  views: ExtensionViews,
): ModeSession {
  const { servicesManager, extensionManager } = host;
  const { services } = servicesManager;
  const forStudy = configuration.study !== undefined;
  const hidesPatient = configuration.study?.showPatient === false;
  if (hidesPatient) hidePatient(host);
  const injection = new Injection(services, views.buttonLabel(), views.buttonTooltip(), {
    panelId: forStudy ? studyPanelId : panelId,
    button: !forStudy,
    alone: hidesPatient,
  });
  const { customizationService } = services;
  if (customizationService) {
    const get = (id: string): unknown => customizationService.getCustomization(id);
    service.customise(readCustomization(get, views.panelSections, console.warn));
  }
  injection.start();
  const libraries = cornerstoneLibraries(host);
  if (!libraries) return { end: () => injection.stop() };

  const { cornerstone, cornerstoneTools: tools } = libraries;
  const overlays: Overlays = new Overlays(services, cornerstone, tools, service, () => void masks.update());
  const shownImage = (imageId: string): Target | undefined => {
    for (const viewportId of overlays.viewportsShowing(imageId)) {
      const outcome = findTarget(services, cornerstone, viewportId);
      if ('target' in outcome && outcome.target.imageId === imageId) return outcome.target;
    }
    return undefined;
  };
  const masks = new MaskSegmentations(service, {
    services,
    cornerstone,
    tools,
    viewportsShowing: imageId => overlays.viewportsShowing(imageId),
    shownImage,
    fetchPreview: () =>
      import(/* webpackIgnore: true */ `${configuration.baseUrl}explain-preview.js`) as Promise<
        typeof Preview
      >,
    afterCreation: () => openPanel(services.panelService),
  });
  service.attach({
    findTarget: viewportId => findTarget(services, cornerstone, viewportId),
    readImage: target => readRawImage(target, cornerstone),
    shownImage,
    others: target => findOthers(services, target),
    filmOf: filmOfTarget,
    storedMaps: target => findStoredMaps(services, target),
    storedAnswers: () => findStoredAnswers(services),
    storedPercentiles: (target, stored) => storedPercentiles(services, stored, target),
    fetchObject: uid => fetchObject(host, uid),
    compareLayout: new HangingCompareLayout(services),
  });
  const colours = new FilmColours(services);
  colours.start();
  overlays.start();
  const stopDrawing = service.subscribe(() => {
    if (!masks.update()) overlays.drawSoon();
  });
  const stopLanguage = onLanguageChange(() => {
    overlays.draw();
    masks.nameAnew();
  });
  const stopKeys = listenToKeys(service);
  const study = configuration.study && startStudy(host, libraries, service, configuration);
  return {
    actionsHost: { servicesManager, extensionManager, cornerstone, tools, overlays, masks },
    study,
    end: () => {
      for (const step of [
        () => study?.end(),
        stopKeys,
        stopDrawing,
        stopLanguage,
        () => masks.stop(),
        () => colours.stop(),
        () => overlays.stop(),
        () => injection.stop(),
      ]) {
        guarded('the mode was not left cleanly', step);
      }
      service.detach();
    },
  };
}

function startStudy(
  { servicesManager, extensionManager, commandsManager }: HostArguments,
  { cornerstone, cornerstoneTools: tools }: { cornerstone: Cornerstone; cornerstoneTools: CornerstoneTools },
  service: ExplainService,
  { study, baseUrl }: Configuration,
): StudyBoot {
  const { appConfig } = extensionManager;
  // A reader's box is no measurement to be tracked: the viewer would ask about each film.
  if (appConfig) appConfig.measurementTrackingMode = 'none';
  return bootStudy(
    {
      configuration: study!,
      i18n: {
        addTexts,
        textIn,
        language,
        onLanguageChange,
        words: { verdictText, sideText, aidColours, aidNegative, aidDoubts },
      },
      servicesManager,
      extensionManager,
      commandsManager,
      cornerstone,
      tools,
      service,
      panelId: studyPanelId,
    },
    () => loadStudyModule(baseUrl),
    message =>
      servicesManager.services.uiNotificationService?.show({
        title: t('noStudy'),
        message,
        type: 'error',
        duration: 60_000,
      }),
  );
}

/** Tells the service of studies, and the user what became of it. */
async function handStudiesOver(
  { uiNotificationService }: Services,
  { service }: Configuration,
  {
    StudyInstanceUID,
    studies = StudyInstanceUID === undefined ? [] : [StudyInstanceUID],
  }: {
    StudyInstanceUID?: string;
    studies?: string[];
  },
): Promise<void> {
  const tell = (type: 'success' | 'error', message: string): unknown =>
    uiNotificationService?.show({ title: t('handOver'), message, type, allowDuplicates: true });
  try {
    if (service === undefined) throw new Error('explain.service');
    tell('success', plural('handedOver', await handOver(service, studies)));
  } catch (error) {
    tell('error', t('notHandedOver', { reason: (error as Error).message }));
  }
}

/** Absent where the viewer runs without its Cornerstone extension: then there is nothing to explain. */
function cornerstoneLibraries({
  extensionManager,
}: HostArguments): { cornerstone: Cornerstone; cornerstoneTools: CornerstoneTools } | undefined {
  const entry = extensionManager.getModuleEntry('@ohif/extension-cornerstone.utilityModule.common');
  const get = entry?.exports?.getCornerstoneLibraries;
  return typeof get === 'function'
    ? (get as () => { cornerstone: Cornerstone; cornerstoneTools: CornerstoneTools })()
    : undefined;
}

function openPanel(panelService: PanelService): void {
  panelService.activatePanel(panelId, true);
}

/**
 * OHIF leaves a side panel closed that was once closed by hand, whatever its service is told (seen in 3.13.2,
 * `closedManually`); what opens it then is the panel's own tab. For a press of the user's alone.
 */
function openClosedPanel(page: Document = document): void {
  setTimeout(() => {
    if (page.querySelector(`[data-cy="${panelName}-panel"]`)) return;
    page.querySelector<HTMLElement>(`[data-cy="${panelName}-btn"]`)?.click();
  }, PANEL_OPENS_MS);
}

/** Time that the host takes to open a panel by itself. */
const PANEL_OPENS_MS = 300;

function guarded<T>(what: string, run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    console.error(`ohif-extension-explain: ${what}`, error);
    return undefined;
  }
}
