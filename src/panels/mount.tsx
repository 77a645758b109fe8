import { Component, createRef, type ReactNode } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import type { ExplainModel } from '../extension';
import { onLanguageChange, t, takeHostI18n } from '../extension/i18n';
import { findHostI18n } from '../extension/i18n/find-host';
import type { StudyBoot } from '../extension/study/boot';
import { isBusy } from '../extension/store/state';
import { Boundary } from './Boundary';
import { ExplainPanel } from './ExplainPanel';
import { ensureStyles, rootClass } from './styles';

/**
 * Panel component for the host. The pre-built viewer has a React of its own, in which hooks of ours fail; a class
 * component works in both, and mounts a root of our React inside itself.
 */
export function panelComponent(model: () => ExplainModel): unknown {
  return class ExplainPanelMount extends Component {
    private readonly host = createRef<HTMLDivElement>();
    private root?: Root;

    override componentDidMount(): void {
      const element = this.host.current;
      if (!element) return;
      takeLanguage(this);
      ensureStyles(element.ownerDocument);
      this.root = createRoot(element);
      const { service, actions } = model();
      this.root.render(
        <Boundary part="the panel" name="explain-panel-error" texts={failureTexts}>
          <ExplainPanel service={service} actions={actions} />
        </Boundary>,
      );
    }

    override componentWillUnmount(): void {
      // Not now: the host's React is in the middle of its own commit.
      const { root } = this;
      setTimeout(() => root?.unmount());
    }

    override render(): ReactNode {
      return <div ref={this.host} style={{ height: '100%' }} />;
    }
  };
}

/** Panel component of a reader study: a place that its bundle renders into. */
export function studyPanelComponent(study: () => StudyBoot | undefined): unknown {
  return class StudyPanelMount extends Component {
    private readonly host = createRef<HTMLDivElement>();
    private remove?: () => void;

    override componentDidMount(): void {
      takeLanguage(this);
      if (this.host.current) this.remove = study()?.mountPanel(this.host.current);
    }

    override componentWillUnmount(): void {
      this.remove?.();
    }

    override render(): ReactNode {
      return <div ref={this.host} style={{ height: '100%' }} />;
    }
  };
}

/** Labelled toolbar button for the host; a class component for the same reason. */
export function buttonComponent(model: () => ExplainModel): unknown {
  interface Props {
    id?: string;
    onInteraction?(args: { itemId?: string }): void;
  }
  return class ExplainButton extends Component<Props, { busy: boolean; label: string; tooltip: string }> {
    override state = { busy: false, ...buttonTexts() };
    private readonly stops: (() => void)[] = [];
    private readonly rename = (): void => this.setState(buttonTexts());

    override componentDidMount(): void {
      ensureStyles(document);
      const { service } = model();
      this.stops.push(
        service.subscribe(() => {
          const busy = isBusy(service.getState().explanation.phase);
          if (busy !== this.state.busy) this.setState({ busy });
        }),
        onLanguageChange(this.rename),
      );
      takeLanguage(this);
    }

    override componentWillUnmount(): void {
      this.stops.splice(0).forEach(stop => stop());
    }

    override render(): ReactNode {
      const { id, onInteraction } = this.props;
      const { busy, label, tooltip } = this.state;
      return (
        <button
          type="button"
          className={`${rootClass}-button`}
          data-cy={id}
          title={tooltip}
          aria-label={label}
          aria-busy={busy}
          onClick={() => onInteraction?.({ itemId: id })}
        >
          <Icon />
          <span>{label}</span>
        </button>
      );
    }
  };
}

function failureTexts(): { failed: string; tryAgain: string } {
  return { failed: t('failedPanel'), tryAgain: t('tryAgain') };
}

function buttonTexts(): { label: string; tooltip: string } {
  return { label: t('buttonLabel'), tooltip: t('buttonTooltip') };
}

/** What the viewer renders stands below its i18next; a viewer without one leaves the texts to ours. */
function takeLanguage(component: Component): void {
  const found = findHostI18n(component);
  if (found) takeHostI18n(found);
}

function Icon() {
  return (
    <svg
      width="16"
      height="16"
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.8"
      aria-hidden="true"
    >
      <path d="M9.5 3.5v9M9.5 6C6 6.5 3.5 11 3.5 16c0 3 1.5 4 3 3.5 2-.6 3-2 3-4.500M14.500 3.500v9M14.500 6c3.500.500 6 5 6 10 0 3-1.500 4-3 3.500-2-.600-3-2-3-4.500" />
      <circle cx="16.600" cy="14" r="1.800" fill="currentColor" stroke="none" />
    </svg>
  );
}
