import type { HostArguments } from '../host/ohif-types';

/** What the viewer draws over a film of patient, study and date; window, zoom and the image's number stay. */
const corners = ['viewportOverlay.topLeft', 'viewportOverlay.topRight'] as const;

/**
 * Takes out of the viewer what names the patient or tells the study's date, which a reader must not see: the patient in the
 * header and the texts over the film. The panels go by {@link Injection}, which leaves that of the study alone: OHIF's list of
 * studies names each with its date and offers earlier ones, and its list of series shows what others stored.
 */
export function hidePatient({
  extensionManager,
  servicesManager,
}: Pick<HostArguments, 'extensionManager' | 'servicesManager'>): void {
  const { appConfig } = extensionManager;
  if (appConfig) {
    appConfig.showPatientInfo = 'disabled';
    // The way back to the list of studies.
    appConfig.showStudyList = false;
  }
  servicesManager.services.customizationService?.setCustomizations?.(
    Object.fromEntries(corners.map(corner => [corner, { $set: [] }])),
    'global',
  );
}
