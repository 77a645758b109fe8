import { Component, type ErrorInfo, type ReactNode } from 'react';
import { rootClass } from '../styles';

/** A crash of one part of study mode stays in that part. */
export class Boundary extends Component<
  { children: ReactNode; failed: string; tryAgain: string },
  { message?: string }
> {
  override state: { message?: string } = {};

  static getDerivedStateFromError(error: unknown): { message: string } {
    return { message: error instanceof Error ? error.message : String(error) };
  }

  override componentDidCatch(error: unknown, info: ErrorInfo): void {
    console.error('ohif-extension-explain: study mode failed', error, info.componentStack);
  }

  override render(): ReactNode {
    const { message } = this.state;
    if (message === undefined) return this.props.children;
    return (
      <div className={rootClass}>
        <section className="xp-alert" role="alert" data-cy="explain-study-error">
          <p>{this.props.failed}</p>
          <p className="xp-dim">{message}</p>
          <button type="button" onClick={() => this.setState({ message: undefined })}>
            {this.props.tryAgain}
          </button>
        </section>
      </div>
    );
  }
}
