import { buttonId, buttonType, explainCommand, panelId } from '../id';
import type { PanelService, Subscription, ToolbarService } from './ohif-types';
import { subscribeSafely } from './subscriptions';

export interface InjectionHost {
  panelService: PanelService;
  toolbarService: ToolbarService;
}

/** What is put into a mode: the panel, and the button beside it or not. */
export interface Injected {
  panelId: string;
  button: boolean;
  /** No other panel stays, on either side. */
  alone?: boolean;
}

/** Section of OHIF's main toolbar. */
const mainToolbar = 'primary';

/**
 * Puts the Explain button and panel into whatever mode is entered, without a change to the mode.
 *
 * Our `onModeEnter` runs before the mode sets its own panels and buttons, so both are added when the host says that
 * these changed; adding is idempotent, so nothing doubles.
 */
export class Injection {
  private readonly subscriptions: Subscription[] = [];
  private queued = false;
  private adding = false;

  constructor(
    private readonly host: InjectionHost,
    private readonly label: string,
    private readonly tooltip: string,
    private readonly what: Injected = { panelId, button: true },
  ) {}

  start(): void {
    const { panelService, toolbarService } = this.host;
    this.registerButton();
    const changed = (): void => this.schedule();
    this.subscriptions.push(
      ...subscribeSafely(panelService, ['PANELS_CHANGED'], changed),
      ...subscribeSafely(toolbarService, ['TOOL_BAR_MODIFIED'], changed),
    );
  }

  stop(): void {
    this.subscriptions.splice(0).forEach(subscription => subscription.unsubscribe());
  }

  private registerButton(): void {
    if (!this.what.button) return;
    this.host.toolbarService.register([
      {
        id: buttonId,
        uiType: buttonType,
        props: {
          label: this.label,
          tooltip: this.tooltip,
          icon: 'tool-magic-roi',
          commands: explainCommand,
        },
      },
    ]);
  }

  private schedule(): void {
    if (this.queued || this.adding) return;
    this.queued = true;
    queueMicrotask(() => {
      this.queued = false;
      if (this.subscriptions.length === 0) return;
      this.adding = true;
      try {
        this.addPanel();
        this.addButton();
      } catch (error) {
        console.error('ohif-extension-explain: button or panel could not be added', error);
      } finally {
        this.adding = false;
      }
    });
  }

  private addPanel(): void {
    const { panelService } = this.host;
    const { panelId } = this.what;
    const panels = panelService.getPanels('right');
    const others = [...panels, ...panelService.getPanels('left')].filter(panel => panel.id !== panelId);
    if (this.what.alone && others.length > 0 && panelService.setPanels) {
      panelService.setPanels({ left: [], right: [panelId] }, {});
      return;
    }
    if (!panels.some(panel => panel.id === panelId)) panelService.addPanel('right', panelId);
  }

  private addButton(): void {
    if (!this.what.button) return;
    const { toolbarService } = this.host;
    const section = toolbarService.state?.buttonSections?.[mainToolbar];
    if (!section || section.includes(buttonId)) return;
    if (!toolbarService.getButton?.(buttonId)) this.registerButton();
    toolbarService.updateSection(mainToolbar, [buttonId]);
  }
}
