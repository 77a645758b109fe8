import { Component, type ErrorInfo, type ReactNode } from 'react';
import { rootClass } from './styles';

interface Props {
  children: ReactNode;
  /** What of the extension it holds, for the log. */
  part: string;
  /** `data-cy` of what stands in its place. */
  name: string;
  /** Told when it has failed, and on the button that shows it again; asked for then, in the language of that moment. */
  texts: () => { failed: string; tryAgain: string };
}

/** A crash of a part of the extension stays in that part. */
export class Boundary extends Component<Props, { message?: string }> {
  override state: { message?: string } = {};

  static getDerivedStateFromError(error: unknown): { message: string } {
    return { message: error instanceof Error ? error.message : String(error) };
  }

  override componentDidCatch(error: unknown, info: ErrorInfo): void {
    console.error(`ohif-extension-explain: ${this.props.part} failed`, error, info.componentStack);
  }

  override render(): ReactNode {
    const { message } = this.state;
    const { children, name, texts } = this.props;
    if (message === undefined) return children;
    const { failed, tryAgain } = texts();
    return (
      <div className={rootClass}>
        <section className="xp-alert" role="alert" data-cy={name}>
          <p>{failed}</p>
          <p className="xp-dim">{message}</p>
          <button type="button" onClick={() => this.setState({ message: undefined })}>
            {tryAgain}
          </button>
        </section>
      </div>
    );
  }
}
