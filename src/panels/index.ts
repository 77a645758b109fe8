/** Entry of the viewer bundle: the OHIF extension with its panel and button. */
import { createExtension } from '../extension';
import { t } from '../extension/i18n';
import { buttonComponent, panelComponent, studyPanelComponent } from './mount';
import { sections } from './sections';

export default createExtension({
  panelLabel: () => t('panelLabel'),
  studyPanelLabel: () => t('studyPanelLabel'),
  buttonLabel: () => t('buttonLabel'),
  buttonTooltip: () => t('buttonTooltip'),
  panelSections: sections.map(({ id }) => id),
  panel: panelComponent,
  studyPanel: studyPanelComponent,
  button: buttonComponent,
});
