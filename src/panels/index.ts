/** Entry of the viewer bundle: the OHIF extension with its panel and button. */
import { createExtension } from '../extension';
import { buttonComponent, panelComponent } from './mount';
import { texts } from './texts';

export default createExtension({
  panelLabel: texts.panelLabel,
  buttonLabel: texts.buttonLabel,
  buttonTooltip: texts.buttonTooltip,
  panel: panelComponent,
  button: buttonComponent,
});
