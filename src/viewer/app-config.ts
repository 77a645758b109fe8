/** Where the server mounts its parts; the extension finds its models below its own address. */
export const mounts = {
  dicomWeb: '/dicom-web',
  extension: '/explain',
  models: '/explain/models',
  study: '/study',
} as const;

/** File name of the ES module that the viewer imports, within the extension's folder. */
export const extensionModule = 'index.js';

const dataSource = {
  namespace: '@ohif/extension-default.dataSourcesModule.dicomweb',
  sourceName: 'folder',
  configuration: {
    friendlyName: 'DICOM files of a folder',
    name: 'folder',
    qidoRoot: mounts.dicomWeb,
    wadoRoot: mounts.dicomWeb,
    wadoUriRoot: mounts.dicomWeb,
    qidoSupportsIncludeField: true,
    supportsFuzzyMatching: false,
    supportsWildcard: true,
    supportsReject: false,
    dicomUploadEnabled: true,
    imageRendering: 'wadors',
    thumbnailRendering: 'wadors',
    enableStudyLazyLoad: true,
    omitQuotationForMultipartRequest: true,
    bulkDataURI: { enabled: true },
  },
};

/**
 * The text of the viewer's `app-config.js`: OHIF as it is, this extension by one line, images from this server.
 *
 * @param explain configuration of the extension
 */
export function appConfig(explain?: Record<string, unknown>): string {
  const config = {
    routerBasename: '/',
    extensions: [`${mounts.extension}/${extensionModule}`],
    modes: [],
    // Saved pictures are of modality OT, and no film to be run through: no cine bar over them. As a list, which every release of OHIF
    // from 3.11 on reads; by "global", 3.11 and 3.12 show nothing at all.
    customizationService: [{ autoCineModalities: { $set: ['US'] } }],
    // With a study, nothing leads away from its cases.
    showStudyList: !explain?.study,
    showWarningMessageForCrossOrigin: false,
    showCPUFallbackMessage: true,
    strictZSpacingForVolumeViewport: true,
    showErrorDetails: 'always',
    maxNumberOfWebWorkers: 3,
    maxNumRequests: { interaction: 100, thumbnail: 5, prefetch: 25 },
    defaultDataSourceName: dataSource.configuration.name,
    dataSources: [
      {
        ...dataSource,
        sourceName: dataSource.configuration.name,
        configuration: { ...dataSource.configuration, dicomUploadEnabled: !explain?.study },
      },
    ],
    ...(explain ? { explain } : {}),
    // Study mode says itself, before each session, that all is for research alone.
    ...(explain?.study ? { investigationalUseDialog: { option: 'never' } } : {}),
  };
  // The guided tour would cover the viewer at the first visit.
  return [
    `window.config = ${JSON.stringify(config, null, 2)};`,
    `try { localStorage.setItem('shownTours', '["basicViewerTour"]'); } catch { /* storage is switched off */ }`,
    '',
  ].join('\n');
}
