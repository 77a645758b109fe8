/** The extension's id: OHIF wants it equal to the package's name. */
export const extensionId = 'ohif-extension-explain';

/** Name of the panel within the extension, and the id by which OHIF's panel service knows it. */
export const panelName = 'explain';
export const panelId = `${extensionId}.panelModule.${panelName}`;

/** The same of the panel of a reader study, which then stands in place of the other. */
export const studyPanelName = 'explainStudy';
export const studyPanelId = `${extensionId}.panelModule.${studyPanelName}`;

/** Command that gives the service of study mode, for tests and simulations that drive it by the form's own calls. */
export const studyServiceCommand = 'explainStudyService';

/** Toolbar: id of the button (also its `data-cy`) and name of its component. */
export const buttonId = 'Explain';
export const buttonType = `${extensionId}.button`;

/** Command that opens the panel and explains the active viewport; bind it to a hotkey in app-config where wanted. */
export const explainCommand = 'explainActiveViewport';

/** Command that hands a study over to a service, for OHIF's menus (docs/pacs.md). */
export const handOverCommand = 'explainByService';

/** Command that gives what a model sees of the active viewport's image (`{ size, input }`), for checks. */
export const modelInputCommand = 'explainModelInput';
