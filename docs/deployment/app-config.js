// The guided tour would cover the viewer at the first visit.
try {
  localStorage.setItem('shownTours', '["basicViewerTour"]');
} catch {
  // storage is switched off
}

window.config = {
  routerBasename: '{{base}}',
  extensions: ['{{drop}}index.js'],
  modes: [],
  // Saved pictures may be of modality OT, which OHIF would play as a film: no cine bar over them.
  customizationService: [{ autoCineModalities: { $set: ['US'] } }],
  showStudyList: true,
  maxNumberOfWebWorkers: 3,
  showWarningMessageForCrossOrigin: false,
  defaultDataSourceName: 'archive',
  dataSources: [
    {
      namespace: '@ohif/extension-default.dataSourcesModule.dicomweb',
      sourceName: 'archive',
      configuration: {
        friendlyName: 'Archive',
        name: 'archive',
        qidoRoot: '{{base}}dicom-web',
        wadoRoot: '{{base}}dicom-web',
        wadoUriRoot: '{{base}}dicom-web',
        qidoSupportsIncludeField: true,
        supportsFuzzyMatching: false,
        supportsWildcard: true,
        supportsReject: false,
        imageRendering: 'wadors',
        thumbnailRendering: 'wadors',
        enableStudyLazyLoad: true,
        omitQuotationForMultipartRequest: true,
        bulkDataURI: { enabled: true },
      },
    },
  ],
};
